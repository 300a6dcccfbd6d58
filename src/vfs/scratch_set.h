/* SPDX-License-Identifier: MIT */
/*
 * Sets of scratch files: all that lies in one resource, whatever name or view it is looked at by.
 *
 * A set is found by a key that is handed in and means nothing here; one without a key is a draft's,
 * until that becomes a resource. The directory objects that show a set are listed in it. It is
 * freed when none does any more and nothing is in it, so what lies in a resource outlives the
 * objects, which the kernel may forget.
 *
 * All with store->lock held, but where it says otherwise; nothing here waits.
 */
#ifndef VFS_SCRATCH_SET_H
#define VFS_SCRATCH_SET_H

#include "vfs/number.h"
#include "vfs/author.h"
#include "util/buf.h"
#include "util/clock.h"

#include <pthread.h>
#include <sys/queue.h>
#include <uthash.h>

#define SCRATCH_FILE_BYTES  (1024 * 1024)
#define SCRATCH_TOTAL_BYTES (16 * 1024 * 1024)
#define SCRATCH_MAX_FILES   4096  /* in one set */
#define SCRATCH_ALL_FILES   65536 /* a name costs memory too */

struct dir;
struct scratch_set;

/* All sets of a mount. */
struct scratch_store {
    pthread_mutex_t *lock; /* the owner's, guards all that follows */
    const struct clock *clock;
    /* The number of a file is about to be free: nothing may stand for it any more. */
    void (*on_free)(struct scratch_set *set, struct leaf leaf);
    struct scratch_set *by_key;
    LIST_HEAD(, scratch_set) sets; /* those without a key as well */
    size_t bytes;                  /* of all files' content */
    size_t count;                  /* of all files */
};

struct scratch_set {
    struct scratch_store *store;
    char *key; /* NULL: none yet */
    size_t key_bytes;
    LIST_HEAD(, scratch) files;
    LIST_HEAD(, dir) dirs; /* that show it: dir->scratch */
    size_t count;
    uint64_t next; /* how many numbers were given so far */
    LIST_ENTRY(scratch_set) link;
    UT_hash_handle hh;
};

struct scratch {
    struct scratch_store *store; /* never changes */
    struct scratch_set *set;
    struct leaf leaf;
    uint64_t generation; /* of that number */
    char *inside;        /* the nested object that it lies in: "s3Config"; "": in none */
    char *name;          /* NULL: unlinked */
    char *lost_name;     /* unlinked by who may be removing the resource: see scratch_lose */
    const void *lost_to; /* by whom */
    char *target;        /* of a symbolic link; else NULL */
    struct buf data;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    int64_t mtime_ms;
    unsigned holds;       /* open handles */
    struct author author; /* of data */
    bool unlisted;
    LIST_ENTRY(scratch) link; /* in set->files */
};

/* The lock stays the caller's and outlives the store. NULL: no memory. */
struct scratch_store *scratch_store_create(pthread_mutex_t *lock, const struct clock *clock,
                                           void (*on_free)(struct scratch_set *set,
                                                           struct leaf leaf));
/* Frees all; no handle may be open, no directory show any of it any more. Without the lock; NULL is
 * fine. */
void scratch_store_destroy(struct scratch_store *store);
/* Removes all that is in sets whose key `is_gone`: what they belonged to is no more. What is open
 * goes on until it is closed. `changed` is told of each set before. */
void scratch_store_sweep(struct scratch_store *store,
                         bool (*is_gone)(void *ctx, const char *key, size_t key_bytes), void *ctx,
                         void (*changed)(struct scratch_set *set));

/* --- sets ------------------------------------------------------------------------------------- */

/* NULL: there is none. */
struct scratch_set *scratch_set_find(struct scratch_store *store, const char *key,
                                     size_t key_bytes);
/* A new one; `key` NULL: without. NULL: no memory. */
struct scratch_set *scratch_set_new(struct scratch_store *store, const char *key, size_t key_bytes);
/* Gives a set without a key that one. If another has it, all goes over to that, directories
 * included, and this one is freed; of what has one name in both, this one's takes it. Without
 * memory it stays without a key. */
void scratch_set_give_key(struct scratch_set *set, const char *key, size_t key_bytes);
/* Frees it if no directory shows it and nothing is in it. */
void scratch_set_drop(struct scratch_set *set);
/* Removes all names. */
void scratch_set_clear(struct scratch_set *set);
/* The next number; who takes it sees to it that nothing else has it. `*generation`: how often it
 * was given before. */
uint32_t scratch_set_number(struct scratch_set *set, uint64_t *generation);

/* --- files ------------------------------------------------------------------------------------ */

struct scratch *scratch_of_leaf(const struct scratch_set *set, struct leaf leaf); /* NULL: none */
struct scratch *scratch_of_name(const struct scratch_set *set, const char *inside,
                                const char *name);
/* Whether there is room for another file, and for so many more bytes, in the set and in all. What
 * is lost makes room. */
bool scratch_set_has_room(struct scratch_set *set, size_t more_files, size_t more_bytes);
/* A new file of that number, empty; `target`: of a symbolic link, or NULL. NULL: no memory. */
struct scratch *scratch_add(struct scratch_set *set, struct leaf leaf, uint64_t generation,
                            const char *inside, const char *name, const char *target);
/* It has this name from now on (taken over; NULL: none), and is freed if nobody holds it then. */
void scratch_set_name(struct scratch *scratch, char *name);
/* Takes its name away, until scratch_bring_back or scratch_let_go of the same `lost_to`. */
void scratch_lose(struct scratch *scratch, const void *lost_to);
/* What was lost, to anybody, has its name again, unless something else has it. */
void scratch_bring_back(struct scratch_set *set);
void scratch_let_go(struct scratch_set *set, const void *lost_to);
/* An open handle is closed: what has no name goes. */
void scratch_unhold(struct scratch *scratch);
/* The content gets that size, zeros where it grows, and memory that it needs no more is given back;
 * false: no memory. */
bool scratch_resize(struct scratch *scratch, size_t size);

#endif
