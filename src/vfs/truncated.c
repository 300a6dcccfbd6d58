/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/truncated.h"

#include "vfs/actors.h"
#include "vfs/file.h"

#include <stdlib.h>

#define GENERATIONS 16 /* of ancestors that are looked at */

#define NAMELESS (UINT64_C(1) << 32) /* in a deed's value, above the parent */

struct file_key file_key_of(struct node node)
{
    return (struct file_key){actors_place(node.dir), leaf_of(node)};
}

static bool is_same_file(struct file_key a, struct file_key b)
{
    return a.place == b.place && leaf_is_same(a.leaf, b.leaf);
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

static struct deed_key key_of(struct file_key key, const struct kin *by)
{
    return (struct deed_key){.kind = DEED_CUT,
                             .who = process_number(by->process),
                             .place = key.place,
                             .detail = (uint64_t)by->uid << 32 | key.leaf.number};
}

static struct file_key file_of(const struct deed *cut)
{
    return (struct file_key){cut->key.place, {(uint32_t)cut->key.detail}};
}

static struct kin kin_in(const struct deed *cut)
{
    return (struct kin){.process = process_of_number(cut->key.who),
                        .parent = (pid_t)(uint32_t)cut->value,
                        .uid = (uid_t)(cut->key.detail >> 32),
                        .nameless = (cut->value & NAMELESS) != 0};
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
    struct deed *cut = deed_note(vfs->deeds, key_of(key, by), NULL);

    if (cut != NULL)
        cut->value = (by->nameless ? NAMELESS : 0) | (uint32_t)by->parent;
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

/* With vfs->lock held: forgets that it was cut, by whoever `next` (NULL: anybody) may go on for;
 * whether there was one that counted. */
static bool forget(struct vfs *vfs, struct file_key key, const struct kin *next)
{
    struct deed *cut = deed_next(vfs->deeds, DEED_CUT, NULL);
    bool any = false;

    while (cut != NULL) {
        struct deed *following = deed_next(vfs->deeds, DEED_CUT, cut);
        struct kin by = kin_in(cut);
        if (is_same_file(file_of(cut), key) && (next == NULL || may_go_on(&by, next))) {
            any = any || deed_counts(vfs->deeds, cut);
            deed_forget(vfs->deeds, cut);
        }
        cut = following;
    }
    return any;
}

bool truncated_take(struct vfs *vfs, struct file_key key, const struct kin *opener)
{
    pthread_mutex_lock(&vfs->lock);
    bool taken = forget(vfs, key, opener);
    pthread_mutex_unlock(&vfs->lock);
    return taken;
}

void truncated_forget(struct vfs *vfs, struct file_key key)
{
    pthread_mutex_lock(&vfs->lock);
    forget(vfs, key, NULL);
    pthread_mutex_unlock(&vfs->lock);
}
