/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

static const struct field docs_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"name", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_UPDATE, NULL, NULL},
    {"dtCreated", FIELD_STRING, 0, NULL, NULL},
    {"size", FIELD_INTEGER, FIELD_CREATE | FIELD_REQUIRED, NULL, NULL},
    {"mountPoint", FIELD_STRING, 0, NULL, NULL},
    {"username", FIELD_STRING, 0, NULL, NULL},
    {"password", FIELD_STRING, FIELD_SECRET, NULL, NULL},
    {"networkId", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED, NULL, NULL},
    {"region", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_CODE, NULL, NULL},
    {"dtDeleted", FIELD_STRING, FIELD_NULLABLE, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct smb_row docs_smb = {
    .mount_point_key = "mountPoint", .username_key = "username", .password_key = "password"};

static const struct field openapi_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"name", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_UPDATE, NULL, NULL},
    {"size", FIELD_INTEGER, FIELD_CREATE | FIELD_REQUIRED | FIELD_UPDATE, NULL, NULL},
    {"region", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_CODE, NULL, NULL},
    {"privateNetworkId", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED, NULL, NULL},
    {"dtCreated", FIELD_STRING, 0, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

const struct kind kind_drives = {
    .noun = "drive",
    .plural = "drives",
    .path = "/shared-drives",
    .document = "drive.json",
    .create = CREATE_BY_DRAFT,
    .deletable = true,
    .delete_points = 15,
    .shapes =
        {
            [DIALECT_DOCS] =
                {.fields = docs_fields, .update = UPDATE_PARTIAL, .paged = true, .smb = &docs_smb},
            [DIALECT_OPENAPI] = {.fields = openapi_fields, .update = UPDATE_PARTIAL},
        },
};
