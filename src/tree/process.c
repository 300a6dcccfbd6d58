/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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

bool process_is_child(pid_t pid, pid_t parent)
{
    char path[64];
    char line[512];
    int found = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fgets(line, sizeof line, file) != NULL) {
        const char *name_end = strrchr(line, ')'); /* the name may hold anything */
        if (name_end == NULL || sscanf(name_end, ") %*c %d", &found) != 1)
            found = 0;
    }
    fclose(file);
    return found == parent;
}
