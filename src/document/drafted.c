/* SPDX-License-Identifier: MIT */
/* What is written to a draft: values are taken into one JSON object, all of a text or nothing. */
#include "config.h"

#include "document/parts.h"

#include <errno.h>
#include <string.h>

struct draft_edit {
    const struct kind *kind;
    const struct record_list *peers;
    struct problem refusal;
};

struct given {
    struct key_path path;
    const struct field *field;
    struct json_object *value; /* borrowed */
};

/* Whether a known resource of the kind has this key (`as_text`: with a string). */
static bool peers_have(const struct draft_edit *draft, const struct key_path *path, bool as_text)
{
    bool have = false;

    for (size_t i = 0; !have && draft->peers != NULL && i < draft->peers->count; i++) {
        struct json_object *peer = record_parse(draft->peers->records[i]);
        struct json_object *value = key_lookup(peer, path, &have);

        have = have && (!as_text || json_object_is_type(value, json_type_string));
        json_object_put(peer);
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
static bool take_masked(struct draft_edit *draft, const struct given *given,
                        struct json_object *values)
{
    if (json_member(values, given->path.key) == NULL)
        document_refuse(&draft->refusal, EINVAL, &given->path,
                        "%s is masked: a secret can't be copied, it has to be given",
                        key_words(&given->path).text);
    return true;
}

/* Takes over the reference to `value`. */
static bool take_value(struct draft_edit *draft, const struct given *given,
                       struct json_object *value, struct json_object *values)
{
    const struct key_path *path = &given->path;

    if (field_accepts(given->field, value) && !field_looks_like_bytes(given->field, value))
        return document_put(values, path->key, value);
    if (field_accepts(given->field, value))
        document_refuse(&draft->refusal, EINVAL, path, "%s is given in GB; %s looks like bytes",
                        key_words(path).text, value_words(value).text);
    else
        document_refuse(&draft->refusal, EINVAL, path, "%s must be %s", key_words(path).text,
                        field_type_words(given->field));
    json_object_put(value);
    return true;
}

static bool take_leaf(struct draft_edit *draft, const struct given *given,
                      struct json_object *values)
{
    if (given->value == NULL) {
        json_object_object_del(values, given->path.key);
        return true;
    }
    if (document_is_mask(&given->path, given->value))
        return take_masked(draft, given, values);
    struct json_object *number = field_integer_of(given->field, given->value);
    if (number != NULL && peers_have(draft, &given->path, true))
        return take_value(draft, given, number, values);
    json_object_put(number);
    return take_value(draft, given, json_object_get(given->value), values);
}

static bool take_object(struct draft_edit *draft, const struct key_path *up,
                        const struct field *fields, struct json_object *text,
                        struct json_object *values);

static bool take_nested(struct draft_edit *draft, const struct given *given,
                        struct json_object *values)
{
    struct json_object *inner = json_member(values, given->path.key);
    bool ok = true;

    if (inner == NULL) {
        inner = json_object_new_object();
        ok = inner != NULL && document_put(values, given->path.key, inner);
    }
    ok = ok && take_object(draft, &given->path, given->field->members, given->value, inner);
    if (ok && json_object_object_length(inner) == 0)
        json_object_object_del(values, given->path.key);
    return ok;
}

static bool take_key(struct draft_edit *draft, const struct given *given,
                     struct json_object *values)
{
    if (given->path.up == NULL && strcmp(given->path.key, "name") == 0)
        return true; /* the directory's name is the name */
    if (given->field == NULL) {
        refuse_unknown(draft, &given->path);
        return true;
    }
    if ((given->field->flags & FIELD_CREATE) == 0)
        return true;
    if (given->field->members != NULL && json_object_is_type(given->value, json_type_object))
        return take_nested(draft, given, values);
    return take_leaf(draft, given, values);
}

/* False: no memory. */
static bool take_object(struct draft_edit *draft, const struct key_path *up,
                        const struct field *fields, struct json_object *text,
                        struct json_object *values)
{
    bool ok = true;

    json_object_object_foreach (text, key, value) {
        struct given given = {{up, key}, field_find(fields, key, strlen(key)), value};

        ok = ok && take_key(draft, &given, values);
    }
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
    struct json_object *object = document_load(buf_text(values));
    const struct field *fields = kind->shapes[dialect].fields;
    bool ok = object != NULL && take_object(&draft, NULL, fields, given, object) &&
              (draft.refusal.err != 0 || replace(values, object));

    if (!ok)
        document_refuse(&draft.refusal, ENOMEM, NULL, "out of memory");
    json_object_put(object);
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
