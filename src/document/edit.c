/* SPDX-License-Identifier: MIT */
/*
 * An edit is judged key by key, down through nested objects; what differs becomes a patch of the
 * same shape. All keys are judged, so that the refusal names every one that is wrong.
 */
#include "config.h"

#include "document/parts.h"
#include "document/whole.h"
#include "util/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct edit {
    const struct kind *kind;
    const struct kind_shape *shape;
    uint64_t version;                 /* of what is known */
    const struct document_past *past; /* or NULL */
    bool only_key;                    /* the text gives one key: then an old value is meant */
    struct problem refusal;
};

/* What stands side by side at each key. */
enum { GIVEN, CURRENT };

/* --- older values ---------------------------------------------------------------------------- */

/* A value that is given for a key, as older ones are remembered. */
struct given_value {
    uint64_t key;
    uint64_t value;
    uint64_t as_text; /* of an integer that the server may write as a string; else the same */
};

static struct given_value given_value(const struct visit *key)
{
    struct json_view given = key->at[GIVEN];
    bool integer =
        json_view_type(given) == '0' && key->field != NULL && key->field->type == FIELD_INTEGER;
    struct given_value value = {.key = key_place(&key->path), .value = digest_view(given)};
    struct buf number = BUF_EMPTY;

    value.as_text = value.value;
    if (integer && json_view_text(given, &number))
        value.as_text = digest_text(buf_text(&number), number.size_bytes);
    buf_finish(&number);
    return value;
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
static bool is_old(const struct edit *edit, const struct visit *key)
{
    const struct past *past = edit->past == NULL ? NULL : edit->past->past;
    struct given_value given = given_value(key);
    bool old = false;

    for (size_t i = 0; past != NULL && i < past->count; i++)
        old = old || (past->values[i].shown && past->values[i].elsewhere &&
                      is_value(&past->values[i], &given));
    return old && !is_newly_meant(edit, &given);
}

/* --- refusals -------------------------------------------------------------------------------- */

static void refuse_unknown(struct edit *edit, const struct visit *key)
{
    document_refuse(&edit->refusal, EINVAL, &key->path, "%s: there is no key %s",
                    edit->kind->document, key_words(&key->path).text);
}

static void refuse_old(struct edit *edit, const struct visit *key)
{
    bool secret = field_is_secret(key->path.key);

    document_refuse(&edit->refusal, ESTALE, &key->path,
                    "%s was changed elsewhere%s%s, and this text has an older value of it: write "
                    "that key alone if you mean it, or read the file and write it again from a "
                    "program that has not seen the old one",
                    key_words(&key->path).text, secret ? "" : " to ",
                    secret ? "" : value_words(key->at[CURRENT]).text);
}

static void refuse_read_only(struct edit *edit, const struct visit *key)
{
    bool tell = key->at[CURRENT].there && !field_is_secret(key->path.key);

    document_refuse(&edit->refusal, EINVAL, &key->path, "%s: %s can't be changed (read-only)%s%s",
                    edit->kind->document, key_words(&key->path).text, tell ? "; it is " : "",
                    tell ? value_words(key->at[CURRENT]).text : "");
}

static void refuse_type(struct edit *edit, const struct visit *key)
{
    if (json_view_type(key->at[GIVEN]) == 'n')
        document_refuse(&edit->refusal, EINVAL, &key->path, "%s can't be null",
                        key_words(&key->path).text);
    else
        document_refuse(&edit->refusal, EINVAL, &key->path, "%s must be %s",
                        key_words(&key->path).text, field_type_words(key->field));
}

static void refuse_empty(struct edit *edit, const struct visit *key)
{
    document_refuse(&edit->refusal, EINVAL, &key->path, "%s must be something: it can't be empty",
                    key_words(&key->path).text);
}

/* --- judging --------------------------------------------------------------------------------- */

/* Why this key can't be changed to what is given, or NULL. */
static void (*objection(const struct edit *edit, const struct visit *key))(struct edit *,
                                                                           const struct visit *)
{
    const struct field *field = key->field;

    if (!edit->only_key && is_old(edit, key))
        return refuse_old;
    if (edit->shape->update == UPDATE_NONE || field == NULL || (field->flags & FIELD_UPDATE) == 0)
        return refuse_read_only;
    if (json_view_type(key->at[GIVEN]) == 'n')
        return (field->flags & FIELD_NULLABLE) != 0 ? NULL : refuse_type;
    if (!field_accepts(field, key->at[GIVEN]))
        return refuse_type;
    return field_is_left_empty(field, key->at[GIVEN]) ? refuse_empty : NULL;
}

/* Where the server writes an integer as a string, an edited one may be given so too. */
static struct json_object *value_to_send(const struct visit *key)
{
    struct json_object *number = json_view_type(key->at[CURRENT]) == '"'
                                     ? field_integer_of(key->field, key->at[GIVEN])
                                     : NULL;

