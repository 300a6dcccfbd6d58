/* SPDX-License-Identifier: MIT */
/* The outcome of deletions, and how long what was deleted stays hidden, and what was made shown. */
#include "config.h"

#include "test_cache_outcome.h"

#include <string.h>

/* Every 2xx of another shape, and the answers that say that it is not there. */
static const struct shape *deletion_shape(size_t i)
{
    static const struct shape gone[] = {{404, "{\"code\":\"NOT_FOUND\"}", true}, {410, "", false}};

    return i < SHAPES ? &shapes[i] : &gone[i - SHAPES];
}
#define DELETION_SHAPES (SHAPES + 2)

/* In openapi a deletion is answered with nothing. */
static bool is_documented(const struct shape *shape)
{
    return dialect == DIALECT_OPENAPI && shape->status < 300 &&
           shape->body[strspn(shape->body, " \n")] == '\0';
}

static void answer_delete(enum fault fault, const struct shape *shape)
{
    server_answer(room.server, HTTP_DELETE, sample->path, fault, shape->status, shape->body, 1);
}

/* holds: delete-6 */
START_TEST(test_a_deletion_has_succeeded_when_it_is_gone)
{
    begin(_i);
    for (size_t i = 0; i < DELETION_SHAPES; i++) {
        begin_again();
        answer_delete(FAULT_ANSWER, deletion_shape(i));
        if (i % 3 == 1) /* a GET may say it in three ways */
            server_answer(room.server, HTTP_GET, sample->path, FAULT_KEPT, 200, "null", 1);
        else if (i % 3 == 2)
            server_fail(room.server, HTTP_GET, sample->path, FAULT_STATUS, 410, 1);
        struct problem problem = change(CHANGE_DELETE, NULL);
        expect(&problem, PROBLEM_NONE, "", deletion_shape(i)->body);
        ck_assert(!room_has(sample->kind, "x1"));
    }
}
END_TEST

/* holds: delete-6 */
START_TEST(test_a_deletion_of_what_is_still_there_was_not_done)
{
    begin(_i);
    for (size_t i = 0; i < DELETION_SHAPES; i++) {
        const struct shape *shape = deletion_shape(i);
        if (is_documented(shape))
            continue;
        begin_again();
        answer_delete(FAULT_KEPT, shape);
        struct problem problem = change(CHANGE_DELETE, NULL);
        expect(&problem, PROBLEM_PROTOCOL, "still there", shape->body);
        ck_assert_int_eq(problem.status, shape->status);
        ck_assert(room_has(sample->kind, "x1"));
        list_again();
        ck_assert(room_has(sample->kind, "x1"));
    }
}
END_TEST

/* holds: delete-6 */
START_TEST(test_a_deletion_of_which_nothing_tells_is_of_unknown_outcome)
{
    begin(_i);
    for (size_t i = 0; i < DELETION_SHAPES; i++) {
        const struct shape *shape = deletion_shape(i);
        bool done = i % 2 == 0;
        if (is_documented(shape))
            continue;
        begin_again();
        answer_delete(done ? FAULT_ANSWER : FAULT_KEPT, shape);
        server_fail(room.server, HTTP_GET, sample->path, FAULT_STATUS, 500, 1);
        struct problem problem = change(CHANGE_DELETE, NULL);
        expect(&problem, PROBLEM_UNKNOWN_OUTCOME, MAY_BE, shape->body);
        list_again();
        ck_assert_int_eq(room_has(sample->kind, "x1"), !done);
    }
}
END_TEST

START_TEST(test_a_deletion_whose_answers_were_lost_is_of_unknown_outcome)
{
    begin(_i);
    server_fail(room.server, HTTP_DELETE, sample->path, FAULT_CLOSED, 0, 1);
    server_fail(room.server, HTTP_DELETE, sample->path, FAULT_REFUSED, 0, 3);
    struct problem problem = change(CHANGE_DELETE, NULL);
    expect(&problem, PROBLEM_UNKNOWN_OUTCOME, MAY_BE, "");
    list_again();
    ck_assert(!room_has(sample->kind, "x1"));
}
END_TEST

START_TEST(test_a_documented_answer_costs_no_look)
{
    begin(_i);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, sample->kind, "x1", sample->rename[dialect]),
                     PROBLEM_NONE);
    ck_assert_int_eq(room_change(CHANGE_DELETE, sample->kind, "x1", NULL), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), 3);
}
END_TEST

/* --- a tombstone has an end --------------------------------------------------------------------
 */

