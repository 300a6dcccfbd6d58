/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

#define INTEGER(key)                      \
    {                                     \
        key, FIELD_INTEGER, 0, NULL, NULL \
    }

static const struct field docs_fields[] = {
    INTEGER("datasetUsage"),
    INTEGER("modelUsage"),
    INTEGER("notebookWorkspaceUsage"),
    INTEGER("remainingFreeStorage"),
    INTEGER("sharedStorageUsage"),
    INTEGER("totalFreeStorage"),
    INTEGER("totalUsage"),
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct field openapi_fields[] = {
    {"teamId", FIELD_STRING, 0, NULL, NULL},
    INTEGER("datasets"),
    INTEGER("models"),
    INTEGER("notebooks"),
    INTEGER("sharedStorage"),
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

const struct kind kind_utilization = {
    .noun = "utilization",
    .path = "/storage-providers/utilization",
    .document = "utilization.json",
    .singleton = true,
    .shapes =
        {
            [DIALECT_DOCS] = {.fields = docs_fields},
            [DIALECT_OPENAPI] = {.fields = openapi_fields},
        },
};
