/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/turns.h"

#include "vfs/failure.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct turn {
    const struct kind *kind;
    char *id;
    bool taken;
    unsigned users; /* who has it, and who waits for it */
    struct wait_queue waiters;
    LIST_ENTRY(turn) link; /* in tree->turns */
};

/* With vfs->lock held. */
static struct turn *find(struct tree *tree, const struct kind *kind, const char *id)
{
    struct turn *turn;

    LIST_FOREACH (turn, &tree->turns, link)
        if (turn->kind == kind && strcmp(turn->id, id) == 0)
            break;
    return turn;
}

/* With vfs->lock held; NULL: no memory. */
static struct turn *add(struct tree *tree, const struct kind *kind, const char *id)
{
    struct turn *turn = calloc(1, sizeof *turn);

    if (turn == NULL)
        return NULL;
    turn->id = strdup(id);
    if (turn->id == NULL) {
        free(turn);
        return NULL;
    }
    turn->kind = kind;
    wait_queue_init(&turn->waiters);
    LIST_INSERT_HEAD(&tree->turns, turn, link);
    return turn;
}

/* With vfs->lock held. */
static void leave(struct turn *turn)
{
    if (--turn->users > 0)
        return;
    LIST_REMOVE(turn, link);
    free(turn->id);
    free(turn);
}

static int say_left(struct call *call, enum cancel_reason reason)
{
    if (reason == CANCEL_DEADLINE)
        return call_fail(call, ETIMEDOUT,
                         "another change of it did not end in time: nothing was "
                         "sent");
    if (reason == CANCEL_CROWDED)
        return call_fail(call, EAGAIN,
                         "another change of it goes on, and too many callers wait already: nothing "
                         "was sent");
    return call_fail(call, EINTR,
                     "interrupted while another change of it goes on: nothing was sent");
}

/* With vfs->lock held. */
static enum cancel_reason await(struct call *call, struct tree *tree, struct turn *turn)
{
    enum cancel_reason reason = CANCEL_NONE;

    while (turn->taken && reason == CANCEL_NONE)
        reason = wait_queue_wait(&turn->waiters, &tree->vfs.lock, call->cancel, CANCEL_NEVER);
    return turn->taken ? reason : CANCEL_NONE;
}

int turn_take(struct call *call, struct dir *dir, struct turn **out)
{
    struct tree *tree = tree_of(dir);
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&tree->vfs.lock);
    struct turn *turn = find(tree, dir->kind, dir_id(dir));
    if (turn == NULL)
        turn = add(tree, dir->kind, dir_id(dir));
    if (turn != NULL) {
        turn->users++;
        reason = await(call, tree, turn);
        if (reason == CANCEL_NONE)
            turn->taken = true;
        else
            leave(turn);
    }
    pthread_mutex_unlock(&tree->vfs.lock);
    *out = reason == CANCEL_NONE ? turn : NULL;
    if (turn == NULL)
        return -ENOMEM;
    return reason == CANCEL_NONE ? 0 : say_left(call, reason);
}

void turn_give(struct tree *tree, struct turn *turn)
{
    if (turn == NULL)
        return;
    pthread_mutex_lock(&tree->vfs.lock);
    turn->taken = false;
    wait_queue_wake(&turn->waiters);
    leave(turn);
    pthread_mutex_unlock(&tree->vfs.lock);
}
