/* SPDX-License-Identifier: MIT */
/*
 * What the mount shows and what every operation on it means: drives, snapshots, machines,
 * providers, utilization and the control directory, as types and rows of a small filesystem
 * (vfs.h). fs/ sees that only.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include "api/api.h"
#include "cache/cache.h"
#include "journal/journal.h"
#include "vfs/vfs.h"
#include "util/waiting_room.h"

struct tree;

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
    struct vfs_belief belief;
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

/* What fs serves: borrowed. */
struct vfs *tree_vfs(struct tree *tree);
/* Everything cached has expired (SIGHUP); any thread. */
void tree_refresh(struct tree *tree);

#endif
