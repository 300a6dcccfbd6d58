/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_cache_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct room room;

/* --- the room --------------------------------------------------------------------------------- */

static int64_t read_now(void *ctx)
{
    (void)ctx;
    return atomic_load(&room.now_ms);
}

static int64_t read_wall(void *ctx)
{
    (void)ctx;
    return atomic_fetch_add(&room.wall_ms, atomic_load(&room.wall_step_ms));
}

static void count_undeleted(void *ctx, const struct kind *kind, const char *id,
                            const struct event *event)
{
    (void)ctx;
    (void)kind;
    (void)id;
    atomic_fetch_add(&room.undeleted, 1);
    if (event->id[0] == '\0')
        atomic_fetch_add(&room.stayed, 1);
}

static struct record *known(void *ctx, const struct kind *kind, const char *id)
{
    (void)ctx;
    return room.cache == NULL ? NULL : cache_by_id(room.cache, kind, id);
}

static bool known_run(void *ctx, const struct kind *kind, const char *id, size_t count,
                      bool backwards, struct record_list *out)
{
    (void)ctx;
    return room.cache != NULL && cache_run(room.cache, kind, id, count, backwards, out);
}

static void make_api(enum dialect dialect)
{
    room.api = api_create(&(struct api_config){.base_url = "http://127.0.0.1:1/v1",
                                               .transport = server_transport(room.server),
                                               .clock = &clock_system,
                                               .timeout_ms = 5000,
                                               .backoff_ms = 1,
                                               .known = known,
                                               .known_run = known_run,
                                               .forced_dialect = (int)dialect});
    room.config.api = room.api;
}

void room_setup(void)
{
    atomic_store(&room.now_ms, 1000000);
    atomic_store(&room.wall_ms, 1800000000000);
    atomic_store(&room.wall_step_ms, 0);
    atomic_store(&room.undeleted, 0);
    atomic_store(&room.stayed, 0);
    room.clock = (struct clock){read_now, read_wall, NULL};
    cancel_group_init(&room.group);
    room.server = server_create();
    make_api(DIALECT_DOCS);
    room.config = (struct cache_config){.api = room.api,
                                        .clock = &room.clock,
                                        .group = &room.group,
                                        .ttl_ms = TTL_MS,
                                        .stale_ms = STALE_MS,
                                        .timeout_ms = 2000,
                                        .stale_wait_ms = 5000,
                                        .show_wait_ms = 10,
                                        .probe_pause_ms = 5,
                                        .on_delete_failed = count_undeleted};
    room.cache = cache_create(&room.config);
    ck_assert_ptr_nonnull(room.cache);
}

void room_setup_hasty(void)
{
    room_setup();
    room.config.stale_wait_ms = STALE_WAIT_MS;
    room_restart();
}

void room_restart(void)
{
    cache_destroy(room.cache);
    room.cache = NULL;
    room.cache = cache_create(&room.config);
    ck_assert_ptr_nonnull(room.cache);
}

void room_speak(enum dialect dialect)
{
    cache_destroy(room.cache);
    api_destroy(room.api);
    server_speak(room.server, dialect);
    make_api(dialect);
    room.cache = cache_create(&room.config);
    ck_assert_ptr_nonnull(room.cache);
}

void room_teardown(void)
{
    cancel_group_fire(&room.group);
    cache_destroy(room.cache);
    api_destroy(room.api);
    server_destroy(room.server);
    cancel_group_finish(&room.group);
}

atomic_uint room_told;

void room_on_changed(void *ctx, const uint64_t *keys, size_t count)
{
    (void)ctx;
    (void)keys;
    (void)count;
    atomic_fetch_add(&room_told, 1);
}

void room_pass(int64_t ms)
{
    atomic_fetch_add(&room.now_ms, ms);
    atomic_fetch_add(&room.wall_ms, ms);
}

