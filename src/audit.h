/* SPDX-License-Identifier: MIT */
/*
 * An audit that outlives the mount: each change, sent or seen, goes to the systemd journal with
 * fields, without bodies; where there is no journal, as a line to the log. What the journal does
 * not take is dropped and counted: nobody waits for it.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "journal/journal.h"

struct audit;

/* Starts a thread: after a daemon's fork. `mount_point` (absolute) is in each entry; copied. NULL:
 * no memory, or no thread. */
struct audit *audit_start(const char *mount_point);
/* For journal_listen; `audit` is the context. Any thread; does not wait. */
void audit_hear(void *audit, enum journal_name name, struct json_object *line);
/* Lets what there is still to be told out, for a moment; warns when something was lost. Nobody may
 * call audit_hear any more. NULL is fine. */
void audit_end(struct audit *audit);

#endif
