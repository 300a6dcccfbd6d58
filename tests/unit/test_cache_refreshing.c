/* SPDX-License-Identifier: MIT */
/* Single resources that are read again, from a server that gives ETags. */
#include "config.h"

#include "instrumented.h"
#include "test_cache_room.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define COUNT 200 /* more than a kind has whose documents come with its listing */
#define ONE   "sl000130"
#define P1    "/storage-providers/p1"

static void on_seen(void *ctx, const struct record *before, const struct record *after)
{
    (void)ctx;
    (void)before;
    (void)after;
    atomic_fetch_add(&room_told, 1);
}

static void begin(bool etags)
{
    for (unsigned i = 0; i < COUNT; i++) {
        char json[160];

        snprintf(json, sizeof(json),
                 "{\"id\":\"sl%06u\",\"name\":\"n%u\",\"machineId\":\"ps%u\","
                 "\"isAutoSnapshot\":false}",
                 i, i, i % 40);
        server_add(room.server, SNAPSHOTS, json);
    }
    if (etags)
        server_give_etags(room.server);
    room.config.on_changed = room_on_changed;
    room.config.on_seen = on_seen;
    room_restart();
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
}

/* What a read shows past the TTL, which costs one GET. */
static struct record *read_again(const struct kind *kind, const char *id)
{
    struct record *record;

    room_pass(TTL_MS);
    ck_assert_int_eq(room_read(kind, id, &record), PROBLEM_NONE);
    return record;
}

static void read_kind_again(const struct kind *kind, const char *id)
{
    record_unref(read_again(kind, id));
}

static const struct {
    const struct kind *kind;
    const char *id;
} resources[] = {{&kind_snapshots, ONE}, {&kind_utilization, NULL}};

/* --- what is as it was ----------------------------------------------------------------------- */

/* holds: http-22 fresh-9 */
START_TEST(test_a_304_makes_it_fresh_and_nothing_else)
{
    const struct kind *kind = resources[_i].kind;
    const char *id = resources[_i].id;

    begin(true);
    struct record *first = read_again(kind, id);
    atomic_store(&room_told, 0);
    for (unsigned i = 1; i <= 5; i++) {
        struct record *again = read_again(kind, id);
        ck_assert_ptr_eq(again, first);
        record_unref(again);
        ck_assert_uint_eq(server_unchanged(room.server), i);
    }
    server_forget_requests(room.server);
    room_pass(TTL_MS - 1);
    ck_assert(room_shows(kind, id, ""));
    ck_assert_uint_eq(server_requests(room.server, HTTP_GET, ""), 0);
    ck_assert_uint_eq(atomic_load(&room_told), 0);
    record_unref(first);
}
END_TEST

/* holds: http-22 fresh-9 */
START_TEST(test_a_304_keeps_no_memory)
{
    size_t bytes = 0;

    begin(true);
    for (int i = 0; i < 40; i++) {
        read_kind_again(&kind_snapshots, ONE);
        read_kind_again(&kind_utilization, NULL);
        server_forget_requests(room.server);
        if (i == 4)
            bytes = mallinfo2().uordblks;
    }
    ck_assert_uint_ge(server_unchanged(room.server), 78);
    if (!is_instrumented()) /* a request's own, of the threads that made them, is no growth */
        ck_assert_uint_le(mallinfo2().uordblks, bytes + 4096);
}
END_TEST

/* --- what is not ------------------------------------------------------------------------------ */

static void change(void)
{
    server_edit(room.server, SNAPSHOTS, ONE, "name", "elsewhere");
}

static void change_and_list(void)
{
    change();
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
}

static void change_list_and_change_back(void)
{
    change_and_list();
    server_edit(room.server, SNAPSHOTS, ONE, "name", "n130");
}

static void own_change(void)
{
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_snapshots, ONE, "{\"name\":\"own\"}"),
                     PROBLEM_NONE);
}

static void own_change_that_is_lost(void)
{
    server_fail(room.server, HTTP_PUT, SNAPSHOTS, FAULT_LOST, 0, -1);
    ck_assert_int_ne(room_change(CHANGE_UPDATE, &kind_snapshots, ONE, "{\"name\":\"own\"}"),
                     PROBLEM_NONE);
}

static void own_and_other_change(void)
{
    own_change();
    change();
}

static void nothing(void)
{
}

static void (*const between[])(void) = {
    change,     change_and_list,         change_list_and_change_back,
    own_change, own_change_that_is_lost, own_and_other_change,
    nothing};

static void print_read(struct buf *out)
{
    struct record *record = read_again(&kind_snapshots, ONE);

    buf_printf(out, "%s %s %lld\n", record->json, record->complete ? "whole" : "part",
               (long long)record->mtime_ms);
    record_unref(record);
}

/* The same with ETags as without, whatever happens between the reads. */
START_TEST(test_a_304_shows_what_an_answer_would)
{
    struct buf shown[2] = {BUF_EMPTY, BUF_EMPTY};

    for (int etags = 0; etags < 2; etags++) {
        if (etags == 1) {
            room_teardown();
            room_setup();
        }
        begin(etags);
        print_read(&shown[etags]);
        print_read(&shown[etags]);
        room_pass(TTL_MS);
        between[_i]();
        for (int i = 0; i < 3; i++)
            print_read(&shown[etags]);
        ck_assert_int_eq(etags, server_unchanged(room.server) > 0);
    }
    ck_assert_str_eq(buf_text(&shown[0]), buf_text(&shown[1]));
    buf_finish(&shown[0]);
    buf_finish(&shown[1]);
}
END_TEST

