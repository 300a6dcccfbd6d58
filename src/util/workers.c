/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>

struct job {
    void (*run)(void *arg);
    void *arg;
    STAILQ_ENTRY(job) link;
};

struct lane {
    STAILQ_HEAD(, job) jobs; /* that no thread has taken yet */
    size_t queued;
    size_t running;
};

struct workers {
    pthread_mutex_t lock; /* guards the rest; nothing else is locked inside */
    pthread_cond_t wake;  /* a job came, or the end */
    bool ending;
    size_t idle; /* threads that wait for a job */
    size_t started;
    size_t lane_count;
    size_t lane_threads; /* jobs of one lane that may run at once */
    size_t next_lane;    /* where to look first, so that each has its turn */
    struct lane *lanes;
    pthread_t threads[];
};

struct workers *workers_create(size_t lanes, size_t threads)
{
    struct workers *workers = calloc(1, sizeof(*workers) + lanes * threads * sizeof(pthread_t));

    if (workers == NULL)
        return NULL;
    workers->lanes = calloc(lanes, sizeof(*workers->lanes));
    if (workers->lanes == NULL) {
        free(workers);
        return NULL;
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    for (size_t i = 0; i < lanes; i++)
        STAILQ_INIT(&workers->lanes[i].jobs);
    workers->lane_count = lanes;
    workers->lane_threads = threads;
    return workers;
}

/* How many of its queued jobs may be taken now; lock held. */
static size_t lane_ready(const struct workers *workers, const struct lane *lane)
{
    size_t free_threads = workers->lane_threads - lane->running;

    return lane->queued < free_threads ? lane->queued : free_threads;
}

static struct lane *find_ready(struct workers *workers)
{
    for (size_t i = 0; i < workers->lane_count; i++) {
        size_t index = (workers->next_lane + i) % workers->lane_count;

        if (lane_ready(workers, &workers->lanes[index]) > 0) {
            workers->next_lane = index + 1;
            return &workers->lanes[index];
        }
    }
    return NULL;
}

/* The lane of the next job, or NULL when there is nothing to do any more: what may still be queued
 * in a full lane is taken by the threads that fill it. Lock held. */
static struct lane *wait_ready(struct workers *workers)
{
    struct lane *lane;

    while ((lane = find_ready(workers)) == NULL && !workers->ending) {
        workers->idle++;
        pthread_cond_wait(&workers->wake, &workers->lock);
        workers->idle--;
    }
    return lane;
}

/* Runs the first job of a lane; lock held, but for the run. */
static void run_first(struct workers *workers, struct lane *lane)
{
    struct job *job = STAILQ_FIRST(&lane->jobs);

    STAILQ_REMOVE_HEAD(&lane->jobs, link);
    lane->queued--;
    lane->running++;
    pthread_mutex_unlock(&workers->lock);
    job->run(job->arg);
    free(job);
    pthread_mutex_lock(&workers->lock);
    lane->running--;
}

static void *work(void *arg)
{
    struct workers *workers = arg;
    struct lane *lane;

    pthread_mutex_lock(&workers->lock);
    while ((lane = wait_ready(workers)) != NULL)
        run_first(workers, lane);
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

/* Starts one more thread. All signals are blocked before it exists, so that none finds it. */
static bool start_thread(struct workers *workers)
{
    sigset_t all;
    sigset_t old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failure = workers->started == workers->lane_count * workers->lane_threads
                      ? EAGAIN
                      : pthread_create(&workers->threads[workers->started], NULL, work, workers);

    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failure == 0)
        workers->started++;
    return failure == 0;
}

/* Makes sure that somebody will run what is ready, and one more job of `lane`; lock held. */
static bool provide_thread(struct workers *workers, const struct lane *lane)
{
    size_t ready = 0;

    for (size_t i = 0; i < workers->lane_count; i++)
        ready += lane_ready(workers, &workers->lanes[i]);
    if (lane->running + lane->queued >= workers->lane_threads || ready < workers->idle)
        return true;
    return start_thread(workers) || workers->started > 0;
}

bool workers_submit(struct workers *workers, size_t lane, void (*run)(void *arg), void *arg)
{
    struct lane *to = &workers->lanes[lane];
    struct job *job = malloc(sizeof(*job));

    if (job == NULL)
        return false;
    *job = (struct job){.run = run, .arg = arg};

    pthread_mutex_lock(&workers->lock);
    bool accepted = !workers->ending && provide_thread(workers, to);

    if (accepted) {
        STAILQ_INSERT_TAIL(&to->jobs, job, link);
        to->queued++;
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->lock);
    if (!accepted)
        free(job);
    return accepted;
}

void workers_destroy(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->ending = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->started; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->lock);
    free(workers->lanes);
    free(workers);
}
