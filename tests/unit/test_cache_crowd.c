/* SPDX-License-Identifier: MIT */
/* Many threads doing everything at once, over a server that fails now and then; and callers who
 * find that too many wait already. */
#include "config.h"

#include "test_cache_room.h"

#include "util/waiting_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 12
#define STEPS   60

static void step_read(unsigned number)
{
    struct record *record = NULL;
    char id[16];

    snprintf(id, sizeof(id), "d%u", number % 130);
    room_read(&kind_drives, id, &record);
    record_unref(record);
}

static void step_list(unsigned number)
{
    struct record_list list;

    room_ensure(&kind_drives, number % 2 == 0 ? CACHE_FRESH : CACHE_LOOKUP);
    ck_assert(cache_records(room.cache, &kind_drives, &list));
    ck_assert_uint_ge(list.count, 100);
    record_list_finish(&list);
}

static void step_expire(unsigned number)
{
    char id[16];

    snprintf(id, sizeof(id), "d%u", number % 130);
    cache_expire(room.cache, &kind_drives, number % 3 == 0 ? NULL : id);
}

static void step_update(unsigned number)
{
    char body[48];
    char id[16];

    snprintf(id, sizeof(id), "d%u", number % 10);
    snprintf(body, sizeof(body), "{\"name\":\"name %u\"}", number % 7);
    room_change(CHANGE_UPDATE, &kind_drives, id, body);
}

static void step_create(unsigned number)
{
    char body[48];

    snprintf(body, sizeof(body), "{\"name\":\"created %u\"}", number % 5);
    room_change(CHANGE_CREATE, &kind_drives, NULL, body);
}

static void step_delete(unsigned number)
{
    char id[16];

    snprintf(id, sizeof(id), "new%u", number % 20);
    struct record *shown = cache_by_id(room.cache, &kind_drives, id);
    if (shown != NULL) /* nobody deletes by an id that is yet to be given */
        room_change(CHANGE_DELETE, &kind_drives, id, NULL);
    record_unref(shown);
}

static void step_look(unsigned number)
{
    struct record *found[2] = {NULL, NULL};
    struct past past;
    struct cache_status status;
    char name[16];

    snprintf(name, sizeof(name), "name %u", number % 7);
    cache_by_name(room.cache, &kind_drives, name, strlen(name), NULL, found, 2);
    record_unref(found[0]);
    record_unref(found[1]);
    struct record *shown = cache_by_id(room.cache, &kind_drives, "d1");
    cache_note_shown(room.cache, &kind_drives, "d1", shown == NULL ? number : shown->version, 0);
    record_unref(shown);
    cache_get_past(room.cache, &kind_drives, "d1", &past);
    past_finish(&past);
    cache_get_status(room.cache, &kind_drives, &status);
}

static void step_fail(unsigned number)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE};
    static const enum fault faults[] = {FAULT_LOST, FAULT_REFUSED, FAULT_TIMEOUT, FAULT_DROPPED};

    server_heal(room.server);
    server_fail(room.server, methods[number % 4], DRIVES, faults[number / 4 % 4], 0, 1);
}

typedef void step(unsigned number);

static step *const steps[] = {step_read,   step_list, step_expire, step_update, step_create,
                              step_delete, step_look, step_read,   step_fail,   step_read};

static void *wander(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    for (int i = 0; i < STEPS; i++) {
        unsigned number = (unsigned)rand_r(&seed) / 7;

        steps[number % (sizeof(steps) / sizeof(steps[0]))](number / 10);
        if (number % 29 == 0)
            room_pass(TTL_MS);
    }
    return NULL;
}

START_TEST(test_everything_at_once_ends_and_agrees_with_the_server)
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];

    room.config.stale_wait_ms = 5;
    room_restart();
    room_add_drives(130);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = 17 * i + 1;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wander, &seeds[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    server_heal(room.server);
    room_pass(CACHE_CREATED_PIN_MS);
    cache_expire(room.cache, NULL, NULL);
    room_until(room_ensure(&kind_drives, CACHE_FRESH) == PROBLEM_NONE &&
               cache_fresh_for_ms(room.cache, &kind_drives) > 0);
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), server_count(room.server, DRIVES));
}
END_TEST

/* --- who may not wait ------------------------------------------------------------------------- */

