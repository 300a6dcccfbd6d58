/* SPDX-License-Identifier: MIT */
/*
 * The two dialects. What differs between them is in these rows and in the shapes of each kind,
 * nowhere else.
 */
#include "config.h"

#include "emulator/core.h"
#include "emulator/cursor.h"
#include "emulator/emu_answer.h"
#include "emulator/emu_page.h"

#include <stdlib.h>
#include <string.h>

static struct emu_item *docs_cursor(const struct emu_collection *collection, const char *after)
{
    char *id = emu_cursor_decode(after);
    struct emu_item *item = id != NULL ? emu_collection_find(collection, id) : NULL;

    free(id);
    return item;
}

static struct emu_item *openapi_cursor(const struct emu_collection *collection, const char *after)
{
    return emu_collection_find(collection, after);
}

/* The end of a list has three forms; all mean the same. */
static void put_end(const struct emulator *emulator, struct json_object *list)
{
    const char *form = emulator->behaviour.end_cursor;

    if (form == NULL || strcmp(form, "null") == 0)
        emu_json_put(list, "nextPage", NULL);
    else if (strcmp(form, "empty") == 0)
        emu_json_put_string(list, "nextPage", "");
}

static struct json_object *docs_list(struct emulator *emulator, struct emu_page *page)
{
    struct json_object *list = json_object_new_object();
    bool repeat = emulator->behaviour.repeat_cursor && page->after != NULL;
    const struct emu_item *next = repeat ? page->after : page->last;
    bool more = page->more || repeat;
    char *cursor = more && next != NULL ? emu_cursor_encode(next->id) : NULL;

    emu_json_put(list, "hasMore", json_object_new_boolean(more));
    emu_json_put(list, "items", page->items);
    if (cursor != NULL)
        emu_json_put_string(list, "nextPage", cursor);
    else
        put_end(emulator, list);
    free(cursor);
    return list;
}

static struct json_object *openapi_list(struct emulator *emulator, struct emu_page *page)
{
    (void)emulator;
    return page->items;
}

static void docs_deleted(struct emu_answer *answer, const char *id)
{
    struct json_object *body = json_object_new_object();

    emu_json_put_string(body, "id", id);
    emu_answer_json(answer, 200, body);
}

static void openapi_deleted(struct emu_answer *answer, const char *id)
{
    (void)id;
    emu_answer_text(answer, 204, NULL);
}

const struct emu_dialect emu_docs_dialect = {
    .name = "docs",
    .id = EMU_DOCS,
    .created = 200,
    .default_limit = 20,
    .limit_bounded = true,
    .list = docs_list,
    .cursor = docs_cursor,
    .deleted = docs_deleted,
};

const struct emu_dialect emu_openapi_dialect = {
    .name = "openapi",
    .id = EMU_OPENAPI,
    .created = 201,
    .default_limit = SIZE_MAX,
    .list = openapi_list,
    .cursor = openapi_cursor,
    .deleted = openapi_deleted,
};

const struct emu_dialect *emu_dialect_find(const char *name)
{
    static const struct emu_dialect *const all[] = {&emu_docs_dialect, &emu_openapi_dialect};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (name == NULL || strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
