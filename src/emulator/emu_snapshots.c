/* SPDX-License-Identifier: MIT */
/* Snapshots, and the restore of a machine. */
#include "config.h"

#include "emulator/emu_events.h"
#include "emulator/kinds.h"
#include "emulator/validate.h"

#include <stdio.h>
#include <string.h>

/* Machines are not modelled: every well-formed id but this one exists. */
#define MISSING_MACHINE "psmissing"

static const char *const filters[] = {"machineId", NULL};
static const char *const orders[] = {"dtCreated", "name", NULL};

static const struct emu_field docs_create[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "machineId", .types = EMU_STRING, .required = true, .check = emu_check_id},
    {.name = NULL},
};

static const struct emu_field docs_update[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = NULL},
};

static const struct emu_field docs_restore[] = {
    {.name = "createSnapshotBeforeRestore", .types = EMU_BOOLEAN},
    {.name = NULL},
};

static const struct emu_field openapi_create[] = {
    {.name = "machineId", .types = EMU_STRING, .required = true, .check = emu_check_id},
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "note", .types = EMU_STRING},
    {.name = NULL},
};

static const struct emu_field openapi_update[] = {
    {.name = "name", .types = EMU_STRING},
    {.name = "note", .types = EMU_STRING},
    {.name = NULL},
};

static bool admit(struct json_object *body, struct emu_answer *answer)
{
    if (strcmp(json_string_member(body, "machineId"), MISSING_MACHINE) != 0)
        return true;
    emu_answer_error(answer, 404, "No such machine");
    return false;
}

static struct json_object *docs_make(struct emulator *emulator, const char *id, const char *date,
                                     struct json_object *body)
{
    struct json_object *snapshot = json_object_new_object();

    (void)emulator;
    (void)date;
    emu_json_put_string(snapshot, "id", id);
    emu_json_share(snapshot, body, "name");
    emu_json_share(snapshot, body, "machineId");
    emu_json_put(snapshot, "isAutoSnapshot", json_object_new_boolean(0));
    return snapshot;
}

static struct json_object *openapi_make(struct emulator *emulator, const char *id, const char *date,
                                        struct json_object *body)
{
    struct json_object *snapshot = json_object_new_object();

    emu_json_put_string(snapshot, "id", id);
    emu_json_share(snapshot, body, "machineId");
    emu_json_share(snapshot, body, "name");
    if (json_object_object_get_ex(body, "note", NULL))
        emu_json_share(snapshot, body, "note");
    emu_json_put(snapshot, "storageSize",
                 json_object_new_int64((int64_t)(emulator->ids % 64 + 1) << 30));
    emu_json_put_string(snapshot, "dtCreated", date);
    return snapshot;
}

static void remove_snapshot(struct emulator *emulator, const char *id)
{
    struct emu_collection *snapshots = emu_items(emulator, &emu_snapshots);
    struct emu_item *item = emu_collection_get(snapshots, id);

    if (item != NULL)
        emu_collection_remove(snapshots, item);
}

static const struct emu_action action_create = {.name = "snapshot-create"};
static const struct emu_action action_delete = {
    .name = "snapshot-delete",
    .finish = remove_snapshot,
};
static const struct emu_action action_restore = {.name = "snapshot-restore"};

static void answer_event(struct emulator *emulator, const struct emu_item *snapshot,
                         const struct emu_item *event, struct emu_answer *answer)
{
    struct json_object *body = json_object_new_object();

    if (event != NULL) {
        emu_json_put(body, "data", json_object_get(snapshot->doc));
        emu_json_put(body, "event", json_object_get(event->doc));
    }
    emu_answer_json(answer, event != NULL ? emulator->dialect->created : 500, body);
}

static void create_by_event(struct emulator *emulator, const struct emu_kind *kind,
                            const struct emu_request *request, struct emu_answer *answer)
{
    struct json_object *body = emu_validate_body(request, docs_create, answer);
    struct emu_item *item;

    if (body != NULL && admit(body, answer)) {
        item = emu_kind_make(emulator, kind, body);
        if (item != NULL)
            answer_event(emulator, item, emu_event_start(emulator, &action_create, item), answer);
    }
    json_object_put(body);
}

