/* SPDX-License-Identifier: MIT */
/*
 * libsystemd, loaded when it is first needed: with what it needs itself it takes some milliseconds
 * of every start, and most mounts never call it.
 *
 * Both functions may be called from any thread. Without the library (in the build, or on the
 * machine) they do nothing. Once loaded it stays.
 */
#ifndef SYSTEMD_H
#define SYSTEMD_H

#include <stdbool.h>
#include <sys/uio.h>

/* sd_notify: may wait for the manager. */
void systemd_notify(const char *state);
/* sd_journal_sendv: false, where the journal did not take the entry. */
bool systemd_journal(const struct iovec *fields, int count);

#endif