/* holds: own-3 */
START_TEST(test_what_was_deleted_shows_again_when_it_stays)
{
    begin(_i);
    server_delete_later(room.server, true);
    ck_assert_int_eq(room_change(CHANGE_DELETE, sample->kind, "x1", NULL), PROBLEM_NONE);
    list_again();
    room_pass(CACHE_DELETED_PIN_MS - 1000);
    list_again();
    ck_assert(!room_has(sample->kind, "x1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 0);
    room_pass(1000 + CACHE_DELETED_PIN_MS);
    ck_assert_int_eq(room_ensure(sample->kind, CACHE_FRESH), PROBLEM_NONE);
    room_until(room_has(sample->kind, "x1"));
    room_until(atomic_load(&room.undeleted) == 1);
    list_again();
    ck_assert(room_has(sample->kind, "x1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 1);
}
END_TEST

START_TEST(test_however_long_the_ttl_a_tombstone_ends_in_time)
{
    room.config.ttl_ms = 10 * CACHE_DELETED_PIN_MS;
    begin(_i);
    server_delete_later(room.server, true);
    ck_assert_int_eq(room_change(CHANGE_DELETE, sample->kind, "x1", NULL), PROBLEM_NONE);
    list_again();
    ck_assert(!room_has(sample->kind, "x1"));
    room_pass(CACHE_DELETED_PIN_MS + 1000);
    ck_assert_int_eq(room_ensure(sample->kind, CACHE_FRESH), PROBLEM_NONE);
    room_until(room_has(sample->kind, "x1"));
}
END_TEST

/* holds: own-3 */
START_TEST(test_an_event_that_goes_on_keeps_it_hidden)
{
    begin(1); /* snapshots, docs */
    server_delete_later(room.server, true);
    server_set_events(room.server, "in progress", "");
    ck_assert_int_eq(room_change(CHANGE_DELETE, sample->kind, "x1", NULL), PROBLEM_NONE);
    for (int i = 0; i < 3; i++) {
        room_pass(CACHE_DELETED_PIN_MS - 1000);
        list_again();
        ck_assert(!room_has(sample->kind, "x1"));
    }
    server_set_events(room.server, "done", "");
    list_again();
    room_pass(CACHE_DELETED_PIN_MS - 1000);
    list_again();
    ck_assert(!room_has(sample->kind, "x1"));
    room_pass(1000);
    list_again();
    ck_assert(room_has(sample->kind, "x1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 1);
}
END_TEST

/* --- a creation's pin --------------------------------------------------------------------------
 */

/* holds: own-4 */
START_TEST(test_sending_a_deletion_ends_a_creations_pin)
{
    static const struct {
        enum fault fault;
        long status;
        const char *body;
        bool ends; /* the creation is not shown any longer */
    } rows[] = {
        {FAULT_ANSWER, 200, "<p>", true}, {FAULT_ANSWER, 200, "{}", true},
        {FAULT_ANSWER, 404, "", true},    {FAULT_ANSWER, 500, "", true},
        {FAULT_LOST, 0, "", true},        {FAULT_CLOSED, 0, "", true},
        {FAULT_KEPT, 409, "{}", false},   {FAULT_KEPT, 403, "{}", false},
        {FAULT_REFUSED, 0, "", false},
    };

    begin(_i);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_again();
        struct change *made = room_start(CHANGE_CREATE, sample->kind, NULL, "{\"name\":\"new\"}");
        ck_assert_int_eq(room_wait(made, NULL), PROBLEM_NONE);
        struct record *record = change_record(made);
        /* The GET that follows is not answered: nothing tells that it is gone. */
        server_fail(room.server, HTTP_GET, sample->path, FAULT_STATUS, 500, rows[i].ends);
        server_answer(room.server, HTTP_DELETE, sample->path, rows[i].fault, rows[i].status,
                      rows[i].body, -1);
        ck_assert_int_ne(room_change(CHANGE_DELETE, sample->kind, record->id, NULL), PROBLEM_NONE);
        server_heal(room.server);
        if (!rows[i].ends)
            server_remove(room.server, sample->path, record->id);
        list_again();
        ck_assert_msg(room_has(sample->kind, record->id) != rows[i].ends, "%zu", i);
        record_unref(record);
        change_unref(made);
    }
}
END_TEST

void add_deletion_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_a_deletion_has_succeeded_when_it_is_gone, 0, KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_a_deletion_of_what_is_still_there_was_not_done, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_a_deletion_of_which_nothing_tells_is_of_unknown_outcome, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_a_deletion_whose_answers_were_lost_is_of_unknown_outcome, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_a_documented_answer_costs_no_look, 0, KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_what_was_deleted_shows_again_when_it_stays, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_however_long_the_ttl_a_tombstone_ends_in_time, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_event_that_goes_on_keeps_it_hidden, 0, 1);
    tcase_add_loop_test(tcase, test_sending_a_deletion_ends_a_creations_pin, 0, KINDS_IN_DIALECTS);
}
