/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cache/sent.h"

#include "api/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of a number, or of a text that is one; else 0. */
static double number_of(struct json_view value)
{
    char type = json_view_type(value);
    struct buf text = BUF_EMPTY;
    char *end = NULL;
    double number = 0;

    if ((type == '0' || type == '"') && json_view_text(value, &text))
        number = strtod(buf_text(&text), &end);
    if (end == NULL || *end != '\0')
        number = 0;
    buf_finish(&text);
    return number;
}

/* A size is sent in GB; it may be answered as a decimal string, or in bytes by older servers. */
static bool is_same_integer(struct json_view wanted, struct json_view value)
{
    double sent = number_of(wanted);
    double answered = number_of(value);

    return answered == sent || answered == sent * 1e9 || answered == sent * 1073741824.0;
}

/* The code in a label: "NY2" of "East Coast (NY2)"; a text without one is the code itself. */
static const char *code_in(const char *text, size_t *size)
{
    const char *open = strrchr(text, '(');
    const char *close = open == NULL ? NULL : strchr(open, ')');
    bool labelled = close != NULL && close[1] == '\0';

    *size = labelled ? (size_t)(close - open) - 1 : strlen(text);
    return labelled ? open + 1 : text;
}

static bool is_same_code(struct json_view a, struct json_view b)
{
    struct buf left = BUF_EMPTY;
    struct buf right = BUF_EMPTY;
    size_t a_size, b_size;
    bool same = json_view_type(a) == '"' && json_view_type(b) == '"' && json_view_text(a, &left) &&
                json_view_text(b, &right);

    if (same) {
        const char *code = code_in(buf_text(&left), &a_size);
        const char *other = code_in(buf_text(&right), &b_size);
        same = a_size == b_size && strncasecmp(code, other, a_size) == 0;
    }
    buf_finish(&left);
    buf_finish(&right);
    return same;
}

static bool is_set(struct json_view value)
{
    return value.there && json_view_type(value) != 'n';
}

/* --- what a created one must have ------------------------------------------------------------- */

enum { WANTED, FOUND };

static bool has_wanted(const struct visitor *visitor, const struct visit *key)
{
    const struct field *field = key->field;
    struct json_view wanted = key->at[WANTED];
    struct json_view found = key->at[FOUND];

    (void)visitor;
    if (!is_set(found))
        return false;
    if (json_view_same(wanted, found))
        return true;
    if (field != NULL && (field->flags & FIELD_CODE) != 0)
        return is_same_code(wanted, found);
    return field != NULL && field->type == FIELD_INTEGER && is_same_integer(wanted, found);
}

static bool has_members(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return key->field != NULL && key->field->members != NULL && is_set(key->at[FOUND]);
}

bool sent_matches(const struct field *fields, struct json_view wanted, struct json_view found)
{
    static const struct visitor visitor = {.nests = has_members, .leaf = has_wanted};
    const struct visit root = {.at = {[WANTED] = wanted, [FOUND] = found}};

    return visit_all(&visitor, fields, &root);
}

/* --- whether an update was done --------------------------------------------------------------- */

enum { SENT, BEFORE, AFTER };

struct comparison {
    bool any;   /* a shown key was to change */
    bool kept;  /* one has not */
    bool blind; /* what is there now is not known */
    char *key;  /* SENT_KEY_SIZE: the first that was kept */
};

static bool is_hidden(const struct visit *key)
{
    return field_is_secret(key->path.key) ||
           (key->field != NULL && (key->field->flags & (FIELD_SECRET | FIELD_UNANSWERED)) != 0);
}

static bool is_same(struct json_view a, struct json_view b)
{
    return is_set(a) && is_set(b) ? json_view_same(a, b) : is_set(a) == is_set(b);
}

/* Whether what is sent is what was there, in another form: an integer as text, or `false` where an
 * API that requires the key has null. */
static bool asks_nothing(const struct visit *key)
{
    struct json_view sent = key->at[SENT];
    struct json_view before = key->at[BEFORE];

    if (is_same(sent, before))
        return true;
    if (!is_set(before))
        return json_view_type(sent) == 'f';
    return is_set(sent) && key->field != NULL && key->field->type == FIELD_INTEGER &&
           is_same_integer(sent, before);
}

static bool compare(const struct visitor *visitor, const struct visit *key)
{
    struct comparison *all = visitor->ctx;

    if (is_hidden(key) || asks_nothing(key))
        return true;
    all->any = true;
    if (all->blind || !is_same(key->at[BEFORE], key->at[AFTER]))
        return true;
    if (!all->kept)
        snprintf(all->key, SENT_KEY_SIZE, "%s", key_words(&key->path).text);
    all->kept = true;
    return true;
}

/* Objects within objects of the rows go one level down, as s3Config; none goes deeper. */
static bool goes_into(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return !is_hidden(key) && key->field != NULL && key->field->members != NULL &&
           json_view_type(key->at[SENT]) == '{';
}

static struct json_view view_of(struct record *record, struct json_index **own)
{
    *own = NULL;
    return record == NULL ? JSON_VIEW_NONE : record_view(record, own);
}

enum sent sent_judge(const struct field *fields, const char *body, struct record *before,
                     struct record *after, char key[SENT_KEY_SIZE])
{
    struct comparison all = {.blind = before == NULL || after == NULL, .key = key};
    const struct visitor visitor = {.nests = goes_into, .leaf = compare, .ctx = &all};
    struct json_slice sent =
        json_slice_of(body == NULL ? "" : body, body == NULL ? 0 : strlen(body));
    struct json_index *was;
    struct json_index *now;
    const struct visit root = {.at = {[SENT] = json_view_of_slice(sent, NULL),
                                      [BEFORE] = view_of(before, &was),
                                      [AFTER] = view_of(after, &now)}};

    key[0] = '\0';
    if (json_view_type(root.at[SENT]) == '{')
        visit_all(&visitor, fields, &root);
    free(was);
    free(now);
    return !all.any ? SENT_UNSEEN : all.kept ? SENT_KEPT : SENT_CHANGED;
}
