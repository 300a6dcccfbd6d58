/* SPDX-License-Identifier: MIT */
/* What a directory shows of a JSON object, as slices of a text that is known. Any thread. */
#ifndef TREE_MEMBERS_H
#define TREE_MEMBERS_H

#include "tree/tree_internal.h"
#include "util/json_index.h"

struct json_object;

/* The members of one object: of a record, which keeps their index, or of a text of its own (a
 * draft's). Nothing is parsed to get at them, and slices live until members_finish. */
struct members {
    struct record *record; /* a reference; NULL: it is the text's */
    struct buf text;       /* with secrets */
    struct json_index *own;
    const struct json_index *index;
    struct json_slice object; /* the one whose members they are */
};

#define MEMBERS_NONE ((struct members){.record = NULL, .text = BUF_EMPTY})

/* All members of a record, whose reference is taken over in any case (NULL is fine), or of a text,
 * likewise, which json_print_pretty has made. False: no memory, or no record; to be finished in
 * any case. */
bool members_of_record(struct record *record, struct members *out);
bool members_of_text(struct buf *text, struct members *out);
/* From now on the members of the object that is the member `key`; false: it has none there. */
bool members_enter(struct members *members, const char *key);
void members_finish(struct members *members);

/* How much `read` may ask for. */
enum fields_need {
    FIELDS_KNOWN,    /* what is known: no request */
    FIELDS_COMPLETE, /* what came incomplete is completed first */
    FIELDS_FRESH     /* as fresh as reading the document */
};

/* Of a type of directory that shows the members of a JSON object: dir_ops->fields. */
struct dir_fields {
    /* Those members, into `out`, which the caller finishes; false: gone. */
    bool (*read)(struct call *call, struct dir *dir, enum fields_need need, struct members *out);
    /* Carries out an edit in the form of a document, on behalf of a field's file; NULL: none can.
     */
    int (*commit_edit)(struct call *call, struct file *file, struct json_object *edit);
};

/* The members of what `dir` shows; false: none, with words in the problem, if any. May wait for a
 * request as `need` says. To be finished in any case. */
bool field_members(struct call *call, struct dir *dir, enum fields_need need, struct members *out);

/* The table of rows for the members of what `dir` shows; NULL: none are known. */
const struct field *field_rows(struct dir *dir);
/* Whether it has a file also where the answer leaves it out. */
bool field_stays(struct dir *dir, const struct field *row);
/* The mode's bits by the row (NULL: the dialect does not know the key): what can be written, and
 * what only its owner may read, of a secret. `answered`: the server sent it. */
mode_t field_mode(struct dir *dir, const struct field *row, bool secret, bool answered);

#endif
