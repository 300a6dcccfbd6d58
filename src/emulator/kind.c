/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/ids.h"
#include "emulator/kinds.h"
#include "emulator/emu_page.h"
#include "emulator/validate.h"

#include <stdio.h>

struct emu_item *emu_kind_find(struct emulator *emulator, enum emu_kind_id kind,
                               const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item =
        emu_collection_get(&emulator->collections[kind], emu_request_id(request));
    char message[80];

    if (item != NULL)
        return item;
    snprintf(message, sizeof message, "No such %s", emulator->dialect->kinds[kind]->noun);
    emu_answer_error(answer, 404, message);
    return NULL;
}

static void answer_item(struct emulator *emulator, enum emu_kind_id kind, int status,
                        const struct emu_item *item, struct emu_answer *answer)
{
    emu_answer_json(answer, status, emulator->dialect->kinds[kind]->view(emulator, item, false));
}

void emu_kind_list(struct emulator *emulator, enum emu_kind_id kind,
                   const struct emu_request *request, struct emu_answer *answer)
{
    emu_page_answer(emulator, kind, request, answer);
}

void emu_kind_get(struct emulator *emulator, enum emu_kind_id kind,
                  const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_item *item = emu_kind_find(emulator, kind, request, answer);

    if (item != NULL)
        answer_item(emulator, kind, 200, item, answer);
}

struct emu_item *emu_kind_make(struct emulator *emulator, enum emu_kind_id kind,
                               struct json_object *body)
{
    const struct emu_kind *row = emulator->dialect->kinds[kind];
    int64_t now = emu_now(emulator);
    char id[EMU_ID_SIZE], date[EMU_DATE_SIZE];

    emu_id_new(emulator, kind, id);
    emu_date_text(now, date);
    return emu_collection_add(&emulator->collections[kind], row->make(emulator, id, date, body),
                              now);
}

void emu_kind_create(struct emulator *emulator, enum emu_kind_id kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_kind *row = emulator->dialect->kinds[kind];
    struct json_object *body = emu_validate_body(request, row->create, answer);
    struct emu_item *item;

    if (body != NULL && (row->admit == NULL || row->admit(body, answer))) {
        item = emu_kind_make(emulator, kind, body);
        if (item != NULL)
            answer_item(emulator, kind, emulator->dialect->created, item, answer);
    }
    json_object_put(body);
}

void emu_kind_update(struct emulator *emulator, enum emu_kind_id kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    const struct emu_kind *row = emulator->dialect->kinds[kind];
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);
    struct json_object *body;

    if (item == NULL)
        return;
    body = emu_validate_body(request, row->update, answer);
    if (body == NULL)
        return;
    row->change(emulator, item, body);
    emu_collection_renamed(&emulator->collections[kind], item);
    answer_item(emulator, kind, 200, item, answer);
    json_object_put(body);
}

void emu_kind_delete(struct emulator *emulator, enum emu_kind_id kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    struct emu_item *item = emu_kind_find(emulator, kind, request, answer);

    if (item == NULL)
        return;
    emu_collection_remove(&emulator->collections[kind], item);
    emulator->dialect->deleted(answer, item->id);
}

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
