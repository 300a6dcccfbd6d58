/* SPDX-License-Identifier: MIT */
/*
 * What processes have done here, as far as it decides what a later operation means: one table, with
 * one rule for when a deed counts no more. Which guesses are made of them: ARCHITECTURE.md.
 *
 * A deed is known by its kind, who did it, and at what. It lies in the list of its kind, the one
 * noted last at the end, and is dropped from there when it has ended; or in that of what it belongs
 * to (a directory object), and ends with that.
 *
 * All with vfs->lock held; nothing here waits.
 */
#ifndef VFS_DEEDS_H
#define VFS_DEEDS_H

#include "vfs/number.h"
#include "util/clock.h"
#include "util/past.h"
#include "vfs/process.h"

#include <stddef.h>
#include <sys/queue.h>
#include <uthash.h>

#define DEED_MEMORY_MS    86400000 /* how long what a process did counts at most */
#define DEED_AFTERLIFE_MS 60000    /* of that, when it has ended */
#define DEED_MADE_MS      60000    /* since the last file that was made in the directory */
#define DEED_REFUSED_MS   1000     /* who takes longer to put an old text back means it */
#define DEED_CUT_MS       2000
#define DEED_CHANGED_MS   2000   /* how long this mount takes the blame for where names go */
#define DEED_WENT_MS      2000   /* how long a name that has come to mean another is not acted on */
#define DEED_RENAMED_MS   600000 /* how long an editor may go on by an old name */
#define DEED_READ_MOST    131072
#define DEED_CUT_MOST     64
#define DEED_MOST         4096 /* of each other kind: the oldest go first */

/* What was done; what `place` and `detail` are; what `value` says. */
enum deed_kind {
    DEED_READ,      /* files were read. actors_place. A struct read_deed */
    DEED_MADE,      /* the directory was. Its serial. By whom: process_number */
    DEED_MADE_FILE, /* a file, by who made the directory. The resource's serial; which node */
    DEED_WROTE,     /* a file. Likewise */
    DEED_COPIED,    /* all that it was to copy. The resource's serial */
    DEED_REMOVED,   /* a file. The directory's serial; which leaf. By whom: process_number */
    DEED_REFUSED,   /* what it wrote was. Of a file_key the place; the leaf */
    DEED_CUT,       /* a file, to nothing. Of a file_key the place; leaf and user. Its parent */
    DEED_CHANGED,   /* a resource, by this mount. A hash of its id */
    DEED_LEFT,      /* a name, by a resource, not by this mount's doing. A hash of where and of the
                     * name. A hash of its id; 0: several have left it */
    DEED_RENAMED,   /* a resource, which it goes on by the old name of. A hash of where and of that
                     * name. A struct text_deed: the id */
    DEED_WENT,      /* the name goes to another than before, likewise. The same hash */
    DEED_KINDS
};

struct deed_key {
    uint64_t kind;
    uint64_t who; /* process_number; 0: a nameless process, or whoever */
    uint64_t place;
    uint64_t detail;
};

/* That a file of the directory object of that serial was removed. */
static inline struct deed_key deed_of_removal(struct serial serial, struct leaf leaf)
{
    return (struct deed_key){.kind = DEED_REMOVED, .place = serial.number, .detail = leaf.number};
}

struct deed {
    struct deed_key key;
    uint64_t value;    /* 0 at first */
    int64_t at_ms;     /* monotonic: when it was noted last */
    int64_t looked_ms; /* when it was last seen to be worth keeping */
    union {
        TAILQ_ENTRY(deed) of_kind; /* by looked_ms */
        LIST_ENTRY(deed) of_owner;
    } link;
    UT_hash_handle hh;
};

/* Deeds that belong to something, newest first. */
LIST_HEAD(deed_list, deed);

/* What a resource can be renamed by. */
enum renamer { RENAMER_DOCUMENT, RENAMER_NAME, RENAMERS };

/* All that a process has read of one place. */
struct read_deed {
    struct deed deed; /* that it has */
    struct leaf *opened;
    uint32_t opened_count;
    struct seen_list seen;
    uint64_t read_as[RENAMERS]; /* by which name it has read them last: a hash; 0: not at all */
    int64_t whole_ms;           /* when it last read a version to its end */
};

struct text_deed {
    struct deed deed;
    char *text; /* NULL: no memory */
};

/* The clock is borrowed. NULL: no memory. */
struct deeds *deeds_create(const struct clock *clock);
void deeds_destroy(struct deeds *deeds); /* what has an owner must be gone. NULL is fine */

/* The one that counts still; NULL: there is none. Valid until the lock is given back. */
struct deed *deed_find(const struct deeds *deeds, struct deed_key key);
/* The same, made if there is none; it was done just now. `owner` NULL: it lies with its kind, and
 * one or two of those that have ended are dropped. NULL: no memory. */
struct deed *deed_note(struct deeds *deeds, struct deed_key key, struct deed_list *owner);
void deed_forget(struct deeds *deeds, struct deed *deed); /* NULL is fine */
/* The owner ends. */
void deeds_forget_all(struct deeds *deeds, struct deed_list *owner);
/* Those of a kind without owners, one after another, the one noted first first; `after` NULL:
 * begins. NULL: there are no more. It may have ended: deed_counts. */
struct deed *deed_next(const struct deeds *deeds, enum deed_kind kind, const struct deed *after);
bool deed_counts(const struct deeds *deeds, const struct deed *deed);
/* Whether one of that kind without an owner counts still. Costs next to nothing. */
bool deeds_any(const struct deeds *deeds, enum deed_kind kind);

#endif
