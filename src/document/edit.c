/* SPDX-License-Identifier: MIT */
/*
 * An edit is judged key by key, down through nested objects; what differs becomes a patch of the
 * same shape. All keys are judged, so that the refusal names every one that is wrong.
 */
#include "config.h"

#include "document/parts.h"
#include "document/whole.h"
#include "util/digest.h"
#include "util/json_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct edit {
    const struct kind *kind;
    const struct kind_shape *shape;
    struct json_object *current;
    uint64_t version;                 /* of current */
    const struct document_past *past; /* or NULL */
    bool only_key;                    /* the text gives one key: then an old value is meant */
    struct problem refusal;
};

/* What one key is about. */
struct member {
    struct key_path path;
    const struct field *field;   /* NULL: a key that the rows do not know */
    bool known;                  /* the server sent it */
    struct json_object *current; /* borrowed, like the next */
    struct json_object *given;
};

static bool is_object(struct json_object *value)
{
    return json_object_is_type(value, json_type_object);
}

/* Equal in meaning, also where one is an integer and the other its decimal string. */
static bool same_value(const struct field *field, struct json_object *old,
                       struct json_object *given)
{
    struct json_object *number = field_integer_of(field, old);
    bool same = json_same(old, given) || (number != NULL && json_same(number, given));

    json_object_put(number);
    return same;
}

/* --- older values ---------------------------------------------------------------------------- */

/* A value that is given for a key, as older ones are remembered. */
struct given_value {
    uint64_t key;
    uint64_t value;
    uint64_t as_text; /* of an integer that the server may write as a string; else the same */
};

static uint64_t place_of(const struct key_path *path)
{
    return digest_key(path->up == NULL ? DIGEST_ROOT : place_of(path->up), path->key);
}

static struct given_value given_value(const struct member *member)
{
    struct given_value given = {.key = place_of(&member->path),
                                .value = digest_value(member->given)};
    const char *number = json_number_text(member->given);
    bool textual = number != NULL && member->field != NULL && member->field->type == FIELD_INTEGER;
    struct json_object *text = textual ? json_object_new_string(number) : NULL;

    given.as_text = text == NULL ? given.value : digest_value(text);
    json_object_put(text);
    return given;
}

static bool is_value(const struct old_value *old, const struct given_value *given)
{
    return old->key == given->key && (old->value == given->value || old->value == given->as_text);
}

/* Whether the key had that value in the version: what it was replaced of first since then. */
static bool had_value(const struct past *past, uint64_t version, const struct given_value *given)
{
    if (version < past->since)
        return true; /* it may have been */
    for (size_t i = 0; i < past->count; i++)
        if (past->values[i].key == given->key && past->values[i].version >= version)
            return is_value(&past->values[i], given);
    return false;
}

/* Whether who wrote the text knows the present, and has not seen the value in an older version. */
static bool is_newly_meant(const struct edit *edit, const struct given_value *given)
{
    const struct seen_list *read = edit->past->read;
    bool knows = false;

    if (read->more)
        return false;
    for (size_t i = 0; i < read->count; i++) {
        const struct seen *seen = &read->seen[i];
        bool tells = seen->key == 0 || seen->key == given->key;

        knows = knows || (seen->version == edit->version && seen->key == 0 && seen->whole);
        if (tells && had_value(edit->past->past, seen->version, given))
            return false;
    }
    return knows;
}

/* Whether the value was shown here once, and somebody else has changed the key since. */
static bool is_old(const struct edit *edit, const struct member *member)
{
    const struct past *past = edit->past == NULL ? NULL : edit->past->past;
    struct given_value given = given_value(member);
    bool old = false;

    for (size_t i = 0; past != NULL && i < past->count; i++)
        old = old || (past->values[i].shown && past->values[i].elsewhere &&
                      is_value(&past->values[i], &given));
    return old && !is_newly_meant(edit, &given);
}

/* --- refusals -------------------------------------------------------------------------------- */

