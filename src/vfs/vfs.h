/* SPDX-License-Identifier: MIT */
/*
 * A small filesystem of one's own, without FUSE: directories, files, handles, names, and what every
 * operation on them means, whatever they show. fs/ translates kernel requests to these calls, and
 * tests drive them directly. What is in a directory, and what a write means, say tables: types of
 * directories (struct dir_ops), rows of files (struct leaf_row), and hooks.
 *
 * A directory is an object (struct dir), reference-counted; whatever is in a directory that is no
 * directory itself (a document, restore, …) is a leaf: a number within it, which costs no memory. A
 * node is the pair. One path form is one directory object: two names that lead to the same resource
 * are two of them.
 *
 * All functions may be called from any thread. They return 0 or more, or a negative errno; a
 * failure is recorded (vfs_hooks.failed) before they return, but for a plain ENOENT. Those that
 * take a call may wait, until its token fires; no lock is held meanwhile.
 */
#ifndef VFS_VFS_H
#define VFS_VFS_H

#include "util/buf.h"
#include "util/cancel.h"
#include "util/clock.h"
#include "util/problem.h"
#include "vfs/number.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

struct call;
struct buf;
struct change;
struct content;
struct date;
struct dir;
struct file;
struct leaf_row;
struct listing;
struct seen;
struct vfs;

#define PIN_CHANGED 1

/* Secret files: unlisted; not there; listed. */
enum secrets_mode { SECRETS_FIELDS, SECRETS_HIDE, SECRETS_SHOW };

/*
 * What a filesystem asks of those whose files it shows. Any thread, no lock held, unless said. NULL
 * does nothing, or what is said.
 */
struct vfs_hooks {
    /* An operation on `path`, in or of `dir`, has failed: what call->problem says is written down.
     */
    void (*failed)(struct call *call, struct dir *dir, const char *path, int err);
    /* Before an operation: ends what has lasted long enough. */
    void (*sweep)(struct vfs *vfs);
    /* How a plain row's file is called in that directory. NULL: as the row says. */
    const char *(*row_name)(const struct dir *dir, const struct leaf_row *row);
    /* What the resource of a directory is, in one word. NULL: a directory. */
    const char *(*noun)(const struct dir *dir);
    /* How long names of NAMES_OF_RECORD may be believed. NULL: not at all. */
    int64_t (*names_valid_ms)(const struct dir *dir);
    /* Rises whenever other names come to be in it, or what is in it gets another name. NULL: they
     * stay as they are, but for what the filesystem itself does. */
    uint64_t (*names_generation)(const struct dir *dir);
    /* Whether the attributes of a row's file are known without a request. NULL: yes. */
    bool (*attr_is_known)(const struct dir *dir, const struct leaf_row *row);
    /* Before the date of a directory is told; may wait. */
    void (*before_date)(struct call *call, struct dir *dir);
    /* For how long a change that holds the directory in the kernel waits. NULL: as long as its
     * deadline says. */
    int64_t (*patience_ms)(const struct dir *dir);
    /* Whether another file of that name may be made: 0 or -errno, in words. `*unlisted`, false
     * before: it is not listed. */
    int (*check_scratch)(struct call *call, struct dir *dir, const char *name, bool *unlisted);
    /* Whether a text that was refused tells a secret, so that the copy of it is not listed. */
    bool (*tells_secret)(const struct dir *dir, const struct buf *text);
    /* read(2) has delivered something of what that resource shows. */
    void (*shown)(struct dir *resource, const struct seen *seen);
    /* What all LEAF_PINNED files of a directory show now: a reference, the same pointer for as
     * long as they show the same. NULL: they can't be told to show one state. With vfs->lock not
     * held. NULL: that of all directories. */
    void *(*pin)(struct dir *dir);
    void (*unpin)(void *pin); /* vfs->lock may be held */
    /* Whether it matters who reads what shows that, so that each reading has to be seen. NULL: no.
     */
    bool (*pin_is_watched)(const struct dir *dir, void *pin);
    struct date (*pin_date)(const struct dir *dir, void *pin);
    /* Makes what is known of a directory's resource as fresh as reading needs: 0; -errno, in words;
     * PIN_CHANGED: that has brought another state than `pin`. Tells what is being read
     * (call->version). */
    int (*pin_freshen)(struct call *call, struct dir *dir, void *pin);
    int (*statfs)(struct call *call, struct vfs *vfs, struct statvfs *out);
    /* Of a change that a row's commit has left in staged->change: waits for it, and gives 0 or
     * -errno, -EINTR or -ETIMEDOUT while it goes on; whether it has ended; drops the reference. */
    int (*change_wait)(struct call *call, struct vfs *vfs, struct change *change);
    bool (*change_done)(struct change *change);
    void (*change_unref)(struct change *change); /* NULL is fine */
};

