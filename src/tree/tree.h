/* SPDX-License-Identifier: MIT */
/*
 * What the mount shows and what every operation on it means, without FUSE: fs/ translates kernel
 * requests to these calls, and tests drive them directly.
 *
 * A directory is an object (struct dir), reference-counted; whatever is in a directory that is no
 * directory itself (a document, restore, …) is a leaf: a number within it, which costs no memory. A
 * node is the pair. One path form is one directory object: snapshots/NAME, snapshots/ID,
 * snapshots/NAME~ID and machines/M/NAME are different ones of the same resource.
 *
 * All functions may be called from any thread. They return 0 or more, or a negative errno; a
 * failure is recorded for last-error and errors.jsonl before they return (but for a plain ENOENT).
 * Those that take a call may wait, until its token fires; no lock is held meanwhile.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include "api/api.h"
#include "cache/cache.h"
#include "journal/journal.h"
#include "util/buf.h"
#include "util/cancel.h"
#include "util/problem.h"
#include "util/waiting_room.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

struct tree;
struct dir;
struct file;
struct listing;

/* Field files of secrets: unlisted; not there; listed, and plain in documents too. */
enum secrets_mode { SECRETS_FIELDS, SECRETS_HIDE, SECRETS_SHOW };
enum restore_backup { RESTORE_BACKUP_AUTO, RESTORE_BACKUP_NO, RESTORE_BACKUP_YES };

struct tree_config {
    struct cache *cache; /* borrowed, like all pointers here; they outlive the tree */
    struct api *api;     /* for the account only */
    struct journal *journal;
    const struct clock *clock;
    struct cancel_group *group;
    const struct waiting_room *room; /* where the mount's callers wait; NULL: there is none */
    const char *url;                 /* shown in status.json and README */
    const char *mount_point;         /* absolute */
    uid_t uid;                       /* the owner that is shown */
    gid_t gid;
    mode_t umask;        /* taken from every mode */
    const char *options; /* as they were given, one a line, for status.json; NULL: none */
    /* Whether every change is EROFS now: `ro`, which a remount gives and takes. Any thread; must
     * not wait. NULL: never. */
    bool (*read_only)(void *ctx);
    void *read_only_ctx;
    bool dry_run;        /* no change is sent: what the cache is told, too */
    struct guard *guard; /* for .paperspacefs; NULL: there is none */
    enum secrets_mode secrets;
    /* What new resources of a kind get where nothing else is said: a JSON object as text, by
     * kind_index, or NULL. */
    const char *defaults[KINDS_COUNT];
    enum restore_backup restore_backup;
    int64_t ttl_ms;
    int64_t timeout_ms;
};

struct tree *tree_create(const struct tree_config *config); /* NULL: no memory */
/* No call may be running, every directory reference but the tree's own must have been dropped.
 * Logs what drafts are lost. NULL is fine. */
void tree_destroy(struct tree *tree);

/* One operation by one caller; lives on the caller's stack. */
struct call {
    struct cancel *cancel; /* with the operation's deadline */
    pid_t pid;             /* of the calling thread; 0: unknown */
    uid_t uid;
    gid_t gid;
    mode_t umask;
    const char *op;         /* "write", for the journal */
    const struct buf *text; /* what was written, which may have secrets; or NULL */
    int64_t change_ms;      /* until when a change may take that it waits for less long; 0: so long
                             * as it waits itself */
    struct problem problem; /* what went wrong, filled on failure */
    bool repeated;          /* it is an answer that was given (and recorded) before */
    uint64_t version;       /* of the record that was rendered last; 0: none */
    bool planned;           /* a dry run that pretends: what succeeded was not sent */
    bool changed;           /* names may mean something else: tree_settle before it is answered */
};

/* --- nodes ----------------------------------------------------------------------------------- */

struct node {
    struct dir *dir;
    uint32_t leaf; /* 0: the directory itself; below NODE_LEAF_LIMIT */
};

#define NODE_LEAF_BITS  20
#define NODE_LEAF_LIMIT (1u << NODE_LEAF_BITS)

struct dir *tree_root(struct tree *tree); /* borrowed */
/* A number of its own for every directory object, from 1 (the root), never used again. */
uint64_t dir_serial(const struct dir *dir);
struct dir *dir_ref(struct dir *dir);
void dir_unref(struct dir *dir); /* NULL is fine */
/* The directory that this one was found in, borrowed (NULL: the root's), and its name there. */
struct dir *dir_parent(const struct dir *dir);
const char *dir_name(const struct dir *dir);

