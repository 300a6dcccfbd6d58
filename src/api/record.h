/* SPDX-License-Identifier: MIT */
/*
 * A resource as the server described it at one time: immutable, reference-counted, and so free to
 * go between threads. One allocation: the struct, then its strings.
 */
#ifndef API_RECORD_H
#define API_RECORD_H

#include "kinds/kind.h"
#include "util/json_view.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct json_index;
struct json_object;
struct problem;

struct record {
    atomic_uint refs;
    atomic_uint shown_mark; /* of its document as it is shown, for whoever shows it; 0: none yet */
    const struct kind *kind;
    const char *name;       /* decoded UTF-8; may hold NUL bytes: see name_bytes */
    const char *machine_id; /* the value of the kind's machine_key; "" if there is none */
    const char *json;       /* the whole object, compact, keys in the server's order,
                               numbers as written, secrets included */
    uint32_t name_bytes;
    uint32_t json_bytes;
    uint32_t all_bytes; /* of this allocation */
    bool automatic;     /* the value of the kind's automatic_key */
    bool complete;      /* false: a list's item that lacks the shape's completing_key */
    int64_t created_ms; /* dtCreated, wall clock; CLOCK_NO_DATE */
    int64_t mtime_ms;   /* wall clock; set by the cache before the record is shared */
    uint64_t
        version; /* likewise, set by the cache: another for every content; later ones are larger */
    _Atomic(struct json_index *) index; /* of `json`, once somebody has asked: record_index */
    char id[]; /* "" for a singleton; always id_is_valid otherwise. The other texts follow. */
};

#define RECORD_SHORT_BYTES       ((size_t)4 << 10)   /* of a text that is soon looked through */
#define RECORD_MAX_VALUES        100000              /* JSON values in one item */
#define RECORD_ALL_MAX_BYTES     ((size_t)336 << 20) /* of all records that are held by anybody */
#define RECORD_INDEXES_MAX_BYTES ((size_t)32 << 20)  /* of all records' indexes that are kept */

/* Makes a record with one reference of `object` (borrowed). NULL with `problem` set:
 * PROBLEM_PROTOCOL when it is no object, PROBLEM_NOT_FOUND when it has no id, PROBLEM_TOO_LARGE
 * when all records together would be more than RECORD_ALL_MAX_BYTES, PROBLEM_NO_MEMORY. A missing,
 * null or non-string name is "". The problem names the kind, never a value. */
struct record *record_from_json(const struct kind *kind, enum dialect dialect,
                                struct json_object *object, struct problem *problem);
/* The same of an item's text, which json_scan vouches for; two equal keys are PROBLEM_PROTOCOL.
 * What is built of one item on the way is gone before another's is begun, in any thread. */
struct record *record_from_text(const struct kind *kind, enum dialect dialect,
                                struct json_slice text, struct problem *problem);
/* The same content with another mtime, one reference; NULL: no memory. */
struct record *record_with_mtime(const struct record *record, int64_t mtime_ms);
struct record *record_ref(struct record *record);
void record_unref(struct record *record); /* NULL is fine */
/* Whether name and machine are the same. */
bool record_same_names(const struct record *a, const struct record *b);
/* Whether two records hold the same text (and so the same content). */
bool record_equal(const struct record *a, const struct record *b);
/* Parses record->json: a new json_object, for the caller alone; NULL: no memory. */
struct json_object *record_parse(const struct record *record);

/* Where the members of record->json are. Made by who asks first, kept with the record and shared
 * by all threads; from RECORD_INDEXES_MAX_BYTES of them on, made for the caller alone, who frees
 * `*own` (NULL where it is kept). NULL: no memory. */
const struct json_index *record_index(struct record *record, struct json_index **own);

/* What a record holds, to be looked at while it lives: by its members' index where that is known or
 * the text is long, else by looking through it, which is as fast. Frees `*own` likewise. */
struct json_view record_view(struct record *record, struct json_index **own);

/* A growing list of references, in order. */
struct record_list {
    struct record **records;
    size_t count;
    size_t capacity;
    size_t skipped;       /* items of the answer that are none, since they have no id */
    size_t first_skipped; /* the place of the first in the answer, from 1 on */
};

#define RECORD_LIST_EMPTY ((struct record_list){NULL, 0, 0, 0, 0})

/* Takes over one reference of `record`; false (and the reference stays the caller's): no memory. */
bool record_list_add(struct record_list *list, struct record *record);
void record_list_finish(struct record_list *list); /* drops all references; empty again */

#endif
