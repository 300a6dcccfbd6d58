/* SPDX-License-Identifier: MIT */
/*
 * Documents: what a resource looks like as a JSON file, and what an edit of that file means.
 * Pure functions on texts and rows: no request, no lock; any thread.
 *
 * Functions that can refuse return 0, or -1 with problem->err set to the errno (EINVAL, ESTALE,
 * EPERM, EFBIG, EEXIST, ENOMEM), words in message and the offending keys in details. No problem
 * ever holds a secret's value.
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include "util/past.h"
#include "api/record.h"
#include "kinds/kind.h"
#include "util/buf.h"
#include "util/json_view.h"
#include "util/problem.h"

#include <stdbool.h>
#include <stddef.h>

#define DOCUMENT_MAX_BYTES (1024 * 1024)

/* Appends the document: pretty-printed, keys in the server's order, a final newline; secrets
 * masked unless `show_secrets`. False: no memory. */
bool document_render(const struct record *record, bool show_secrets, struct buf *out);

/* What is to be sent. */
struct document_change {
    bool changed;             /* false: nothing differs, nothing is to be sent */
    struct buf body;          /* the JSON text to send */
    struct json_object *sent; /* what it was printed from: for the thread that made it, as all
                                 edits are; NULL: nothing is to be sent */
    char **secrets;           /* the secrets' values in it, ends with NULL; NULL: none */
};
void document_change_finish(struct document_change *change); /* wipes and frees; empty again */

/* What is known of the older values of a resource, and of who wrote the text; all borrowed. */
struct document_past {
    const struct past *past;
    /* What the process that wrote the text has read of the resource; nothing where that can't be
     * told. Who has read the present version to its end, and none with an older value, means that
     * value newly when it writes it. */
    const struct seen_list *read;
};

/* Reads an edit: a new reference. An edit is read once, and handed on as this object within the
 * thread that has read it. NULL: EFBIG over DOCUMENT_MAX_BYTES; EINVAL, what is not one JSON
 * object. */
struct json_object *document_read(const char *text, size_t text_bytes, struct problem *problem);

/* How far an edit has come that is still being written. */
enum document_state {
    DOCUMENT_BEGUN,  /* more may follow */
    DOCUMENT_WHOLE,  /* `*out` is what document_read gives: of NULL `problem` says why */
    DOCUMENT_BROKEN, /* nothing that follows can make it one: `problem` says why */
};
/* In one reading with document_read, for whoever has to know both. */
enum document_state document_judge(const char *text, size_t text_bytes, struct json_object **out,
                                   struct problem *problem);
/* A text that json_print has made, as it is handed between threads, as a view: nothing is read.
 * "" and NULL are none. */
struct json_view document_view(const char *text);

/* The meaning of an edit of the document of `current` (contract §3):
 * keys left out stay, nested objects merge, null clears (FIELD_NULLABLE, or what is null already).
 * Only keys that differ from `current` count. Equal numbers (as doubles) are the same. A secret
 * given masked (only '*', or containing "****") means unchanged. Refused: EINVAL: a read-only
 * key that differs, a key that neither the rows nor `current` know, a wrong type; ESTALE: a key
 * that differs from `current` and has an older value that was shown and changed elsewhere since,
 * unless it is the text's only key, or the value is newly meant, as `past` tells (NULL: nothing is
 * old); EPERM: the API wants the whole object and a required secret is not known (masked in
 * `current`, and not given). For UPDATE_PARTIAL the body holds the changed keys, for UPDATE_WHOLE
 * all keys that can be updated, merged into `current` (a null one that the rows do not allow to be
 * null is left out; FIELD_UNANSWERED ones only when given). */
int document_edit_by(enum dialect dialect, struct record *current, const struct document_past *past,
                     struct json_view given, struct document_change *out, struct problem *problem);
/* The same of an edit's text, with what document_read refuses. */
int document_edit(enum dialect dialect, struct record *current, const struct document_past *past,
                  const char *text, size_t text_bytes, struct document_change *out,
                  struct problem *problem);

/* --- drafts --------------------------------------------------------------------------------- */

/* The values given to a draft so far are one JSON object as text ("" is none). */

/* Takes what an edit gives into `values`. Read-only keys, `name`, and keys that only
 * some of `peers` (known resources of the kind) have are accepted and ignored; refused (EINVAL,
 * values unchanged): unknown keys, wrong types, a
 * masked secret, a FIELD_INTEGER `size` over 1,000,000 (sizes are in GB, that looks like bytes).
 * null means unset. A masked secret means unchanged when the values have one already. Where the
 * peers have an integer as a decimal string, it may be given so. */
int document_draft_take(const struct kind *kind, enum dialect dialect,
                        const struct record_list *peers, struct json_object *given,
                        struct buf *values, struct problem *problem);
/* The same of an edit's text, with what document_read refuses. */
int document_draft_apply(const struct kind *kind, enum dialect dialect,
                         const struct record_list *peers, const char *text, size_t text_bytes,
                         struct buf *values, struct problem *problem);
/* Builds the body of the create from the draft's name, its values, `defaults` (a JSON object as
 * text or NULL) and the rows' own defaults, in this order of precedence. Returns true and the body
 * in `out`; false when required fields are missing: `missing` gets their names, ", " between,
 * nested ones as s3Config.bucket (and nothing when memory ran out). `defaults` of a wrong type
 * count as not given. */
bool document_draft_body(const struct kind *kind, enum dialect dialect, const char *name,
                         size_t name_bytes, const char *values, const char *defaults,
                         struct document_change *out, struct buf *missing);
/* Appends the document of a draft: every field that can be given on create, null where unset;
 * secrets masked unless `show_secrets`. */
bool document_render_draft(const struct kind *kind, enum dialect dialect, const char *name,
                           size_t name_bytes, const char *values, const char *defaults,
                           bool show_secrets, struct buf *out);
/* The `.draft` file: what is still missing, which values of it the `peers` use already
 * ("networkId: nwhoe4ox, as in data (ny2)": value, the peer's name, its region if it has one),
 * and what will create it. Never a secret. */
bool document_render_missing(const struct kind *kind, enum dialect dialect, const char *name,
                             size_t name_bytes, const char *values, const char *defaults,
                             const struct record_list *peers, struct buf *out);

/* --- other bodies ---------------------------------------------------------------------------- */

/* Appends the edit {"name": NAME} that renames a resource; false: no memory. */
bool document_name_edit(const char *name, size_t name_bytes, struct buf *out);
/* The body of a create in a group of a view: {"name": …, MACHINE_KEY: …}; false: no memory. */
bool document_create_in_group(const struct kind *kind, const char *name, size_t name_bytes,
                              const char *machine_id, struct buf *out);
/* Checks a restore's body that a user wrote: a JSON object with keys of row->fields only. Appends
 * it compact to `out`. */
int document_restore_body(const struct restore_row *row, const char *text, size_t text_bytes,
                          struct buf *out, struct problem *problem);

/* Of an edit that was copied from another resource into one that exists by now, what is news: keys
 * that can be given, if only on create, and have another value than in `made` (the body of the
 * create; empty: not known); the name only if `keep_name`. A new reference; NULL: no memory. */
struct json_object *document_keep_new(const struct kind *kind, enum dialect dialect,
                                      struct json_object *given, const struct buf *made,
                                      bool keep_name);

/* Whether a text that was to be a document tells a secret: one that is not masked, or, where it is
 * no JSON, the key of one. */
bool document_tells_secret(const struct buf *text);

#endif