/* --- what comes between a question and its answer --------------------------------------------- */

static void *read_one(void *arg)
{
    (void)arg;
    read_kind_again(&kind_snapshots, ONE);
    return NULL;
}

static const struct {
    void (*happens)(void);
    const char *shown;
    unsigned gets; /* the first, the one that is on its way, and another where that told nothing */
} overtaking[] = {{change_and_list, "elsewhere", 3}, {own_change, "own", 3}, {nothing, "n130", 2}};

/* holds: http-22 */
START_TEST(test_what_has_come_meanwhile_is_not_undone_by_a_304)
{
    pthread_t reader;

    begin(true);
    read_kind_again(&kind_snapshots, ONE);
    server_fail(room.server, HTTP_GET, SNAPSHOTS "/", FAULT_HOLD_AFTER, 0, 1);
    ck_assert_int_eq(pthread_create(&reader, NULL, read_one, NULL), 0);
    server_wait_held(room.server, 1);
    overtaking[_i].happens();
    server_release(room.server);
    pthread_join(reader, NULL);
    ck_assert(room_shows(&kind_snapshots, ONE, overtaking[_i].shown));
    ck_assert_uint_eq(room_gets(SNAPSHOTS "/" ONE), overtaking[_i].gets);
}
END_TEST

/* --- what has to be sent ---------------------------------------------------------------------- */

#define EDIT "{\"s3Config\":{\"bucket\":\"mine\"}}"

static void *read_provider(void *arg)
{
    (void)arg;
    read_kind_again(&kind_providers, "p1");
    return NULL;
}

/* One whose listings are incomplete, so that reads of it are GETs. */
static void know_provider(void)
{
    server_add(room.server, PROVIDERS,
               "{\"id\":\"p1\",\"name\":\"one\",\"isManaged\":false,\"isTeamDefault\":false,"
               "\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b\",\"secretAccessKey\":\"S/1\"}}");
    server_hide_in_lists(room.server, "s3Config");
    server_give_etags(room.server);
    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    read_kind_again(&kind_providers, "p1");
    ck_assert_uint_eq(server_unchanged(room.server), 0);
    server_forget_requests(room.server);
}

static enum problem_kind edit(void)
{
    return room_change(CHANGE_EDIT, &kind_providers, "p1", EDIT);
}

/* holds: http-22 */
START_TEST(test_what_an_edit_is_merged_into_is_sent)
{
    know_provider();
    read_kind_again(&kind_providers, "p1");
    ck_assert_uint_eq(server_unchanged(room.server), 1);
    ck_assert_int_eq(edit(), PROBLEM_NONE);
    ck_assert_uint_eq(server_unchanged(room.server), 1);
    ck_assert_uint_eq(room_gets(P1), 2);
}
END_TEST

static void *edit_provider(void *arg)
{
    (void)arg;
    ck_assert_int_eq(edit(), PROBLEM_NONE);
    return NULL;
}

/* holds: http-22 */
START_TEST(test_an_edit_does_not_join_a_read_that_is_on_its_way)
{
    pthread_t reader;
    pthread_t writer;

    know_provider();
    server_fail(room.server, HTTP_GET, P1, FAULT_HOLD_AFTER, 0, 2);
    ck_assert_int_eq(pthread_create(&reader, NULL, read_provider, NULL), 0);
    server_wait_held(room.server, 1);
    ck_assert_int_eq(pthread_create(&writer, NULL, edit_provider, NULL), 0);
    server_wait_held(room.server, 2);
    server_release(room.server);
    pthread_join(reader, NULL);
    pthread_join(writer, NULL);
    ck_assert_uint_eq(server_unchanged(room.server), 1);
    ck_assert(room_shows(&kind_providers, "p1", "mine"));
}
END_TEST

/* holds: cost-5 */
START_TEST(test_a_read_joins_an_edit_that_is_on_its_way)
{
    pthread_t reader;
    pthread_t writer;

    know_provider();
    server_fail(room.server, HTTP_GET, P1, FAULT_HOLD_AFTER, 0, 1);
    ck_assert_int_eq(pthread_create(&writer, NULL, edit_provider, NULL), 0);
    server_wait_held(room.server, 1);
    ck_assert_int_eq(pthread_create(&reader, NULL, read_provider, NULL), 0);
    room_until(atomic_load(&room.now_ms) >= 1000000 + 2 * TTL_MS); /* it asks right after that */
    for (int i = 0; i < 20; i++)
        room_pause();
    server_release(room.server);
    pthread_join(reader, NULL);
    pthread_join(writer, NULL);
    ck_assert_uint_eq(room_gets(P1), 1);
}
END_TEST

TCase *case_refreshing(void)
{
    TCase *tcase = tcase_create("refreshing");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_a_304_makes_it_fresh_and_nothing_else, 0, 2);
    tcase_add_test(tcase, test_a_304_keeps_no_memory);
    tcase_add_loop_test(tcase, test_a_304_shows_what_an_answer_would, 0,
                        (int)(sizeof(between) / sizeof(*between)));
    tcase_add_loop_test(tcase, test_what_has_come_meanwhile_is_not_undone_by_a_304, 0,
                        (int)(sizeof(overtaking) / sizeof(*overtaking)));
    tcase_add_test(tcase, test_what_an_edit_is_merged_into_is_sent);
    tcase_add_test(tcase, test_an_edit_does_not_join_a_read_that_is_on_its_way);
    tcase_add_test(tcase, test_a_read_joins_an_edit_that_is_on_its_way);
    return tcase;
}