static void refuse_unknown(struct edit *edit, const struct member *member)
{
    document_refuse(&edit->refusal, EINVAL, &member->path, "%s: there is no key %s",
                    edit->kind->document, key_words(&member->path).text);
}

static void refuse_old(struct edit *edit, const struct member *member)
{
    bool secret = field_is_secret(member->path.key);

    document_refuse(&edit->refusal, ESTALE, &member->path,
                    "%s was changed elsewhere%s%s, and this text has an older value of it: write "
                    "that key alone if you mean it, or read the file and write it again from a "
                    "program that has not seen the old one",
                    key_words(&member->path).text, secret ? "" : " to ",
                    secret ? "" : value_words(member->current).text);
}

static void refuse_read_only(struct edit *edit, const struct member *member)
{
    bool tell = member->known && !field_is_secret(member->path.key);

    document_refuse(&edit->refusal, EINVAL, &member->path,
                    "%s: %s can't be changed (read-only)%s%s", edit->kind->document,
                    key_words(&member->path).text, tell ? "; it is " : "",
                    tell ? value_words(member->current).text : "");
}

static void refuse_type(struct edit *edit, const struct member *member)
{
    if (member->given == NULL)
        document_refuse(&edit->refusal, EINVAL, &member->path, "%s can't be null",
                        key_words(&member->path).text);
    else
        document_refuse(&edit->refusal, EINVAL, &member->path, "%s must be %s",
                        key_words(&member->path).text, field_type_words(member->field));
}

static void refuse_empty(struct edit *edit, const struct member *member)
{
    document_refuse(&edit->refusal, EINVAL, &member->path,
                    "%s must be something: it can't be empty", key_words(&member->path).text);
}

/* --- judging --------------------------------------------------------------------------------- */

/* Why this key can't be changed to what is given, or NULL. */
static void (*objection(const struct edit *edit,
                        const struct member *member))(struct edit *, const struct member *)
{
    const struct field *field = member->field;

    if (!edit->only_key && is_old(edit, member))
        return refuse_old;
    if (edit->shape->update == UPDATE_NONE || field == NULL || (field->flags & FIELD_UPDATE) == 0)
        return refuse_read_only;
    if (member->given == NULL)
        return (field->flags & FIELD_NULLABLE) != 0 ? NULL : refuse_type;
    if (!field_accepts(field, member->given))
        return refuse_type;
    return field_is_left_empty(field, member->given) ? refuse_empty : NULL;
}

/* Where the server writes an integer as a string, an edited one may be given so too. */
static struct json_object *value_to_send(const struct member *member)
{
    struct json_object *number = json_object_is_type(member->current, json_type_string)
                                     ? field_integer_of(member->field, member->given)
                                     : NULL;

    return number != NULL ? number : json_object_get(member->given);
}

static bool judge_leaf(struct edit *edit, const struct member *member, struct json_object *patch)
{
    if (member->field == NULL && !member->known) {
        refuse_unknown(edit, member);
        return true;
    }
    if (document_is_mask(&member->path, member->given))
        return true;
    if (same_value(member->field, member->current, member->given))
        return true;
    struct member sent = *member;
    sent.given = value_to_send(member);
    void (*refuse)(struct edit *, const struct member *) = objection(edit, &sent);
    if (refuse == NULL)
        return document_put(patch, member->path.key, sent.given);
    refuse(edit, member);
    json_object_put(sent.given);
    return true;
}

static bool judge_object(struct edit *edit, const struct key_path *up, const struct field *fields,
                         struct json_object *current, struct json_object *given,
                         struct json_object *patch);

static bool judge_nested(struct edit *edit, const struct member *member, struct json_object *patch)
{
    struct json_object *inner = json_object_new_object();
    bool ok = inner != NULL && judge_object(edit, &member->path,
                                            member->field == NULL ? NULL : member->field->members,
                                            member->current, member->given, inner);

    if (ok && json_object_object_length(inner) > 0)
        return document_put(patch, member->path.key, inner);
    json_object_put(inner);
    return ok;
}

