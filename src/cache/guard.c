/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cache/guard.h"

#include "util/buf.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define REFUSED_REMEMBERED 4096 /* to know one that is tried again; more are counted each time */
#define SUGGESTED_POINTS   100  /* what the words tell to grant, or the next multiple of it */

/* What may destroy, by verb. */
static const struct {
    size_t points_at; /* in a kind's row; 0: nothing is destroyed */
    const char *done; /* "this burst has DONE 1 drive" */
} acts[] = {
    [CHANGE_CREATE] = {0, NULL},
    [CHANGE_UPDATE] = {0, NULL},
    [CHANGE_EDIT] = {0, NULL},
    [CHANGE_DELETE] = {offsetof(struct kind, delete_points), "deleted"},
    [CHANGE_RESTORE] = {offsetof(struct kind, restore_points), "restored"},
};

#define ACTS (sizeof acts / sizeof acts[0])

/* How often something was done, and refused, in this burst. */
struct tally {
    size_t done;
    size_t refused;
};

struct guard {
    unsigned limit;
    const struct clock *clock;
    pthread_mutex_t lock; /* guards what follows */
    bool burst;           /* there has been one */
    unsigned in_flight;
    int64_t answered_ms; /* the last answer, or refusal */
    unsigned spent;      /* of the limit */
    unsigned allowed;    /* what is left of the grant */
    int64_t until_ms;    /* when it ends */
    unsigned grant;      /* which one it is */
    struct tally tallies[KINDS_COUNT][ACTS];
    uint64_t refused[REFUSED_REMEMBERED];
    size_t refused_count;
};

struct guard *guard_create(unsigned limit, const struct clock *clock)
{
    struct guard *guard = calloc(1, sizeof(*guard));

    if (guard == NULL)
        return NULL;
    guard->limit = limit;
    guard->clock = clock;
    pthread_mutex_init(&guard->lock, NULL);
    return guard;
}

void guard_destroy(struct guard *guard)
{
    if (guard == NULL)
        return;
    pthread_mutex_destroy(&guard->lock);
    free(guard);
}

unsigned guard_points(const struct kind *kind, enum change_verb verb)
{
    size_t at = acts[verb].points_at;

    return at == 0 ? 0 : *(const unsigned *)((const char *)kind + at);
}

/* --- bursts and grants ------------------------------------------------------------------------ */

static bool in_burst(const struct guard *guard)
{
    return guard->burst && (guard->in_flight > 0 ||
                            clock_now_ms(guard->clock) - guard->answered_ms < GUARD_QUIET_MS);
}

static void forget_refused(struct guard *guard)
{
    guard->refused_count = 0;
    for (size_t i = 0; i < KINDS_COUNT; i++)
        for (size_t verb = 0; verb < ACTS; verb++)
            guard->tallies[i][verb].refused = 0;
}

/* Ends what has run out by now. */
static void renew(struct guard *guard)
{
    if (clock_now_ms(guard->clock) >= guard->until_ms)
        guard->allowed = 0;
    if (in_burst(guard))
        return;
    guard->burst = true;
    guard->spent = 0;
    forget_refused(guard);
    memset(guard->tallies, 0, sizeof(guard->tallies));
}

/* What is left of the limit. */
static unsigned left(const struct guard *guard)
{
    return guard->limit == 0 ? UINT_MAX : guard->limit - guard->spent;
}

static struct tally *tally_of(struct guard *guard, const struct kind *kind, enum change_verb verb)
{
    return &guard->tallies[kind_index(kind)][verb];
}

/* Of the limit first, then of the grant. */
static void spend(struct guard *guard, unsigned points, struct guard_ticket *ticket)
{
    ticket->open = true;
    ticket->points = points <= left(guard) ? points : left(guard);
    ticket->granted = points - ticket->points;
    ticket->grant = guard->grant;
    guard->spent += ticket->points;
    guard->allowed -= ticket->granted;
    guard->in_flight++;
    tally_of(guard, ticket->kind, ticket->verb)->done++;
}

static void give_back(struct guard *guard, const struct guard_ticket *ticket)
{
    guard->spent -= ticket->points;
    if (ticket->grant == guard->grant)
        guard->allowed += ticket->granted;
    tally_of(guard, ticket->kind, ticket->verb)->done--;
}

/* --- refusals --------------------------------------------------------------------------------- */

static uint64_t hash_of(const struct kind *kind, enum change_verb verb, const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + kind_index(kind) * ACTS + verb; /* FNV-1a */

    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    return hash;
}

/* Counts it, but for one that was refused before in this burst. */
static void note_refused(struct guard *guard, const struct kind *kind, enum change_verb verb,
                         const char *id)
{
    uint64_t hash = hash_of(kind, verb, id);

    for (size_t i = 0; i < guard->refused_count; i++)
        if (guard->refused[i] == hash)
            return;
    if (guard->refused_count < REFUSED_REMEMBERED)
        guard->refused[guard->refused_count++] = hash;
    tally_of(guard, kind, verb)->refused++;
}

