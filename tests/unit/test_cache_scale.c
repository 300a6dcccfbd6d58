/* SPDX-License-Identifier: MIT */
/* 100,000 resources: time and memory. */
#include "config.h"

#include "instrumented.h"
#include "test_cache_room.h"
#include "util/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MANY     100000
#define MACHINES 1000

static void add_snapshots(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char json[200];

        snprintf(json, sizeof(json),
                 "{\"id\":\"sl%012zu\",\"name\":\"auto-daily-%zu\",\"machineId\":\"ps%010zu\","
                 "\"isAutoSnapshot\":true}",
                 i, i % 7, i % MACHINES);
        server_add(room.server, SNAPSHOTS, json);
    }
}

static int64_t look_up_all(size_t count)
{
    int64_t begun_ms = clock_now_ms(&clock_system);
    struct record *found[2];

    for (size_t i = 0; i < count; i++) {
        char id[32];

        snprintf(id, sizeof(id), "sl%012zu", i);
        struct record *record = cache_by_id(room.cache, &kind_snapshots, id);

        ck_assert_ptr_nonnull(record);
        ck_assert_uint_gt(cache_by_name(room.cache, &kind_snapshots, record->name,
                                        record->name_bytes, NULL, found, 2),
                          2);
        record_unref(found[0]);
        record_unref(found[1]);
        ck_assert_uint_gt(cache_by_name(room.cache, &kind_snapshots, record->name,
                                        record->name_bytes, record->machine_id, NULL, 0),
                          0);
        record_unref(record);
    }
    return clock_now_ms(&clock_system) - begun_ms;
}

START_TEST(test_many_resources_of_few_names_are_listed_and_found_quickly)
{
    size_t count = is_instrumented() ? MANY / 20 : MANY;

    add_snapshots(count);
    size_t bytes = mallinfo2().uordblks;
    int64_t begun_ms = clock_now_ms(&clock_system);

    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    int64_t listed_ms = clock_now_ms(&clock_system) - begun_ms;
    size_t each = (mallinfo2().uordblks - bytes) / count;
    int64_t found_ms = look_up_all(count);

    ck_assert_uint_eq(cache_count(room.cache, &kind_snapshots), count);
    room_pass(TTL_MS);
    begun_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    int64_t again_ms = clock_now_ms(&clock_system) - begun_ms;

    if (getenv("TEST_CACHE_VERBOSE") != NULL)
        fprintf(stderr, "listed %lld ms, again %lld ms, looked up %lld ms, %zu bytes each\n",
                (long long)listed_ms, (long long)again_ms, (long long)found_ms, each);
    if (is_instrumented())
        return;
    ck_assert_uint_le(each, 450);
    ck_assert_int_le(listed_ms, 15000); /* generous: the machine may be busy */
    ck_assert_int_le(found_ms, 5000);
}
END_TEST

/* Looks at another kind all the time; notes how long a look took at most, in what the program has
 * worked meanwhile: other programs may keep it from working. */
struct looker {
    pthread_t thread;
    atomic_bool ended;
    int64_t longest_ms;
};

static int64_t worked_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void *look_on(void *arg)
{
    struct looker *looker = arg;

    while (!atomic_load(&looker->ended)) {
        int64_t begun_ms = worked_ms();
        struct record *record = cache_by_id(room.cache, &kind_drives, "d1");
        int64_t took_ms = worked_ms() - begun_ms;

        ck_assert_ptr_nonnull(record);
        record_unref(record);
        looker->longest_ms = took_ms > looker->longest_ms ? took_ms : looker->longest_ms;
        room_pause();
    }
    return NULL;
}

/* The longest look at drives while snapshots are listed: all are new, then all are known. */
static int64_t longest_look_ms(void)
{
    struct looker looker = {.longest_ms = 0};

    room_restart();
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    pthread_create(&looker.thread, NULL, look_on, &looker);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
        cache_expire(room.cache, &kind_snapshots, NULL);
    }
    atomic_store(&looker.ended, true);
    pthread_join(looker.thread, NULL);
    if (getenv("TEST_CACHE_VERBOSE") != NULL)
        fprintf(stderr, "the longest look took %lld ms\n", (long long)looker.longest_ms);
    return looker.longest_ms;
}

/* A look that the lock keeps waiting is long each time, one that the scheduler does is not. */
START_TEST(test_a_long_listing_holds_up_no_other_kind)
{
    bool short_once = false;

    room_add_drives(3);
    add_snapshots(is_instrumented() ? MANY / 20 : MANY);
    for (int i = 0; i < 5 && !short_once; i++)
        short_once = longest_look_ms() < 200 || is_instrumented();
    ck_assert(short_once);
}
END_TEST

