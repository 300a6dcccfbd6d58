/* SPDX-License-Identifier: MIT */
/* Which signals are worth an interrupt: of a process that is stopped, so that they stay pending. */
#include "config.h"

#include "fs/interrupts.h"
#include "run_tests.h"
#include "util/clock.h"

#include <check.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 5000

static pid_t child;

static void ignore(int signal)
{
    (void)signal;
}

static void run_child(void)
{
    const struct sigaction action = {.sa_handler = ignore};
    sigset_t blocked;

    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &action, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    raise(SIGSTOP);
    _exit(0);
}

static void start(void)
{
    int status;

    child = fork();
    if (child == 0)
        run_child();
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
    ck_assert(WIFSTOPPED(status));
}

static void stop(void)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

START_TEST(what_programs_ignore_by_default_is_harmless)
{
    static const struct {
        int first, second; /* 0: none */
        bool harmless;
    } rows[] = {
        {0, 0, false}, /* it is to be frozen */
        {SIGCHLD, 0, true},
        {SIGWINCH, 0, true},
        {SIGURG, SIGCHLD, true},
        {SIGUSR2, 0, false}, /* it is blocked: as if none were there */
        {SIGUSR2, SIGCHLD, true},
        {SIGINT, 0, false},
        {SIGTERM, 0, false},
        {SIGQUIT, 0, false},
        {SIGHUP, 0, false},
        {SIGALRM, 0, false},
        {SIGUSR1, 0, false},
        {SIGTSTP, 0, false},
        {SIGCHLD, SIGINT, false},
    };

    if (rows[_i].first != 0)
        kill(child, rows[_i].first);
    if (rows[_i].second != 0)
        kill(child, rows[_i].second);
    ck_assert_msg(signals_are_harmless(child) == rows[_i].harmless, "row %d", _i);
}
END_TEST

START_TEST(of_nobody_it_can_not_be_told)
{
    ck_assert(!signals_are_harmless(0));
    stop();
    ck_assert(!signals_are_harmless(child));
    start();
}
END_TEST

static bool fires(struct cancel *cancel, int64_t within_ms)
{
    int64_t end_ms = clock_now_ms(&clock_system) + within_ms;

    while (cancel_reason(cancel) == CANCEL_NONE && clock_now_ms(&clock_system) < end_ms)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return cancel_reason(cancel) == CANCEL_INTERRUPT;
}

static struct cancel_group group;
static struct interrupts *interrupts;
static struct interrupted op;
static struct cancel cancel;

/* An operation of the child was interrupted, while a signal that means nothing is pending. */
static void begin(void)
{
    cancel_group_init(&group);
    interrupts = interrupts_start(&group);
    ck_assert_ptr_nonnull(interrupts);
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    op = (struct interrupted){0};
    kill(child, SIGCHLD);
    interrupts_note(interrupts, &op, child, &cancel);
}

static void end(void)
{
    cancel_finish(&cancel);
    cancel_group_fire(&group);
    interrupts_stop(interrupts);
    cancel_group_finish(&group);
}

START_TEST(the_next_signal_is_looked_for)
{
    begin();
    ck_assert(!fires(&cancel, 200));
    kill(child, SIGINT);
    ck_assert(fires(&cancel, WAIT_MS));
    interrupts_leave(interrupts, &op);
    end();
}
END_TEST

/* While the thread looks at it: what ThreadSanitizer is for. */
START_TEST(an_operation_that_has_ended_is_not_fired)
{
    begin();
    for (int i = 0; i < 100; i++)
        interrupts_note(interrupts, &op, child, &cancel);
    interrupts_leave(interrupts, &op);
    kill(child, SIGINT);
    ck_assert(!fires(&cancel, 200));
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupts");
    TCase *signals = tcase_create("signals");

    tcase_add_checked_fixture(signals, start, stop);
    tcase_add_loop_test(signals, what_programs_ignore_by_default_is_harmless, 0, 14);
    tcase_add_test(signals, of_nobody_it_can_not_be_told);
    tcase_add_test(signals, the_next_signal_is_looked_for);
    tcase_add_test(signals, an_operation_that_has_ended_is_not_fired);
    suite_add_tcase(suite, signals);
    return run_tests(srunner_create(suite));
}
