/* SPDX-License-Identifier: MIT */
/*
 * Going to the background with an exit status that is true: the parent waits until the child has
 * either begun to serve (status 0) or ended before (with the child's status; 1 if a signal ended
 * it). Until then the child keeps terminal, session and standard error, so that its messages are
 * seen and Ctrl-C reaches it.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "util/problem.h"

#include <stdbool.h>

struct daemon {
    int report_fd; /* the child's end of a pipe to the parent; -1: in the foreground */
};

/* Forks and returns in the child only; the parent ends with the child's report. -1 with `problem`
 * set. Before any thread is started. */
int daemon_start(struct daemon *daemon, struct problem *problem);
/* A daemon that stays in the foreground. */
void daemon_stay(struct daemon *daemon);
/* The start has succeeded: leaves terminal, session and directory, logs to syslog from now on, and
 * lets the parent end. In the foreground: nothing. False: the parent was ended meanwhile, and with
 * it the wish for a daemon. */
bool daemon_ready(struct daemon *daemon);
/* Ends without having been ready: the parent ends with this process's status. Nothing after
 * daemon_ready. */
void daemon_finish(struct daemon *daemon);

/* No core dump, and no reading by other processes of this user: the key is in memory. */
void daemon_keep_secrets(void);

#endif
