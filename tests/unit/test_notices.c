/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_util.h"

#include "util/notices.h"

#include <stdbool.h>
#include <time.h>

/* What was told last. */
struct hearer {
    atomic_uint calls;
    bool unnamed;
    size_t count;
    uint64_t first;
    atomic_bool asked;
    atomic_bool busy; /* in a call that takes its time */
    bool slow;
};

static void hear(void *ctx, const uint64_t *keys, size_t count)
{
    struct hearer *hearer = ctx;

    hearer->unnamed = keys == NULL;
    hearer->count = count;
    hearer->first = keys == NULL || count == 0 ? 0 : keys[0];
    hearer->busy = hearer->slow;
    hearer->asked = true;
    if (hearer->slow)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    hearer->busy = false;
    hearer->calls++;
}

START_TEST(what_was_noted_is_told_once)
{
    struct hearer hearer = {0};
    struct notices notices;

    notices_init(&notices);
    notices_tell(&notices, hear, &hearer);
    ck_assert_uint_eq(hearer.calls, 0);
    notices_add(&notices, 7);
    notices_add(&notices, 8);
    notices_tell(&notices, NULL, NULL); /* nobody to be told */
    notices_tell(&notices, hear, &hearer);
    notices_tell(&notices, hear, &hearer);
    ck_assert_uint_eq(hearer.calls, 1);
    ck_assert_uint_eq(hearer.count, 2);
    ck_assert_uint_eq(hearer.first, 7);
    notices_add_nameless(&notices);
    notices_tell(&notices, hear, &hearer);
    ck_assert_uint_eq(hearer.calls, 2);
    ck_assert_uint_eq(hearer.count, 0);
    ck_assert(!hearer.unnamed);
    notices_finish(&notices);
}
END_TEST

START_TEST(more_than_can_be_named_is_told_as_that)
{
    struct hearer hearer = {0};
    struct notices notices;

    notices_init(&notices);
    for (uint64_t key = 1; key <= NOTICES_MOST; key++)
        notices_add(&notices, key);
    notices_tell(&notices, hear, &hearer);
    ck_assert(!hearer.unnamed);
    for (uint64_t key = 0; key <= NOTICES_MOST; key++)
        notices_add(&notices, key);
    notices_tell(&notices, hear, &hearer);
    ck_assert(hearer.unnamed);
    notices_finish(&notices);
}
END_TEST

struct teller {
    struct notices *notices;
    struct hearer *hearer;
};

static void *tell_it(void *arg)
{
    struct teller *teller = arg;

    notices_tell(teller->notices, hear, teller->hearer);
    return NULL;
}

/* Who tells is not done before what was noted has been told, by whomever. */
START_TEST(who_tells_waits_for_another_that_does)
{
    struct hearer hearer = {.slow = true};
    struct notices notices;
    struct teller teller = {&notices, &hearer};
    pthread_t thread;

    notices_init(&notices);
    notices_add(&notices, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, tell_it, &teller), 0);
    while (!hearer.asked)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    notices_tell(&notices, hear, &hearer);
    ck_assert_uint_eq(hearer.calls, 1);
    ck_assert(!hearer.busy);
    pthread_join(thread, NULL);
    notices_finish(&notices);
}
END_TEST

void add_notices_tests(TCase *t)
{
    tcase_add_test(t, what_was_noted_is_told_once);
    tcase_add_test(t, more_than_can_be_named_is_told_as_that);
    tcase_add_test(t, who_tells_waits_for_another_that_does);
}
