/* SPDX-License-Identifier: MIT */
/*
 * A toy that the filesystem of vfs/ shows: boxes with a text, no kind, no cache, no server. What a
 * commit does is told beforehand.
 *
 *     /            boxes by name
 *     NAME/text    the whole of it: read and write; complete with its "}", invalid with a "!"
 *     NAME/fixed   "fixed\n", read-only
 *     NAME/secret  0600, a secret's file
 *     NAME/inner/  a directory in it, with `depth`
 *     …            scratch files
 */
#ifndef TEST_VFS_TOY_H
#define TEST_VFS_TOY_H

#include "vfs/dir.h"
#include "vfs/leaf.h"
#include "vfs/listing.h"

#include <check.h>

#define TOY_BOXES 8

/* The row of "text". */
#define TOY_TEXT 1u

struct toy_box {
    char name[32]; /* "": there is none */
    char id[16];
    char text[4096];
};

/* What the next commit does. */
enum toy_outcome {
    TOY_ACCEPTS,
    TOY_REFUSES,    /* EINVAL, at once */
    TOY_STARTS,     /* begins a change, which ends when toy_end_change says so */
    TOY_INTERRUPTED /* EINTR before anything was begun */
};

struct toy {
    struct vfs vfs;
    struct vfs_config config;
    struct toy_box boxes[TOY_BOXES];
    unsigned crowd;            /* how many more boxes there are: "crowd-0", … */
    unsigned crowd_shift;      /* crowd-N's id is N more than that */
    int64_t passed_ms;         /* what its clock is ahead */
    int64_t stopped_ms;        /* what it is ahead of; 0: of the machine's */
    enum toy_outcome next;     /* of commits from now on */
    unsigned commits;          /* how many came */
    char committed[4096];      /* the text of the last one */
    unsigned failures;         /* how many were written down */
    char failed_path[128];     /* the last of them, */
    int failed_err;            /* and its errno */
    unsigned shown;            /* how often something was said to be read */
    uint64_t names_generation; /* raised by whoever renames a box */
    unsigned changes_alive;    /* changes that are not freed */
    struct change *change;     /* the last that was begun; NULL: none */
    bool pins;                 /* "text" shows a state, from now on */
    unsigned pins_alive;       /* states that are not freed */
    struct toy_pin *pin;       /* of the box that was asked for last; NULL: none */
    bool freshens;             /* the next open for reading brings another text */
    bool lasts;                /* names may be believed until it is told otherwise */
    unsigned forgets;          /* how often it was */
    int64_t fresh_ms;          /* and while what is known is fresh */
    bool read_only;
    int64_t patience_ms; /* with changes that hold a directory */
};

extern struct toy toy;

/* Begins with boxes "a" (id 1) and "b" (id 2), whose text is "{old}\n"; ends, and asserts that
 * nothing is left over. */
void toy_start(void);
void toy_stop(void);

/* A call of this process, or of `pid` (0: this one); lives until the thread's next. */
struct call *toy_call(const char *op, pid_t pid);
/* A change that nobody has asked for: a reference, as a commit leaves it. */
struct change *toy_begin_change(void);
/* The change on its way ends with `rc`; 0: its text is the box's from then on. */
void toy_end_change(int rc);
/* Another process, of which this one is no parent; does nothing, and lives until toy_stop. */
pid_t toy_other(void);

/* The directory of a box, by a path from the root: a reference. */
struct dir *toy_dir(const char *path);
/* What a lookup finds: 0 or -errno; `*alias` (or NULL) its number. */
int toy_lookup(struct dir *dir, const char *name, struct alias *alias);
struct file *toy_open(struct dir *dir, const char *name, int flags);
/* Writes at an offset; what vfs_write gave. */
int toy_write(struct file *file, const char *text, off_t offset);
/* All of a file, as read(2) gives it; valid until the next. */
const char *toy_read(struct dir *dir, const char *name);
/* The names in a directory, each with a blank behind it; valid until the next. */
const char *toy_list(struct dir *dir);
/* Makes a scratch file with that text. */
void toy_make(struct dir *dir, const char *name, const char *text);

#endif
