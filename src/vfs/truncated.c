/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/truncated.h"

#include "vfs/actors.h"
#include "vfs/file.h"

#include <stdlib.h>

#define REMEMBERED  64 /* truncations: the oldest goes first */
#define GENERATIONS 16 /* of ancestors that are looked at */

struct truncation {
    struct file_key key;
    struct kin by;
    int64_t until_ms; /* monotonic; 0: none */
};

struct truncations { /* guarded by vfs->lock */
    struct truncation ring[REMEMBERED];
    unsigned next;
};

struct file_key file_key_of(struct node node)
{
    return (struct file_key){actors_place(node.dir), leaf_acts_as(node.dir, node.leaf)};
}

static bool is_same_file(struct file_key a, struct file_key b)
{
    return a.place == b.place && a.leaf == b.leaf;
}

/* --- who may go on with it ---------------------------------------------------------------------
 */

struct kin kin_of(struct vfs *vfs, const struct call *call)
{
    struct process_id process = actors_identify(vfs, call->pid);

    return (struct kin){.process = process,
                        .parent = process_parent(process.pid),
                        .uid = call->uid,
                        .nameless = process.pid == 0 || process_is_kernel_thread(process.pid)};
}

/* Whether `next` may be the second half of what `first` began: truncate(1) in a shell that goes on
 * to write itself, or by another command. */
static bool may_go_on(const struct kin *first, const struct kin *next)
{
    if (first->nameless || next->nameless)
        return first->nameless && next->nameless && first->uid == next->uid;
    return process_is_same(first->process, next->process) || next->parent == first->process.pid ||
           (first->parent != 0 &&
            (next->process.pid == first->parent || next->parent == first->parent));
}

/* Its ancestors, the parent first: how many. */
static size_t list_ancestors(const struct kin *kin, pid_t ancestors[GENERATIONS])
{
    size_t count = 0;

    for (pid_t pid = kin->parent; pid != 0 && count < GENERATIONS; pid = process_parent(pid))
        ancestors[count++] = pid;
    return count;
}

static bool is_among(pid_t pid, const pid_t *pids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

/* --- what was cut ------------------------------------------------------------------------------
 */

static int64_t now_ms(const struct vfs *vfs)
{
    return clock_now_ms(vfs->config.clock);
}

/* With vfs->lock held. An open file is handed down to children, whoever of them cuts it. */
static void cut_open_files(struct vfs *vfs, struct file_key key, const struct kin *by,
                           const pid_t *ancestors, size_t ancestor_count)
{
    struct file *file;

    LIST_FOREACH (file, &vfs->files, link)
        if (file->staged != NULL && is_same_file(file->staged->key, key) &&
            (may_go_on(by, &file->staged->by) ||
             is_among(file->staged->by.process.pid, ancestors, ancestor_count)))
            file->staged->cut = true;
}

/* With vfs->lock held. */
static void remember(struct vfs *vfs, struct file_key key, const struct kin *by)
{
    if (vfs->truncations == NULL)
        vfs->truncations = calloc(1, sizeof *vfs->truncations);
    struct truncations *all = vfs->truncations;
    if (all == NULL)
        return;
    all->ring[all->next] = (struct truncation){key, *by, now_ms(vfs) + TRUNCATED_MS};
    all->next = (all->next + 1) % REMEMBERED;
}

void truncated_note(struct vfs *vfs, struct file_key key, const struct kin *by)
{
    pid_t ancestors[GENERATIONS];
    size_t count = list_ancestors(by, ancestors);

    pthread_mutex_lock(&vfs->lock);
    cut_open_files(vfs, key, by, ancestors, count);
    remember(vfs, key, by);
    pthread_mutex_unlock(&vfs->lock);
}

bool truncated_take(struct vfs *vfs, struct file_key key, const struct kin *opener)
{
    bool taken = false;

    pthread_mutex_lock(&vfs->lock);
    struct truncations *all = vfs->truncations;
    for (size_t i = 0; all != NULL && i < REMEMBERED; i++) {
        struct truncation *one = &all->ring[i];
        if (one->until_ms > now_ms(vfs) && is_same_file(one->key, key) &&
            may_go_on(&one->by, opener)) {
            one->until_ms = 0;
            taken = true;
        }
    }
    pthread_mutex_unlock(&vfs->lock);
    return taken;
}

void truncated_forget(struct vfs *vfs, struct file_key key)
{
    pthread_mutex_lock(&vfs->lock);
    struct truncations *all = vfs->truncations;
    for (size_t i = 0; all != NULL && i < REMEMBERED; i++)
        if (is_same_file(all->ring[i].key, key))
            all->ring[i].until_ms = 0;
    pthread_mutex_unlock(&vfs->lock);
}

void truncated_finish(struct vfs *vfs)
{
    free(vfs->truncations);
    vfs->truncations = NULL;
}
