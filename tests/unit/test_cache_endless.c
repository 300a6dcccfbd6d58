/* SPDX-License-Identifier: MIT */
/* Lists that have no end, and documents that have no measure: what the cache does with them. */
#include "config.h"

#include "test_cache_room.h"

#include <stdlib.h>
#include <string.h>

static atomic_uint pages;
static atomic_size_t document_bytes;

static int answer(void *ctx, const struct http_request *request, struct cancel *cancel,
                  struct http_response *response, struct problem *problem)
{
    char *spaces = NULL;

    (void)ctx;
    (void)problem;
    (void)cancel;
    *response = (struct http_response){.status = 200, .retry_after_ms = -1};
    if (strstr(request->url, DRIVES "/") != NULL) {
        spaces = malloc(document_bytes);
        memset(spaces, 'x', document_bytes);
        buf_printf(&response->body, "{\"id\":\"%s\",\"text\":\"%.*s\"}",
                   strrchr(request->url, '/') + 1, (int)document_bytes, spaces);
        free(spaces);
    } else if (strstr(request->url, SNAPSHOTS) != NULL) {
        unsigned page = atomic_fetch_add(&pages, 1);
        buf_printf(&response->body, "{\"items\":[{\"id\":\"s%u\"}],\"nextPage\":\"%u\"}", page,
                   page);
    } else {
        buf_append_text(&response->body, "{\"items\":[");
        for (int i = 0; i < 10; i++)
            buf_printf(&response->body, "%s{\"id\":\"d%d\"}", i == 0 ? "" : ",", i);
        buf_append_text(&response->body, "]}");
    }
    return 0;
}

static struct api *own_api;

static void setup(void)
{
    room_setup();
    own_api = api_create(&(struct api_config){.base_url = "http://127.0.0.1:1/v1",
                                              .transport = {answer, NULL},
                                              .clock = &clock_system,
                                              .timeout_ms = 30000,
                                              .forced_dialect = DIALECT_DOCS});
    room.config.api = own_api;
    room.config.stale_ms = 0; /* nobody is content with what was known */
    room_restart();
}

static void teardown(void)
{
    room_teardown();
    api_destroy(own_api);
}

/* One new item a page: who waits waits, and when nobody does any more it comes to an end. */
START_TEST(test_a_list_without_an_end_ends_when_its_readers_have_left)
{
    unsigned before = 0;

    ck_assert_int_eq(room_ensure_for(&kind_snapshots, CACHE_FRESH, 300), PROBLEM_TIMEOUT);
    unsigned left_at = atomic_load(&pages);

    ck_assert_uint_ge(left_at, 2);
    do {
        before = atomic_load(&pages);
        for (int i = 0; i < 1500; i++)
            room_pause();
    } while (atomic_load(&pages) > before);
    ck_assert_uint_gt(before, left_at); /* it outlived its reader */
    ck_assert_uint_le(before, left_at + 45);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}
END_TEST

/* Ten documents of 20 kB are more than this kind may have: those that fit are known, and stay. */
/* holds: http-10 */
START_TEST(test_a_kind_has_a_largest_size)
{
    struct record *record = NULL;
    unsigned refused = 0;

    room.config.kind_max_bytes = 168000;
    room_restart();
    atomic_store(&document_bytes, 20000);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    for (char id[] = "d0"; id[1] <= '9'; id[1]++) {
        cache_expire(room.cache, &kind_drives, id);
        enum problem_kind kind = room_read(&kind_drives, id, &record);
        if (kind == PROBLEM_NONE)
            ck_assert_uint_gt(record->json_bytes, 20000);
        else
            ck_assert_int_eq(kind, PROBLEM_TOO_LARGE);
        refused += kind != PROBLEM_NONE;
        record_unref(record);
    }
    ck_assert_uint_eq(refused, 2);
    ck_assert(room_has(&kind_drives, "d9"));
    atomic_store(&document_bytes, 10);
    ck_assert_int_eq(room_read(&kind_drives, "d9", &record), PROBLEM_NONE);
    record_unref(record);
}
END_TEST

TCase *case_endless(void)
{
    TCase *tcase = tcase_create("endless");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_a_list_without_an_end_ends_when_its_readers_have_left);
    tcase_add_test(tcase, test_a_kind_has_a_largest_size);
    return tcase;
}
