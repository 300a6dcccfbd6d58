/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/notifier.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* More changes than this at once, and what was collected becomes "any of those kinds". */
#define CHANGES_MAX   64
#define ID_SIZE       132
#define NAMES_MAX     32 /* names that lead elsewhere; more at once are left to their timeouts */
#define NAME_SIZE     256
#define QUIET_WAIT_MS 2000 /* how long a directory\'s operations are waited for */

/* What is to be told: kinds of which anything may have changed, and single resources. */
struct batch {
    bool whole[KINDS_COUNT];
    size_t count;
    struct {
        size_t kind;
        char id[ID_SIZE];
    } changes[CHANGES_MAX];
    size_t name_count;
    struct {
        uint64_t dir_serial;
        char name[NAME_SIZE];
    } names[NAMES_MAX];
};

struct notifier {
    struct fuse_session *session;
    struct inodes *inodes;
    struct traffic *traffic;
    pthread_t thread;
    bool started; /* by one thread at a time: who starts, then who stops */
    atomic_bool stop;
    pthread_mutex_t lock; /* guards pending and its waiting; innermost */
    pthread_cond_t wake;
    struct batch pending;
};

static bool batch_is_empty(const struct batch *batch)
{
    bool empty = batch->count == 0 && batch->name_count == 0;

    for (size_t i = 0; i < KINDS_COUNT; i++)
        empty = empty && !batch->whole[i];
    return empty;
}

static bool batch_has(const struct batch *batch, size_t kind, const char *id)
{
    if (batch->whole[kind])
        return true;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->changes[i].kind == kind && strcmp(batch->changes[i].id, id) == 0)
            return true;
    return false;
}

static void batch_widen(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->whole[batch->changes[i].kind] = true;
    batch->count = 0;
}

static void batch_add(struct batch *batch, size_t kind, const char *id)
{
    if (id == NULL || strlen(id) >= ID_SIZE) {
        batch->whole[kind] = true;
        return;
    }
    if (batch_has(batch, kind, id))
        return;
    if (batch->count == CHANGES_MAX)
        batch_widen(batch);
    batch->changes[batch->count].kind = kind;
    strcpy(batch->changes[batch->count].id, id);
    batch->count++;
}

/* Whether `dir` shows anything that the batch speaks of; `any`: of the same kind suffices. */
static bool batch_concerns(const struct batch *batch, const struct dir *dir, bool any)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (batch->whole[i] && dir_shows(dir, kinds_all[i], NULL))
            return true;
    for (size_t i = 0; i < batch->count; i++)
        if (dir_shows(dir, kinds_all[batch->changes[i].kind], any ? NULL : batch->changes[i].id))
            return true;
    return false;
}

/* The kernel forgets a name. -ENOENT means "not cached" and is no error. In a directory that is
 * never quiet the name is left to its timeout. */
static void drop_name(struct notifier *notifier, uint64_t serial, const char *name)
{
    if (traffic_wait_quiet(notifier->traffic, serial, QUIET_WAIT_MS))
        fuse_lowlevel_notify_inval_entry(notifier->session, inode_number_of(serial, 0), name,
                                         strlen(name));
}

/* The name is given up only when it means something else now: a process that works in the
 * directory would find itself in a deleted one. What the kernel knows of the directory itself is
 * old in any case. -ENOENT means "not cached" and is no error. */
static void tell(struct notifier *notifier, const struct batch *batch, struct dir *dir)
{
    struct dir *parent = dir_parent(dir);

    if (parent == NULL)
        return;
    bool any = dir_parent(parent) == NULL; /* a kind's directory shows all of its kind */
    if (!batch_concerns(batch, dir, any))
        return;
    fuse_lowlevel_notify_inval_inode(notifier->session, inode_number((struct node){.dir = dir}), 0,
                                     0);
    if (dir_is_current(dir))
        return;
    drop_name(notifier, dir_serial(parent), dir_name(dir));
}

static void tell_names(struct notifier *notifier, const struct batch *batch)
{
    for (size_t i = 0; i < batch->name_count && !notifier->stop; i++)
        drop_name(notifier, batch->names[i].dir_serial, batch->names[i].name);
}

static void deliver(struct notifier *notifier, const struct batch *batch)
{
    struct dir **dirs;
    size_t count;

    tell_names(notifier, batch);

    if (!inodes_snapshot(notifier->inodes, &dirs, &count))
        return; /* no memory: the timeouts of what is cached end it */
    for (size_t i = 0; i < count && !notifier->stop; i++)
        tell(notifier, batch, dirs[i]);
    inodes_snapshot_free(dirs, count);
}

/* Waits for something to tell; false: the end. */
static bool take(struct notifier *notifier, struct batch *out)
{
    pthread_mutex_lock(&notifier->lock);
    while (!notifier->stop && batch_is_empty(&notifier->pending))
        pthread_cond_wait(&notifier->wake, &notifier->lock);
    *out = notifier->pending;
    notifier->pending = (struct batch){0};
    pthread_mutex_unlock(&notifier->lock);
    return !notifier->stop;
}

static void *run(void *arg)
{
    struct notifier *notifier = arg;
    struct batch batch;

    while (take(notifier, &batch))
        deliver(notifier, &batch);
    return NULL;
}

struct notifier *notifier_create(struct fuse_session *session, struct inodes *inodes,
                                 struct traffic *traffic)
{
    struct notifier *notifier = calloc(1, sizeof *notifier);

    if (notifier == NULL)
        return NULL;
    notifier->session = session;
    notifier->inodes = inodes;
    notifier->traffic = traffic;
    pthread_mutex_init(&notifier->lock, NULL);
    pthread_cond_init(&notifier->wake, NULL);
    return notifier;
}

void notifier_destroy(struct notifier *notifier)
{
    if (notifier == NULL)
        return;
    notifier_stop(notifier);
    pthread_cond_destroy(&notifier->wake);
    pthread_mutex_destroy(&notifier->lock);
    free(notifier);
}

int notifier_start(struct notifier *notifier)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&notifier->thread, NULL, run, notifier);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    notifier->started = rc == 0;
    return -rc;
}

void notifier_stop(struct notifier *notifier)
{
    pthread_mutex_lock(&notifier->lock);
    notifier->stop = true;
    pthread_cond_signal(&notifier->wake);
    pthread_mutex_unlock(&notifier->lock);
    traffic_stop(notifier->traffic);
    if (notifier->started)
        pthread_join(notifier->thread, NULL);
    notifier->started = false;
}

void notifier_push_name(struct notifier *notifier, uint64_t dir_serial, const char *name)
{
    pthread_mutex_lock(&notifier->lock);
    struct batch *batch = &notifier->pending;
    if (!notifier->stop && batch->name_count < NAMES_MAX && strlen(name) < NAME_SIZE) {
        batch->names[batch->name_count].dir_serial = dir_serial;
        strcpy(batch->names[batch->name_count++].name, name);
        pthread_cond_signal(&notifier->wake);
    }
    pthread_mutex_unlock(&notifier->lock);
}

void notifier_push(struct notifier *notifier, const struct kind *kind, const char *id)
{
    pthread_mutex_lock(&notifier->lock);
    if (!notifier->stop) {
        batch_add(&notifier->pending, kind_index(kind), id);
        pthread_cond_signal(&notifier->wake);
    }
    pthread_mutex_unlock(&notifier->lock);
}
