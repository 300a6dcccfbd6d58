/* SPDX-License-Identifier: MIT */
/*
 * What the emulator's files share: one account's state, and the types of a
 * dialect's rows.
 *
 * Locking: `lock` covers everything in struct emulator that can change. Each
 * function that takes a struct emulator wants the lock held, unless it says
 * otherwise. Nothing waits with the lock held.
 */
#ifndef EMULATOR_CORE_H
#define EMULATOR_CORE_H

#include "emulator/emulator.h"
#include "emulator/emu_json.h"
#include "emulator/store.h"

#include <pthread.h>

struct emu_answer;
struct emu_event;
struct emu_fault;
struct emu_kind;
struct emu_record;
struct emu_request;
struct emulator;
struct MHD_Daemon;

enum emu_dialect_id { EMU_DOCS, EMU_OPENAPI, EMU_DIALECTS };

/* JSON types, as a set, of a field in a request's body. */
enum emu_type {
    EMU_STRING = 1,
    EMU_INTEGER = 2,
    EMU_BOOLEAN = 4,
    EMU_OBJECT = 8,
    EMU_NULL = 16,
    EMU_ANY = 32,
    EMU_ARRAY = 64
};

/* One field of a body; tables of them end with a row without a name. */
struct emu_field {
    const char *name;
    unsigned types; /* of enum emu_type */
    bool required;
    const char *const *values;                  /* the strings allowed; NULL: all */
    const char *(*check)(struct json_object *); /* what is wrong, or NULL */
    const struct emu_field *fields;             /* of a nested object */
};

struct emu_page;

/* What the dialects differ in for all kinds; a row each, see emu_dialect.c. */
struct emu_dialect {
    const char *name;
    enum emu_dialect_id id; /* which of a kind's shapes it has */
    int created;            /* status of a create */
    size_t default_limit;   /* of a list without limit */
    bool limit_bounded;     /* and one with a limit takes 1 to EMU_PAGE_LIMIT */

    /* Turns one page, which it takes over, into the answer of a list. */
    struct json_object *(*list)(struct emulator *emulator, struct emu_page *page);

    /* The item that `after` names, NULL if it names none. */
    struct emu_item *(*cursor)(const struct emu_collection *collection, const char *after);

    /* Answers a delete that succeeded. */
    void (*deleted)(struct emu_answer *answer, const char *id);
};

/* What an emulator has of a kind. */
struct emu_stock {
    const struct emu_kind *kind;
    struct emu_collection items;  /* of a kind of many */
    struct json_object *document; /* of a kind of one; else NULL */
};

/* What POST /_control/config changes; the rows are in behaviour.c. */
struct emu_behaviour {
    int64_t clock_ms; /* how much its clock is ahead */
    int64_t event_ms;
    bool event_fails;
    bool event_error_null;
    bool drop_s3config_in_list;
    bool mask_secrets;
    bool duplicate_across_pages;
    bool repeat_cursor;
    bool ignore_order;
    bool strict_query;
    bool legacy_errors;
    char *etag;                 /* "none", "strong", "weak", "bare" or "changing"; NULL: none */
    char *end_cursor;           /* "null", "absent" or "empty"; NULL: null */
    char *regions;              /* of drives: "code", "upper" or "label"; NULL: code */
    struct json_object *forbid; /* array of path prefixes, or NULL */
};

struct emulator {
    /* Fixed once the emulator runs. */
    const struct emu_dialect *dialect;
    char *key;
    char url[48];
    unsigned latency_ms;
    bool control;
    int64_t (*now_ms)(void *arg);
    void *now_arg;
    struct MHD_Daemon *daemon;
    struct emu_stock *stocks; /* one for each kind, in the order of emu_kinds_all */
    size_t stock_count;       /* their contents the lock covers */

    pthread_mutex_t lock;
    pthread_cond_t wakeup; /* stopping was set; on the monotonic clock */
    bool stopping;
    uint64_t ids;                /* how many ids were made */
    uint64_t etags;              /* how many ETags, where each is another */
    uint64_t connections;        /* how many connections were accepted */
    uint64_t silent_connections; /* the first so many pass nothing any more */
    struct emu_event *events;    /* the unfinished ones, oldest first */
    struct emu_behaviour behaviour;
    struct emu_fault *faults;
    struct emu_record *records; /* array, oldest first */
    size_t record_count;
    size_t record_room;
    uint64_t record_base; /* the number of the first one */
};

/* Waits; false at once when the emulator stops. The lock is not held. */
bool emu_wait_ms(struct emulator *emulator, unsigned ms);

extern const struct emu_dialect emu_docs_dialect;
extern const struct emu_dialect emu_openapi_dialect;

/* The row called so (NULL: docs); NULL if there is none. */
const struct emu_dialect *emu_dialect_find(const char *name);

#endif
