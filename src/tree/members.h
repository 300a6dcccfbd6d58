/* SPDX-License-Identifier: MIT */
/* What a directory shows of a JSON object. Any thread. */
#ifndef TREE_MEMBERS_H
#define TREE_MEMBERS_H

#include "tree/tree_internal.h"

#include <json-c/json.h>

/* How much `read` may ask for. */
enum fields_need {
    FIELDS_KNOWN,    /* what is known: no request */
    FIELDS_COMPLETE, /* what came incomplete is completed first */
    FIELDS_FRESH     /* as fresh as reading the document */
};

/* Of a type of directory that shows the members of a JSON object: dir_ops->fields. */
struct dir_fields {
    /* That object: a new reference, NULL: gone. */
    struct json_object *(*read)(struct call *call, struct dir *dir, enum fields_need need);
    /* Carries out an edit in the form of a document, on behalf of a field's file; NULL: none can.
     */
    int (*commit_edit)(struct call *call, struct file *file, const struct buf *edit);
};

/* The table of rows for the members of what `dir` shows; NULL: none are known. */
const struct field *field_rows(struct dir *dir);
/* Whether it has a file also where the answer leaves it out. */
bool field_stays(struct dir *dir, const struct field *row);
/* The row of a key among the members of what `dir` shows; NULL: the dialect does not know it. */
const struct field *field_of(struct dir *dir, const char *key);
/* The members of what `dir` shows: a new reference, or NULL with words in the problem, if any. May
 * wait for a request as `need` says. */
struct json_object *field_members(struct call *call, struct dir *dir, enum fields_need need);
/* The mode's bits by the row: what can be written, and what only its owner may read. `answered`:
 * the server sent it. */
mode_t field_mode(struct dir *dir, const char *key, bool answered);

#endif
