/* SPDX-License-Identifier: MIT */
/* Everything between the options and the tree, built in order and torn down in reverse. */
#ifndef BACKEND_H
#define BACKEND_H

#include "audit.h"
#include "config/key.h"
#include "config/options.h"
#include "tree/tree.h"
#include "util/cancel.h"
#include "util/waiting_room.h"

struct backend {
    struct key *key; /* borrowed */
    bool dry_run;
    bool (*read_only)(void *ctx); /* as in backend_config */
    void *read_only_ctx;
    const char *url; /* borrowed */
    struct cancel_group group;
    struct waiting_room room; /* of the mount's callers */
    struct journal *journal;
    struct audit *audit; /* NULL: none is wanted */
    struct guard *guard;
    struct http *http;
    struct api *api;
    struct cache *cache;
    struct tree *tree;
};

struct backend_config {
    const struct options *options;
    const char *url;         /* the API's */
    const char *mount_point; /* absolute; "" without a mount */
    struct key *key;
    /* Whether the mount lets no change through now; any thread. NULL: it never does so. */
    bool (*read_only)(void *ctx);
    void *read_only_ctx;
    struct vfs_belief belief; /* what the kernel may believe; zeroed without a mount */
};

/* Starts threads: after a daemon's fork, with the signals blocked that shall not reach them.
 * 0, or -1 with `problem` set; backend_finish is due in either case. */
int backend_init(struct backend *backend, const struct backend_config *config,
                 struct problem *problem);
/* Cancels what is running but for changes that were sent, and waits for those. */
void backend_finish(struct backend *backend);

/* The first request: the listing of the first kind, whose answer is kept; waits at most as long
 * as an operation may. 0, or -1 with `problem` set. Only when that is 404 the others' first pages
 * are asked for, one after the other, until one is not: `*nothing_there` tells that all were. */
int backend_try(struct backend *backend, int64_t timeout_ms, bool *nothing_there,
                struct problem *problem);
/* What is likely to be missing in the address of something that is no such API, in words. */
void backend_hint(const char *url, char *out, size_t size);
/* SIGHUP: the key's file is read again, and everything cached has expired. Any thread. */
void backend_refresh(struct backend *backend);

#endif
