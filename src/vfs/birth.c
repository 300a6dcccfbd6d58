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

static void lock(const struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
}

static void unlock(const struct dir *dir)
{
    pthread_mutex_unlock(&dir->vfs->lock);
}

/* With vfs->lock held: forgets what is known of it so far; NULL: no memory. */
static struct birth *begin(struct dir *dir)
{
    birth_finish(dir);
    dir->birth = calloc(1, sizeof *dir->birth);
    if (dir->birth != NULL)
        LIST_INIT(&dir->birth->deeds);
    return dir->birth;
}

void birth_finish(struct dir *dir)
{
    struct birth *birth = dir->birth;

    if (birth == NULL)
        return;
    deeds_forget_all(dir->vfs->deeds, &birth->deeds);
    if (birth->body.data != NULL)
        explicit_bzero(birth->body.data, birth->body.capacity_bytes);
    buf_finish(&birth->body);
    buf_finish(&birth->name);
    free(birth);
    dir->birth = NULL;
}

/* --- whose it is ------------------------------------------------------------------------------ */

static struct deed_key made_key(const struct dir *resource)
{
    return (struct deed_key){.kind = DEED_MADE, .place = dir_serial(resource).number};
}

/* With vfs->lock held: the process made it, just now. */
static void note_maker(struct dir *resource, struct process_id process)
{
    struct deed *made =
        deed_note(resource->vfs->deeds, made_key(resource), &resource->birth->deeds);

    if (made != NULL)
        made->value = process_number(process);
}

void birth_begin(struct call *call, struct dir *dir)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);

    lock(dir);
    struct birth *birth = begin(dir);
    if (birth != NULL) {
        birth->empty = true;
        note_maker(dir, process);
    }
    unlock(dir);
}

/* With vfs->lock held: that it was made, by who may be still at it; NULL: nobody. */
static struct deed *find_maker(const struct dir *resource)
{
    return resource->birth == NULL ? NULL : deed_find(resource->vfs->deeds, made_key(resource));
}

/* Whether `call` comes from the process that made the directory, or a child: rsync makes
 * directories in one process, and what is in them in a child of it. */
bool birth_is_own(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    lock(dir);
    const struct deed *made = find_maker(dir);
    struct process_id maker = process_of_number(made == NULL ? 0 : made->value);
    unlock(dir);
    return maker.pid != 0 && (process_is_same(actors_identify(dir->vfs, call->pid), maker) ||
                              process_is_child(call->pid, maker.pid));
}

void birth_complete(struct call *call, struct dir *dir, const struct buf *body)
{
    bool own = birth_is_own(call, dir);
    struct process_id process = actors_identify(dir->vfs, call->pid);

    lock(dir);
    struct birth *birth = dir->birth == NULL ? begin(dir) : dir->birth;
    if (birth != NULL && !own) {
        note_maker(dir, process);
        birth->empty = false;
    }
    if (birth != NULL && !buf_append(&birth->body, body->data, body->size_bytes))
        buf_finish(&birth->body);
    unlock(dir);
}

/* --- the end of the copy ---------------------------------------------------------------------- */

/* A file of the resource, or nested in it. */
static struct deed_key node_key(enum deed_kind kind, struct dir *dir, struct leaf leaf,
                                struct process_id process)
{
    return (struct deed_key){.kind = kind,
                             .who = process_number(process),
                             .place = dir_serial(dir_resource(dir)).number,
                             .detail = dir_serial(dir).number << NODE_LEAF_BITS | leaf.number};
}

static struct deed_key copied_key(const struct dir *resource, struct process_id process)
{
    return (struct deed_key){
        .kind = DEED_COPIED, .who = process_number(process), .place = dir_serial(resource).number};
}

/* With vfs->lock held. Without memory the copy is over for all. */
static void note(struct dir *resource, struct deed_key key)
{
    if (deed_note(resource->vfs->deeds, key, &resource->birth->deeds) == NULL)
        resource->birth->over = true;
}

/* With vfs->lock held. */
static bool is_over(const struct dir *resource, struct process_id process)
{
    return resource->birth->over ||
           deed_find(resource->vfs->deeds, copied_key(resource, process)) != NULL;
}

