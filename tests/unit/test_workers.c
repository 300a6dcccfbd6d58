/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "util/workers.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

/* --- workers ---------------------------------------------------------------------------------- */

static void count_one(void *arg)
{
    atomic_uint *count = arg;

    atomic_fetch_add(count, 1);
}

START_TEST(test_destroy_waits_for_all_queued_jobs)
{
    struct workers *workers = workers_create(1, 3);
    atomic_uint count = 0;

    for (int i = 0; i < 500; i++)
        ck_assert(workers_submit(workers, 0, count_one, &count));
    workers_destroy(workers);
    ck_assert_uint_eq(atomic_load(&count), 500);
    workers_destroy(NULL);
    workers_destroy(workers_create(1, 4)); /* no thread was needed */
}
END_TEST

struct meeting {
    pthread_barrier_t barrier;
};

static void meet(void *arg)
{
    struct meeting *meeting = arg;

    pthread_barrier_wait(&meeting->barrier);
}

START_TEST(test_as_many_jobs_run_at_once_as_there_are_threads)
{
    struct workers *workers = workers_create(1, 4);
    struct meeting meeting;

    pthread_barrier_init(&meeting.barrier, NULL, 4);
    for (int i = 0; i < 4; i++)
        ck_assert(workers_submit(workers, 0, meet, &meeting));
    workers_destroy(workers);
    pthread_barrier_destroy(&meeting.barrier);
}
END_TEST

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned arrived;
    bool open;
};

static void pass_gate(void *arg)
{
    struct gate *gate = arg;

    pthread_mutex_lock(&gate->lock);
    gate->arrived++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void open_gate(void *arg)
{
    struct gate *gate = arg;

    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* Twenty jobs of one lane that do not end, and one of another that ends them. */
START_TEST(test_a_full_lane_takes_no_thread_from_another)
{
    struct workers *workers = workers_create(3, 2);
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

    for (int i = 0; i < 20; i++)
        ck_assert(workers_submit(workers, (size_t)_i, pass_gate, &gate));
    pthread_mutex_lock(&gate.lock);
    while (gate.arrived < 2)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    ck_assert(workers_submit(workers, (size_t)(_i + 1) % 3, open_gate, &gate));
    workers_destroy(workers);
    ck_assert_uint_eq(gate.arrived, 20);
}
END_TEST

struct sequence {
    unsigned next;
    bool in_order;
};

struct step {
    struct sequence *sequence;
    unsigned number;
};

static void run_step(void *arg)
{
    struct step *step = arg;

    step->sequence->in_order &= step->sequence->next++ == step->number;
}

START_TEST(test_first_come_first_served)
{
    struct workers *workers = workers_create(1, 1);
    struct sequence sequence = {.in_order = true};
    struct step steps[100];

    for (unsigned i = 0; i < 100; i++) {
        steps[i] = (struct step){&sequence, i};
        ck_assert(workers_submit(workers, 0, run_step, &steps[i]));
    }
    workers_destroy(workers);
    ck_assert(sequence.in_order);
    ck_assert_uint_eq(sequence.next, 100);
}
END_TEST

struct late {
    struct workers *workers;
    atomic_bool refused;
    atomic_uint count;
};

static void submit_late(void *arg)
{
    struct late *late = arg;

    while (workers_submit(late->workers, 0, count_one, &late->count))
        ;
    atomic_store(&late->refused, true);
}

START_TEST(test_nothing_is_taken_once_destroy_has_begun)
{
    struct late late = {.workers = workers_create(1, 2)};

    ck_assert(workers_submit(late.workers, 0, submit_late, &late));
    workers_destroy(late.workers);
    ck_assert(atomic_load(&late.refused));
}
END_TEST

static void look_at_signals(void *arg)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    *(bool *)arg = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGHUP) == 1;
}

START_TEST(test_workers_block_all_signals)
{
    struct workers *workers = workers_create(1, 1);
    bool blocked = false;

    ck_assert(workers_submit(workers, 0, look_at_signals, &blocked));
    workers_destroy(workers);
    ck_assert(blocked);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("workers");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, test_destroy_waits_for_all_queued_jobs);
    tcase_add_test(tcase, test_as_many_jobs_run_at_once_as_there_are_threads);
    tcase_add_test(tcase, test_first_come_first_served);
    tcase_add_loop_test(tcase, test_a_full_lane_takes_no_thread_from_another, 0, 3);
    tcase_add_test(tcase, test_nothing_is_taken_once_destroy_has_begun);
    tcase_add_test(tcase, test_workers_block_all_signals);
    suite_add_tcase(suite, tcase);

    return run_tests(srunner_create(suite));
}
