/* SPDX-License-Identifier: MIT */
/*
 * The Paperspace storage API on loopback, in memory, for demonstrations and
 * tests. One struct emulator is one account with its own port, data and
 * threads; a process may run several.
 *
 * Threads: every function may be called from any thread. emulator_stop() is
 * called once, by whoever owns the emulator, after all other calls returned.
 * The emulator's own threads block all signals. It never exits the process
 * and prints nothing.
 */
#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The key that is accepted when the configuration names none. */
#define EMULATOR_DEFAULT_KEY "demo-key"

/* Milliseconds that a machine event spends in `new` and in `in progress`. */
#define EMULATOR_DEFAULT_EVENT_MS 150

/* More than this many resources are not generated. */
#define EMULATOR_MAX_POPULATE 10000000

struct emulator;

/*
 * What to serve. All zero is the small sample account in the `docs` dialect
 * on a port of the kernel's choice. Strings are copied by emulator_start().
 */
struct emulator_config {
    uint16_t port;         /* TCP port on 127.0.0.1; 0 picks one */
    const char *dialect;   /* "docs" (also when NULL) or "openapi" */
    const char *key;       /* accepted API key; NULL: EMULATOR_DEFAULT_KEY */
    size_t populate;       /* this many generated snapshots; 0: the sample */
    const char *data_file; /* initial state as JSON; excludes populate */
    unsigned latency_ms;   /* added to every API request, not serialised */
    unsigned event_ms;     /* per event state; 0: EMULATOR_DEFAULT_EVENT_MS */
    bool etag;             /* what is read has an ETag, until the control says otherwise */
    bool control;          /* serve /_control: records, faults, behaviour */

    /*
     * Milliseconds since 1970, for dates and the progress of events; NULL
     * is the real clock. Called with the emulator's lock held, so it must
     * not call back; it may be called by several threads, one at a time.
     */
    int64_t (*now_ms)(void *arg);
    void *now_arg;
};

/*
 * Starts serving. Returns an emulator that the caller ends with
 * emulator_stop(), or NULL with one line of explanation in err (at most
 * err_size bytes with its NUL; cut if longer): a port in use, an unknown
 * dialect, a data file that is missing or wrong. When it returns, requests
 * are answered.
 */
struct emulator *emulator_start(const struct emulator_config *config, char *err, size_t err_size);

/*
 * The API's base, such as http://127.0.0.1:4711/v1. Owned by the emulator,
 * valid and unchanged until emulator_stop().
 */
const char *emulator_url(const struct emulator *emulator);

/*
 * Cuts waiting requests short, closes all connections, ends the threads and
 * frees everything. NULL is fine.
 */
void emulator_stop(struct emulator *emulator);

#endif
