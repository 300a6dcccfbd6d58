/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/outbox.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

struct letter {
    STAILQ_ENTRY(letter) link;
    unsigned long lost; /* dropped between the one before and this */
    size_t size_bytes;
    char text[];
};

struct outbox {
    outbox_deliver *deliver;
    size_t max_bytes;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows; a leaf */
    pthread_cond_t wake;  /* a letter came, or the end; on the monotonic clock */
    pthread_cond_t done;  /* the thread has ended; likewise */
    STAILQ_HEAD(, letter) letters;
    size_t bytes;
    unsigned long lost; /* since the newest letter */
    bool ending;
    bool ended;
};

/* The first letter, which stays until it is delivered; NULL: the end. */
static struct letter *await_letter(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    while (STAILQ_EMPTY(&outbox->letters) && !outbox->ending)
        pthread_cond_wait(&outbox->wake, &outbox->lock);
    struct letter *letter = STAILQ_FIRST(&outbox->letters);

    outbox->ended = letter == NULL;
    pthread_cond_signal(&outbox->done);
    pthread_mutex_unlock(&outbox->lock);
    return letter;
}

static void drop_first(struct outbox *outbox)
{
    struct letter *letter = STAILQ_FIRST(&outbox->letters);

    STAILQ_REMOVE_HEAD(&outbox->letters, link);
    outbox->bytes -= letter->size_bytes;
    free(letter);
}

/* It can be cancelled while it delivers, and nowhere else. */
static void *run(void *arg)
{
    struct outbox *outbox = arg;
    struct letter *letter;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    while ((letter = await_letter(outbox)) != NULL) {
        pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
        outbox->deliver(letter->text, letter->lost);
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
        pthread_mutex_lock(&outbox->lock);
        drop_first(outbox);
        pthread_mutex_unlock(&outbox->lock);
    }
    return NULL;
}

static int start_thread(struct outbox *outbox)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&outbox->thread, NULL, run, outbox);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

static void free_outbox(struct outbox *outbox)
{
    while (!STAILQ_EMPTY(&outbox->letters))
        drop_first(outbox);
    pthread_cond_destroy(&outbox->wake);
    pthread_cond_destroy(&outbox->done);
    pthread_mutex_destroy(&outbox->lock);
    free(outbox);
}

struct outbox *outbox_start(outbox_deliver *deliver, size_t max_bytes)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    pthread_condattr_t monotonic;

    if (outbox == NULL)
        return NULL;
    outbox->deliver = deliver;
    outbox->max_bytes = max_bytes;
    STAILQ_INIT(&outbox->letters);
    pthread_mutex_init(&outbox->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&outbox->wake, &monotonic);
    pthread_cond_init(&outbox->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (start_thread(outbox) == 0)
        return outbox;
    free_outbox(outbox);
    return NULL;
}

bool outbox_post(struct outbox *outbox, const char *text)
{
    size_t size_bytes = strlen(text) + 1;
    struct letter *letter = malloc(sizeof *letter + size_bytes);

    pthread_mutex_lock(&outbox->lock);
    bool fits = letter != NULL && size_bytes <= outbox->max_bytes - outbox->bytes;

    if (fits) {
        letter->lost = outbox->lost;
        letter->size_bytes = size_bytes;
        memcpy(letter->text, text, size_bytes);
        STAILQ_INSERT_TAIL(&outbox->letters, letter, link);
        outbox->bytes += size_bytes;
    }
    outbox->lost = fits ? 0 : outbox->lost + 1;
    pthread_cond_signal(&outbox->wake);
    pthread_mutex_unlock(&outbox->lock);
    if (!fits)
        free(letter);
    return fits;
}

static struct timespec after_ms(unsigned ms)
{
    struct timespec when;

    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_sec += (time_t)(ms / 1000);
    when.tv_nsec += (long)(ms % 1000) * 1000000;
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    return when;
}

/* Lets the thread come to the end of the letters, or cancels it. */
static void await_end(struct outbox *outbox, unsigned wait_ms)
{
    const struct timespec deadline = after_ms(wait_ms);
    int timeout = 0;

    pthread_mutex_lock(&outbox->lock);
    outbox->ending = true;
    pthread_cond_signal(&outbox->wake);
    while (!outbox->ended && timeout != ETIMEDOUT)
        timeout = pthread_cond_timedwait(&outbox->done, &outbox->lock, &deadline);
    bool stuck = !outbox->ended;

    pthread_mutex_unlock(&outbox->lock);
    if (stuck)
        pthread_cancel(outbox->thread);
    pthread_join(outbox->thread, NULL);
}

unsigned long outbox_end(struct outbox *outbox, unsigned wait_ms)
{
    struct letter *letter;

    if (outbox == NULL)
        return 0;
    await_end(outbox, wait_ms);
    unsigned long lost = outbox->lost;

    STAILQ_FOREACH(letter, &outbox->letters, link)
    lost += letter->lost + 1;
    free_outbox(outbox);
    return lost;
}
