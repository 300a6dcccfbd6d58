/* SPDX-License-Identifier: MIT */
/* The `.draft` file: what a draft lacks, and which values of it other resources have. */
#include "config.h"

#include "document/parts.h"
#include "util/file_name.h"

#include <stdlib.h>
#include <string.h>

#define MOST_PEERS  1000 /* looked at */
#define MOST_VALUES 8    /* told of one field */

/* One missing field while the peers are gone through. */
struct lack {
    char *key;                /* s3Config.bucket */
    struct json_object *told; /* an object whose keys are the values told so far */
    struct buf lines;
};

/* The value at a key with dots. */
static struct json_view dig(struct json_view object, const char *key)
{
    const char *dot = strchr(key, '.');
    char first[128];

    if (dot == NULL || (size_t)(dot - key) >= sizeof first)
        return json_view_member(object, key);
    memcpy(first, key, (size_t)(dot - key));
    first[dot - key] = '\0';
    return dig(json_view_member(object, first), dot + 1);
}

static bool is_tellable(const char *key, struct json_view value)
{
    const char *dot = strrchr(key, '.');
    const char *last = dot == NULL ? key : dot + 1;
    const struct field size = {.key = "size", .type = FIELD_INTEGER};
    struct json_object *number = field_integer_of(&size, value);
    bool bytes = strcmp(last, "size") == 0 &&
                 field_looks_like_bytes(&size, number != NULL ? json_view_of(number) : value);
    char type = json_view_type(value);

    json_object_put(number);
    return value.there && type != 'n' && type != '{' && type != '[' && !bytes &&
           !field_is_secret(last);
}

/* A value in one line, without quotes where it is a plain word. */
static struct key_words plain_words(struct json_view value)
{
    struct key_words words = value_words(value);
    size_t size = strlen(words.text);

    if (json_view_type(value) == '"' && size >= 2 && strchr(words.text, '\\') == NULL &&
        words.text[size - 1] == '"') {
        memmove(words.text, words.text + 1, size - 2);
        words.text[size - 2] = '\0';
    }
    return words;
}

static bool append_name(const struct record *peer, struct buf *out)
{
    return peer->name_bytes == 0 ? buf_append_text(out, peer->id)
                                 : name_encode(peer->name, peer->name_bytes, out);
}

/* Where it is, " (ny2)", unless that is what is told. */
static bool append_region(const struct lack *lack, struct json_view peer, struct buf *out)
{
    struct json_view region = json_view_member(peer, "region");
    struct buf text = BUF_EMPTY;

    if (json_view_type(region) != '"' || strcmp(lack->key, "region") == 0)
        return true;
    bool ok = json_view_text(region, &text) && buf_append_text(out, " (") &&
              name_encode(buf_text(&text), strlen(buf_text(&text)), out) && buf_append(out, ")", 1);
    buf_finish(&text);
    return ok;
}

/* "networkId: nwhoe4ox, as in data (ny2)" */
static bool tell_value(struct lack *lack, const struct record *peer, struct json_view known)
{
    struct json_view value = dig(known, lack->key);

    if (!is_tellable(lack->key, value) || json_object_object_length(lack->told) >= MOST_VALUES)
        return true;
    struct key_words words = plain_words(value);
    if (json_object_object_get_ex(lack->told, words.text, NULL))
        return true;
    return document_put(lack->told, words.text, NULL) &&
           buf_printf(&lack->lines, "%s: %s, as in ", lack->key, words.text) &&
           append_name(peer, &lack->lines) && append_region(lack, known, &lack->lines) &&
           buf_append(&lack->lines, "\n", 1);
}

static bool tell_peer(struct lack *lacks, size_t count, struct record *peer)
{
    struct json_index *own;
    struct json_view known = record_view(peer, &own);
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++)
        ok = tell_value(&lacks[i], peer, known);
    free(own);
    return ok;
}

/* --- the list of what is missing ------------------------------------------------------------- */

static size_t count_keys(const char *missing)
{
    size_t count = *missing != '\0';

    for (; *missing != '\0'; missing++)
        count += *missing == ',';
    return count;
}

/* Cuts `missing` into keys; returns how many. `*ok` becomes false without memory. */
static size_t split_keys(char *missing, struct lack *lacks, bool *ok)
{
    char *rest = NULL;
    size_t i = 0;

    for (char *key = strtok_r(missing, ", ", &rest); key != NULL;
         key = strtok_r(NULL, ", ", &rest)) {
        lacks[i] = (struct lack){.key = key, .told = json_object_new_object()};
        *ok = lacks[i++].told != NULL && *ok;
    }
    return i;
}

/* Appends a line for each value that a peer has where the draft has none; cuts up `missing`. */
static bool tell_values(char *missing, const struct record_list *peers, struct buf *out)
{
    struct lack *lacks = calloc(count_keys(missing) + 1, sizeof *lacks);
    bool ok = lacks != NULL;
    size_t count = ok ? split_keys(missing, lacks, &ok) : 0;

    for (size_t i = 0; ok && count > 0 && peers != NULL && i < peers->count && i < MOST_PEERS; i++)
        ok = tell_peer(lacks, count, peers->records[i]);
    for (size_t i = 0; lacks != NULL && i < count; i++) {
        ok = ok && buf_append(out, lacks[i].lines.data, lacks[i].lines.size_bytes);
        buf_finish(&lacks[i].lines);
        json_object_put(lacks[i].told);
    }
    free(lacks);
    return ok;
}

/* --- the words ------------------------------------------------------------------------------- */

static bool append_heading(const struct kind *kind, const char *name, size_t name_bytes,
                           const char *missing, struct buf *out)
{
    return name_encode(name, name_bytes, out) &&
           buf_printf(out, " is a draft: a %s that exists in this mount only.\n", kind->noun) &&
           buf_printf(out, "missing: %s\n", *missing == '\0' ? "nothing" : missing);
}

static bool append_ending(const struct kind *kind, bool complete, struct buf *out)
{
    bool ok = complete
                  ? buf_printf(out, "It is created by writing %s or any of its fields once more.\n",
                               kind->document)
                  : buf_printf(out,
                               "It is created by the write that gives the last of what is "
                               "missing, to %s or to the field's own file.\n",
                               kind->document);

    return ok && buf_append_text(out, "rm -r of its directory drops the draft.\n");
}

bool document_render_missing(const struct kind *kind, enum dialect dialect, const char *name,
                             size_t name_bytes, const char *values, const char *defaults,
                             const struct record_list *peers, struct buf *out)
{
    struct document_change change;
    struct buf missing = BUF_EMPTY;
    bool complete =
        document_draft_body(kind, dialect, name, name_bytes, values, defaults, &change, &missing);
    bool ok = (complete || missing.size_bytes > 0) &&
              append_heading(kind, name, name_bytes, buf_text(&missing), out) &&
              (complete || tell_values(missing.data, peers, out)) &&
              append_ending(kind, complete, out);

    document_change_finish(&change);
    buf_finish(&missing);
    return ok;
}
