/* SPDX-License-Identifier: MIT */
/*
 * A directory that was just made, for the process that made it. cp -r and tar make a directory and
 * then its files, as nothing can be in it yet; so to that process the files that come with a draft
 * are not there until it makes them or looks into the directory. What it goes on to write when its
 * draft has become a resource on the way is the rest of the same copy: keys that can't be given,
 * and the name of what was copied, are accepted and ignored.
 *
 * That courtesy ends with the copy. No tool says when that is (few use O_EXCL, and the kernel keeps
 * it to itself): but none writes the same file twice, and none lists what it has made.
 *
 * A copy into a directory that another process made (mkdir b; cp a/drive.json a/size b) is known by
 * the process that wrote the completing file.
 */
#include "config.h"

#include "vfs/birth.h"

#include "vfs/actors.h"
#include "vfs/dir.h"

#include <stdlib.h>
#include <string.h>

#define BIRTH_MS 60000 /* since the last file that it made */

static int64_t now_ms(const struct dir *dir)
{
    return clock_now_ms(dir->vfs->config.clock);
}

static void lock(const struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
}

static void unlock(const struct dir *dir)
{
    pthread_mutex_unlock(&dir->vfs->lock);
}

void birth_finish(struct birth *birth)
{
    if (birth->body.data != NULL)
        explicit_bzero(birth->body.data, birth->body.capacity_bytes);
    buf_finish(&birth->body);
    buf_finish(&birth->name);
    free(birth->made);
    free(birth->written);
    free(birth->done);
    *birth = (struct birth){0};
}

void birth_begin(struct call *call, struct dir *dir)
{
    lock(dir);
    birth_finish(&dir->birth);
    dir->birth =
        (struct birth){.pid = call->pid, .until_ms = now_ms(dir) + BIRTH_MS, .empty = true};
    unlock(dir);
}

/* --- whose it is ------------------------------------------------------------------------------ */

/* Whether `call` comes from the process that made the directory, or a child: rsync makes
 * directories in one process, and what is in them in a child of it. */
bool birth_is_own(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    lock(dir);
    pid_t pid = dir->birth.until_ms <= now_ms(dir) ? 0 : dir->birth.pid;
    unlock(dir);
    return pid != 0 && (same_process(call->pid, pid) || process_is_child(call->pid, pid));
}

void birth_complete(struct call *call, struct dir *dir, const struct buf *body)
{
    bool own = birth_is_own(call, dir);
    struct birth *birth = &dir->birth;

    lock(dir);
    if (!own) {
        birth->pid = call->pid;
        birth->until_ms = now_ms(dir) + BIRTH_MS;
        birth->empty = false;
    }
    if (!buf_append(&birth->body, body->data, body->size_bytes))
        buf_finish(&birth->body);
    unlock(dir);
}

/* --- the end of the copy ---------------------------------------------------------------------- */

/* With vfs->lock held. */
static bool is_done(const struct birth *birth, struct process_id process)
{
    for (size_t i = 0; i < birth->done_count; i++)
        if (process_is_same(birth->done[i], process))
            return true;
    return birth->looked;
}

bool birth_is_copying(struct call *call, struct dir *dir)
{
    if (!birth_is_own(call, dir))
        return false;
    struct process_id process = actors_identify(dir->vfs, call->pid);
    dir = dir_resource(dir);
    lock(dir);
    bool done = is_done(&dir->birth, process);
    unlock(dir);
    return !done;
}

/* With vfs->lock held. */
static bool has_written(const struct birth *birth, const struct written *file)
{
    for (size_t i = 0; i < birth->written_count; i++)
        if (birth->written[i].dir == file->dir && birth->written[i].leaf == file->leaf &&
            process_is_same(birth->written[i].process, file->process))
            return true;
    return false;
}

/* With vfs->lock held. Without memory the copy is over for all. */
static void add_done(struct birth *birth, struct process_id process)
{
    struct process_id *done = reallocarray(birth->done, birth->done_count + 1, sizeof *done);

    if (done == NULL) {
        birth->looked = true;
        return;
    }
    done[birth->done_count++] = process;
    birth->done = done;
}

/* With vfs->lock held. Without memory the copy is over for all. */
static void add_written(struct birth *birth, const struct written *file)
{
    struct written *written =
        reallocarray(birth->written, birth->written_count + 1, sizeof *written);

    if (written == NULL) {
        birth->looked = true;
        return;
    }
    written[birth->written_count++] = *file;
    birth->written = written;
}

/* With vfs->lock held: whether somebody may be copying into it. */
static bool is_being_made(const struct dir *resource)
{
    return resource->draft != NULL || resource->birth.until_ms > now_ms(resource);
}

void birth_opens(struct call *call, struct dir *dir, uint32_t canonical)
{
    struct written file = {actors_identify(dir->vfs, call->pid), dir_serial(dir), canonical};

    dir = dir_resource(dir);
    lock(dir);
    if (is_being_made(dir) && has_written(&dir->birth, &file) &&
        !is_done(&dir->birth, file.process))
        add_done(&dir->birth, file.process);
    unlock(dir);
}

void birth_wrote(struct call *call, struct dir *dir, uint32_t canonical)
{
    struct written file = {actors_identify(dir->vfs, call->pid), dir_serial(dir), canonical};

    dir = dir_resource(dir);
    lock(dir);
    if (is_being_made(dir) && !has_written(&dir->birth, &file))
        add_written(&dir->birth, &file);
    unlock(dir);
}

void birth_looked(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    lock(dir);
    bool being_made = is_being_made(dir);
    if (being_made && (dir->birth.made_count > 0 || dir->birth.written_count > 0))
        dir->birth.looked = true;
    unlock(dir);
    if (!being_made || !birth_is_own(call, dir))
        return;
    lock(dir);
    dir->birth.empty = false;
    unlock(dir);
}

/* --- what it was made of ---------------------------------------------------------------------- */

void birth_note_name(struct dir *dir, const char *name, size_t name_bytes)
{
    lock(dir);
    struct buf *known = &dir->birth.name;
    if (!buf_resize(known, 0) || !buf_append(known, name, name_bytes))
        buf_finish(known);
    unlock(dir);
}

bool birth_has_name(struct dir *dir, const char *name, size_t name_bytes)
{
    lock(dir);
    const struct buf *known = &dir->birth.name;
    bool same = known->data != NULL && known->size_bytes == name_bytes &&
                memcmp(known->data, name, name_bytes) == 0;
    unlock(dir);
    return same;
}

bool birth_get_body(struct dir *dir, struct buf *out)
{
    lock(dir);
    bool ok = buf_append(out, buf_text(&dir->birth.body), dir->birth.body.size_bytes);
    unlock(dir);
    return ok;
}

/* --- what is there for it --------------------------------------------------------------------- */

bool birth_hides(struct call *call, struct dir *dir, uint32_t canonical)
{
    struct dir *resource = dir_resource(dir);
    bool made = false;

    lock(dir);
    bool empty = resource->birth.empty && is_being_made(resource);
    for (size_t i = 0; i < dir->birth.made_count; i++)
        made = made || dir->birth.made[i] == canonical;
    unlock(dir);
    return empty && !made && birth_is_own(call, dir);
}

/* With vfs->lock held. Without memory the file is not seen by who made it, that is all. */
static void add_made(struct birth *birth, uint32_t canonical)
{
    uint32_t *made = reallocarray(birth->made, birth->made_count + 1, sizeof *made);

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
    lock(dir);
    resource->birth.until_ms = now_ms(dir) + BIRTH_MS;
    add_made(&dir->birth, canonical);
    unlock(dir);
}