/*
 * What whoever asks (the kernel) may believe, and how it is told that it must not any more. Any
 * thread; they must not wait. NULL functions: nothing can be told.
 */
struct vfs_belief {
    /* Whether what is answered now may be believed until it is told otherwise. */
    bool (*lasts)(void *ctx);
    /* Names: whatever was answered, or is being answered, is believed no more. */
    void (*forget_names)(void *ctx);
    /* The dates of directories: of those that show the resources with these keys (dir_shows), and
     * of all that show none. `keys` NULL: of all. */
    void (*forget_dates)(void *ctx, const uint64_t *keys, size_t count);
    void *ctx;
};

struct vfs_config {
    const struct clock *clock;
    uid_t uid; /* the owner that is shown */
    gid_t gid;
    mode_t umask; /* taken from every mode */
    enum secrets_mode secrets;
    /* Whether every change is EROFS now: `ro`, which a remount gives and takes. Any thread; must
     * not wait. NULL: never. */
    bool (*read_only)(void *ctx);
    void *read_only_ctx;
    struct vfs_belief belief;
    const struct vfs_hooks *hooks; /* borrowed, like all pointers here */
};

/* What a row's judge has made of a text, for its commit of the same text in the same operation. */
struct judged {
    void (*drop)(struct judged *judged);
};

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
    struct judged *judged;  /* the row's, between its judge and its commit; or NULL */
    struct problem problem; /* what went wrong, filled on failure */
    bool repeated;          /* it is an answer that was given (and recorded) before */
    uint64_t version;       /* of the record that was rendered last; 0: none */
    void *pin;              /* of what is rendered (vfs_hooks.pin), borrowed; NULL: as it is now */
    bool planned;           /* a dry run that pretends: what succeeded was not sent */
    bool changed;           /* names may mean something else: vfs_settle before it is answered */
};

/* --- nodes ----------------------------------------------------------------------------------- */

struct node {
    struct dir *dir;
    struct alias alias;      /* ALIAS_OF_DIR: the directory itself */
    struct content *content; /* what it shows for ever (vfs/content.h); NULL: what there is now */
};

struct dir *vfs_root(struct vfs *vfs); /* borrowed */
struct serial dir_serial(const struct dir *dir);
struct dir *dir_ref(struct dir *dir);
void dir_unref(struct dir *dir); /* NULL is fine */
/* The same of what the kernel has forgotten, which it may do at any moment: what the directory
 * remembers (the names handed out in it, say) is kept for another minute. */
void dir_forgotten(struct dir *dir);
/* Likewise; and its part of a node's number, which no directory has. NULL is fine but for that. */
struct content *content_ref(struct content *content);
void content_unref(struct content *content);
struct serial content_serial(const struct content *content);
static inline bool node_is_dir(struct node node)
{
    return alias_is_dir(node.alias);
}
/* Drops both references of a node. */
static inline void node_unref(struct node node)
{
    dir_unref(node.dir);
    if (node.content != NULL)
        content_unref(node.content);
}
/* The directory that this one was found in, borrowed (NULL: the root's), and its name there. */
struct dir *dir_parent(const struct dir *dir);
const char *dir_name(const struct dir *dir);

/* The key of the resource that it shows, or is inside of: digest_key((uintptr_t)kind, id); 0: it
 * shows none (yet). Takes no lock. */
uint64_t dir_shows(const struct dir *dir);

struct entry {
    struct node node;       /* node.dir and node.content are references, the caller's */
    uint64_t generation;    /* tells this use of the node's number from earlier ones */
    struct stat st;         /* st_ino stable over remounts */
    int64_t entry_valid_ms; /* how long the name may be believed; for ENOENT too; see vfs_settle */
    int64_t attr_valid_ms;  /* how long `st` may be believed */
};

/* --- looking --------------------------------------------------------------------------------- */

/* -ENOENT: entry_valid_ms says how long that may be believed (0: not at all). */
int vfs_lookup(struct call *call, struct dir *dir, const char *name, struct entry *out);
int vfs_getattr(struct call *call, struct node node, struct stat *st, int64_t *attr_valid_ms);
int vfs_readlink(struct call *call, struct node node, char *out, size_t size);
int vfs_statfs(struct call *call, struct vfs *vfs, struct statvfs *out);

