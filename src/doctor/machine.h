/* SPDX-License-Identifier: MIT */
/* What this machine can: for --check and --version -v. */
#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include "doctor/report.h"

#include <stdbool.h>

/* Rows for /dev/fuse, the right to mount, fusermount3, user_allow_other, the kernel and the
 * libraries. Whether something can be mounted here. */
bool machine_examine(struct report *report);

/* The lines of --version -v below the first: libraries, kernel. To standard output. */
void machine_print_versions(void);

/* Words of what a kernel of that version has and lacks of what the program would use; static
 * storage. For tests. */
const char *machine_kernel_words(const char *release);

#endif