struct entry {
    struct node node;       /* node.dir is a reference, the caller's */
    uint64_t generation;    /* tells this use of the node's number from earlier ones */
    struct stat st;         /* st_ino stable over remounts */
    int64_t entry_valid_ms; /* how long the name may be believed; for ENOENT too; see tree_settle */
    int64_t attr_valid_ms;  /* how long `st` may be believed */
};

/* --- looking --------------------------------------------------------------------------------- */

/* -ENOENT: entry_valid_ms says how long that may be believed (0: not at all). */
int tree_lookup(struct call *call, struct dir *dir, const char *name, struct entry *out);
int tree_getattr(struct call *call, struct node node, struct stat *st, int64_t *attr_valid_ms);
int tree_readlink(struct call *call, struct node node, char *out, size_t size);
int tree_statfs(struct call *call, struct tree *tree, struct statvfs *out);

/* An open directory: one generation of it, complete, without . and .. */
int tree_opendir(struct call *call, struct dir *dir, struct listing **out);
size_t listing_count(const struct listing *listing);
const char *listing_name(const struct listing *listing, size_t index); /* borrowed */
/* The type (S_IFDIR …) and inode number of an entry, without making a node. */
mode_t listing_type(const struct listing *listing, size_t index);
ino_t listing_ino(const struct listing *listing, size_t index);
/* Brings an entry up to date before it is read: it may be called otherwise by now (listing_name).
 * 0; -ENOENT: gone meanwhile; -ENOMEM. Costs nothing while nothing has changed. */
int listing_refresh(struct call *call, struct listing *listing, size_t index);
/* The entry as tree_lookup gives it, from the listing's own generation. Never waits: -EAGAIN when
 * its attributes would have to be asked for, so that it can be listed by name and type only.
 * -ENOENT: gone meanwhile. */
int listing_entry(struct call *call, struct listing *listing, size_t index, struct entry *out);
void listing_close(struct listing *listing);

/* --- files ------------------------------------------------------------------------------------ */

/* `flags` are open(2)'s: access mode, O_TRUNC, O_APPEND. The content is fixed for the handle here.
 * Of a file that is waited for (wait) it comes with tree_read. */
int tree_open(struct call *call, struct node node, int flags, struct file **out);
#define TREE_NOT_YET (-EINPROGRESS)
/* Copies at most `size` bytes at `offset` to `out`; returns how many, 0 at the end. Never waits:
 * TREE_NOT_YET, unrecorded, when there is nothing to give so far (a change on its way by the same
 * handle, an event that has not ended): ask again a little later, until the call's token fires. For
 * an event its deadline does not count, and is taken from it. */
ssize_t tree_read(struct call *call, struct file *file, char *out, size_t size, off_t offset);
/* Stages bytes; commits when they complete a value. Returns `size`. */
ssize_t tree_write(struct call *call, struct file *file, const char *data, size_t size,
                   off_t offset);
int tree_truncate(struct call *call, struct file *file, off_t size); /* ftruncate */
int tree_fsync(struct call *call, struct file *file);
int tree_flush(struct call *call, struct file *file); /* one close of one descriptor */
void tree_release(struct file *file);                 /* never commits */
/* The size that fstat should show on this handle. */
off_t file_size(struct file *file);

/* --- changing --------------------------------------------------------------------------------- */

struct setattr {
    bool touch_now; /* exactly both times to now, nothing else, and no open handle */
    bool set_size;  /* truncate(2) without an open file: succeeds; on a resource's own file it
                     * stages nothing */
    off_t size;
    bool set_mode;
    mode_t mode;
    bool set_owner;
    bool set_times; /* any other change of times */
};
int tree_setattr(struct call *call, struct node node, const struct setattr *change, struct stat *st,
                 int64_t *attr_valid_ms);

int tree_mkdir(struct call *call, struct dir *dir, const char *name, mode_t mode,
               struct entry *out);
/* O_CREAT: makes and opens; also brings back an unlinked file of a resource. */
int tree_create_file(struct call *call, struct dir *dir, const char *name, mode_t mode, int flags,
                     struct entry *out, struct file **file);
int tree_symlink(struct call *call, const char *target, struct dir *dir, const char *name,
                 struct entry *out);
int tree_unlink(struct call *call, struct dir *dir, const char *name);
int tree_rmdir(struct call *call, struct dir *dir, const char *name);
/* `flags` as renameat2's. Never -EXDEV. */
int tree_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                const char *new_name, unsigned flags);
/* link and mknod: always refused, in words. */
int tree_refuse(struct call *call, struct dir *dir, const char *name);

/* Before a call is answered: if it has changed something, waits until no name can be believed any
 * more that may have meant something else before; at most 20 ms. */
void tree_settle(struct tree *tree, struct call *call);

/* Everything cached has expired (SIGHUP); any thread. */
void tree_refresh(struct tree *tree);

#endif
