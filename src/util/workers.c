/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>

struct job {
    void (*run)(void *arg);
    void *arg;
    STAILQ_ENTRY(job) link;
};

struct workers {
    pthread_mutex_t lock; /* guards the rest; nothing else is locked inside */
    pthread_cond_t wake;  /* a job came, or the end */
    bool ending;
    size_t idle;   /* threads that wait for a job */
    size_t queued; /* jobs that no thread has taken yet */
    size_t started;
    size_t max_threads;
    STAILQ_HEAD(, job) jobs;
    pthread_t threads[];
};

struct workers *workers_create(size_t threads)
{
    struct workers *workers = calloc(1, sizeof(*workers) + threads * sizeof(workers->threads[0]));

    if (workers == NULL)
        return NULL;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    STAILQ_INIT(&workers->jobs);
    workers->max_threads = threads;
    return workers;
}

/* The next job, or NULL when there will be none; lock held. */
static struct job *take_job(struct workers *workers)
{
    while (STAILQ_EMPTY(&workers->jobs) && !workers->ending) {
        workers->idle++;
        pthread_cond_wait(&workers->wake, &workers->lock);
        workers->idle--;
    }
    struct job *job = STAILQ_FIRST(&workers->jobs);

    if (job != NULL) {
        STAILQ_REMOVE_HEAD(&workers->jobs, link);
        workers->queued--;
    }
    return job;
}

static void *work(void *arg)
{
    struct workers *workers = arg;
    struct job *job;

    pthread_mutex_lock(&workers->lock);
    while ((job = take_job(workers)) != NULL) {
        pthread_mutex_unlock(&workers->lock);
        job->run(job->arg);
        free(job);
        pthread_mutex_lock(&workers->lock);
    }
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
    int failure = pthread_create(&workers->threads[workers->started], NULL, work, workers);

    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failure == 0)
        workers->started++;
    return failure == 0;
}

/* Makes sure that somebody will run one more job; lock held. */
static bool provide_thread(struct workers *workers)
{
    if (workers->queued < workers->idle || workers->started == workers->max_threads)
        return true;
    return start_thread(workers) || workers->started > 0;
}

bool workers_submit(struct workers *workers, void (*run)(void *arg), void *arg)
{
    struct job *job = malloc(sizeof(*job));

    if (job == NULL)
        return false;
    *job = (struct job){.run = run, .arg = arg};

    pthread_mutex_lock(&workers->lock);
    bool accepted = !workers->ending && provide_thread(workers);

    if (accepted) {
        STAILQ_INSERT_TAIL(&workers->jobs, job, link);
        workers->queued++;
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
    free(workers);
}
