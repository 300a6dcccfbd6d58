/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/kinds.h"

#include "emulator/emu_page.h"
#include "emulator/ids.h"
#include "emulator/validate.h"

#include <stdio.h>

struct emu_item *emu_kind_find(struct emulator *emulator, const struct emu_kind *kind,
                               const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_collection_get(emu_items(emulator, kind), emu_request_id(request));
    char message[80];

    if (item != NULL)
        return item;
    snprintf(message, sizeof message, "No such %s", kind->noun);
    emu_answer_error(answer, 404, message);
    return NULL;
}

static void answer_item(struct emulator *emulator, const struct emu_kind *kind, int status,
                        const struct emu_item *item, struct emu_answer *answer)
{
    emu_answer_json(answer, status, emu_shape(emulator, kind)->view(emulator, item, false));
}

void emu_kind_list(struct emulator *emulator, const struct emu_kind *kind,
                   const struct emu_request *request, struct emu_answer *answer)
{
    emu_page_answer(emulator, kind, request, answer);
}

void emu_kind_get(struct emulator *emulator, const struct emu_kind *kind,
                  const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_item *item = emu_kind_find(emulator, kind, request, answer);

    if (item != NULL)
        answer_item(emulator, kind, 200, item, answer);
}

struct emu_item *emu_kind_make(struct emulator *emulator, const struct emu_kind *kind,
                               struct json_object *body)
{
    const struct emu_shape *shape = emu_shape(emulator, kind);
    int64_t now = emu_now(emulator);
    char id[EMU_ID_SIZE], date[EMU_DATE_SIZE];

    emu_id_new(emulator, kind, id);
    emu_date_text(now, date);
    return emu_collection_add(emu_items(emulator, kind), shape->make(emulator, id, date, body),
                              now);
}

void emu_kind_create(struct emulator *emulator, const struct emu_kind *kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_shape *shape = emu_shape(emulator, kind);
    struct json_object *body = emu_validate_body(request, shape->create, answer);
    struct emu_item *item;

    if (body != NULL && (shape->admit == NULL || shape->admit(body, answer))) {
        item = emu_kind_make(emulator, kind, body);
        if (item != NULL)
            answer_item(emulator, kind, emulator->dialect->created, item, answer);
    }
    json_object_put(body);
}

void emu_kind_update(struct emulator *emulator, const struct emu_kind *kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_shape *shape = emu_shape(emulator, kind);
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct json_object *body;

    if (item == NULL)
        return;
    body = emu_validate_body(request, shape->update, answer);
    if (body == NULL)
        return;
    shape->change(emulator, item, body);
    emu_collection_renamed(emu_items(emulator, kind), item);
    answer_item(emulator, kind, 200, item, answer);
    json_object_put(body);
}

void emu_kind_delete(struct emulator *emulator, const struct emu_kind *kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);

    if (item == NULL)
        return;
    emu_collection_remove(emu_items(emulator, kind), item);
    emulator->dialect->deleted(answer, item->id);
}

void emu_kind_one(struct emulator *emulator, const struct emu_kind *kind,
                  const struct emu_request *request, struct emu_answer *answer)
{
    (void)request;
    emu_answer_json(answer, 200, json_object_get(emu_stock(emulator, kind)->document));
}

const struct emu_route emu_routes_all[] = {
    {"GET", "", emu_kind_list, false},       {"POST", "", emu_kind_create, false},
    {"GET", "*", emu_kind_get, false},       {"PUT", "*", emu_kind_update, false},
    {"DELETE", "*", emu_kind_delete, false}, {NULL, NULL, NULL, false},
};

const struct emu_route emu_routes_read[] = {
    {"GET", "", emu_kind_list, false},
    {"GET", "*", emu_kind_get, false},
    {NULL, NULL, NULL, false},
};

const struct emu_route emu_routes_one[] = {
    {"GET", "", emu_kind_one, false},
    {NULL, NULL, NULL, false},
};

struct json_object *emu_view_document(struct emulator *emulator, const struct emu_item *item,
                                      bool listed)
{
    (void)emulator;
    (void)listed;
    return json_object_get(item->doc);
}

void emu_change_keys(struct emulator *emulator, struct emu_item *item, struct json_object *body)
{
    (void)emulator;
    json_object_object_foreach (body, key, value) {
        emu_json_put(item->doc, key, json_object_get(value));
    }
}
