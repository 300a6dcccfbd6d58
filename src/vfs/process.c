/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_THREAD 0x00200000u /* PF_KTHREAD among the flags of /proc/PID/stat */
#define PID_BITS      22          /* the kernel's PID_MAX_LIMIT */

/* A process has the number of its first thread. Costs one system call. */
static bool is_first_thread(pid_t thread)
{
    return syscall(SYS_tgkill, thread, thread, 0) == 0 || errno == EPERM;
}

pid_t process_of(pid_t thread)
{
    char path[64];
    char line[256];
    int process = thread;

    if (thread <= 0 || is_first_thread(thread))
        return thread;
    snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Tgid: %d", &process) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return process;
}

bool same_process(pid_t a, pid_t b)
{
    char path[64];

    if (a == b)
        return true;
    snprintf(path, sizeof path, "/proc/%d/task/%d", (int)a, (int)b);
    return access(path, F_OK) == 0;
}

bool process_is_making_dir(pid_t thread)
{
    char path[64];
    long number = -1;

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fscanf(file, "%ld", &number) != 1)
        number = -1;
    fclose(file);
#ifdef SYS_mkdir
    if (number == SYS_mkdir)
        return true;
#endif
    return number == SYS_mkdirat;
}

/* What /proc/PID/stat says from the state on, behind the name, which may hold anything; NULL: there
 * is no such process, or it can't be told. */
static const char *read_stat(pid_t pid, char *line, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, line, size - 1);
    if (fd >= 0)
        close(fd);
    if (got <= 0)
        return NULL;
    line[got] = '\0';
    return strrchr(line, ')');
}

static pid_t parent_of(pid_t pid)
{
    char line[1024];
    const char *rest = read_stat(pid, line, sizeof line);
    int parent = 0;

    return rest != NULL && sscanf(rest, ") %*c %d", &parent) == 1 ? parent : 0;
}

bool process_is_child(pid_t pid, pid_t parent)
{
    return parent_of(pid) == parent;
}

pid_t process_parent(pid_t pid)
{
    pid_t parent = pid <= 0 ? 0 : parent_of(pid);

    return parent == 1 ? 0 : parent;
}

bool process_is_kernel_thread(pid_t pid)
{
    char line[1024];
    const char *rest = pid <= 0 ? NULL : read_stat(pid, line, sizeof line);
    unsigned flags = 0;

    return rest != NULL && sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
           (flags & KERNEL_THREAD) != 0;
}

static uint64_t start_of(pid_t pid)
{
    char line[1024];
    const char *rest = read_stat(pid, line, sizeof line);
    unsigned long long start = 0;

    if (rest == NULL || sscanf(rest,
                               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
                               "%*d %*d %*d %llu",
                               &start) != 1)
        return 0;
    return start;
}

struct process_id process_identify(pid_t thread)
{
    pid_t pid = thread <= 0 ? 0 : process_of(thread);

    return (struct process_id){pid, pid == 0 ? 0 : start_of(pid)};
}

bool process_is_same(struct process_id a, struct process_id b)
{
    return a.pid == b.pid && a.start == b.start;
}

uint64_t process_number(struct process_id process)
{
    return process.start << PID_BITS | (uint64_t)process.pid;
}

struct process_id process_of_number(uint64_t number)
{
    return (struct process_id){(pid_t)(number & ((UINT64_C(1) << PID_BITS) - 1)),
                               number >> PID_BITS};
}

bool process_is_alive(struct process_id process)
{
    return start_of(process.pid) == process.start;
}