static struct waiting_room seats;

/* A token that finds no seat. */
static void init_crowded(struct cancel *cancel)
{
    waiting_room_init(&seats, 2);
    ck_assert(waiting_room_sit(&seats));
    cancel_init(cancel, &room.group, CANCEL_NEVER);
    cancel->room = &seats;
}

static void is_turned_away(int rc, const struct problem *problem)
{
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(problem->kind, PROBLEM_TRY_LATER);
    ck_assert_ptr_nonnull(strstr(problem->message, "too many callers"));
}

START_TEST(test_in_a_full_house_nothing_known_is_try_later_at_once)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    room_add_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    init_crowded(&cancel);
    is_turned_away(cache_ensure(room.cache, &kind_drives, CACHE_ANY, &cancel, &problem), &problem);
    cancel_finish(&cancel);
    server_wait_held(room.server, 1); /* what was asked for comes all the same */
    server_release(room.server);
    room_until(cache_is_known(room.cache, &kind_drives));
}
END_TEST

START_TEST(test_in_a_full_house_old_data_is_shown_at_once)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record = NULL;
    struct cancel cancel;

    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    cache_expire(room.cache, NULL, NULL);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, -1);
    init_crowded(&cancel);
    ck_assert_int_eq(cache_ensure(room.cache, &kind_drives, CACHE_FRESH, &cancel, &problem), 0);
    ck_assert_int_eq(cache_read(room.cache, &kind_drives, "d1", &cancel, &record, &problem), 0);
    record_unref(record);
    cancel_finish(&cancel);
    server_heal(room.server);
    server_release(room.server);
}
END_TEST

START_TEST(test_in_a_full_house_a_change_under_way_is_not_waited_for)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *change = room_start(CHANGE_UPDATE, &kind_drives, "d1", "{\"name\": \"mine\"}");

    server_wait_held(room.server, 1);
    init_crowded(&cancel);
    is_turned_away(change_wait(change, &cancel, &problem), &problem);
    cancel_finish(&cancel);
    server_release(room.server);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    change_unref(change);
}
END_TEST

/* --- how long it is worth waiting ------------------------------------------------------------- */

static void let_a_change_time_out(void)
{
    struct change *change = NULL;
    const struct change_request request = {.verb = CHANGE_UPDATE,
                                           .kind = &kind_drives,
                                           .id = "d1",
                                           .body = "{\"name\": \"mine\"}",
                                           .deadline_ms = clock_now_ms(&clock_system) + 700};

    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    ck_assert_int_eq(change_start(room.cache, &request, &change), 0);
    server_wait_held(room.server, 1);
    ck_assert_int_ne(room_wait(change, NULL), PROBLEM_NONE);
    change_unref(change);
}

/* holds: wait-5 */
START_TEST(test_after_a_change_without_an_answer_patience_is_short_until_one_is_answered)
{
    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 2000);
    let_a_change_time_out();
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 2000 / 6);
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_snapshots), 2000);
    cache_expire(room.cache, NULL, NULL);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    /* that reads are answered says nothing of changes */
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 2000 / 6);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_STATUS, 422, 1);
    ck_assert_int_ne(room_change(CHANGE_UPDATE, &kind_drives, "d0", "{\"name\": \"b\"}"),
                     PROBLEM_NONE);
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 2000);
}
END_TEST

/* holds: wait-5 */
START_TEST(test_patience_is_five_seconds_at_most)
{
    room.config.timeout_ms = 60000;
    room_restart();
    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 60000);
    let_a_change_time_out();
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_drives), 5000);
}
END_TEST

TCase *case_crowd(void)
{
    TCase *tcase = tcase_create("crowd");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_everything_at_once_ends_and_agrees_with_the_server);
    tcase_add_test(tcase, test_in_a_full_house_nothing_known_is_try_later_at_once);
    tcase_add_test(tcase, test_in_a_full_house_old_data_is_shown_at_once);
    tcase_add_test(tcase, test_in_a_full_house_a_change_under_way_is_not_waited_for);
    tcase_add_test(tcase,
                   test_after_a_change_without_an_answer_patience_is_short_until_one_is_answered);
    tcase_add_test(tcase, test_patience_is_five_seconds_at_most);
    return tcase;
}
