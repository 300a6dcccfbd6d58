/* SPDX-License-Identifier: MIT */
/* A line of a journal: one JSON object, safe to show. Private to this room; any thread. */
#ifndef JOURNAL_LINE_H
#define JOURNAL_LINE_H

#include "journal/book.h"
#include "util/scrub.h"
#include "util/words.h"

#include <stdbool.h>

struct json_object;
struct record;

/* Adds `text` made safe (words_make_safe): without the keys and what `hidden` (or NULL) says. It is
 * left empty, rather than shown as it is, when memory runs out. */
void line_add_text(struct json_object *object, const char *key, const char *text,
                   const struct scrub *hidden);
/* The same for the key `url`, of which JOURNAL_URL_BYTES are kept: a server's cursor in it may be
 * of any length. Made safe before it is cut. */
void line_add_url(struct json_object *object, const char *url);
/* Takes what is secret out of each text in `value` (a reference, taken over), at any depth; returns
 * what is to stand there, a reference. */
struct json_object *line_hide(struct json_object *value, const struct scrub *hidden);

/* What a line about a resource may not show. */
struct line_secrets {
    struct word_list secrets;
    struct word_list open;
    struct scrub hidden; /* of both */
};
/* Of the resource (or NULL) and of `body` (JSON that json_scan vouches for, or NULL); false: no
 * memory, and nothing may be shown. To be finished in any case. */
bool line_secrets_of(const struct record *known, const char *body, struct line_secrets *out);
void line_secrets_finish(struct line_secrets *secrets);
/* Takes them out of every text of the line, which is taken over; NULL: no memory. */
struct json_object *line_hide_secrets_of(struct json_object *line, const struct record *known,
                                         const char *body);
/* Adds the body of a request as the key `body`, secrets masked and what `hidden` says taken out of
 * its texts: null where it is no object. It is text that is laid out anew: to others an object
 * that prints as it, and has no members. */
void line_add_body(struct json_object *line, const char *body, const struct scrub *hidden);

/* Adds the object as a line; what JSON lets stand and a terminal would obey is escaped. */
void line_add(struct book *book, struct json_object *object);
/* The same of one that may happen again (book_count). */
void line_add_countable(struct book *book, struct json_object *object);

#endif
