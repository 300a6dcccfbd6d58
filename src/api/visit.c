/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/visit.h"

#include "util/digest.h"
#include "util/utf8.h"

#include <string.h>

/* --- keys ------------------------------------------------------------------------------------ */

struct key_words words_cut(const struct buf *text)
{
    struct key_words words = {""};
    size_t size = utf8_cut(buf_text(text), text->size_bytes, sizeof words.text - 1);

    for (size_t i = 0; i < size; i++)
        words.text[i] =
            (unsigned char)text->data[i] < 0x20 || text->data[i] == 0x7F ? ' ' : text->data[i];
    return words;
}

static void print_path(const struct key_path *path, struct buf *out)
{
    if (path->up != NULL) {
        print_path(path->up, out);
        buf_append(out, ".", 1);
    }
    buf_append_text(out, path->key);
}

struct key_words key_words(const struct key_path *path)
{
    struct buf text = BUF_EMPTY;

    print_path(path, &text);
    struct key_words words = words_cut(&text);
    buf_finish(&text);
    return words;
}

uint64_t key_place(const struct key_path *path)
{
    return digest_key(path->up == NULL ? DIGEST_ROOT : key_place(path->up), path->key);
}

struct json_view key_lookup(struct json_view document, const struct key_path *path)
{
    if (path->up != NULL)
        document = key_lookup(document, path->up);
    return json_view_member(document, path->key);
}

/* --- the walk -------------------------------------------------------------------------------- */

static bool visit_into(const struct visitor *visitor, struct visit *visit)
{
    const struct field *members = visit->field == NULL ? NULL : visit->field->members;

    if (visitor->enter != NULL && !visitor->enter(visitor, visit))
        return false;
    bool ok = visit_all(visitor, members, visit);
    return visitor->leave == NULL ? ok : visitor->leave(visitor, visit, ok) && ok;
}

bool visit_key(const struct visitor *visitor, struct visit *visit)
{
    if (visitor->nests != NULL && visitor->nests(visitor, visit))
        return visit_into(visitor, visit);
    return visitor->leaf == NULL || visitor->leaf(visitor, visit);
}

static struct visit visit_of(const struct visit *up, const char *key, const struct field *field)
{
    struct visit visit = {.path = {up->up == NULL ? NULL : &up->path, key},
                          .up = up,
                          .field = field,
                          .needed = up->needed};

    return visit;
}

/* Of the sides from `first` on. */
static void look_up(struct visit *visit, size_t first)
{
    for (size_t i = first; i < VISIT_SIDES; i++)
        visit->at[i] = json_view_member(visit->up->at[i], visit->path.key);
}

static bool visit_rows(const struct visitor *visitor, const struct field *fields,
                       const struct visit *up)
{
    bool ok = true;

    for (; ok && fields != NULL && fields->key != NULL; fields++) {
        struct visit visit = visit_of(up, fields->key, fields);

        if ((fields->flags & visitor->rows) == 0)
            continue;
        look_up(&visit, 0);
        ok = visit_key(visitor, &visit);
    }
    return ok;
}

static bool visit_keys(const struct visitor *visitor, const struct field *fields,
                       const struct visit *up)
{
    struct json_entries walk = json_view_entries(up->at[0]);
    bool ok = true;

    while (ok && json_entries_next(&walk)) {
        const struct field *field =
            fields == NULL ? NULL : field_find(fields, walk.key, strlen(walk.key));
        struct visit visit = visit_of(up, walk.key, field);

        visit.at[0] = walk.value;
        look_up(&visit, 1);
        ok = visit_key(visitor, &visit);
    }
    ok = ok && !walk.failed;
    json_entries_finish(&walk);
    return ok;
}

bool visit_all(const struct visitor *visitor, const struct field *fields, const struct visit *root)
{
    return (visitor->rows != 0 ? visit_rows : visit_keys)(visitor, fields, root);
}