static void delete_by_event(struct emulator *emulator, const struct emu_kind *kind,
                            const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct emu_item *event;

    if (item == NULL)
        return;
    event = emu_event_pending(emulator, &action_delete, item->id);
    if (event == NULL)
        event = emu_event_start(emulator, &action_delete, item);
    answer_event(emulator, item, event, answer);
}

static void create_before_restore(struct emulator *emulator, const struct emu_item *item)
{
    struct json_object *body = json_object_new_object();
    struct emu_item *snapshot;
    char name[128];

    snprintf(name, sizeof name, "Before restore of %.100s", item->name);
    emu_json_put_string(body, "name", name);
    emu_json_share(body, item->doc, "machineId");
    snapshot = emu_kind_make(emulator, &emu_snapshots, body);
    if (snapshot != NULL)
        emu_event_start(emulator, &action_create, snapshot);
    json_object_put(body);
}

static void restore(struct emulator *emulator, struct emu_item *item, struct json_object *body,
                    struct emu_answer *answer)
{
    if (emu_event_busy(emulator, json_string_member(item->doc, "machineId"))) {
        emu_answer_error(answer, 409, "Another event of this machine is not finished");
        return;
    }
    if (json_object_get_boolean(json_object_object_get(body, "createSnapshotBeforeRestore")))
        create_before_restore(emulator, item);
    answer_event(emulator, item, emu_event_start(emulator, &action_restore, item), answer);
}

static void restore_by_event(struct emulator *emulator, const struct emu_kind *kind,
                             const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct json_object *body =
        item != NULL ? emu_validate_body(request, docs_restore, answer) : NULL;

    if (body != NULL)
        restore(emulator, item, body, answer);
    json_object_put(body);
}

static void restore_at_once(struct emulator *emulator, const struct emu_kind *kind,
                            const struct emu_request *request, struct emu_answer *answer)
{
    if (emu_kind_find(emulator, kind, request, answer) != NULL)
        emu_answer_text(answer, 200, NULL);
}

