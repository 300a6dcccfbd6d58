/* SPDX-License-Identifier: MIT */
/*
 * Leaves: what is in a directory and is no directory, by number. Any thread; vfs->lock is taken
 * inside.
 */
#ifndef VFS_LEAF_H
#define VFS_LEAF_H

#include "vfs/dir.h"

/*
 * Leaf numbers of a directory, as they are counted at home ("canonical"): 1 and up are the rows of
 * its type, from LEAF_FIELDS on the fields by key, from LEAF_SCRATCH on scratch files. The kernel's
 * RENAME takes a file's number along to its new name, so a number may come to act as another: see
 * leaf_acts_as.
 */
#define LEAF_FIELDS          0x100u
#define LEAF_SCRATCH         0x80000u
#define LEAF_SCRATCH_NUMBERS (NODE_LEAF_LIMIT - LEAF_SCRATCH)
#define LEAF_NAME_BYTES      256

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
    /* The number of the one called `name`; 0: there is none. `*nested`, false before: it is no file
     * but a directory, of the type dir_ops->objects. */
    uint32_t (*find)(struct call *call, struct dir *dir, const char *name, bool *nested);
    const struct leaf_row *(*row)(struct dir *dir, uint32_t leaf); /* NULL: there is none */
    /* Its name ("" if it has none). */
    void (*print_name)(struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
    /* What its inode number is made from. NULL: from its name. */
    void (*print_place)(uint32_t leaf, char out[LEAF_NAME_BYTES]);
    /* 0, -ENOMEM, or -errno of a request that this needed. */
    int (*list)(struct call *call, struct dir *dir, struct listing *listing);
    /* Removes scratch files that are called like one of them by now. NULL: there are none. */
    void (*drop_shadowed)(struct dir *dir);
};

const struct leaf_row *leaf_row(struct dir *dir, uint32_t leaf); /* NULL: there is none */
/* That of a node, which has the one that it had for ever when it has a content. */
const struct leaf_row *leaf_row_of(struct node node);
/* What a node acts as. */
uint32_t leaf_canonical(struct node node);
/* What the node shows, as its row renders it. */
int leaf_render(struct call *call, struct node node, const struct leaf_row *row, bool wait,
                struct buf *out);
/* Its name ("" if there is none). */
void leaf_name(struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
void leaf_canonical_name(struct dir *dir, uint32_t canonical, char out[LEAF_NAME_BYTES]);
/* Whether the name is that of a fixed file that secrets=hide keeps away. */
bool leaf_is_hidden_secret(const struct dir *dir, const char *name);
/* The permission bits, before the umask. */
mode_t leaf_mode(struct node node);
bool leaf_hidden(struct dir *dir, uint32_t canonical);
/* What a number acts as, and under which number a leaf is known at present. By this directory
 * object alone: the kernel's RENAME moves an entry in one of them, whatever others show the
 * resource. */
uint32_t leaf_acts_as(const struct dir *dir, uint32_t leaf);
uint32_t leaf_number(struct dir *dir, uint32_t canonical);
/* A number for a scratch file, or for what is known under another than its own, which nothing in
 * any directory of the resource has: the one that was free for longest. `*generation`: how often it
 * was given to something else before, which tells the kernel one from the other. With vfs->lock
 * held; 0: no memory. */
uint32_t leaf_take_number(struct dir *dir, uint64_t *generation);
/* That of a number in use. */
uint64_t leaf_generation(struct dir *dir, uint32_t leaf);
/* A scratch file is no more: nothing acts as it, in any directory that shows the set. With
 * vfs->lock held. */
void leaf_drop_roles(struct scratch_set *set, uint32_t canonical);
/* From now on `leaf` acts as that; false: no memory. */
bool leaf_assume_role(struct dir *dir, uint32_t leaf, uint32_t canonical);
/* A scratch file has been moved onto the file `canonical`: whatever is known as the former acts as
 * that from now on, in all directories that show the resource, since the kernel may have moved an
 * entry of any of them to any other. False: no memory. */
bool leaf_become(struct dir *dir, uint32_t scratch, uint32_t canonical);
/* A canonical number below LEAF_FIELDS: its row; NULL: the type has none, or not here. */
const struct leaf_row *leaf_fixed_row(const struct dir *dir, uint32_t leaf);
/* The number of the fixed file called `name`; 0: none. */
uint32_t leaf_find_fixed(const struct dir *dir, const char *name);
/* How a row is called in that directory, and whether it is there. */
const char *leaf_row_name(const struct dir *dir, const struct leaf_row *row);
bool leaf_row_exists(const struct dir *dir, const struct leaf_row *row);

#endif
