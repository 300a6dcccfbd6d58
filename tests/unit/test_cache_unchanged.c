/* SPDX-License-Identifier: MIT */
/* Listings of what is as it was: what they tell, and what they leave behind; with a server that
 * gives ETags (the loop's second round), and without. */
#include "config.h"

#include "instrumented.h"
#include "test_cache_room.h"
#include "util/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define COUNT     10000
#define REFRESHES 20
#define SETTLED   3 /* of them, until every buffer has its size */

static void add_snapshots(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char json[200];

        snprintf(json, sizeof(json),
                 "{\"id\":\"sl%06u\",\"name\":\"n%u\",\"machineId\":\"ps%u\","
                 "\"isAutoSnapshot\":false}",
                 i, i % (count - 1), i % 40);
        server_add(room.server, SNAPSHOTS, json);
    }
}

static void begin(unsigned count, bool etags)
{
    add_snapshots(count);
    if (etags)
        server_give_etags(room.server);
    room.config.on_changed = room_on_changed;
    room_restart();
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    atomic_store(&room_told, 0);
}

static void refresh(void)
{
    room_pass(TTL_MS);
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    server_forget_requests(room.server);
}

/* holds: fresh-9 */
START_TEST(test_a_refresh_of_what_is_unchanged_tells_nothing_and_keeps_nothing)
{
    size_t bytes = 0;
    uint64_t names;
    unsigned count = is_instrumented() ? COUNT / 20 : COUNT;

    begin(count, _i);
    names = cache_names_generation(room.cache, &kind_snapshots);
    for (int i = 0; i < REFRESHES; i++) {
        refresh();
        if (i == SETTLED)
            bytes = mallinfo2().uordblks;
    }
    ck_assert_uint_eq(atomic_load(&room_told), 0);
    ck_assert_uint_eq(cache_names_generation(room.cache, &kind_snapshots), names);
    ck_assert_uint_eq(cache_count(room.cache, &kind_snapshots), count);
    ck_assert(_i == 0 || server_unchanged(room.server) >= REFRESHES * (count / 120));
    if (!is_instrumented()) /* a request's own, of the threads that made them, is no growth */
        ck_assert_uint_le(mallinfo2().uordblks, bytes + 4096);
}
END_TEST

/* What a listing shows, as one text. */
static void print_list(struct buf *out)
{
    struct record_list list = RECORD_LIST_EMPTY;

    out->size_bytes = 0;
    ck_assert(cache_records(room.cache, &kind_snapshots, &list));
    for (size_t i = 0; i < list.count; i++)
        buf_printf(out, "%s %s %lld\n", list.records[i]->json,
                   list.records[i]->complete ? "whole" : "part",
                   (long long)list.records[i]->mtime_ms);
    record_list_finish(&list);
}

static void change_one(void)
{
    server_edit(room.server, SNAPSHOTS, "sl000130", "name", "elsewhere");
}

static void remove_one(void)
{
    server_remove(room.server, SNAPSHOTS, "sl000130");
}

static void add_first(void)
{
    server_add_first(room.server, SNAPSHOTS,
                     "{\"id\":\"new\",\"name\":\"new\",\"machineId\":\"ps1\","
                     "\"isAutoSnapshot\":false}");
}

static void own_rename(void)
{
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_snapshots, "sl000130", "{\"name\":\"own\"}"),
                     PROBLEM_NONE);
}

static void own_deletion(void)
{
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_snapshots, "sl000130", NULL), PROBLEM_NONE);
}

static void own_creation(void)
{
    ck_assert_int_eq(room_change(CHANGE_CREATE, &kind_snapshots, NULL,
                                 "{\"name\":\"made\",\"machineId\":\"ps1\"}"),
                     PROBLEM_NONE);
}

static void read_one(void)
{
    ck_assert(room_shows(&kind_snapshots, "sl000130", "n130"));
}

static void nothing(void)
{
}

static void (*const between[])(void) = {change_one,   remove_one,   add_first, own_rename,
                                        own_deletion, own_creation, read_one,  nothing};

/* The same with ETags as without, whatever happens between the listings. */
START_TEST(test_a_304_shows_what_an_answer_would)
{
    struct buf shown[2] = {BUF_EMPTY, BUF_EMPTY};

    for (int etags = 0; etags < 2; etags++) {
        if (etags == 1) {
            room_teardown();
            room_setup();
        }
        begin(400, etags);
        refresh();
        between[_i]();
        for (int i = 0; i < 3; i++)
            refresh();
        print_list(&shown[etags]);
        ck_assert_int_eq(etags, server_unchanged(room.server) > 0);
    }
    ck_assert_str_eq(buf_text(&shown[0]), buf_text(&shown[1]));
    buf_finish(&shown[0]);
    buf_finish(&shown[1]);
}
END_TEST

TCase *case_unchanged(void)
{
    TCase *tcase = tcase_create("unchanged");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_a_refresh_of_what_is_unchanged_tells_nothing_and_keeps_nothing,
                        0, 2);
    tcase_add_loop_test(tcase, test_a_304_shows_what_an_answer_would, 0,
                        (int)(sizeof(between) / sizeof(*between)));
    return tcase;
}