bool birth_is_copying(struct call *call, struct dir *dir)
{
    if (!birth_is_own(call, dir))
        return false;
    struct process_id process = actors_identify(dir->vfs, call->pid);
    dir = dir_resource(dir);
    lock(dir);
    bool over = dir->birth == NULL || is_over(dir, process);
    unlock(dir);
    return !over;
}

/* With vfs->lock held: whether somebody may be copying into it. */
static bool is_being_made(const struct dir *resource)
{
    return resource->birth != NULL && (resource->draft != NULL || find_maker(resource) != NULL);
}

void birth_opens(struct call *call, struct dir *dir, struct leaf leaf)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);
    struct deed_key wrote = node_key(DEED_WROTE, dir, leaf, process);

    dir = dir_resource(dir);
    lock(dir);
    if (is_being_made(dir) && deed_find(dir->vfs->deeds, wrote) != NULL)
        note(dir, copied_key(dir, process));
    unlock(dir);
}

void birth_wrote(struct call *call, struct dir *dir, struct leaf leaf)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);
    struct deed_key wrote = node_key(DEED_WROTE, dir, leaf, process);

    dir = dir_resource(dir);
    lock(dir);
    if (is_being_made(dir)) {
        dir->birth->begun = true;
        note(dir, wrote);
    }
    unlock(dir);
}

void birth_looked(struct call *call, struct dir *dir)
{
    dir = dir_resource(dir);
    lock(dir);
    bool being_made = is_being_made(dir);
    if (being_made && dir->birth->begun)
        dir->birth->over = true;
    unlock(dir);
    if (!being_made || !birth_is_own(call, dir))
        return;
    lock(dir);
    dir->birth->empty = false;
    unlock(dir);
}

/* --- what it was made of ---------------------------------------------------------------------- */

void birth_note_name(struct dir *dir, const char *name, size_t name_bytes)
{
    lock(dir);
    struct buf *known = dir->birth == NULL ? NULL : &dir->birth->name;
    if (known != NULL && (!buf_resize(known, 0) || !buf_append(known, name, name_bytes)))
        buf_finish(known);
    unlock(dir);
}

bool birth_has_name(struct dir *dir, const char *name, size_t name_bytes)
{
    lock(dir);
    const struct buf *known = dir->birth == NULL ? NULL : &dir->birth->name;
    bool same = known != NULL && known->data != NULL && known->size_bytes == name_bytes &&
                memcmp(known->data, name, name_bytes) == 0;
    unlock(dir);
    return same;
}

bool birth_get_body(struct dir *dir, struct buf *out)
{
    lock(dir);
    const struct buf *body = dir->birth == NULL ? NULL : &dir->birth->body;
    bool ok = body == NULL || buf_append(out, buf_text(body), body->size_bytes);
    unlock(dir);
    return ok;
}

/* --- what is there for it --------------------------------------------------------------------- */

/* Whoever has made it: the process that made the directory, or a child. */
static struct deed_key made_file(struct dir *dir, struct leaf leaf)
{
    return node_key(DEED_MADE_FILE, dir, leaf, (struct process_id){0});
}

bool birth_hides(struct call *call, struct dir *dir, struct leaf leaf)
{
    struct dir *resource = dir_resource(dir);

    lock(dir);
    bool hides = is_being_made(resource) && resource->birth->empty &&
                 deed_find(dir->vfs->deeds, made_file(dir, leaf)) == NULL;
    unlock(dir);
    return hides && birth_is_own(call, dir);
}

void birth_made(struct call *call, struct dir *dir, struct leaf leaf)
{
    if (!birth_is_own(call, dir))
        return;
    struct dir *resource = dir_resource(dir);
    lock(dir);
    struct deed *made = find_maker(resource);
    if (made != NULL) {
        note_maker(resource, process_of_number(made->value));
        resource->birth->begun = true;
        deed_note(dir->vfs->deeds, made_file(dir, leaf), &resource->birth->deeds);
    }
    unlock(dir);
}
