/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "notify.h"

#include "systemd.h"
#include "util/outbox.h"
#include "util/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX_BYTES ((size_t)16 << 10)
#define END_MS            500 /* for the last words */

/* It waits for as long as the manager does not take it. */
static void deliver(const char *state, unsigned long lost)
{
    (void)lost;
    systemd_notify(state);
}

static bool somebody_listens(void)
{
    const char *address = getenv("NOTIFY_SOCKET");

    return address != NULL && address[0] != '\0';
}

/* Adds words to a text as far as they fit. */
static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + used, NOTIFY_STATUS_BYTES - used, format, args);
    va_end(args);
}

/* "docs: 4 drives, 8 snapshots"; what fails is added, as "snapshots: no connection to …". */
static void describe(struct backend *backend, char *text)
{
    const char *between = ": ";

    text[0] = '\0';
    if (api_dialect_known(backend->api))
        add(text, "%s", dialect_rows[api_dialect(backend->api)].name);
    else
        add(text, "%s", backend->url);
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        struct cache_status status;
        const struct kind *kind = kinds_all[i];
        cache_get_status(backend->cache, kind, &status);
        if (status.known && !kind->singleton) {
            add(text, "%s%zu %s", between, status.count, kind->plural);
            between = ", ";
        }
        if (status.problem.kind != PROBLEM_NONE) {
            add(text, "%s%s%s%s", between, kind->plural != NULL ? kind->plural : kind->noun,
                status.known ? " of before: " : ": ", status.problem.message);
            between = "; ";
        }
    }
    words_make_safe_text(text, NOTIFY_STATUS_BYTES);
}

void notify_ready(struct notify *notify, struct backend *backend)
{
    char state[NOTIFY_STATUS_BYTES + 32];

    notify->backend = backend;
    if (!somebody_listens())
        return;
    describe(backend, notify->status);
    snprintf(state, sizeof state, "READY=1\nSTATUS=%s", notify->status);
    notify->outbox = outbox_start(deliver, WAITING_MAX_BYTES);
    if (notify->outbox == NULL) {
        deliver(state, 0);
        return;
    }
    outbox_post(notify->outbox, state);
    notify->ready = true;
}

void notify_status(struct notify *notify)
{
    char status[NOTIFY_STATUS_BYTES], state[NOTIFY_STATUS_BYTES + 16];

    if (!notify->ready)
        return;
    describe(notify->backend, status);
    if (strcmp(status, notify->status) == 0)
        return;
    snprintf(notify->status, sizeof notify->status, "%s", status);
    snprintf(state, sizeof state, "STATUS=%s", status);
    outbox_post(notify->outbox, state);
}

void notify_stopping(struct notify *notify)
{
    if (!notify->ready)
        return;
    notify->ready = false;
    outbox_post(notify->outbox, "STOPPING=1");
}

void notify_end(struct notify *notify)
{
    outbox_end(notify->outbox, END_MS);
}