void room_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void room_add_drives(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char json[160];

        snprintf(json, sizeof(json),
                 "{\"id\":\"d%u\",\"name\":\"drive %u\",\"size\":100,\"region\":\"ny2\","
                 "\"networkId\":\"n1\"}",
                 i, i);
        server_add(room.server, DRIVES, json);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t in_ms(int64_t ms)
{
    return clock_now_ms(&clock_system) + ms;
}

enum problem_kind room_ensure_for(const struct kind *kind, enum cache_need need,
                                  int64_t deadline_ms)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    cancel_init(&cancel, &room.group, in_ms(deadline_ms));
    int rc = cache_ensure(room.cache, kind, need, &cancel, &problem);

    cancel_finish(&cancel);
    ck_assert_int_eq(rc == 0, problem.kind == PROBLEM_NONE);
    return problem.kind;
}

enum problem_kind room_ensure(const struct kind *kind, enum cache_need need)
{
    return room_ensure_for(kind, need, 10000);
}

enum problem_kind room_read(const struct kind *kind, const char *id, struct record **out)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    cancel_init(&cancel, &room.group, in_ms(10000));
    int rc = cache_read(room.cache, kind, id, &cancel, out, &problem);

    cancel_finish(&cancel);
    ck_assert_int_eq(rc == 0, problem.kind == PROBLEM_NONE);
    ck_assert_int_eq(rc == 0, *out != NULL);
    return problem.kind;
}

bool room_shows(const struct kind *kind, const char *id, const char *text)
{
    struct record *record;
    bool shows = room_read(kind, id, &record) == PROBLEM_NONE && strstr(record->json, text);

    record_unref(record);
    return shows;
}

bool room_has(const struct kind *kind, const char *id)
{
    struct record *record = cache_by_id(room.cache, kind, id);
    bool known = record != NULL;
    struct record_list list;
    bool listed = false;

    ck_assert(cache_records(room.cache, kind, &list));
    for (size_t i = 0; i < list.count; i++)
        listed = listed || strcmp(list.records[i]->id, id) == 0;
    ck_assert_int_eq(list.count, cache_count(room.cache, kind));
    record_list_finish(&list);
    record_unref(record);
    ck_assert_int_eq(known, listed);
    return known;
}

/* --- changing --------------------------------------------------------------------------------- */

struct change *room_start(enum change_verb verb, const struct kind *kind, const char *id,
                          const char *body)
{
    struct change *change = NULL;
    const struct change_request request = {
        .verb = verb, .kind = kind, .id = id, .body = body, .deadline_ms = in_ms(10000)};

    ck_assert_int_eq(change_start(room.cache, &request, &change), 0);
    return change;
}

enum problem_kind room_wait(struct change *change, struct problem *problem)
{
    struct problem own = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    cancel_init(&cancel, &room.group, in_ms(10000));
    int rc = change_wait(change, &cancel, &own);

    cancel_finish(&cancel);
    ck_assert_int_eq(rc == 0, own.kind == PROBLEM_NONE);
    if (problem != NULL)
        *problem = own;
    return own.kind;
}

enum problem_kind room_change(enum change_verb verb, const struct kind *kind, const char *id,
                              const char *body)
{
    struct change *change = room_start(verb, kind, id, body);
    enum problem_kind outcome = room_wait(change, NULL);

    change_unref(change);
    return outcome;
}

struct cache_event room_event(const char *id, enum change_verb verb)
{
    struct cache_event event;
    struct cancel cancel;

    cancel_init(&cancel, &room.group, in_ms(10000));
    cache_event(room.cache, &kind_snapshots, id, verb, &cancel, &event);
    cancel_finish(&cancel);
    return event;
}

/* --- counting --------------------------------------------------------------------------------- */

unsigned room_gets(const char *path_and_id)
{
    return server_requests(room.server, HTTP_GET, path_and_id);
}

unsigned room_lists(const char *path)
{
    char query[64];

    snprintf(query, sizeof(query), "%s?", path);
    return server_requests(room.server, HTTP_GET, query);
}
