/* SPDX-License-Identifier: MIT */
/*
 * The gate: every change of every kind passes it just before it would be sent, and there is no
 * other way to there. A dry run keeps all of them back; the guard those that destroy too much at
 * once.
 */
#include "config.h"

#include "cache/change.h"
#include "cache/guard.h"

/* How a change may have failed so that certainly nothing was destroyed. Unreachable is what was
 * never sent: lost after that it is of unknown outcome. An answer that breaks the protocol is not
 * among them, though a look has shown the resource: the server may still be about to delete it. */
static const bool changed_nothing[PROBLEM_KINDS] = {
    [PROBLEM_QUOTA] = true,     [PROBLEM_INVALID] = true,     [PROBLEM_UNAUTHORIZED] = true,
    [PROBLEM_FORBIDDEN] = true, [PROBLEM_NOT_FOUND] = true,   [PROBLEM_CONFLICT] = true,
    [PROBLEM_TRY_LATER] = true, [PROBLEM_UNREACHABLE] = true, [PROBLEM_INTERRUPTED] = true,
    [PROBLEM_NO_MEMORY] = true,
};

static int plan(struct change *change, struct problem *problem)
{
    const struct cache_config *config = &change->collection->cache->config;
    const struct change_report report = change_report_of(change, NULL, problem);
    struct problem words = {.kind = PROBLEM_NONE};

    config->on_plan(config->ctx, &report, &words);
    change->planned = config->sending == CACHE_PRETENDS;
    if (change->planned)
        return 0;
    *problem = words;
    return -1;
}

static int send_guarded(struct change *change, change_function *send, struct record **out,
                        struct problem *problem)
{
    struct guard *guard = change->collection->cache->config.guard;
    struct guard_ticket ticket;

    change->withheld = guard_begin(guard, change->collection->kind, change->verb, change->id,
                                   &ticket, problem) != 0;
    if (change->withheld)
        return -1;
    int rc = send(change, &change->cancel, out, problem);

    guard_end(guard, &ticket, rc == 0 || !changed_nothing[problem->kind]);
    return rc;
}

int gate_pass(struct change *change, change_function *send, struct record **out,
              struct problem *problem)
{
    int rc;

    if (change->collection->cache->config.sending == CACHE_SENDS) {
        rc = send_guarded(change, send, out, problem);
    } else {
        change->withheld = true;
        rc = plan(change, problem);
    }
    if (change->withheld)
        change_end_unsent(change);
    return rc;
}
