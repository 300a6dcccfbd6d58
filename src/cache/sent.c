/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cache/sent.h"

#include "util/json.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A size is sent in GB; it may be answered as a decimal string, or in bytes by older servers. */
static bool is_same_integer(struct json_object *wanted, struct json_object *value)
{
    double sent = json_object_get_double(wanted);
    double answered = json_object_get_double(value);

    return answered == sent || answered == sent * 1e9 || answered == sent * 1073741824.0;
}

/* The code in a label: "NY2" of "East Coast (NY2)"; a text without one is the code itself. */
static const char *code_in(const char *text, size_t *size)
{
    const char *open = strrchr(text, '(');

    *size = strlen(text);
    if (open == NULL || text[*size - 1] != ')')
        return text;
    *size = strlen(open) - 2;
    return open + 1;
}

static bool is_same_code(struct json_object *a, struct json_object *b)
{
    size_t a_size, b_size;

    if (!json_object_is_type(a, json_type_string) || !json_object_is_type(b, json_type_string))
        return false;
    const char *left = code_in(json_object_get_string(a), &a_size);
    const char *right = code_in(json_object_get_string(b), &b_size);

    return a_size == b_size && strncasecmp(left, right, a_size) == 0;
}

static bool field_matches(const struct field *field, struct json_object *wanted,
                          struct json_object *value)
{
    if (value == NULL)
        return false;
    if (field != NULL && field->members != NULL)
        return sent_matches(field->members, wanted, value);
    if (json_same(wanted, value))
        return true;
    if (field != NULL && (field->flags & FIELD_CODE) != 0)
        return is_same_code(wanted, value);
    return field != NULL && field->type == FIELD_INTEGER && is_same_integer(wanted, value);
}

bool sent_matches(const struct field *fields, struct json_object *wanted, struct json_object *value)
{
    json_object_object_foreach (wanted, key, want) {
        const struct field *field = field_find(fields, key, strlen(key));

        if (!field_matches(field, want, json_member(value, key)))
            return false;
    }
    return true;
}

/* --- whether an update was done --------------------------------------------------------------- */

struct comparison {
    bool any;   /* a shown key was to change */
    bool kept;  /* one has not */
    bool blind; /* what is there now is not known */
    char key[SENT_KEY_SIZE];
};

static bool is_object(struct json_object *value)
{
    return value != NULL && json_object_is_type(value, json_type_object);
}

static bool is_hidden(const struct field *field, const char *key)
{
    return field_is_secret(key) ||
           (field != NULL && (field->flags & (FIELD_SECRET | FIELD_UNANSWERED)) != 0);
}

static bool is_same(struct json_object *a, struct json_object *b)
{
    return a == NULL || b == NULL ? a == b : json_same(a, b);
}

/* Whether what is sent is what was there, in another form: an integer as text, or `false` where an
 * API that requires the key has null. */
static bool asks_nothing(const struct field *field, struct json_object *sent,
                         struct json_object *before)
{
    if (is_same(sent, before))
        return true;
    if (before == NULL)
        return json_object_is_type(sent, json_type_boolean) && !json_object_get_boolean(sent);
    return sent != NULL && field != NULL && field->type == FIELD_INTEGER &&
           is_same_integer(sent, before);
}

static void note_kept(struct comparison *all, const char *prefix, const char *key)
{
    if (!all->kept)
        snprintf(all->key, sizeof(all->key), "%s%s", prefix, key);
    all->kept = true;
}

/* Objects within objects of the rows go one level down, as s3Config; none goes deeper. */
static void compare(struct comparison *all, const struct field *fields, const char *prefix,
                    struct json_object *sent, struct json_object *before, struct json_object *after)
{
    json_object_object_foreach (sent, key, value) {
        const struct field *field = field_find(fields, key, strlen(key));
        struct json_object *was = is_object(before) ? json_member(before, key) : NULL;
        struct json_object *now = is_object(after) ? json_member(after, key) : NULL;

        if (is_hidden(field, key))
            continue;
        if (field != NULL && field->members != NULL && is_object(value)) {
            char inner[SENT_KEY_SIZE];
            snprintf(inner, sizeof(inner), "%s.", key);
            compare(all, field->members, inner, value, was, now);
        } else if (!asks_nothing(field, value, was)) {
            all->any = true;
            if (!all->blind && is_same(was, now))
                note_kept(all, prefix, key);
        }
    }
}

static struct json_object *parse(const struct record *record)
{
    return record == NULL ? NULL : record_parse(record);
}

enum sent sent_judge(const struct field *fields, const char *body, const struct record *before,
                     const struct record *after, char key[SENT_KEY_SIZE])
{
    struct comparison all = {.blind = before == NULL || after == NULL};
    struct json_object *sent = NULL;
    struct json_object *was = parse(before);
    struct json_object *now = parse(after);

    if (body != NULL && json_read(body, strlen(body), &sent, NULL) == JSON_OK && is_object(sent))
        compare(&all, fields, "", sent, was, now);
    json_object_put(sent);
    json_object_put(was);
    json_object_put(now);
    memcpy(key, all.key, SENT_KEY_SIZE);
    return !all.any ? SENT_UNSEEN : all.kept ? SENT_KEPT : SENT_CHANGED;
}
