/* SPDX-License-Identifier: MIT */
/* What is written to a draft: values are taken into one JSON object, all of a text or nothing. */
#include "config.h"

#include "document/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct draft_edit {
    const struct kind *kind;
    const struct record_list *peers;
    struct problem refusal;
};

/* Whether a known resource of the kind has this key (`as_text`: with a string). */
static bool peers_have(const struct draft_edit *draft, const struct key_path *path, bool as_text)
{
    bool have = false;

    for (size_t i = 0; !have && draft->peers != NULL && i < draft->peers->count; i++) {
        struct json_index *own;
        struct json_view peer = record_view(draft->peers->records[i], &own);
        struct json_view value = key_lookup(peer, path);

        have = value.there && (!as_text || json_view_type(value) == '"');
        free(own);
    }
    return have;
}

static void refuse_unknown(struct draft_edit *draft, const struct key_path *path)
{
    if (!peers_have(draft, path, false))
        document_refuse(&draft->refusal, EINVAL, path, "%s: there is no key %s",
                        draft->kind->document, key_words(path).text);
}

/* A secret that was given before shows masked in the draft's own document. */
static bool take_masked(struct draft_edit *draft, const struct visit *key)
{
    if (json_member(key->up->out, key->path.key) == NULL)
        document_refuse(&draft->refusal, EINVAL, &key->path,
                        "%s is masked: a secret can't be copied, it has to be given",
                        key_words(&key->path).text);
    return true;
}

static bool take_value(struct draft_edit *draft, const struct visit *key, struct json_view value)
{
    const struct key_path *path = &key->path;
    bool accepted = field_accepts(key->field, value);

    if (accepted && !field_looks_like_bytes(key->field, value))
        return document_put_view(key->up->out, path->key, value);
    if (accepted)
        document_refuse(&draft->refusal, EINVAL, path, "%s is given in GB; %s looks like bytes",
                        key_words(path).text, value_words(value).text);
    else
        document_refuse(&draft->refusal, EINVAL, path, "%s must be %s", key_words(path).text,
                        field_type_words(key->field));
    return true;
}

static bool take_given(struct draft_edit *draft, const struct visit *key)
{
    struct json_view given = key->at[0];

    if (json_view_type(given) == 'n') {
        json_object_object_del(key->up->out, key->path.key);
        return true;
    }
    if (document_is_mask(&key->path, given))
        return take_masked(draft, key);
    struct json_object *number = field_integer_of(key->field, given);
    bool as_number = number != NULL && peers_have(draft, &key->path, true);
    bool ok = take_value(draft, key, as_number ? json_view_of(number) : given);
    json_object_put(number);
    return ok;
}

/* The directory's name is the name. */
static bool is_name(const struct visit *key)
{
    return key->path.up == NULL && strcmp(key->path.key, "name") == 0;
}

static bool take_key(const struct visitor *visitor, const struct visit *key)
{
    struct draft_edit *draft = visitor->ctx;

    if (is_name(key))
        return true;
    if (key->field == NULL) {
        refuse_unknown(draft, &key->path);
        return true;
    }
    return (key->field->flags & FIELD_CREATE) == 0 || take_given(draft, key);
}

static bool nests(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return !is_name(key) && key->field != NULL && (key->field->flags & FIELD_CREATE) != 0 &&
           key->field->members != NULL && json_view_type(key->at[0]) == '{';
}

static bool enter(const struct visitor *visitor, struct visit *key)
{
    (void)visitor;
    key->out = json_member(key->up->out, key->path.key);
    if (key->out == NULL) {
        key->out = json_object_new_object();
        return key->out != NULL && document_put(key->up->out, key->path.key, key->out);
    }
    return true;
}

static bool leave(const struct visitor *visitor, const struct visit *key, bool ok)
{
    (void)visitor;
    if (ok && json_object_object_length(key->out) == 0)
        json_object_object_del(key->up->out, key->path.key);
    return ok;
}

/* Replaces the values' text; the old one may hold secrets. */
static bool replace(struct buf *values, struct json_object *object)
{
    struct buf text = BUF_EMPTY;

    if (!json_print(&text, object)) {
        buf_finish(&text);
        return false;
    }
    if (values->data != NULL)
        explicit_bzero(values->data, values->capacity_bytes);
    buf_finish(values);
    *values = text;
    return true;
}

int document_draft_take(const struct kind *kind, enum dialect dialect,
                        const struct record_list *peers, struct json_object *given,
                        struct buf *values, struct problem *problem)
{
    struct draft_edit draft = {.kind = kind, .peers = peers};
    const struct visitor visitor = {
        .nests = nests, .leaf = take_key, .enter = enter, .leave = leave, .ctx = &draft};
    struct visit root = {.at = {json_view_of(given)}, .out = document_load(buf_text(values))};
    bool ok = root.out != NULL && visit_all(&visitor, kind->shapes[dialect].fields, &root) &&
              (draft.refusal.err != 0 || replace(values, root.out));

    if (!ok)
        document_refuse(&draft.refusal, ENOMEM, NULL, "out of memory");
    json_object_put(root.out);
    return document_verdict(&draft.refusal, problem);
}

int document_draft_apply(const struct kind *kind, enum dialect dialect,
                         const struct record_list *peers, const char *text, size_t text_bytes,
                         struct buf *values, struct problem *problem)
{
    struct json_object *given = document_read(text, text_bytes, problem);

    if (given == NULL)
        return -1;
    int result = document_draft_take(kind, dialect, peers, given, values, problem);
    json_object_put(given);
    return result;
}
