/* SPDX-License-Identifier: MIT */
/* Shared drives. */
#include "config.h"

#include "emulator/ids.h"
#include "emulator/kinds.h"
#include "emulator/validate.h"

#include <stdio.h>
#include <string.h>

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
static void put_mount(struct json_object *drive, uint64_t number, const char *id)
{
    char text[80], secret[EMU_ID_SIZE];

    snprintf(text, sizeof text, "\\\\10.64.%u.%u\\%s", (unsigned)(number / 250 % 250 + 2),
             (unsigned)(number % 250 + 2), id);
    emu_json_put_string(drive, "mountPoint", text);
    emu_id_from(number ^ 0xD21, "u", 9, secret);
    emu_json_put_string(drive, "username", secret);
    emu_id_from(number ^ 0xD22, "", 16, secret);
    emu_json_put_string(drive, "password", secret);
}

static struct json_object *docs_make(struct emulator *emulator, const char *id, const char *date,
                                     struct json_object *body)
{
    struct json_object *drive = json_object_new_object();

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

static struct json_object *openapi_make(struct emulator *emulator, const char *id, const char *date,
                                        struct json_object *body)
{
    struct json_object *drive = json_object_new_object();

    (void)emulator;
    emu_json_put_string(drive, "id", id);
    emu_json_share(drive, body, "name");
    emu_json_share(drive, body, "size");
    emu_json_share(drive, body, "region");
    emu_json_share(drive, body, "privateNetworkId");
    emu_json_put_string(drive, "dtCreated", date);
    return drive;
}

/* How a region has been seen in answers beside its code, which is what requests take. */
static const struct {
    const char *code, *upper, *label;
} regions[] = {
    {"ny2", "NY2", "East Coast (NY2)"},
    {"ca1", "CA1", "West Coast (CA1)"},
    {"ams1", "AMS1", "Europe (AMS1)"},
};

/* The region as the form has it; itself if it is none of these, or is to stay. */
static const char *spelled(const char *region, const char *form)
{
    for (size_t i = 0; region != NULL && form != NULL && i < sizeof regions / sizeof regions[0];
         i++)
        if (strcmp(regions[i].code, region) == 0)
            return strcmp(form, "upper") == 0   ? regions[i].upper
                   : strcmp(form, "label") == 0 ? regions[i].label
                                                : region;
    return region;
}

static struct json_object *view(struct emulator *emulator, const struct emu_item *item, bool listed)
{
    const char *region = json_string_member(item->doc, "region");
    const char *shown = spelled(region, emulator->behaviour.regions);
    struct json_object *drive;

    if (shown == region)
        return emu_view_document(emulator, item, listed);
    drive = emu_json_copy(item->doc);
    emu_json_put_string(drive, "region", shown);
    return drive;
}

/* clang-format off */
static const char *const docs_sample[] = {
    EMU_JSON({"id": "sdq7h2m4xc", "name": "archive", "dtCreated": "2025-11-03T16:20:11.402Z",
          "dtDeleted": null, "size": 2000, "mountPoint": "\\\\10.64.92.7\\sdq7h2m4xc",
          "username": "u8r3k1w5", "password": "Vt5mQx81pLrA", "networkId": "nwhoe4ox",
          "region": "ny2"}),
    EMU_JSON({"id": "sdw3n8b1ke", "name": "renders", "dtCreated": "2025-09-18T08:44:52.118Z",
          "dtDeleted": null, "size": 500, "mountPoint": "\\\\10.81.16.4\\sdw3n8b1ke",
          "username": "u2f9c6h0", "password": "bN3kWz70sYtE", "networkId": "nwc5t8am",
          "region": "ca1"}),
    EMU_JSON({"id": "sdt5y0r9jd", "name": "team files", "dtCreated": "2025-06-27T13:05:39.870Z",
          "dtDeleted": null, "size": 250, "mountPoint": "\\\\10.97.40.3\\sdt5y0r9jd",
          "username": "u6v1x4p7", "password": "Hq8dRc29fUjM", "networkId": "nwk2e7zs",
          "region": "ams1"}),
    EMU_JSON({"id": "sdvkpg3v2v", "name": "data", "dtCreated": "2025-02-14T10:31:07.255Z",
          "dtDeleted": null, "size": 1000, "mountPoint": "\\\\10.64.92.2\\sdvkpg3v2v",
          "username": "u4j7t0z3", "password": "Lk6wPv42nGhX", "networkId": "nwhoe4ox",
          "region": "ny2"}),
    NULL
};

static const char *const openapi_sample[] = {
    EMU_JSON({"id": "sdq7h2m4xc", "name": "archive", "size": 2000, "region": "ny2",
          "privateNetworkId": "nwhoe4ox", "dtCreated": "2025-11-03T16:20:11.402Z"}),
    EMU_JSON({"id": "sdw3n8b1ke", "name": "renders", "size": 500, "region": "ca1",
          "privateNetworkId": "nwc5t8am", "dtCreated": "2025-09-18T08:44:52.118Z"}),
    EMU_JSON({"id": "sdt5y0r9jd", "name": "team files", "size": 250, "region": "ams1",
          "privateNetworkId": "nwk2e7zs", "dtCreated": "2025-06-27T13:05:39.870Z"}),
    EMU_JSON({"id": "sdvkpg3v2v", "name": "data", "size": 1000, "region": "ny2",
          "privateNetworkId": "nwhoe4ox", "dtCreated": "2025-02-14T10:31:07.255Z"}),
    NULL
};
/* clang-format on */

const struct emu_kind emu_drives = {
    .noun = "shared drive",
    .path = "shared-drives",
    .prefix = "sd",
    .id_length = 8,
    .shapes =
        {
            [EMU_DOCS] = {.routes = emu_routes_all,
                          .paged = true,
                          .filters = filters,
                          .orders = orders,
                          .create = docs_create,
                          .update = docs_update,
                          .make = docs_make,
                          .change = emu_change_keys,
                          .view = view,
                          .sample = docs_sample},
            [EMU_OPENAPI] = {.routes = emu_routes_all,
                             .create = openapi_create,
                             .update = openapi_update,
                             .make = openapi_make,
                             .change = emu_change_keys,
                             .view = view,
                             .sample = openapi_sample},
        },
};
