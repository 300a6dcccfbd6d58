/* SPDX-License-Identifier: MIT */
/* What was changed elsewhere. */
#include "config.h"

#include "api/secrets.h"
#include "journal/internal.h"
#include "journal/line.h"
#include "util/json.h"
#include "util/utf8.h"

#include <string.h>

#define VALUE_BYTES 2048         /* of a value is kept at most so much */
#define LINE_BYTES  (128 * 1024) /* keys that would make a line longer are counted only */

struct line {
    struct json_object *keys;
    size_t bytes; /* so far, about */
    unsigned more;
};

/* A value as it is shown, a new reference: one that is too long is the beginning of its text. */
static struct json_object *shown_value(struct json_object *value, size_t *bytes)
{
    struct buf text = BUF_EMPTY;
    bool is_string = json_object_is_type(value, json_type_string);
    bool ok = is_string ? buf_append(&text, json_object_get_string(value),
                                     (size_t)json_object_get_string_len(value))
                        : json_print(&text, value);
    size_t size = ok ? utf8_cut(buf_text(&text), text.size_bytes, VALUE_BYTES) : 0;
    struct json_object *shown = ok && size == text.size_bytes
                                    ? json_clone(value)
                                    : json_object_new_string_len(buf_text(&text), (int)size);

    *bytes += size;
    buf_finish(&text);
    return shown;
}

/* `from` or `to` is absent where there was none. */
static void add_side(struct line *line, struct json_object *change, const char *side, bool there,
                     struct json_object *value)
{
    if (there)
        json_object_object_add(change, side, shown_value(value, &line->bytes));
}

static void add_key(struct line *line, const char *key, struct json_object *before,
                    struct json_object *after)
{
    struct json_object *change = json_object_new_object();
    struct json_object *from = NULL;
    struct json_object *to = NULL;
    bool was = json_object_object_get_ex(before, key, &from);
    bool is = json_object_object_get_ex(after, key, &to);

    add_side(line, change, "from", was, from);
    add_side(line, change, "to", is, to);
    line->bytes += strlen(key);
    if (line->bytes <= LINE_BYTES) {
        json_object_object_add(line->keys, key, change);
        return;
    }
    line->more++;
    json_object_put(change);
}

/* The two as they are shown. */
struct pair {
    struct json_object *before;
    struct json_object *after;
};

/* Adds the keys that were there and are not, or are another now; in `real` secrets are as they are.
 * What came incomplete may lack keys that did not change. */
static void add_replaced(struct line *line, const struct pair *real, const struct pair *masked,
                         bool complete)
{
    json_object_object_foreach (real->before, key, value) {
        struct json_object *other = NULL;
        bool there = json_object_object_get_ex(real->after, key, &other);

        if (there ? !json_same(value, other) : complete)
            add_key(line, key, masked->before, masked->after);
    }
}

static void add_new(struct line *line, const struct pair *real, const struct pair *masked)
{
    json_object_object_foreach (real->after, key, value) {
        (void)value;
        if (!json_object_object_get_ex(real->before, key, NULL))
            add_key(line, key, masked->before, masked->after);
    }
}

static struct json_object *parse(const struct record *record)
{
    return record == NULL ? NULL : record_parse(record);
}

static bool mask(struct json_object *value)
{
    return value == NULL || secrets_mask(value);
}

static struct json_object *describe(struct journal *journal, const char *path,
                                    const struct record *before, const struct record *after,
                                    struct json_object *keys)
{
    struct json_object *line = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    line_add_text(line, "kind",
                  before == NULL  ? "created"
                  : after == NULL ? "deleted"
                                  : "changed",
                  NULL);
    line_add_text(line, "path", path, NULL);
    json_object_object_add(line, "id", json_object_new_string((after ? after : before)->id));
    json_object_object_add(line, "keys", keys);
    return line;
}

void journal_add_seen(struct journal *journal, const char *path, const struct record *before,
                      const struct record *after)
{
    const struct pair real = {parse(before), parse(after)};
    const struct pair masked = {parse(before), parse(after)};
    struct line line = {.keys = json_object_new_object()};
    bool complete = after == NULL || after->complete;

    bool masks = mask(masked.before) && mask(masked.after);
    if (masks && real.before != NULL)
        add_replaced(&line, &real, &masked, complete);
    if (masks && real.after != NULL)
        add_new(&line, &real, &masked);
    struct json_object *object = describe(journal, path, before, after, line.keys);
    if (line.more > 0)
        json_object_object_add(object, "more", json_object_new_int64(line.more));
    object = line_hide_secrets_of(object, after, before == NULL ? NULL : before->json);
    if (object != NULL)
        journal_add_line(journal, JOURNAL_SEEN, object);
    json_object_put(object);
    json_object_put(real.before);
    json_object_put(real.after);
    json_object_put(masked.before);
    json_object_put(masked.after);
}
