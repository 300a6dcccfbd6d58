/* SPDX-License-Identifier: MIT */
/* Edits that are worked out when their time has come: merged into a fresh GET, or into nothing. */
#include "config.h"

#include "test_cache_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PROVIDER(id, secret)                                                      \
    "{\"id\":\"" id "\",\"name\":\"" id " name\",\"isManaged\":false,"            \
    "\"isTeamDefault\":null,\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b\"," \
    "\"secretAccessKey\":\"" secret "\"}}"
#define BUCKET "{\"s3Config\":{\"bucket\":\"mine\"}}"
#define NAME   "{\"name\":\"mine\"}"

static struct {
    unsigned ended; /* how many were told of */
    char body[500]; /* of the last */
    unsigned seen;  /* changes made elsewhere */
} told;

static void on_change_end(void *ctx, const struct change_report *report)
{
    (void)ctx;
    snprintf(told.body, sizeof told.body, "%s", report->body == NULL ? "" : report->body);
    told.ended++;
}

static void on_plan(void *ctx, const struct change_report *report, struct problem *problem)
{
    on_change_end(ctx, report);
    problem_set(problem, PROBLEM_WITHHELD, "planned");
}

static void on_seen(void *ctx, const struct record *before, const struct record *after)
{
    (void)ctx, (void)before, (void)after;
    told.seen++;
}

static void know_providers(void)
{
    memset(&told, 0, sizeof told);
    room.config.on_change_end = on_change_end;
    room.config.on_plan = on_plan;
    room.config.on_seen = on_seen;
    room_restart();
    server_add(room.server, PROVIDERS, PROVIDER("p1", "SECRET/1"));
    server_add(room.server, PROVIDERS, PROVIDER("p2", "SECRET/2"));
    server_add(room.server, PROVIDERS, PROVIDER("p3", "********"));
    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}

static unsigned gets(void)
{
    return room_gets(PROVIDERS "/") + room_gets(DRIVES "/");
}

static unsigned puts_so_far(void)
{
    return server_requests(room.server, HTTP_PUT, "");
}

/* Makes the edit: how it ended. */
static struct problem edit(const struct kind *kind, const char *id, const char *body)
{
    struct problem problem;
    struct change *change = room_start(CHANGE_EDIT, kind, id, body);

    room_wait(change, &problem);
    change_unref(change);
    return problem;
}

/* The same of somebody who has read nothing of it. */
static struct problem edit_blindly(const char *id, const char *body)
{
    const struct seen_list nothing = {NULL, 0, false};
    const struct change_request request = {.verb = CHANGE_EDIT,
                                           .kind = &kind_providers,
                                           .id = id,
                                           .body = body,
                                           .seen = &nothing,
                                           .deadline_ms = clock_now_ms(&clock_system) + 10000};
    struct change *change = NULL;
    struct problem problem;

    ck_assert_int_eq(change_start(room.cache, &request, &change), 0);
    room_wait(change, &problem);
    change_unref(change);
    return problem;
}

START_TEST(an_edit_of_a_whole_is_merged_into_one_fresh_get)
{
    know_providers();
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    ck_assert_int_eq(edit(&kind_providers, "p1", BUCKET).kind, PROBLEM_NONE);
    ck_assert_uint_eq(gets(), 1);
    ck_assert_uint_eq(puts_so_far(), 1);
    ck_assert_str_eq(told.body,
                     "{\"isTeamDefault\":false,\"name\":\"elsewhere\",\"s3Config\":{\"accessKey\":"
                     "\"AK\",\"bucket\":\"mine\",\"secretAccessKey\":\"SECRET/1\"}}");
    ck_assert(room_shows(&kind_providers, "p1", "elsewhere"));
    ck_assert(room_shows(&kind_providers, "p1", "\"mine\""));
}
END_TEST

START_TEST(an_edit_of_a_part_costs_no_get)
{
    know_providers();
    ck_assert_int_eq(edit(&kind_drives, "d1", NAME).kind, PROBLEM_NONE);
    ck_assert_uint_eq(gets(), 0);
    ck_assert_uint_eq(puts_so_far(), 1);
    ck_assert_str_eq(told.body, NAME);
}
END_TEST

/* The first item of the list lacks what the edit is merged into. */
START_TEST(what_came_incomplete_is_fetched_once)
{
    know_providers();
    server_hide_in_lists(room.server, "s3Config");
    cache_expire(room.cache, &kind_providers, NULL);
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(edit(&kind_providers, "p1", BUCKET).kind, PROBLEM_NONE);
    ck_assert_uint_eq(gets(), 1);
    ck_assert_uint_eq(puts_so_far(), 1);
}
END_TEST

static const struct same_row {
    const struct kind *kind;
    const char *id;
    const char *body;
    unsigned gets;
} same_rows[] = {
    {&kind_providers, "p1", "{\"name\":\"elsewhere\"}", 1},
    {&kind_providers, "p1", "{\"s3Config\":{\"secretAccessKey\":\"********\"}}", 1},
    {&kind_providers, "p1", "{}", 1},
    {&kind_drives, "d1", "{\"name\":\"drive 1\"}", 0},
};

