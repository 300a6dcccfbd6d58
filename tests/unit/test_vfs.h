/* SPDX-License-Identifier: MIT */
/* The parts of test_vfs. */
#ifndef TEST_VFS_H
#define TEST_VFS_H

#include "vfs_toy.h"

/* What is hidden, moved, put beside and listed: test_vfs_names.c. */
TCase *names_case(void);
/* What shows a state for ever, who walks there again, and what is kept: test_vfs_states.c. */
TCase *states_case(void);
/* What is staged, from state to state: test_vfs_staged.c. */
TCase *staged_case(void);
/* The table of what processes have done: test_vfs_deeds.c. */
TCase *deeds_case(void);
/* What processes have done, and what that means: test_vfs_processes.c. */
TCase *processes_case(void);
/* Directories of tens of thousands: test_vfs_crowd.c. */
TCase *crowd_case(void);

#endif