/* Judges every key of `given`, puts what differs into `patch`. False: no memory. */
static bool judge_object(struct edit *edit, const struct key_path *up, const struct field *fields,
                         struct json_object *current, struct json_object *given,
                         struct json_object *patch)
{
    bool ok = true;

    json_object_object_foreach (given, key, value) {
        struct member member = {
            .path = {up, key}, .field = field_find(fields, key, strlen(key)), .given = value};

        member.known =
            is_object(current) && json_object_object_get_ex(current, key, &member.current);
        bool nests =
            is_object(value) && (is_object(member.current) ||
                                 (member.field != NULL && member.field->type == FIELD_OBJECT));
        ok = ok && (nests ? judge_nested : judge_leaf)(edit, &member, patch);
    }
    return ok;
}

static size_t count_leaves(struct json_object *value)
{
    size_t count = 0;

    if (!is_object(value))
        return 1;
    json_object_object_foreach (value, key, member) {
        (void)key;
        count += count_leaves(member);
    }
    return count;
}

/* --- the body -------------------------------------------------------------------------------- */

static bool fill_whole(struct edit *edit, struct json_object *patch, struct document_change *out)
{
    struct json_object *whole =
        document_whole(edit->kind, edit->shape->fields, edit->current, patch, &edit->refusal);
    bool ok = whole != NULL && (edit->refusal.err != 0 || document_change_fill(out, whole));

    json_object_put(whole);
    return ok;
}

static bool judge(struct edit *edit, struct json_object *given, struct document_change *out)
{
    struct json_object *patch = json_object_new_object();
    bool ok =
        patch != NULL && judge_object(edit, NULL, edit->shape->fields, edit->current, given, patch);

    if (ok && edit->refusal.err == 0 && json_object_object_length(patch) > 0)
        ok = edit->shape->update == UPDATE_WHOLE ? fill_whole(edit, patch, out)
                                                 : document_change_fill(out, patch);
    json_object_put(patch);
    return ok;
}

#define FEW_KEYS 64 /* each is looked for among all */

/* Of the record what a short edit has keys of; all of it for a long one, and where the whole is to
 * be sent. NULL: no memory. */
static struct json_object *current_for(struct record *record, enum update_style style,
                                       struct json_object *given)
{
    struct json_index *own = NULL;
    bool few = style != UPDATE_WHOLE && json_object_object_length(given) <= FEW_KEYS;
    const struct json_index *index = few ? record_index(record, &own) : NULL;
    struct json_object *current = json_object_new_object();
    bool ok = current != NULL;

    if (index == NULL) {
        json_object_put(current);
        return record_parse(record);
    }
    json_object_object_foreach (given, key, value) {
        struct json_slice slice = json_index_find(index, json_index_root(index), key);

        (void)value;
        ok = ok && (slice.text == NULL ||
                    document_put(current, key, json_view_object(json_view_of_slice(slice, index))));
    }
    free(own);
    if (ok)
        return current;
    json_object_put(current);
    return NULL;
}

int document_edit_by(enum dialect dialect, struct record *current, const struct document_past *past,
                     struct json_object *given, struct document_change *out,
                     struct problem *problem)
{
    struct edit edit = {.kind = current->kind,
                        .shape = &current->kind->shapes[dialect],
                        .current =
                            current_for(current, current->kind->shapes[dialect].update, given),
                        .version = current->version,
                        .past = past,
                        .only_key = count_leaves(given) == 1};

    *out = (struct document_change){0};
    if (edit.current == NULL || !judge(&edit, given, out))
        document_refuse(&edit.refusal, ENOMEM, NULL, "out of memory");
    json_object_put(edit.current);
    return document_verdict(&edit.refusal, problem);
}

int document_edit(enum dialect dialect, struct record *current, const struct document_past *past,
                  const char *text, size_t text_bytes, struct document_change *out,
                  struct problem *problem)
{
    struct json_object *given = document_read(text, text_bytes, problem);

    *out = (struct document_change){0};
    if (given == NULL)
        return -1;
    int result = document_edit_by(dialect, current, past, given, out, problem);
    json_object_put(given);
    return result;
}
