/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

static const struct field docs_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"name", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_UPDATE, NULL, NULL},
    {"machineId", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED, NULL, NULL},
    {"isAutoSnapshot", FIELD_BOOLEAN, 0, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct field openapi_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"machineId", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED, NULL, NULL},
    {"name", FIELD_STRING, FIELD_CREATE | FIELD_REQUIRED | FIELD_UPDATE, NULL, NULL},
    {"note", FIELD_STRING, FIELD_CREATE | FIELD_UPDATE, NULL, NULL},
    {"storageSize", FIELD_INTEGER, 0, NULL, NULL},
    {"dtCreated", FIELD_STRING, 0, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct field restore_fields[] = {
    {"createSnapshotBeforeRestore", FIELD_BOOLEAN, FIELD_CREATE, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

static const struct restore_row docs_restore = {
    .default_body = "{\"createSnapshotBeforeRestore\":true}",
    .plain_body = "{}",
    .safety = true,
    .fields = restore_fields,
};

static const struct restore_row openapi_restore = {0};

static const struct view_row by_machine = {
    .directory = "machines",
    .noun = "machine",
    .id_word = "MACHINEID",
};

const struct kind kind_snapshots = {
    .noun = "snapshot",
    .plural = "snapshots",
    .path = "/snapshots",
    .document = "snapshot.json",
    .create = CREATE_IN_VIEW,
    .machine_key = "machineId",
    .view = &by_machine,
    .automatic_key = "isAutoSnapshot",
    .deletable = true,
    .delete_points = 1,
    .restore_points = 20,
    .shapes =
        {
            [DIALECT_DOCS] = {.fields = docs_fields,
                              .update = UPDATE_PARTIAL,
                              .paged = true,
                              .create_answers_event = true,
                              .delete_answers_event = true,
                              .restore = &docs_restore},
            [DIALECT_OPENAPI] = {.fields = openapi_fields,
                                 .update = UPDATE_PARTIAL,
                                 .paged = true,
                                 .restore = &openapi_restore},
        },
};