START_TEST(what_is_so_already_is_not_sent_and_not_told)
{
    const struct same_row *row = &same_rows[_i];

    know_providers();
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    ck_assert_int_eq(edit(row->kind, row->id, row->body).kind, PROBLEM_NONE);
    ck_assert_uint_eq(gets(), row->gets);
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_uint_eq(told.ended, 0);
}
END_TEST

static const struct refused_row {
    const char *id;
    const char *body;
    int err;
    const char *words;
} refused_rows[] = {
    {"p1", "{\"isManaged\":true}", EINVAL, "isManaged can't be changed"},
    {"p1", "{\"nmae\":\"x\"}", EINVAL, "there is no key nmae"},
    {"p1", "[]", EINVAL, "a JSON object is expected"},
    {"p3", NAME, EPERM, "s3Config.secretAccessKey must be given too"},
};

START_TEST(what_is_refused_is_not_sent_and_not_told)
{
    const struct refused_row *row = &refused_rows[_i];

    know_providers();
    struct problem problem = edit(&kind_providers, row->id, row->body);
    ck_assert_int_eq(problem.err, row->err);
    ck_assert_ptr_nonnull(strstr(problem.message, row->words));
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_uint_eq(told.ended, 0);
}
END_TEST

/* Who asks for it has looked whether the name is free, by what was known. */
START_TEST(what_was_renamed_elsewhere_gets_no_name_that_another_has)
{
    know_providers();
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    struct problem problem = edit(&kind_providers, "p1", "{\"name\":\"p2 name\"}");
    ck_assert_int_eq(problem.err, EEXIST);
    ck_assert_str_eq(problem.message, "another provider has this name");
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_uint_eq(told.ended, 0);
}
END_TEST

START_TEST(a_name_that_only_an_automatic_one_has_is_free)
{
    know_providers();
    server_add(room.server, SNAPSHOTS,
               "{\"id\":\"s1\",\"name\":\"a\",\"machineId\":\"m1\",\"isAutoSnapshot\":false}");
    server_add(room.server, SNAPSHOTS,
               "{\"id\":\"s2\",\"name\":\"mine\",\"machineId\":\"m1\",\"isAutoSnapshot\":true}");
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(edit(&kind_snapshots, "s1", NAME).kind, PROBLEM_NONE);
    ck_assert_uint_eq(puts_so_far(), 1);
}
END_TEST

START_TEST(an_older_value_is_a_conflict_also_when_the_get_tells_so)
{
    know_providers();
    struct record *record;

    ck_assert_int_eq(room_read(&kind_providers, "p1", &record), PROBLEM_NONE);
    cache_note_shown(room.cache, &kind_providers, "p1", record->version, 0);
    record_unref(record);
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    struct problem problem =
        edit_blindly("p1", "{\"name\":\"p1 name\",\"s3Config\":{\"bucket\":\"mine\"}}");

    ck_assert_int_eq(problem.err, ESTALE);
    ck_assert_ptr_nonnull(strstr(problem.details, "name"));
    ck_assert_uint_eq(gets(), 1);
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_int_eq(edit(&kind_providers, "p1", "{\"name\":\"p1 name\"}").kind, PROBLEM_NONE);
}
END_TEST

static const struct fault_row {
    enum fault fault;
    long status;
    enum problem_kind kind;
} fault_rows[] = {
    {FAULT_REFUSED, 0, PROBLEM_UNREACHABLE}, {FAULT_STATUS, 401, PROBLEM_UNAUTHORIZED},
    {FAULT_STATUS, 403, PROBLEM_FORBIDDEN},  {FAULT_STATUS, 404, PROBLEM_NOT_FOUND},
    {FAULT_STATUS, 410, PROBLEM_NOT_FOUND},  {FAULT_TIMEOUT, 0, PROBLEM_TIMEOUT},
};

START_TEST(without_its_get_nothing_is_sent_and_nothing_told)
{
    const struct fault_row *row = &fault_rows[_i];

    know_providers();
    server_fail(room.server, HTTP_GET, PROVIDERS "/p1", row->fault, row->status, -1);
    struct problem problem = edit(&kind_providers, "p1", BUCKET);
    ck_assert_int_eq(problem.kind, row->kind);
    ck_assert_int_eq(problem.status, row->status);
    ck_assert_ptr_nonnull(strstr(problem.message, "nothing was sent: "));
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_uint_eq(told.ended, 0);
}
END_TEST

START_TEST(edits_of_one_resource_are_worked_out_one_after_another)
{
    know_providers();
    server_fail(room.server, HTTP_PUT, PROVIDERS, FAULT_HOLD_BEFORE, 0, 1);
    struct change *first = room_start(CHANGE_EDIT, &kind_providers, "p1", BUCKET);

    server_wait_held(room.server, 1);
    struct change *second = room_start(CHANGE_EDIT, &kind_providers, "p1", NAME);
    ck_assert_int_eq(edit(&kind_providers, "p2", BUCKET).kind, PROBLEM_NONE);
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 1);
    server_release(room.server);
    ck_assert_int_eq(room_wait(second, NULL), PROBLEM_NONE);
    ck_assert(change_done(first));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 2);
    ck_assert(room_shows(&kind_providers, "p1", "\"bucket\":\"mine\""));
    ck_assert(room_shows(&kind_providers, "p1", "\"name\":\"mine\""));
    change_unref(first);
    change_unref(second);
}
END_TEST

