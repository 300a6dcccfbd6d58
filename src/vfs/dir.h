/* SPDX-License-Identifier: MIT */
/*
 * Directory objects, one for each path form that somebody knows, and what a type of them does.
 * Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_DIR_H
#define VFS_DIR_H

#include "vfs/birth.h"
#include "vfs/overlay.h"
#include "vfs/vfs_internal.h"

struct found;
struct leaf_row;
struct leaf_source;
struct listed;
struct listing;
struct draft;
struct scratch_set;
struct table;

/* How long the kernel may believe in names in a directory, so that it need not ask again. */
enum names_kind {
    NAMES_LEASED,    /* for a moment: a name may come to mean another resource, or none (lease.c) */
    NAMES_OF_RECORD, /* while what is known of the resource is fresh; scratch files not at all */
    NAMES_FIXED      /* always; that a name is missing, for a second */
};

/* When something last changed. */
struct date {
    int64_t ms;        /* wall clock */
    unsigned below_ns; /* below the millisecond: tells one content from another */
};

/* What one type of directory does. A missing function: EPERM (or ENOENT for lookup). */
struct dir_ops {
    const char *type;
    /* Finds `name` and fills `out`; -ENOENT with words in the problem counts as an error. */
    int (*lookup)(struct call *call, struct dir *dir, const char *name, struct found *out);
    /* Adds the entries to the listing. */
    int (*list)(struct call *call, struct dir *dir, struct listing *listing);
    /* Brings an entry of it up to date that was listed a while ago: 0; -ENOENT: it is gone;
     * -ENOMEM. NULL: what it lists stays as it is. */
    int (*refresh)(struct listing *listing, struct listed *entry);
    /* When what it shows last changed; left alone: not since the mount began. -ENOENT or -ESTALE:
     * it exists no more. */
    int (*mtime)(struct dir *dir, struct date *date);
    int (*mkdir)(struct call *call, struct dir *dir, const char *name, struct dir **child);
    int (*rmdir)(struct call *call, struct dir *dir, const char *name);
    int (*unlink)(struct call *call, struct dir *dir, const char *name);
    int (*rename)(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                  const char *new_name, unsigned flags);
    /* Both times were set to now: what is shown is to be asked for again. NULL: nothing happens. */
    void (*touch)(struct dir *dir);
    enum names_kind names;            /* how long names in it may be believed */
    const struct leaf_row *leaves;    /* indexed by leaf number less one; name NULL ends it */
    const struct leaf_source *source; /* those from LEAF_FIELDS on; NULL: there are none */
    const struct leaf_source *others; /* those from LEAF_SCRATCH on; NULL: there are none */
    const struct dir_fields *fields;  /* of what shows a resource's fields: tree/members.h */
    /* Appends what tells its resource from all others, whatever names and views lead there: what
     * lies in it is found by that. False: no memory. NULL: what lies in it is the directory's
     * alone. */
    bool (*place)(const struct dir *dir, struct buf *out);
    bool counted; /* what it lists is the same as long as what counts its names is */
    bool scratch; /* other files can be made in it */
    bool nested;  /* it shows an object within what its parent shows */
    bool draft;   /* of a resource that is none yet */
    bool secret;  /* for its owner's eyes only: 0700 */
    const struct dir_ops
        *objects; /* the type of the directories that objects among its fields are */
    const struct dir_ops *becomes; /* of a draft's: the resource's */
};

/* What a lookup found: a directory object (a reference) or a leaf of the directory itself. */
struct found {
    struct dir *dir;
    struct alias alias;
    bool for_caller; /* the name leads there for the caller's process, and maybe for no other */
};

/* A number that has come to act as another by a rename. */
struct role {
    struct alias alias;
    struct leaf acts_as; /* LEAF_NONE: nothing any more */
    uint64_t generation; /* of `alias` */
};