/* Whether who reads a listing may keep what it reads, to read it again there. */
enum listing_keep {
    LISTING_NEW,   /* no, and what was kept is not it */
    LISTING_FILLS, /* yes: nothing was kept before */
    LISTING_KEPT   /* what was kept is it */
};

/* An open directory: one generation of it, complete, without . and .. */
int vfs_opendir(struct call *call, struct dir *dir, struct listing **out);
enum listing_keep listing_keep(const struct listing *listing);
/* Before the first of what follows; 0 or -errno. Costs nothing when it was called before. */
int listing_fill(struct call *call, struct listing *listing);
/* All of it was read. */
void listing_ended(struct listing *listing);
size_t listing_count(const struct listing *listing);
const char *listing_name(const struct listing *listing, size_t index); /* borrowed */
/* The type (S_IFDIR …) and inode number of an entry, without making a node. */
mode_t listing_type(const struct listing *listing, size_t index);
ino_t listing_ino(const struct listing *listing, size_t index);
/* Brings an entry up to date before it is read: it may be called otherwise by now (listing_name).
 * 0; -ENOENT: gone meanwhile; -ENOMEM. Costs nothing while nothing has changed. */
int listing_refresh(struct call *call, struct listing *listing, size_t index);
/* The entry as vfs_lookup gives it, from the listing's own generation. Never waits: -EAGAIN when
 * its attributes would have to be asked for, or nobody seems to want those of a long directory, so
 * that it is to be listed by name and type only.
 * -ENOENT: gone meanwhile. */
int listing_entry(struct call *call, struct listing *listing, size_t index, struct entry *out);
void listing_close(struct listing *listing);

/* --- files ------------------------------------------------------------------------------------ */

/* `flags` are open(2)'s: access mode, O_TRUNC, O_APPEND. The content is fixed for the handle here.
 * -ESTALE, unrecorded: the caller's thread is to look the way up again, and open what it finds.
 * Of a file that is waited for (wait) it comes with vfs_read. */
int vfs_open(struct call *call, struct node node, int flags, struct file **out);
#define VFS_NOT_YET (-EINPROGRESS)
/* Copies at most `size` bytes at `offset` to `out`; returns how many, 0 at the end. Never waits:
 * VFS_NOT_YET, unrecorded, when there is nothing to give so far (a change on its way by the same
 * handle, an event that has not ended): ask again a little later, until the call's token fires. For
 * an event its deadline does not count, and is taken from it. */
ssize_t vfs_read(struct call *call, struct file *file, char *out, size_t size, off_t offset);
/* Stages bytes; commits when they complete a value. Returns `size`. */
ssize_t vfs_write(struct call *call, struct file *file, const char *data, size_t size,
                  off_t offset);
int vfs_truncate(struct call *call, struct file *file, off_t size); /* ftruncate */
int vfs_fsync(struct call *call, struct file *file);
int vfs_flush(struct call *call, struct file *file); /* one close of one descriptor */
void vfs_release(struct file *file);                 /* never commits */
/* The size that fstat should show on this handle; -1: its node's. */
off_t file_size(struct file *file);
/* Whether what it reads may be kept by whoever reads: it never changes, and nobody has to know who
 * reads it. */
bool file_is_kept(const struct file *file);
bool file_is_writable(const struct file *file);

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
int vfs_setattr(struct call *call, struct node node, const struct setattr *change, struct stat *st,
                int64_t *attr_valid_ms);

int vfs_mkdir(struct call *call, struct dir *dir, const char *name, mode_t mode, struct entry *out);
/* O_CREAT: makes and opens; also brings back an unlinked file of a resource. */
int vfs_create_file(struct call *call, struct dir *dir, const char *name, mode_t mode, int flags,
                    struct entry *out, struct file **file);
int vfs_symlink(struct call *call, const char *target, struct dir *dir, const char *name,
                struct entry *out);
int vfs_unlink(struct call *call, struct dir *dir, const char *name);
int vfs_rmdir(struct call *call, struct dir *dir, const char *name);
/* `flags` as renameat2's. Never -EXDEV. */
int vfs_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
               const char *new_name, unsigned flags);
/* link and mknod: always refused, in words. */
int vfs_refuse(struct call *call, struct dir *dir, const char *name);

/* Before a call is answered: if it has changed something, no name is believed any more that may
 * have meant something else before. Where that can't be told it is waited for, at most 20 ms. */
void vfs_settle(struct vfs *vfs, struct call *call);
/* The same for what others have changed, as forget_dates has it. */
void vfs_changed(struct vfs *vfs, const uint64_t *keys, size_t count);

#endif