/* An edit whose GET is on its way. */
static struct change *hold_get(int64_t deadline_ms)
{
    const struct change_request request = {.verb = CHANGE_EDIT,
                                           .kind = &kind_providers,
                                           .id = "p1",
                                           .body = BUCKET,
                                           .deadline_ms =
                                               clock_now_ms(&clock_system) + deadline_ms};
    struct change *change = NULL;

    know_providers();
    server_fail(room.server, HTTP_GET, PROVIDERS "/p1", FAULT_HOLD_BEFORE, 0, 1);
    ck_assert_int_eq(change_start(room.cache, &request, &change), 0);
    server_wait_held(room.server, 1);
    return change;
}

/* It has ended before its PUT. */
static void nothing_was_sent(struct change *change)
{
    server_release(room.server);
    room_until(change_done(change));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 1);
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_uint_eq(told.ended, 0);
    change_unref(change);
}

START_TEST(an_interrupt_during_the_get_takes_it_back)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct change *change = hold_get(10000);
    struct cancel cancel;

    cancel_init(&cancel, &room.group, CANCEL_NEVER);
    cancel_fire(&cancel, CANCEL_INTERRUPT);
    ck_assert_int_eq(change_wait(change, &cancel, &problem), -1);
    cancel_finish(&cancel);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    ck_assert_str_eq(problem.message, "interrupted before it was sent: nothing was");
    nothing_was_sent(change);
}
END_TEST

START_TEST(a_get_that_takes_too_long_ends_it_by_its_deadline)
{
    struct problem problem;
    struct change *change = hold_get(600);

    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_TIMEOUT);
    ck_assert_str_eq(problem.message, "nothing was sent: no answer came in time");
    ck_assert_int_eq(cache_patience_ms(room.cache, &kind_providers), 2000 / 6);
    nothing_was_sent(change);
}
END_TEST

START_TEST(the_end_of_the_mount_during_the_get_ends_it)
{
    struct problem problem;
    struct change *change = hold_get(10000);

    cancel_group_fire(&room.group);
    server_release(room.server);
    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_INTERRUPTED);
    ck_assert_uint_eq(puts_so_far(), 0);
    change_unref(change);
}
END_TEST

START_TEST(a_dry_run_plans_what_would_be_sent)
{
    room.config.sending = CACHE_PLANS;
    know_providers();
    ck_assert_int_eq(edit(&kind_providers, "p1", NAME).kind, PROBLEM_WITHHELD);
    ck_assert_uint_eq(gets(), 1);
    ck_assert_uint_eq(puts_so_far(), 0);
    ck_assert_ptr_nonnull(strstr(told.body, "\"name\":\"mine\",\"s3Config\":{"));
}
END_TEST

START_TEST(what_its_get_shows_was_done_elsewhere)
{
    know_providers();
    server_edit(room.server, PROVIDERS, "p1", "name", "elsewhere");
    ck_assert_int_eq(edit(&kind_providers, "p1", BUCKET).kind, PROBLEM_NONE);
    ck_assert_uint_eq(told.seen, 1);
    ck_assert_int_eq(edit(&kind_providers, "p1", NAME).kind, PROBLEM_NONE);
    ck_assert_uint_eq(told.seen, 1);
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof table[0])

TCase *case_editing(void)
{
    TCase *tcase = tcase_create("editing");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, an_edit_of_a_whole_is_merged_into_one_fresh_get);
    tcase_add_test(tcase, an_edit_of_a_part_costs_no_get);
    tcase_add_test(tcase, what_came_incomplete_is_fetched_once);
    tcase_add_loop_test(tcase, what_is_so_already_is_not_sent_and_not_told, 0, ROWS(same_rows));
    tcase_add_loop_test(tcase, what_is_refused_is_not_sent_and_not_told, 0, ROWS(refused_rows));
    tcase_add_test(tcase, what_was_renamed_elsewhere_gets_no_name_that_another_has);
    tcase_add_test(tcase, a_name_that_only_an_automatic_one_has_is_free);
    tcase_add_test(tcase, an_older_value_is_a_conflict_also_when_the_get_tells_so);
    tcase_add_loop_test(tcase, without_its_get_nothing_is_sent_and_nothing_told, 0,
                        ROWS(fault_rows));
    tcase_add_test(tcase, edits_of_one_resource_are_worked_out_one_after_another);
    tcase_add_test(tcase, an_interrupt_during_the_get_takes_it_back);
    tcase_add_test(tcase, a_get_that_takes_too_long_ends_it_by_its_deadline);
    tcase_add_test(tcase, the_end_of_the_mount_during_the_get_ends_it);
    tcase_add_test(tcase, a_dry_run_plans_what_would_be_sent);
    tcase_add_test(tcase, what_its_get_shows_was_done_elsewhere);
    return tcase;
}
