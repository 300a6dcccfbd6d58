/* SPDX-License-Identifier: MIT */
/* 100,000 resources: time and memory. */
#include "config.h"

#include "test_cache_room.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY     100000
#define MACHINES 1000

/* Under sanitizers and valgrind everything is slower and bigger: the numbers mean nothing there. */
static bool is_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

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
    ck_assert_uint_le(each, 1024);
    ck_assert_int_le(listed_ms, 15000); /* generous: the machine may be busy */
    ck_assert_int_le(found_ms, 5000);
}
END_TEST

TCase *case_scale(void)
{
    TCase *tcase = tcase_create("scale");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_many_resources_of_few_names_are_listed_and_found_quickly);
    return tcase;
}
