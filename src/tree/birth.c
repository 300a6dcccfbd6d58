/* SPDX-License-Identifier: MIT */
/*
 * A directory that was just made, for the process that made it. cp -r and tar make a directory and
 * then its files, with O_EXCL, since nothing can be in it yet; so to that process the files that
 * come with a draft are not there until it makes them or looks into the directory. What it goes on
 * to write when its draft has become a resource on the way is the rest of the same copy: keys that
 * can't be changed, and the name of what was copied, are accepted and ignored.
 *
 * A copy into a directory that another process made (mkdir b; cp a/drive.json a/size b) is known by
 * the process that wrote the completing file. That may be a shell as well, whose later wishes are
 * its user's: from it a name is ignored only where it is another resource's, so that it could not
 * be taken.
 */
#include "config.h"

#include "tree/birth.h"

#include "tree/dir.h"
#include "tree/process.h"

#include <stdlib.h>

#define BIRTH_MS 60000 /* since the last file that it made */

static int64_t now_ms(const struct dir *dir)
{
    return clock_now_ms(dir->tree->config.clock);
}

void birth_begin(struct call *call, struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
    free(dir->birth.made);
    dir->birth =
        (struct birth){.pid = call->pid, .until_ms = now_ms(dir) + BIRTH_MS, .empty = true};
    pthread_mutex_unlock(&dir->tree->lock);
}

/* A copy of what is known, when `call` comes from the process that made the directory, or a child:
 * rsync makes directories in one process, and what is in them in a child of it. */
static struct birth of_process(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    pthread_mutex_lock(&dir->tree->lock);
    struct birth birth = dir->birth;
    bool over = birth.until_ms <= now_ms(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (over || birth.pid == 0 ||
        !(same_process(call->pid, birth.pid) || process_is_child(call->pid, birth.pid)))
        birth = (struct birth){0};
    return birth;
}

bool birth_is_own(struct call *call, struct dir *dir)
{
    return of_process(call, dir).pid != 0;
}

void birth_hand_on(struct call *call, struct dir *dir)
{
    if (birth_is_own(call, dir))
        return;
    pthread_mutex_lock(&dir->tree->lock);
    dir->birth.pid = call->pid;
    dir->birth.until_ms = now_ms(dir) + BIRTH_MS;
    dir->birth.empty = false;
    dir->birth.handed_on = true;
    pthread_mutex_unlock(&dir->tree->lock);
}

bool birth_ignores_names(struct call *call, struct dir *dir)
{
    struct birth birth = of_process(call, dir);

    return birth.pid != 0 && !birth.handed_on;
}

bool birth_hides(struct call *call, struct dir *dir, uint32_t canonical)
{
    bool made = false;

    if (!of_process(call, dir).empty)
        return false;
    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->birth.made_count; i++)
        made = made || dir->birth.made[i] == canonical;
    pthread_mutex_unlock(&dir->tree->lock);
    return !made;
}

/* With tree->lock held. Without memory the file is not seen by who made it, that is all. */
static void add_made(struct birth *birth, uint32_t canonical)
{
    uint32_t *made = realloc(birth->made, (birth->made_count + 1) * sizeof *made);

    if (made == NULL)
        return;
    made[birth->made_count++] = canonical;
    birth->made = made;
}

void birth_made(struct call *call, struct dir *dir, uint32_t canonical)
{
    if (!birth_is_own(call, dir))
        return;
    struct dir *resource = dir_resource(dir);
    pthread_mutex_lock(&dir->tree->lock);
    resource->birth.until_ms = now_ms(dir) + BIRTH_MS;
    add_made(&dir->birth, canonical);
    pthread_mutex_unlock(&dir->tree->lock);
}

void birth_looked(struct call *call, struct dir *dir)
{
    if (!birth_is_own(call, dir))
        return;
    dir = dir_resource(dir);
    pthread_mutex_lock(&dir->tree->lock);
    dir->birth.empty = false;
    pthread_mutex_unlock(&dir->tree->lock);
}
