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

void emu_snapshot_create(struct emulator *emulator, enum emu_kind_id kind,
                         const struct emu_request *request, struct emu_answer *answer)
{
    struct json_object *body = emu_validate_body(request, docs_create, answer);
    struct emu_item *item;

    if (body != NULL && admit(body, answer)) {
        item = emu_kind_make(emulator, kind, body);
        if (item != NULL)
            answer_event(emulator, item, emu_event_start(emulator, &emu_action_create, item),
                         answer);
    }
    json_object_put(body);
}

void emu_snapshot_delete(struct emulator *emulator, enum emu_kind_id kind,
                         const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct emu_item *event;

    if (item == NULL)
        return;
    event = emu_event_pending(emulator, &emu_action_delete, item->id);
    if (event == NULL)
        event = emu_event_start(emulator, &emu_action_delete, item);
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
    snapshot = emu_kind_make(emulator, EMU_SNAPSHOTS, body);
    if (snapshot != NULL)
        emu_event_start(emulator, &emu_action_create, snapshot);
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
    answer_event(emulator, item, emu_event_start(emulator, &emu_action_restore, item), answer);
}

void emu_snapshot_restore(struct emulator *emulator, enum emu_kind_id kind,
                          const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct json_object *body =
        item != NULL ? emu_validate_body(request, docs_restore, answer) : NULL;

    if (body != NULL)
        restore(emulator, item, body, answer);
    json_object_put(body);
}

void emu_snapshot_restore_at_once(struct emulator *emulator, enum emu_kind_id kind,
                                  const struct emu_request *request, struct emu_answer *answer)
{
    if (emu_kind_find(emulator, kind, request, answer) != NULL)
        emu_answer_text(answer, 200, NULL);
}

const struct emu_kind emu_docs_snapshots = {
    .noun = "snapshot",
    .prefix = "sl",
    .id_length = 12,
    .paged = true,
    .filters = filters,
    .orders = orders,
    .create = docs_create,
    .update = docs_update,
    .admit = admit,
    .make = docs_make,
    .change = emu_change_keys,
    .view = emu_view_document,
};

const struct emu_kind emu_openapi_snapshots = {
    .noun = "snapshot",
    .prefix = "sl",
    .id_length = 12,
    .paged = true,
    .filters = filters,
    .create = openapi_create,
    .update = openapi_update,
    .admit = admit,
    .make = openapi_make,
    .change = emu_change_keys,
    .view = emu_view_document,
};
