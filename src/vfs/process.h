/* SPDX-License-Identifier: MIT */
/*
 * Which process a caller belongs to: FUSE tells the thread (fuse_ctx.pid). Any thread; no lock is
 * needed or taken.
 */
#ifndef VFS_PROCESS_H
#define VFS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process, which its number alone does not tell: numbers are used again. All 0: not known. */
struct process_id {
    pid_t pid;
    uint64_t start; /* when it began, in the kernel's ticks; 0: not known */
};

/* The process of a thread that lives. */
struct process_id process_identify(pid_t thread);
bool process_is_same(struct process_id a, struct process_id b);
/* Both in one number, and back; 0: not known. */
uint64_t process_number(struct process_id process);
struct process_id process_of_number(uint64_t number);
bool process_is_alive(struct process_id process);
/* The process of a thread that lives; `thread` itself where that can't be told. */
pid_t process_of(pid_t thread);
/* Whether two threads belong to one process; the first may be a process. */
bool same_process(pid_t a, pid_t b);
/* Whether the thread, which waits for us, is making a directory: a LOOKUP does not say what for.
 * False where that can't be told (/proc/PID/syscall is not readable). */
bool process_is_making_dir(pid_t thread);
/* Whether `pid` is a child of `parent`. */
bool process_is_child(pid_t pid, pid_t parent);
/* The parent of a process; 0: it has none that tells anything (the first process takes everybody's
 * orphans), or it can't be told. */
pid_t process_parent(pid_t pid);
/* Whether it is a thread of the kernel, which works for anybody: its NFS server is one. */
bool process_is_kernel_thread(pid_t pid);

#endif