/* Names wander from one to another while a long listing is merged: whoever looks finds each. */
static void *look_up_names(void *arg)
{
    struct looker *looker = arg;
    struct record *found[2];

    while (!atomic_load(&looker->ended)) {
        size_t count =
            cache_by_name(room.cache, &kind_drives, "drive 1", strlen("drive 1"), NULL, found, 2);
        ck_assert_uint_eq(count, 1);
        record_unref(found[0]);
    }
    return NULL;
}

START_TEST(test_a_name_is_always_somebodys_while_a_long_listing_is_merged)
{
    struct looker looker = {.longest_ms = 0};
    struct record_list list;

    room_add_drives(5000);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    pthread_create(&looker.thread, NULL, look_up_names, &looker);
    for (int i = 0; i < 4; i++) {
        server_edit(room.server, DRIVES, "d1", "name", i % 2 == 0 ? "drive 4999" : "drive 1");
        server_edit(room.server, DRIVES, "d4999", "name", i % 2 == 0 ? "drive 1" : "drive 4999");
        cache_expire(room.cache, &kind_drives, NULL);
        ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    }
    atomic_store(&looker.ended, true);
    pthread_join(looker.thread, NULL);
    ck_assert(cache_records(room.cache, &kind_drives, &list));
    ck_assert_uint_eq(list.count, 5000);
    for (size_t i = 0; i < list.count; i++) {
        char id[32];

        snprintf(id, sizeof(id), "d%zu", i);
        ck_assert_str_eq(list.records[i]->id, id);
    }
    record_list_finish(&list);
}
END_TEST

/* --- nothing has changed ---------------------------------------------------------------------- */

#define REFRESHED 10000
#define REFRESHES 20

static void refresh(void)
{
    server_forget_requests(room.server);
    cache_expire(room.cache, &kind_snapshots, NULL);
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
}

/* The records are the ones that they were: with them their text, versions and dates. */
static void expect_same(const struct record_list *before, const struct record_list *now)
{
    ck_assert_uint_eq(before->count, now->count);
    for (size_t i = 0; i < now->count; i++)
        ck_assert_ptr_eq(before->records[i], now->records[i]);
}

static uint64_t *versions_of(const struct record_list *list)
{
    uint64_t *versions = calloc(list->count, sizeof *versions);

    ck_assert_ptr_nonnull(versions);
    for (size_t i = 0; i < list->count; i++)
        versions[i] = list->records[i]->version;
    return versions;
}

static void expect_versions(const struct record_list *list, const uint64_t *versions)
{
    for (size_t i = 0; i < list->count; i++)
        ck_assert_uint_eq(list->records[i]->version, versions[i]);
}

static size_t in_use_bytes(void)
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* In either dialect, and whatever of them somebody has read. */
START_TEST(test_a_refresh_of_what_has_not_changed_changes_nothing)
{
    struct record_list before, now;

    memory_setup();
    room_speak((enum dialect)_i);
    add_snapshots(REFRESHED);
    refresh();
    ck_assert(cache_records(room.cache, &kind_snapshots, &before));
    uint64_t *versions = versions_of(&before);
    uint64_t generation = cache_names_generation(room.cache, &kind_snapshots);
    int64_t names_ms = cache_names_ms(room.cache, &kind_snapshots, NULL);
    int64_t machine_ms = cache_names_ms(room.cache, &kind_snapshots, "ps0000000007");

    for (int i = 0; i < REFRESHES / 2; i++) /* each thread keeps some of what it has freed */
        refresh();
    size_t bytes = in_use_bytes();
    for (int i = 0; i < REFRESHES; i++) {
        room_pass(1000);
        refresh();
    }
    if (!is_instrumented())
        ck_assert_uint_le(in_use_bytes(), bytes + REFRESHES * REFRESHED); /* a byte each */
    ck_assert(cache_records(room.cache, &kind_snapshots, &now));
    expect_same(&before, &now);
    expect_versions(&now, versions);
    ck_assert_uint_eq(cache_names_generation(room.cache, &kind_snapshots), generation);
    ck_assert_int_eq(cache_names_ms(room.cache, &kind_snapshots, NULL), names_ms);
    ck_assert_int_eq(cache_names_ms(room.cache, &kind_snapshots, "ps0000000007"), machine_ms);
    free(versions);
    record_list_finish(&before);
    record_list_finish(&now);
}
END_TEST

TCase *case_scale(void)
{
    TCase *tcase = tcase_create("scale");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_many_resources_of_few_names_are_listed_and_found_quickly);
    tcase_add_loop_test(tcase, test_a_refresh_of_what_has_not_changed_changes_nothing, 0,
                        DIALECT_COUNT);
    tcase_add_test(tcase, test_a_long_listing_holds_up_no_other_kind);
    tcase_add_test(tcase, test_a_name_is_always_somebodys_while_a_long_listing_is_merged);
    return tcase;
}
