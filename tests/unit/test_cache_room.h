/* SPDX-License-Identifier: MIT */
/* What the cache's tests share: a cache over a real api room over a server in memory. */
#ifndef TEST_CACHE_ROOM_H
#define TEST_CACHE_ROOM_H

#include "test_cache_server.h"

#include "cache/cache.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>

#define TTL_MS        30000
#define STALE_MS      86400000
#define STALE_WAIT_MS 60 /* of a hasty room; else long enough for a busy machine */
#define DRIVES        "/shared-drives"
#define SNAPSHOTS     "/snapshots"
#define PROVIDERS     "/storage-providers"

struct room {
    struct server *server;
    struct api *api;
    struct cache *cache;
    struct cancel_group group;
    struct clock clock;
    atomic_llong now_ms; /* monotonic */
    atomic_llong wall_ms;
    atomic_llong wall_step_ms; /* how far each look at it moves it on */
    struct cache_config config;
    atomic_uint undeleted; /* on_delete_failed */
    atomic_uint stayed;    /* those of them without an event */
};

extern struct room room;

void room_setup(void);
void room_setup_hasty(void); /* old data after STALE_WAIT_MS */
void room_teardown(void);
/* Another cache with room.config, as changed by the test. */
void room_restart(void);
/* Another API and cache, in that dialect. */
void room_speak(enum dialect dialect);
void room_pass(int64_t ms); /* both clocks */
/* An on_changed that counts how often something was told. */
extern atomic_uint room_told;
void room_on_changed(void *ctx, const uint64_t *keys, size_t count);
void room_add_drives(unsigned count);

/* Each with a token of its own, and 10 s. */
enum problem_kind room_ensure(const struct kind *kind, enum cache_need need);
enum problem_kind room_ensure_for(const struct kind *kind, enum cache_need need,
                                  int64_t deadline_ms);
enum problem_kind room_read(const struct kind *kind, const char *id, struct record **out);
/* Whether a read shows `text` within the document. */
bool room_shows(const struct kind *kind, const char *id, const char *text);
/* Whether the resource is shown, in the listing and by id. */
bool room_has(const struct kind *kind, const char *id);
struct change *room_start(enum change_verb verb, const struct kind *kind, const char *id,
                          const char *body);
enum problem_kind room_wait(struct change *change, struct problem *problem);
/* Starts, waits, forgets. */
enum problem_kind room_change(enum change_verb verb, const struct kind *kind, const char *id,
                              const char *body);
struct cache_event room_event(const char *id, enum change_verb verb);
unsigned room_lists(const char *path); /* GETs of the list, pages counted */
unsigned room_gets(const char *path_and_id);
/* Until `condition`, at most 5 s; a short pause between looks. */
#define room_until(condition)                                      \
    do {                                                           \
        for (int tries = 0; tries < 5000 && !(condition); tries++) \
            room_pause();                                          \
        ck_assert(condition);                                      \
    } while (0)
void room_pause(void); /* 1 ms */

TCase *case_reading(void);
TCase *case_stale(void);
TCase *case_merging(void);
TCase *case_changing(void);
TCase *case_creating(void);
TCase *case_editing(void);
TCase *case_events(void);
TCase *case_gate(void);
TCase *case_outcome(void);
TCase *case_scale(void);
TCase *case_crowd(void);
TCase *case_endless(void);
TCase *case_unchanged(void);
TCase *case_refreshing(void);

#endif