/* clang-format off */
static const char *const docs_sample[] = {
    EMU_JSON({"id": "slm3x8k1tqz5wd", "name": "auto-daily", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": true}),
    EMU_JSON({"id": "slb7r2y9fnc4hj", "name": "auto-daily", "machineId": "ps4t7k2qhx8d",
          "isAutoSnapshot": true}),
    EMU_JSON({"id": "slqafgu4n6gxge", "name": "before-upgrade", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": false}),
    EMU_JSON({"id": "slz1v6d0pks8ma", "name": "auto-daily", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": true}),
    EMU_JSON({"id": "slt4h9w3jxe2ub", "name": "trained model v2", "machineId": "ps4t7k2qhx8d",
          "isAutoSnapshot": false}),
    EMU_JSON({"id": "slc8n5g7rqo0yi", "name": "auto-weekly", "machineId": "psd0w6r3nj1z",
          "isAutoSnapshot": true}),
    EMU_JSON({"id": "slk2p4s6vfl9td", "name": "clean install", "machineId": "psd0w6r3nj1z",
          "isAutoSnapshot": false}),
    EMU_JSON({"id": "sle0j3u8mwb7xr", "name": "clean install", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": false}),
    NULL
};

static const char *const openapi_sample[] = {
    EMU_JSON({"id": "slm3x8k1tqz5wd", "machineId": "psm9u09bwu5i", "name": "auto-daily",
          "storageSize": 34359738368, "dtCreated": "2025-11-09T02:00:04.531Z"}),
    EMU_JSON({"id": "slb7r2y9fnc4hj", "machineId": "ps4t7k2qhx8d", "name": "auto-daily",
          "storageSize": 68719476736, "dtCreated": "2025-11-09T02:00:03.977Z"}),
    EMU_JSON({"id": "slqafgu4n6gxge", "machineId": "psm9u09bwu5i", "name": "before-upgrade",
          "note": "new driver next", "storageSize": 33285996544,
          "dtCreated": "2025-11-08T17:41:26.803Z"}),
    EMU_JSON({"id": "slz1v6d0pks8ma", "machineId": "psm9u09bwu5i", "name": "auto-daily",
          "storageSize": 32212254720, "dtCreated": "2025-11-08T02:00:05.210Z"}),
    EMU_JSON({"id": "slt4h9w3jxe2ub", "machineId": "ps4t7k2qhx8d", "name": "trained model v2",
          "note": "loss 0.031", "storageSize": 66571993088,
          "dtCreated": "2025-11-05T12:15:48.094Z"}),
    EMU_JSON({"id": "slc8n5g7rqo0yi", "machineId": "psd0w6r3nj1z", "name": "auto-weekly",
          "storageSize": 12884901888, "dtCreated": "2025-11-02T03:00:02.666Z"}),
    EMU_JSON({"id": "slk2p4s6vfl9td", "machineId": "psd0w6r3nj1z", "name": "clean install",
          "storageSize": 8589934592, "dtCreated": "2025-10-12T09:08:31.349Z"}),
    EMU_JSON({"id": "sle0j3u8mwb7xr", "machineId": "psm9u09bwu5i", "name": "clean install",
          "storageSize": 9663676416, "dtCreated": "2025-03-01T11:52:17.725Z"}),
    NULL
};
/* clang-format on */

/* Each tenth one is automatic, and those share a name. */
static struct json_object *docs_populate(size_t number, const char *id, const char *machine,
                                         const char *date)
{
    struct json_object *snapshot = json_object_new_object();
    bool automatic = number % 10 == 9;
    char name[32];

    (void)date;
    snprintf(name, sizeof name, automatic ? "auto-daily" : "snapshot-%06zu", number);
    emu_json_put_string(snapshot, "id", id);
    emu_json_put_string(snapshot, "name", name);
    emu_json_put_string(snapshot, "machineId", machine);
    emu_json_put(snapshot, "isAutoSnapshot", json_object_new_boolean(automatic));
    return snapshot;
}

/* Each tenth one has the name that automatic ones share. */
static struct json_object *openapi_populate(size_t number, const char *id, const char *machine,
                                            const char *date)
{
    struct json_object *snapshot = json_object_new_object();
    char name[32];

    snprintf(name, sizeof name, number % 10 == 9 ? "auto-daily" : "snapshot-%06zu", number);
    emu_json_put_string(snapshot, "id", id);
    emu_json_put_string(snapshot, "machineId", machine);
    emu_json_put_string(snapshot, "name", name);
    emu_json_put(snapshot, "storageSize", json_object_new_int64((int64_t)(number % 64 + 1) << 30));
    emu_json_put_string(snapshot, "dtCreated", date);
    return snapshot;
}

static const struct emu_route docs_routes[] = {
    {"GET", "", emu_kind_list, false},
    {"POST", "", create_by_event, false},
    {"GET", "*", emu_kind_get, false},
    {"PUT", "*", emu_kind_update, false},
    {"DELETE", "*", delete_by_event, false},
    {"POST", "*/restore", restore_by_event, false},
    {NULL, NULL, NULL, false},
};

static const struct emu_route openapi_routes[] = {
    {"GET", "", emu_kind_list, false},
    {"POST", "", emu_kind_create, false},
    {"GET", "*", emu_kind_get, false},
    {"PUT", "*", emu_kind_update, false},
    {"DELETE", "*", emu_kind_delete, false},
    {"POST", "*/restore", restore_at_once, false},
    {NULL, NULL, NULL, false},
};

const struct emu_kind emu_snapshots = {
    .noun = "snapshot",
    .path = "snapshots",
    .prefix = "sl",
    .id_length = 12,
    .shapes =
        {
            [EMU_DOCS] = {.routes = docs_routes,
                          .paged = true,
                          .filters = filters,
                          .orders = orders,
                          .create = docs_create,
                          .update = docs_update,
                          .admit = admit,
                          .make = docs_make,
                          .change = emu_change_keys,
                          .view = emu_view_document,
                          .sample = docs_sample,
                          .populate = docs_populate},
            [EMU_OPENAPI] = {.routes = openapi_routes,
                             .paged = true,
                             .filters = filters,
                             .create = openapi_create,
                             .update = openapi_update,
                             .admit = admit,
                             .make = openapi_make,
                             .change = emu_change_keys,
                             .view = emu_view_document,
                             .sample = openapi_sample,
                             .populate = openapi_populate},
        },
};
