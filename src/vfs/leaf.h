/* SPDX-License-Identifier: MIT */
/*
 * Leaves: what is in a directory and is no directory, by number. Any thread; vfs->lock is taken
 * inside.
 */
#ifndef VFS_LEAF_H
#define VFS_LEAF_H

#include "vfs/dir.h"

#define LEAF_NAME_BYTES 256

enum leaf_flag {
    LEAF_DOCUMENT = 1 << 0,  /* the whole of what its directory shows */
    LEAF_SINGLETON = 1 << 1, /* shown, if it must be without its size, also where it is denied */
    LEAF_VOLATILE = 1 << 2,  /* its content changes by itself: a handle's size counts */
    LEAF_UNLISTED = 1 << 3,  /* opens by name, is not listed */
    LEAF_SECRET = 1 << 4,    /* unlisted but with secrets=show */
    LEAF_BLOCKING = 1 << 5,  /* rendered by reads, which are asked again for as long as it takes */
    LEAF_SCRATCH_FILE = 1 << 6, /* read and written in place: scratch.c */
    LEAF_FIELD = 1 << 7,        /* one value, without the newline at its end */
    LEAF_PINNED = 1 << 8        /* it shows the state of its resource (content.h), and no more */
};

enum judgement { JUDGE_COMPLETE, JUDGE_INCOMPLETE, JUDGE_INVALID };

/* What grows while it is read. Any thread. */
struct leaf_stream {
    void *(*open)(struct node node); /* NULL: the name leads to another by now */
    size_t (*size)(void *stream);    /* so far, in bytes */
    /* At most `size` bytes from `offset` on; how many, 0 at the present end. Never waits. */
    size_t (*read)(void *stream, char *out, size_t size, size_t offset);
    void (*close)(void *stream);
};

/* One kind of file. */
struct leaf_row {
    const char *name;
    mode_t mode; /* permission bits before the umask; 0444: opening for writing is EACCES */
    unsigned flags;
    /* The content as it is now; may wait when `wait` is true (open), else what is known. */
    int (*render)(struct call *call, struct node node, bool wait, struct buf *out);
    /* What a staged text is as it stands: whether a write(2) completes it. NULL: read-only. */
    enum judgement (*judge)(struct file *file, struct call *call);
    /* Carries out a staged text: 0 or -errno; -EINTR with staged->change set: not answered yet. */
    int (*commit)(struct call *call, struct file *file);
    /* Both times were set to now. NULL: nothing happens. */
    int (*touch)(struct call *call, struct node node);
    /* Whether a directory has it at all. NULL: always. */
    bool (*exists)(const struct dir *dir);
    /* Whether its value can be given at all, if only on create. NULL: as its mode says. */
    bool (*settable)(struct node node);
    /* Where it stands in the document (util/digest.h); 0: nowhere. NULL: nowhere. */
    uint64_t (*place)(struct node node);
    /* Whether the name of the resource can be changed by it. NULL: no. */
    bool (*renames)(struct node node);
    /* How it is read in place, while it grows; it has no render then. NULL: it is rendered. */
    const struct leaf_stream *stream;
    /* LEAF_PINNED: whether it shows the state now, and no more. NULL: always. */
    bool (*is_pinned)(struct dir *dir);
    /* Changes mode, owner, times or type that are not those of a plain row. NULL: they are. */
    void (*attr)(struct node node, struct stat *st);
};

/* The files of a type of directory that have numbers from LEAF_FIELDS on. */
struct leaf_source {
    bool fleeting; /* this mount makes, renames and removes them by itself */
    /* The one called `name`, or LEAF_NONE. `*nested`, false before: it is no file but a directory,
     * of the type dir_ops->objects. */
    struct leaf (*find)(struct call *call, struct dir *dir, const char *name, bool *nested);
    const struct leaf_row *(*row)(struct dir *dir, struct leaf leaf); /* NULL: there is none */
    /* Its name ("" if it has none). */
    void (*print_name)(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES]);
    /* What its inode number is made from. NULL: from its name. */
    void (*print_place)(struct leaf leaf, char out[LEAF_NAME_BYTES]);
    /* 0, -ENOMEM, or -errno of a request that this needed. */
    int (*list)(struct call *call, struct dir *dir, struct listing *listing);
    /* Removes scratch files that are called like one of them by now. NULL: there are none. */
    void (*drop_shadowed)(struct dir *dir);
};

/* The row of what acts as that; NULL: there is none. */
const struct leaf_row *leaf_row(struct dir *dir, struct alias alias);
/* That of a node, which has the one that it had for ever when it has a content. */
const struct leaf_row *leaf_row_of(struct node node);
/* The file that a node is; LEAF_NONE: a directory, or nothing any more. */
struct leaf leaf_of(struct node node);
/* What the node shows, as its row renders it. */
int leaf_render(struct call *call, struct node node, const struct leaf_row *row, bool wait,
                struct buf *out);
/* Its name ("" if there is none), and that of what acts as it. */
void leaf_name(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES]);
void leaf_name_of(struct dir *dir, struct alias alias, char out[LEAF_NAME_BYTES]);
/* Whether the name is that of a fixed file that secrets=hide keeps away. */
bool leaf_is_hidden_secret(const struct dir *dir, const char *name);
/* The permission bits, before the umask. */
mode_t leaf_mode(struct node node);
bool leaf_hidden(struct dir *dir, struct leaf leaf);
/* What a number acts as (LEAF_NONE: nothing any more), and under which number a file is known at
 * present. By this directory object alone: the kernel's RENAME moves an entry in one of them,
 * whatever others show the resource. */
struct leaf leaf_acts_as(const struct dir *dir, struct alias alias);
struct alias leaf_alias(struct dir *dir, struct leaf leaf);
/* A number for a scratch file, or for what is known under another than its own, which nothing in
 * any directory of the resource has: the one that was free for longest. `*generation`: how often it
 * was given to something else before, which tells the kernel one from the other. With vfs->lock
 * held; 0: no memory. */
uint32_t leaf_take_number(struct dir *dir, uint64_t *generation);
/* That of a number in use. */
uint64_t leaf_generation(struct dir *dir, struct alias alias);
/* A scratch file is no more: nothing acts as it, in any directory that shows the set. With
 * vfs->lock held. */
void leaf_drop_roles(struct scratch_set *set, struct leaf leaf);
/* From now on `alias` acts as that; false: no memory. */
bool leaf_assume_role(struct dir *dir, struct alias alias, struct leaf leaf);
/* A scratch file has been moved onto another: whatever is known as the former acts as
 * that from now on, in all directories that show the resource, since the kernel may have moved an
 * entry of any of them to any other. False: no memory. */
bool leaf_become(struct dir *dir, struct leaf scratch, struct leaf onto);
/* Of a row of the directory's type: it; NULL: the type has none, or not here. */
const struct leaf_row *leaf_fixed_row(const struct dir *dir, struct leaf leaf);
/* The fixed file called `name`, or LEAF_NONE. */
struct leaf leaf_find_fixed(const struct dir *dir, const char *name);
/* How a row is called in that directory, and whether it is there. */
const char *leaf_row_name(const struct dir *dir, const struct leaf_row *row);
bool leaf_row_exists(const struct dir *dir, const struct leaf_row *row);

#endif
