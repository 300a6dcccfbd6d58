/* SPDX-License-Identifier: MIT */
/*
 * What happened: failed operations, API requests, and whether the key is accepted. Shown in
 * .paperspacefs. Thread-safe; holds no lock of others. What is
 * kept shows no secret, and nothing that a terminal would obey.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "api/api.h"
#include "journal/roll.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/problem.h"
#include "util/scrub.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct journal;
struct json_object;

#define JOURNAL_URL_BYTES 2048 /* of a URL is kept at most so much */

/* The journals: lines of JSON, each in a file that only grows and the one before (journal/book.h):
 * at least the last thousand lines. */
enum journal_name {
    JOURNAL_ERRORS,
    JOURNAL_CHANGES,
    JOURNAL_SEEN,
    JOURNAL_REQUESTS,
    JOURNAL_PLAN,
    JOURNALS_COUNT
};
/* The file that is written (age 0) or the one before (age 1): a reference; NULL: none. */
struct roll *journal_roll(struct journal *journal, enum journal_name name, unsigned age);
/* How many entries there ever were, each repeat of an error counted. */
uint64_t journal_entries(struct journal *journal, enum journal_name name);

struct journal *journal_create(const struct clock *clock); /* NULL: no memory */
void journal_destroy(struct journal *journal);             /* NULL is fine */

/* From now on `hear` is told of each line that was added to the changes and to what was seen: an
 * object, valid while it is called, in which no secret is; control characters may be. Its `body` is
 * text: it prints as an object, and has no members. It is called
 * in any thread, with no lock held, and must not wait. Before the first line; once. */
void journal_listen(struct journal *journal,
                    void (*hear)(void *ctx, enum journal_name name, struct json_object *line),
                    void *ctx);

/* A failed operation; the strings are copied, and made safe to show (words_make_safe). An error
 * equal to the newest one but for its time is counted (`"count": N`), not repeated. */
struct journal_error {
    pid_t pid;
    uid_t uid;
    const char *op;
    const char *path;
    int err; /* positive errno */
    const struct problem *problem;
    struct scrub
        hidden; /* secrets of what it is about, beside the keys; and what is shown anyway */
};
void journal_add_error(struct journal *journal, const struct journal_error *error);
/* One line for a person: time, operation, path, errno name, status, code, message, fields. "" when
 * nothing has failed yet. False: no memory. */
bool journal_print_last_error(struct journal *journal, struct buf *out);

/* Who asked for a change, as text for change_request.origin. `path` is copied. */
bool journal_print_origin(pid_t pid, uid_t uid, const char *op, const char *path, struct buf *out);
/* A change that has ended: time pid uid comm op path method url status id event, masked body.
 * `event_id` may be "". `base_url` as the API has it. `known` (may be NULL) is the resource: its
 * secrets and those in the body are in no text of the line. */
struct change_report;
void journal_add_change(struct journal *journal, const char *base_url,
                        const struct change_report *report, const char *event_id,
                        const struct record *known);

/* A change that a dry run did not send: time op path method url, masked body. Sets `problem` to
 * the words that tell of it (PROBLEM_WITHHELD, err EROFS). */
void journal_add_plan(struct journal *journal, const char *base_url,
                      const struct change_report *report, struct problem *problem);

/* A resource that came (`before` NULL), went (`after` NULL) or is another now, by others than this
 * mount: time, kind, path (as it is shown), id, and each key with what it was and is, of which 2
 * KiB are kept; secrets are masked. */
void journal_add_seen(struct journal *journal, const char *path, const struct record *before,
                      const struct record *after);

/* How many points were granted to the guard, as a line among the changes: `origin` as
 * of journal_print_origin. */
void journal_add_allow(struct journal *journal, const char *origin, unsigned points);

/* An API request, for api_config.on_exchange. */
void journal_add_exchange(struct journal *journal, const struct api_exchange *exchange);
uint64_t journal_request_count(struct journal *journal, const struct kind *kind);

/* When the last 2xx came (wall clock); 0: none yet. */
int64_t journal_last_answer_ms(struct journal *journal);

/* What the newest answer said that says something about the key: a resource's 2xx, or a 401. */
enum key_state { KEY_UNTRIED, KEY_ACCEPTED, KEY_REFUSED };
struct journal_key {
    enum key_state state;
    int64_t since_ms; /* wall clock: when that state began */
};
struct journal_key journal_key_state(struct journal *journal);

/* "EINVAL" for EINVAL; static storage; "E?" for one without a name. */
const char *errno_name(int err);

#endif