/* "deleted 1 drive, deleted 3 snapshots"; "deleted 3 more drives" of what was refused. Returns the
 * points of it. */
static size_t describe(const struct guard *guard, bool refused, struct buf *out)
{
    size_t points = 0;

    for (size_t i = 0; i < KINDS_COUNT; i++)
        for (size_t verb = 0; verb < ACTS; verb++) {
            const struct tally *tally = &guard->tallies[i][verb];
            size_t count = refused ? tally->refused : tally->done;
            if (count == 0)
                continue;
            buf_printf(out, "%s%s %zu %s%s", out->size_bytes > 0 ? ", " : "", acts[verb].done,
                       count, refused && tally->done > 0 ? "more " : "",
                       count == 1 ? kinds_all[i]->noun : kinds_all[i]->plural);
            points += count * guard_points(kinds_all[i], (enum change_verb)verb);
        }
    return points;
}

/* What the words tell to grant, so that all goes through that was refused. */
static size_t suggestion(const struct guard *guard, size_t points)
{
    size_t missing = points > left(guard) ? points - left(guard) : 1;
    size_t rounded = (missing + SUGGESTED_POINTS - 1) / SUGGESTED_POINTS * SUGGESTED_POINTS;

    return rounded < GUARD_POINTS_MAX ? rounded : GUARD_POINTS_MAX;
}

static int refuse(struct guard *guard, struct problem *problem)
{
    struct buf done = BUF_EMPTY;
    struct buf refused = BUF_EMPTY;
    size_t done_points = describe(guard, false, &done);
    size_t points = describe(guard, true, &refused);

    if (done.size_bytes > 0)
        problem_set(problem, PROBLEM_WITHHELD,
                    "the guard (guard=%u) stops here: this burst has %s (%zu points) and would "
                    "have %s (%zu points): of that nothing was sent; to go on: "
                    "echo %zu > .paperspacefs/allow",
                    guard->limit, buf_text(&done), done_points, buf_text(&refused), points,
                    suggestion(guard, points));
    else
        problem_set(problem, PROBLEM_WITHHELD,
                    "the guard (guard=%u) stops here: this would have %s (%zu points): nothing was "
                    "sent; to go on: echo %zu > .paperspacefs/allow",
                    guard->limit, buf_text(&refused), points, suggestion(guard, points));
    if (problem != NULL)
        problem->err = EPERM;
    buf_finish(&done);
    buf_finish(&refused);
    return -1;
}

/* --- what others call ------------------------------------------------------------------------- */

int guard_begin(struct guard *guard, const struct kind *kind, enum change_verb verb, const char *id,
                struct guard_ticket *ticket, struct problem *problem)
{
    unsigned points = guard_points(kind, verb);
    int rc = 0;

    *ticket = (struct guard_ticket){.kind = kind, .verb = verb};
    if (guard == NULL || points == 0)
        return 0;
    pthread_mutex_lock(&guard->lock);
    renew(guard);
    if (points <= left(guard) || points - left(guard) <= guard->allowed) {
        spend(guard, points, ticket);
    } else {
        guard->answered_ms = clock_now_ms(guard->clock);
        note_refused(guard, kind, verb, id);
        rc = refuse(guard, problem);
    }
    pthread_mutex_unlock(&guard->lock);
    return rc;
}

void guard_end(struct guard *guard, const struct guard_ticket *ticket, bool done)
{
    if (!ticket->open)
        return;
    pthread_mutex_lock(&guard->lock);
    guard->in_flight--;
    guard->answered_ms = clock_now_ms(guard->clock);
    if (!done)
        give_back(guard, ticket);
    pthread_mutex_unlock(&guard->lock);
}

void guard_allow(struct guard *guard, unsigned points)
{
    pthread_mutex_lock(&guard->lock);
    guard->allowed = points;
    guard->until_ms = clock_now_ms(guard->clock) + GUARD_GRANT_MS;
    guard->grant++;
    forget_refused(guard);
    pthread_mutex_unlock(&guard->lock);
}

struct guard_state guard_state(struct guard *guard)
{
    pthread_mutex_lock(&guard->lock);
    int64_t left_ms = guard->until_ms - clock_now_ms(guard->clock);
    bool granted = left_ms > 0 && guard->allowed > 0;
    struct guard_state state = {
        .limit = guard->limit,
        .spent = in_burst(guard) ? guard->spent : 0,
        .allowed = granted ? guard->allowed : 0,
        .until_ms = granted ? clock_wall_ms(guard->clock) + left_ms : 0,
    };
    pthread_mutex_unlock(&guard->lock);
    return state;
}
