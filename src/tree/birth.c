/* SPDX-License-Identifier: MIT */
/*
 * A directory that was just made, for the process that made it. cp -r and tar make a directory and
 * then its files, with O_EXCL, since nothing can be in it yet; so to that process the files that
 * come with a draft are not there until it makes them or looks into the directory. What it goes on
 * to write when its draft has become a resource on the way is the rest of the same copy: keys that
 * can't be changed, and the name of what was copied, are accepted and ignored.
 */
#include "config.h"

#include "tree/tree_internal.h"

#include <stdio.h>
#include <string.h>

#define BIRTH_MS 60000 /* since the last file that it made */

static int64_t now_ms(const struct dir *dir)
{
    return clock_now_ms(dir->tree->config.clock);
}

void birth_begin(struct call *call, struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
    dir->birth = (struct birth){
        .pid = call->pid, .until_ms = now_ms(dir) + BIRTH_MS, .empty = true};
    pthread_mutex_unlock(&dir->tree->lock);
}

/* Whether `pid` is a child of `parent`: rsync makes directories in one process, and what is in them
 * in a child of it. */
static bool is_child_of(pid_t pid, pid_t parent)
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

/* A copy of what is known, when `call` comes from the process that made the directory. */
static struct birth of_process(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    pthread_mutex_lock(&dir->tree->lock);
    struct birth birth = dir->birth;
    bool over = birth.until_ms <= now_ms(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (over || birth.pid == 0 ||
        !(same_process(call->pid, birth.pid) || is_child_of(call->pid, birth.pid)))
        birth = (struct birth){0};
    return birth;
}

bool birth_is_own(struct call *call, struct dir *dir)
{
    return of_process(call, dir).pid != 0;
}

bool birth_looks_empty(struct call *call, struct dir *dir)
{
    return of_process(call, dir).empty;
}

void birth_go_on(struct call *call, struct dir *dir, bool looked)
{
    if (!birth_is_own(call, dir))
        return;
    dir = dir_resource(dir);
    pthread_mutex_lock(&dir->tree->lock);
    dir->birth.until_ms = now_ms(dir) + BIRTH_MS;
    dir->birth.empty = dir->birth.empty && !looked;
    pthread_mutex_unlock(&dir->tree->lock);
}
