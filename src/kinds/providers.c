/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

#define GIVEN (FIELD_CREATE | FIELD_UPDATE)

static const struct field s3_fields[] = {
    {"accessKey", FIELD_STRING, GIVEN | FIELD_REQUIRED, NULL, NULL},
    {"bucket", FIELD_STRING, GIVEN | FIELD_REQUIRED, NULL, NULL},
    {"endpoint", FIELD_STRING, GIVEN | FIELD_NULLABLE, NULL, NULL},
    {"region", FIELD_STRING, GIVEN | FIELD_NULLABLE, NULL, NULL},
    {"retainData", FIELD_BOOLEAN, GIVEN | FIELD_NULLABLE, NULL, NULL},
    {"secretAccessKey", FIELD_STRING, GIVEN | FIELD_REQUIRED | FIELD_SECRET, NULL, NULL},
    {"signatureVersion", FIELD_STRING, GIVEN | FIELD_NULLABLE, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct field docs_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"isManaged", FIELD_BOOLEAN, 0, NULL, NULL},
    {"isTeamDefault", FIELD_BOOLEAN, GIVEN | FIELD_NULLABLE | FIELD_FALSE, NULL, NULL},
    {"name", FIELD_STRING, GIVEN | FIELD_REQUIRED, NULL, NULL},
    {"s3Config", FIELD_OBJECT, GIVEN | FIELD_REQUIRED, s3_fields, NULL},
    {"storageProviderType", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_UNANSWERED, NULL,
     "\"s3\""},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct field openapi_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"name", FIELD_STRING, GIVEN | FIELD_REQUIRED, NULL, NULL},
    {"type", FIELD_STRING, GIVEN | FIELD_REQUIRED, NULL, NULL},
    {"bucket", FIELD_STRING, GIVEN, NULL, NULL},
    {"region", FIELD_STRING, GIVEN, NULL, NULL},
    {"accessKey", FIELD_STRING, GIVEN | FIELD_UNANSWERED, NULL, NULL},
    {"secretKey", FIELD_STRING, GIVEN | FIELD_UNANSWERED | FIELD_SECRET, NULL, NULL},
    {"dtCreated", FIELD_STRING, 0, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

const struct kind kind_providers = {
    .noun = "provider",
    .plural = "providers",
    .path = "/storage-providers",
    .document = "provider.json",
    .create = CREATE_BY_DRAFT,
    .deletable = true,
    .delete_points = 15,
    .shapes =
        {
            [DIALECT_DOCS] = {.fields = docs_fields,
                              .update = UPDATE_WHOLE,
                              .paged = true,
                              .completing_key = "s3Config"},
            [DIALECT_OPENAPI] = {.fields = openapi_fields, .update = UPDATE_WHOLE},
        },
};
