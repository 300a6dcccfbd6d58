/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "util/outbox.h"

#include <check.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_MS 60000 /* is never waited for, if all is well */

static char delivered[4096]; /* by the outbox's thread, until it has ended */
static int gate[2];          /* whoever delivers "wait" reads from it */

static void note(const char *text, unsigned long lost)
{
    char byte;

    if (strcmp(text, "wait") == 0 && read(gate[0], &byte, 1) != 1)
        abort();
    size_t used = strlen(delivered);

    snprintf(delivered + used, sizeof delivered - used, "%s%lu ", text, lost);
}

static void open_gate(void)
{
    ck_assert_int_eq(write(gate[1], "", 1), 1);
}

static void setup(void)
{
    delivered[0] = '\0';
    ck_assert_int_eq(pipe(gate), 0);
}

static void teardown(void)
{
    close(gate[0]);
    close(gate[1]);
}

START_TEST(test_all_is_delivered_in_order_before_the_end)
{
    struct outbox *outbox = outbox_start(note, 100);

    ck_assert(outbox_post(outbox, "wait"));
    ck_assert(outbox_post(outbox, "b"));
    ck_assert(outbox_post(outbox, ""));
    open_gate();
    ck_assert_uint_eq(outbox_end(outbox, LONG_MS), 0);
    ck_assert_str_eq(delivered, "wait0 b0 0 ");
    ck_assert_uint_eq(outbox_end(NULL, LONG_MS), 0);
}
END_TEST

/* The one that is being delivered counts among those that wait: "wait" and "bcd" are 9 bytes. */
/* holds: audit-4 */
START_TEST(test_what_does_not_fit_is_dropped_and_the_next_tells_how_many)
{
    struct outbox *outbox = outbox_start(note, 9);

    ck_assert(outbox_post(outbox, "wait"));
    ck_assert(outbox_post(outbox, "bcd"));
    ck_assert(!outbox_post(outbox, ""));
    ck_assert(!outbox_post(outbox, "c"));
    open_gate();
    while (!outbox_post(outbox, "wait"))
        usleep(1000);
    ck_assert(!outbox_post(outbox, "0123456789"));
    open_gate();
    ck_assert_uint_eq(outbox_end(outbox, LONG_MS), 1);
    unsigned long lost;
    ck_assert_int_eq(sscanf(delivered, "wait0 bcd0 wait%lu ", &lost), 1);
    ck_assert_uint_ge(lost, 2);
}
END_TEST

START_TEST(test_a_delivery_that_does_not_end_keeps_neither_post_nor_end)
{
    struct outbox *outbox = outbox_start(note, 20000);
    char text[20];

    ck_assert(outbox_post(outbox, "wait"));
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        ck_assert(outbox_post(outbox, text));
    }
    ck_assert_uint_eq(outbox_end(outbox, 20), 1001);
    ck_assert_str_eq(delivered, "");
}
END_TEST

/* Gives how many it has posted: check's assertions are for one thread at a time. */
static void *post_many(void *arg)
{
    uintptr_t posted = 0;

    for (int i = 0; i < 500; i++)
        posted += outbox_post(arg, "");
    return (void *)posted;
}

static unsigned long total; /* by the outbox's thread */

static void count(const char *text, unsigned long lost)
{
    (void)text;
    total += 1 + lost;
}

START_TEST(test_many_post_at_once)
{
    struct outbox *outbox = outbox_start(count, 10000);
    pthread_t threads[4];

    total = 0;
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, post_many, outbox), 0);
    for (int i = 0; i < 4; i++) {
        void *posted;
        pthread_join(threads[i], &posted);
        ck_assert_uint_eq((uintptr_t)posted, 500);
    }
    ck_assert_uint_eq(outbox_end(outbox, LONG_MS), 0);
    ck_assert_uint_eq(total, 2000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outbox");
    TCase *tcase = tcase_create("outbox");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_all_is_delivered_in_order_before_the_end);
    tcase_add_test(tcase, test_what_does_not_fit_is_dropped_and_the_next_tells_how_many);
    tcase_add_test(tcase, test_a_delivery_that_does_not_end_keeps_neither_post_nor_end);
    tcase_add_test(tcase, test_many_post_at_once);
    suite_add_tcase(suite, tcase);
    return run_tests(srunner_create(suite));
}
