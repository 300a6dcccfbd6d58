/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

static const struct field no_fields[] = {
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

const struct kind kind_utilization = {
    .noun = "utilization",
    .path = "/storage-providers/utilization",
    .document = "utilization.json",
    .singleton = true,
    .shapes =
        {
            [DIALECT_DOCS] = {.fields = no_fields},
            [DIALECT_OPENAPI] = {.fields = no_fields},
        },
};
