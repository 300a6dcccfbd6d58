/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/staged.h"

#include "vfs/vfs_internal.h"

#include <stdlib.h>

struct staged *staged_new(struct call *call, struct node node)
{
    struct staged *staged = calloc(1, sizeof *staged);

    if (staged == NULL)
        return NULL;
    staged->hooks = node.dir->vfs->config.hooks;
    staged->key = file_key_of(node);
    staged->by = kin_of(node.dir->vfs, call);
    return staged;
}

void staged_free(struct staged *staged)
{
    if (staged == NULL)
        return;
    staged_drop_change(staged);
    free(staged->problem);
    author_clear(&staged->author);
    free(staged);
}

bool staged_is_written(const struct staged *staged)
{
    return staged->state >= STAGED_BYTES;
}

bool staged_is_answered(const struct staged *staged)
{
    return staged->state == STAGED_ANSWERED || staged->state == STAGED_UNSENT;
}

/* --- from state to state ---------------------------------------------------------------------- */

void staged_drop_change(struct staged *staged)
{
    if (staged->change != NULL)
        staged->hooks->change_unref(staged->change);
    staged->change = NULL;
}

static void enter(struct staged *staged, enum staged_state state)
{
    if (state != STAGED_SENT)
        staged_drop_change(staged);
    staged->state = state;
}

static void forget_bytes(struct staged *staged)
{
    author_clear(&staged->author);
    staged->front_bytes = 0;
    staged->rest_bytes = 0;
    staged->applied_bytes = 0;
    staged->grown = false;
}

void staged_cut(struct staged *staged)
{
    forget_bytes(staged);
    enter(staged, STAGED_CUT);
}

void staged_begin_empty(struct staged *staged)
{
    forget_bytes(staged);
    enter(staged, STAGED_SIZE);
}

void staged_told(struct staged *staged)
{
    enter(staged, STAGED_SIZE);
}

void staged_resized(struct staged *staged)
{
    enter(staged, staged_is_written(staged) ? STAGED_BYTES : STAGED_SIZE);
}

void staged_written(struct staged *staged)
{
    enter(staged, STAGED_BYTES);
}

void staged_sent(struct staged *staged)
{
    enter(staged, STAGED_SENT);
}

/* Most handles never fail: only those that do keep words, which are long. */
static void remember_words(struct staged *staged, const struct problem *problem)
{
    if (problem->kind == PROBLEM_NONE && problem->err == 0) {
        free(staged->problem);
        staged->problem = NULL;
        return;
    }
    if (staged->problem == NULL)
        staged->problem = malloc(sizeof *staged->problem);
    if (staged->problem != NULL)
        *staged->problem = *problem;
}

void staged_answered(struct staged *staged, int rc, const struct problem *problem)
{
    if (!staged_is_written(staged))
        return;
    staged->answer = rc;
    remember_words(staged, problem);
    enter(staged, rc == -EINTR ? STAGED_UNSENT : STAGED_ANSWERED);
}

void staged_wanted(struct staged *staged)
{
    if (staged->state == STAGED_UNSENT)
        enter(staged, STAGED_BYTES);
}
