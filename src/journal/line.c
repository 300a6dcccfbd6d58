/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/line.h"

#include "journal/journal.h"
#include "util/json.h"
#include "util/utf8.h"
#include "util/words.h"

#include <string.h>

static const char *const *secrets_in(const struct scrub *hidden)
{
    return hidden == NULL ? NULL : hidden->secrets;
}

static const char *const *open_in(const struct scrub *hidden)
{
    return hidden == NULL ? NULL : hidden->open;
}

/* No memory: the text is left out rather than shown as it is. */
static struct json_object *safe_string(const char *text, const struct scrub *hidden)
{
    struct buf words = BUF_EMPTY;

    if (!buf_append_text(&words, text) ||
        !words_make_safe(&words, secrets_in(hidden), open_in(hidden)))
        buf_resize(&words, 0);
    struct json_object *string =
        json_object_new_string_len(buf_text(&words), (int)words.size_bytes);
    buf_finish(&words);
    return string;
}

void line_add_text(struct json_object *object, const char *key, const char *text,
                   const struct scrub *hidden)
{
    json_object_object_add(object, key, safe_string(text, hidden));
}

void line_add_url(struct json_object *object, const char *url)
{
    struct json_object *whole = safe_string(url, NULL);
    const char *text = json_object_get_string(whole);
    size_t size = text == NULL ? 0 : utf8_cut(text, strlen(text), JOURNAL_URL_BYTES);

    json_object_object_add(object, "url",
                           json_object_new_string_len(text == NULL ? "" : text, (int)size));
    json_object_put(whole);
}

static struct json_object *hide_in_string(struct json_object *string, const struct scrub *hidden)
{
    struct buf words = BUF_EMPTY;

    if (!buf_append(&words, json_object_get_string(string),
                    (size_t)json_object_get_string_len(string)) ||
        !words_hide(&words, secrets_in(hidden), open_in(hidden)))
        buf_resize(&words, 0);
    json_object_put(string);
    string = json_object_new_string_len(buf_text(&words), (int)words.size_bytes);
    buf_finish(&words);
    return string;
}

struct json_object *line_hide(struct json_object *value, const struct scrub *hidden)
{
    if (json_object_is_type(value, json_type_string))
        return hide_in_string(value, hidden);
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            json_object_array_put_idx(
                value, i, line_hide(json_object_get(json_object_array_get_idx(value, i)), hidden));
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach (value, key, member) {
            json_object_object_add(value, key, line_hide(json_object_get(member), hidden));
        }
    }
    return value;
}

/* Any character, as JSON has it so that no terminal obeys it; `*step`: how many bytes it has. */
static bool append_character(struct buf *out, const char *text, size_t left, size_t *step)
{
    int size = utf8_character(text, left);

    *step = size > 0 ? (size_t)size : 1;
    return size > 0 && utf8_is_control(text, *step)
               ? buf_printf(out, "\\u%04x", utf8_code(text, *step))
               : buf_append(out, size > 0 ? text : "?", *step);
}

/* The object as one line. What JSON lets stand and a terminal would obey is escaped; it can only be
 * in texts. Owned by `out`. */
static const char *line_of(struct json_object *object, struct buf *out)
{
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
                                                                  JSON_C_TO_STRING_NOSLASHESCAPE);
    bool ok = text != NULL;

    for (size_t left = ok ? strlen(text) : 0; ok && left > 0;) {
        size_t step = utf8_plain(text, left);

        ok = step > 0 ? buf_append(out, text, step) : append_character(out, text, left, &step);
        text += step;
        left -= step;
    }
    return ok ? buf_text(out) : "{}";
}

void line_add(struct book *book, struct json_object *object)
{
    struct buf line = BUF_EMPTY;

    book_add(book, line_of(object, &line));
    buf_finish(&line);
}

void line_add_countable(struct book *book, struct json_object *object)
{
    struct buf line = BUF_EMPTY;

    book_add_countable(book, line_of(object, &line));
    buf_finish(&line);
}