struct dir {
    struct vfs *vfs;
    _Atomic(const struct dir_ops *) ops; /* changes once: a draft becomes a resource */
    struct serial serial;
    unsigned refs;                   /* guarded by vfs->lock */
    _Atomic(uint32_t) lookups;       /* of directories in it; wraps round */
    struct dir *parent;              /* a reference; NULL: root */
    _Atomic(char *) name;            /* encoded, as it was looked up; replaced by a rename */
    const struct kind *kind;         /* of what it shows: only compared here; or NULL */
    _Atomic(char *) id;              /* of a resource; NULL; set once */
    char *machine_id;                /* of a machine's directory and what is in it; or NULL */
    _Atomic(uint64_t) names_changed; /* how often a name in it has changed by this mount's doing */
    struct dir *children;            /* by name: the latest handed out; guarded by vfs->lock */
    struct dir *homes;       /* by id: the directories listed for them; guarded by vfs->lock */
    bool home;               /* in parent->homes; guarded by vfs->lock */
    bool attached;           /* in parent->children; guarded by vfs->lock */
    struct content *content; /* the latest that it showed, a reference; or NULL; guarded by
                              * vfs->lock */
    struct dir_cache *cache; /* what the kernel keeps of its listing; NULL: nothing yet; guarded
                              * by vfs->lock */
    struct table *listed;    /* names in it that were listed without an object, and for which
                              * resource: rebound.c; NULL: none; guarded by vfs->lock */
    struct overlay overlay;  /* guarded by vfs->lock */
    struct birth *birth;     /* NULL: nobody has made it; guarded by vfs->lock */
    struct draft *draft;     /* guarded by vfs->lock; of a draft: its maker's */
    struct role *roles;      /* oldest first; guarded by vfs->lock */
    size_t role_count;
    struct scratch_set *scratch;  /* what lies in the resource, once somebody has asked for it and
                                   * there is something; guarded by vfs->lock; see scratch.h */
    LIST_ENTRY(dir) scratch_link; /* in scratch->dirs */
    char *inside;                 /* where in it, of a nested directory; set with `scratch` */
    char **retired_names;         /* kept until the end, since borrowed; guarded by vfs->lock */
    size_t retired_count;
    UT_hash_handle hh;      /* in parent->children */
    UT_hash_handle home_hh; /* in parent->homes */
};

/* The child `name` of `parent`, of this type and these ids: the one handed out before when it is
 * the same, else a new one that takes its place. A reference, or NULL: no memory. */
struct dir *dir_intern(struct dir *parent, const char *name, const struct dir_ops *ops,
                       const struct kind *kind, const char *id, const char *machine_id);
/* The same for the directory that is listed for a resource: one for as long as that lives. If it is
 * known under another name it moves here, and so the kernel moves its entry, with whoever stands in
 * it, when it is told the same number for the new name. */
struct dir *dir_home(struct dir *parent, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id);
/* Whether the name went from one resource to another a moment ago, not by this mount's doing. */
bool dir_was_rebound(struct dir *parent, const char *name);
/* The name was listed for that resource, and no directory was handed out for it: another that it
 * leads to by and by, or that it is listed for next, is a surprise all the same. Without memory it
 * is not remembered. */
void dir_note_listed(struct dir *parent, const char *name, const char *id);
/* Whether the name that leads to this directory meant another resource a moment ago. */
bool dir_is_rebound(struct dir *dir);
/* This mount changes, or has made, the resource: where its names go now is no surprise. */
void dir_note_own(struct vfs *vfs, const char *id);
/* The child last handed out under that name: a reference, or NULL. */
struct dir *dir_child(struct dir *parent, const char *name);
/* The name means nothing (or something else) from now on. */
void dir_detach(struct dir *dir);
/* A name in it has come, gone or been replaced, other than by a change of the server's. */
void dir_note_names(struct dir *dir);
/* Moves the object to another name in the same directory, as the kernel moves its dentry. */
bool dir_move(struct dir *dir, const char *new_name);
static inline const struct dir_ops *dir_ops(const struct dir *dir)
{
    return atomic_load(&dir->ops);
}
/* NULL: none (yet). */
static inline const char *dir_id(const struct dir *dir)
{
    return atomic_load(&dir->id);
}
/* "drives/data/drive.json" into `out`; "/" for the root. `name` is an entry of `dir`, or NULL. */
void dir_path(const struct dir *dir, const char *name, char *out, size_t size);
#define PATH_BYTES 1200
/* "drives/data" with the leaf's name, if it is one. */
void node_path(struct node node, char *out, size_t size);
struct dir *dir_root_create(struct vfs *vfs, const struct dir_ops *ops);
/* A number for what it shows, the same in all directories that show the same resource, whatever
 * they are called: for the life of this process. */
uint64_t dir_key(const struct dir *dir);
/* The resource's or draft's directory that `dir` is, or is nested in. */
struct dir *dir_resource(struct dir *dir);

#endif
