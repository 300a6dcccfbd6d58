/* SPDX-License-Identifier: MIT */
/* What a line about a resource may not show: its secrets, and those that were sent. */
#include "config.h"

#include "journal/line.h"

#include "api/record.h"
#include "api/secrets.h"
#include "util/json.h"
#include "util/json_layout.h"
#include "util/words.h"

#include <stdlib.h>
#include <string.h>

static bool collect(const char *text, struct word_list *secrets, struct word_list *open)
{
    return text == NULL || secrets_collect_text(text, strlen(text), secrets, open);
}

bool line_secrets_of(const struct record *known, const char *body, struct line_secrets *out)
{
    struct word_list sent = WORD_LIST_EMPTY; /* what is sent openly may be a secret all the same */

    *out = (struct line_secrets){.secrets = WORD_LIST_EMPTY, .open = WORD_LIST_EMPTY};
    bool ok = collect(known == NULL ? NULL : known->json, &out->secrets, &out->open) &&
              collect(body, &out->secrets, &sent);
    word_list_finish(&sent);
    out->hidden = (struct scrub){word_list_texts(&out->secrets), word_list_texts(&out->open)};
    return ok;
}

void line_secrets_finish(struct line_secrets *secrets)
{
    word_list_finish(&secrets->secrets);
    word_list_finish(&secrets->open);
}

struct json_object *line_hide_secrets_of(struct json_object *line, const struct record *known,
                                         const char *body)
{
    struct line_secrets secrets;

    if (line_secrets_of(known, body, &secrets)) {
        line = line_hide(line, &secrets.hidden);
    } else {
        json_object_put(line);
        line = NULL;
    }
    line_secrets_finish(&secrets);
    return line;
}

/* --- bodies ----------------------------------------------------------------------------------- */

/* A string of the body without what is secret in it; empty when memory runs out. */
static bool say_hidden(const void *hidden, struct json_slice string, struct buf *out)
{
    const struct scrub *scrub = hidden;
    struct buf words = BUF_EMPTY;

    if (!json_slice_decode(string, &words) || !words_hide(&words, scrub->secrets, scrub->open))
        buf_resize(&words, 0);
    struct json_object *said = json_object_new_string_len(buf_text(&words), (int)words.size_bytes);
    bool ok = said != NULL && json_print(out, said);
    json_object_put(said);
    buf_finish(&words);
    return ok;
}

/* An object that prints as that text; NULL: no memory. */
static struct json_object *new_text(const struct buf *text)
{
    char *copy = strdup(buf_text(text));
    struct json_object *object = copy == NULL ? NULL : json_object_new_object();

    if (object == NULL)
        free(copy);
    else
        json_object_set_serializer(object, json_object_userdata_to_json_string, copy,
                                   json_object_free_userdata);
    return object;
}

void line_add_body(struct json_object *line, const char *body, const struct scrub *hidden)
{
    const struct json_layout layout = {
        .hides = secrets_is_key, .mask = "\"" SECRET_MASK "\"", .say = say_hidden, .ctx = hidden};
    const char *text_of_body = body == NULL ? "" : body;
    struct json_slice value = json_slice_of(text_of_body, strlen(text_of_body));
    struct buf text = BUF_EMPTY;
    char type = json_slice_type(value);
    bool ok = (type == '{' || type == '[') && json_lay_out(&text, value, &layout);

    json_object_object_add(line, "body", ok ? new_text(&text) : NULL);
    buf_finish(&text);
}