    return number != NULL ? number : json_view_object(key->at[GIVEN]);
}

/* What differs goes into the patch. */
static bool judge_key(const struct visitor *visitor, const struct visit *key)
{
    struct edit *edit = visitor->ctx;

    if (key->field == NULL && !key->at[CURRENT].there) {
        refuse_unknown(edit, key);
        return true;
    }
    if (document_is_mask(&key->path, key->at[GIVEN]) ||
        field_same(key->field, key->at[CURRENT], key->at[GIVEN]))
        return true;
    struct json_object *value = value_to_send(key);
    struct visit sent = *key;
    sent.at[GIVEN] = json_view_of(value);
    void (*refuse)(struct edit *, const struct visit *) = objection(edit, &sent);
    if (refuse == NULL)
        return document_put(key->up->out, key->path.key, value);
    refuse(edit, key);
    json_object_put(value);
    return true;
}

static bool nests(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return json_view_type(key->at[GIVEN]) == '{' &&
           (json_view_type(key->at[CURRENT]) == '{' ||
            (key->field != NULL && key->field->type == FIELD_OBJECT));
}

static const struct visitor judge = {.nests = nests,
                                     .leaf = judge_key,
                                     .enter = document_begin_object,
                                     .leave = document_end_object};

static size_t count_leaves(struct json_view value)
{
    struct json_entries walk = json_view_entries(value);
    size_t count = 0;

    if (json_view_type(value) != '{')
        return 1;
    while (json_entries_next(&walk))
        count += count_leaves(walk.value);
    json_entries_finish(&walk);
    return count;
}

/* --- the body -------------------------------------------------------------------------------- */

static bool fill_whole(struct edit *edit, struct json_view current, struct json_object *patch,
                       struct document_change *out)
{
    struct json_object *whole =
        document_whole(edit->kind, edit->shape->fields, current, patch, &edit->refusal);
    bool ok = whole != NULL && (edit->refusal.err != 0 || document_change_fill(out, whole));

    json_object_put(whole);
    return ok;
}

static bool work_out(struct edit *edit, struct json_view current, struct json_view given,
                     struct document_change *out)
{
    struct visitor visitor = judge;
    struct visit root = {.at = {[GIVEN] = given, [CURRENT] = current},
                         .out = json_object_new_object()};

    visitor.ctx = edit;
    bool ok = root.out != NULL && visit_all(&visitor, edit->shape->fields, &root);
    if (ok && edit->refusal.err == 0 && json_object_object_length(root.out) > 0)
        ok = edit->shape->update == UPDATE_WHOLE ? fill_whole(edit, current, root.out, out)
                                                 : document_change_fill(out, root.out);
    json_object_put(root.out);
    return ok;
}

int document_edit_by(enum dialect dialect, struct record *current, const struct document_past *past,
                     struct json_view given, struct document_change *out, struct problem *problem)
{
    struct edit edit = {.kind = current->kind,
                        .shape = &current->kind->shapes[dialect],
                        .version = current->version,
                        .past = past,
                        .only_key = count_leaves(given) == 1};
    struct json_index *own;
    struct json_view known = record_view(current, &own);

    *out = (struct document_change){0};
    if (json_view_type(given) != '{')
        document_refuse(&edit.refusal, EINVAL, NULL, "a JSON object is expected");
    else if (!work_out(&edit, known, given, out))
        document_refuse(&edit.refusal, ENOMEM, NULL, "out of memory");
    free(own);
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
    int result = document_edit_by(dialect, current, past, json_view_of(given), out, problem);
    json_object_put(given);
    return result;
}
