/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "systemd.h"

#ifdef HAVE_LIBSYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "util/log.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#define LIBRARY "libsystemd.so.0"

/* What is called of it; all or none. */
static struct {
    typeof(&sd_notify) notify;
    typeof(&sd_journal_sendv) journal;
} calls;

/* A function's address, which dlsym gives as that of an object. */
static bool find(void *library, const char *name, void *call)
{
    void *address = dlsym(library, name);

    memcpy(call, &address, sizeof address);
    return address != NULL;
}

static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (library != NULL && find(library, "sd_notify", &calls.notify) &&
        find(library, "sd_journal_sendv", &calls.journal))
        return;
    log_warning("systemd is told nothing: %s", dlerror());
    memset(&calls, 0, sizeof calls);
}

static bool is_there(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return calls.notify != NULL;
}

void systemd_notify(const char *state)
{
    if (is_there())
        calls.notify(0, state);
}

bool systemd_journal(const struct iovec *fields, int count)
{
    return is_there() && calls.journal(fields, count) == 0;
}
#else
void systemd_notify(const char *state)
{
    (void)state;
}

bool systemd_journal(const struct iovec *fields, int count)
{
    (void)fields;
    (void)count;
    return false;
}
#endif
