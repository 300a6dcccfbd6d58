/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

#include <errno.h>
#include <string.h>

bool document_name_edit(const char *name, size_t name_bytes, struct buf *out)
{
    struct json_object *edit = document_named(name, name_bytes);
    bool ok = edit != NULL && json_print(out, edit);

    json_object_put(edit);
    return ok;
}

bool document_create_in_group(const struct kind *kind, const char *name, size_t name_bytes,
                              const char *machine_id, struct buf *out)
{
    struct json_object *body = document_named(name, name_bytes);
    struct json_object *machine = body == NULL ? NULL : json_object_new_string(machine_id);
    bool ok =
        machine != NULL && document_put(body, kind->machine_key, machine) && json_print(out, body);

    json_object_put(body);
    return ok;
}

static bool judge_restore(const struct visitor *visitor, const struct visit *key)
{
    struct problem *refusal = visitor->ctx;

    if (key->field == NULL)
        document_refuse(refusal, EINVAL, &key->path, "a restore takes no key %s",
                        key_words(&key->path).text);
    else if (!field_accepts(key->field, key->at[0]))
        document_refuse(refusal, EINVAL, &key->path, "%s must be %s", key_words(&key->path).text,
                        field_type_words(key->field));
    return true;
}

int document_restore_body(const struct restore_row *row, const char *text, size_t text_bytes,
                          struct buf *out, struct problem *problem)
{
    struct problem refusal = {0};
    struct json_object *body = document_parse(text, text_bytes, &refusal);
    const struct visitor visitor = {.leaf = judge_restore, .ctx = &refusal};
    const struct visit root = {.at = {json_view_of(body)}};

    if (body != NULL)
        visit_all(&visitor, row->fields, &root);
    if (refusal.err == 0 && !json_print(out, body))
        document_refuse(&refusal, ENOMEM, NULL, "out of memory");
    json_object_put(body);
    return document_verdict(&refusal, problem);
}

/* --- what is left of a copy ------------------------------------------------------------------- */

/* What stands side by side at each key of a copied text. */
enum { GIVEN, MADE };

/* Whether the text has it otherwise than what was made of it. */
static bool is_new(const struct visitor *visitor, const struct visit *key)
{
    const bool *keep_name = visitor->ctx;
    bool name = key->path.up == NULL && strcmp(key->path.key, "name") == 0;
    bool made = key->at[MADE].there && json_view_type(key->at[MADE]) != 'n';

    return key->field != NULL && (key->field->flags & (FIELD_CREATE | FIELD_UPDATE)) != 0 &&
           (*keep_name || !name) &&
           !(made && field_same(key->field, key->at[GIVEN], key->at[MADE]));
}

static bool nests(const struct visitor *visitor, const struct visit *key)
{
    return is_new(visitor, key) && key->field->members != NULL &&
           json_view_type(key->at[GIVEN]) == '{';
}

static bool keep_key(const struct visitor *visitor, const struct visit *key)
{
    return !is_new(visitor, key) || document_put_view(key->up->out, key->path.key, key->at[GIVEN]);
}

struct json_object *document_keep_new(const struct kind *kind, enum dialect dialect,
                                      struct json_object *given, const struct buf *made,
                                      bool keep_name)
{
    const struct visitor visitor = {.nests = nests,
                                    .leaf = keep_key,
                                    .enter = document_begin_object,
                                    .leave = document_end_object,
                                    .ctx = &keep_name};
    struct visit root = {
        .at = {[GIVEN] = json_view_of(given), [MADE] = document_view(buf_text(made))},
        .out = json_object_new_object()};

    if (root.out != NULL && visit_all(&visitor, kind->shapes[dialect].fields, &root))
        return root.out;
    json_object_put(root.out);
    return NULL;
}
