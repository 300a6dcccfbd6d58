/* SPDX-License-Identifier: MIT */
/* Shared drives. */
#include "config.h"

#include "emulator/ids.h"
#include "emulator/kinds.h"
#include "emulator/validate.h"

#include <stdio.h>

static const char *const filters[] = {"name", "region", NULL};
static const char *const orders[] = {"dtCreated", "name", NULL};

static const struct emu_field docs_create[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "size", .types = EMU_INTEGER, .required = true, .check = emu_check_positive},
    {.name = "region", .types = EMU_STRING, .required = true},
    {.name = "networkId", .types = EMU_STRING, .required = true, .check = emu_check_id},
    {.name = NULL},
};

static const struct emu_field docs_update[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = NULL},
};

static const struct emu_field openapi_create[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "size", .types = EMU_INTEGER, .required = true, .check = emu_check_positive},
    {.name = "region", .types = EMU_STRING, .required = true},
    {.name = "privateNetworkId", .types = EMU_STRING, .required = true, .check = emu_check_id},
    {.name = NULL},
};

static const struct emu_field openapi_update[] = {
    {.name = "name", .types = EMU_STRING},
    {.name = "size", .types = EMU_INTEGER, .check = emu_check_positive},
    {.name = NULL},
};

/* The address and the SMB credentials that a new drive gets. */
static void put_mount(json_object *drive, uint64_t number, const char *id)
{
    char text[80], secret[EMU_ID_SIZE];

    snprintf(text, sizeof(text), "\\\\10.64.%u.%u\\%s", (unsigned)(number / 250 % 250 + 2),
             (unsigned)(number % 250 + 2), id);
    emu_json_put_string(drive, "mountPoint", text);
    emu_id_from(number ^ 0xD21, "u", 9, secret);
    emu_json_put_string(drive, "username", secret);
    emu_id_from(number ^ 0xD22, "", 16, secret);
    emu_json_put_string(drive, "password", secret);
}

static json_object *docs_make(struct emulator *emulator, const char *id, const char *date,
                              json_object *body)
{
    json_object *drive = json_object_new_object();

    emu_json_put_string(drive, "id", id);
    emu_json_share(drive, body, "name");
    emu_json_put_string(drive, "dtCreated", date);
    emu_json_put(drive, "dtDeleted", NULL);
    emu_json_share(drive, body, "size");
    put_mount(drive, emulator->ids, id);
    emu_json_share(drive, body, "networkId");
    emu_json_share(drive, body, "region");
    return drive;
}

static json_object *openapi_make(struct emulator *emulator, const char *id, const char *date,
                                 json_object *body)
{
    json_object *drive = json_object_new_object();

    (void)emulator;
    emu_json_put_string(drive, "id", id);
    emu_json_share(drive, body, "name");
    emu_json_share(drive, body, "size");
    emu_json_share(drive, body, "region");
    emu_json_share(drive, body, "privateNetworkId");
    emu_json_put_string(drive, "dtCreated", date);
    return drive;
}

const struct emu_kind emu_docs_drives = {
    .noun = "shared drive",
    .prefix = "sd",
    .id_length = 8,
    .paged = true,
    .filters = filters,
    .orders = orders,
    .create = docs_create,
    .update = docs_update,
    .make = docs_make,
    .change = emu_change_keys,
    .view = emu_view_document,
};

const struct emu_kind emu_openapi_drives = {
    .noun = "shared drive",
    .prefix = "sd",
    .id_length = 8,
    .create = openapi_create,
    .update = openapi_update,
    .make = openapi_make,
    .change = emu_change_keys,
    .view = emu_view_document,
};
