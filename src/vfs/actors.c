/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/actors.h"

#include "vfs/attr.h"
#include "util/digest.h"
#include "vfs/ino.h"

#include <stdlib.h>
#include <string.h>

#define IDENTITY_MS   1000 /* no number is used again so soon */
#define KNOWN_THREADS 64

/* Guarded by vfs->lock. */
struct actors {
    struct known_thread {
        pid_t thread; /* 0: none */
        int64_t at_ms;
        struct process_id process;
    } threads[KNOWN_THREADS]; /* found out of late, by thread */
};

static int64_t now_ms(const struct vfs *vfs)
{
    return clock_now_ms(vfs->config.clock);
}

/* --- processes -------------------------------------------------------------------------------- */

struct process_id actors_identify(struct vfs *vfs, pid_t thread)
{
    struct known_thread *known = &vfs->actors->threads[(unsigned)thread % KNOWN_THREADS];
    int64_t now = clock_now_ms(&clock_system);

    if (thread <= 0)
        return (struct process_id){0};
    pthread_mutex_lock(&vfs->lock);
    struct known_thread found = *known;
    pthread_mutex_unlock(&vfs->lock);
    if (found.thread == thread && now - found.at_ms < IDENTITY_MS)
        return found.process;
    found = (struct known_thread){thread, now, process_identify(thread)};
    pthread_mutex_lock(&vfs->lock);
    *known = found;
    pthread_mutex_unlock(&vfs->lock);
    return found.process;
}

struct actors *actors_create(void)
{
    return calloc(1, sizeof(struct actors));
}

void actors_destroy(struct actors *actors)
{
    free(actors);
}

/* --- places ----------------------------------------------------------------------------------- */

uint64_t actors_place(struct dir *dir)
{
    struct dir *resource = dir_resource(dir);

    if (dir_id(resource) == NULL || resource->kind == NULL)
        return (uint64_t)attr_ino((struct node){.dir = dir});
    return dir_key(dir);
}

static struct deed_key key_of(struct dir *dir, struct process_id process)
{
    return (struct deed_key){
        .kind = DEED_READ, .who = process_number(process), .place = actors_place(dir)};
}

/* --- what was opened -------------------------------------------------------------------------- */

static bool is_nameless(const struct read_deed *reading)
{
    return reading->deed.key.who == 0;
}

/* Whether what was opened counts no more: nameless callers may be many, one after another. */
static bool is_forgotten(const struct vfs *vfs, const struct read_deed *reading)
{
    return is_nameless(reading) && now_ms(vfs) - reading->deed.at_ms > DEED_AFTERLIFE_MS;
}

/* With vfs->lock held. Without memory it counts as not opened. */
static void add_opened(struct read_deed *reading, struct leaf leaf)
{
    for (uint32_t i = 0; i < reading->opened_count; i++)
        if (leaf_is_same(reading->opened[i], leaf))
            return;
    struct leaf *opened = reallocarray(reading->opened, reading->opened_count + 1, sizeof *opened);
    if (opened == NULL)
        return;
    opened[reading->opened_count++] = leaf;
    reading->opened = opened;
}

void actors_note_opened(struct dir *dir, struct leaf leaf, struct process_id process)
{
    struct deed_key key = key_of(dir, process);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct read_deed *reading = (struct read_deed *)deed_find(vfs->deeds, key);
    bool forgotten = reading != NULL && is_forgotten(vfs, reading);
    reading = (struct read_deed *)deed_note(vfs->deeds, key, NULL);
    if (reading != NULL) {
        reading->opened_count = forgotten ? 0 : reading->opened_count;
        add_opened(reading, leaf);
    }
    pthread_mutex_unlock(&vfs->lock);
}

size_t actors_opened(struct dir *dir, struct process_id process, struct leaf **out)
{
    struct deed_key key = key_of(dir, process);
    struct vfs *vfs = dir->vfs;
    size_t count = 0;

    *out = NULL;
    pthread_mutex_lock(&vfs->lock);
    const struct read_deed *reading = (const struct read_deed *)deed_find(vfs->deeds, key);
    if (reading != NULL && reading->opened_count > 0 && !is_forgotten(vfs, reading))
        *out = malloc(reading->opened_count * sizeof **out);
    if (*out != NULL) {
        count = reading->opened_count;
        memcpy(*out, reading->opened, count * sizeof **out);
    }
    pthread_mutex_unlock(&vfs->lock);
    return count;
}

/* --- by which name -----------------------------------------------------------------------------
 */

void actors_note_read_as(struct dir *dir, enum renamer file, struct process_id process)
{
    struct deed_key key = key_of(dir, process);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct read_deed *reading = (struct read_deed *)deed_note(vfs->deeds, key, NULL);
    if (reading != NULL)
        reading->read_as[file] = digest_key(DIGEST_ROOT, dir_name(dir));
    pthread_mutex_unlock(&vfs->lock);
}

bool actors_has_read_as(struct dir *dir, enum renamer file, struct process_id process,
                        const char *name)
{
    struct deed_key key = key_of(dir, process);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    const struct read_deed *reading = (const struct read_deed *)deed_find(vfs->deeds, key);
    bool has = reading != NULL && !is_nameless(reading) &&
               reading->read_as[file] == digest_key(DIGEST_ROOT, name);
    pthread_mutex_unlock(&vfs->lock);
    return has;
}

/* --- what was read ---------------------------------------------------------------------------- */

static struct seen *find_seen(const struct seen_list *list, const struct seen *seen)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->seen[i].version == seen->version && list->seen[i].key == seen->key)
            return &list->seen[i];
    return NULL;
}

/* With vfs->lock held: the oldest makes room. */
static void add_seen(struct seen_list *list, const struct seen *seen)
{
    struct seen *known = find_seen(list, seen);

    if (known != NULL) {
        known->whole = known->whole || seen->whole;
        return;
    }
    if (list->count == ACTOR_SEEN) {
        memmove(list->seen, list->seen + 1, --list->count * sizeof *list->seen);
        list->more = true;
    }
    struct seen *all = reallocarray(list->seen, list->count + 1, sizeof *all);
    if (all == NULL) {
        list->more = true;
        return;
    }
    all[list->count++] = *seen;
    list->seen = all;
}

void actors_note_seen(struct dir *dir, struct process_id process, const struct seen *seen)
{
    struct deed_key key = key_of(dir_resource(dir), process);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct read_deed *reading = (struct read_deed *)deed_note(vfs->deeds, key, NULL);
    if (reading != NULL) {
        add_seen(&reading->seen, seen);
        if (seen->whole)
            reading->whole_ms = reading->deed.at_ms;
    }
    pthread_mutex_unlock(&vfs->lock);
}

/* Of nameless callers it is not known for long that who writes is who has read. */
static void forget_whole(struct seen_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        list->seen[i].whole = false;
}

void actors_get_seen(struct dir *dir, struct process_id process, struct seen_list *out)
{
    struct deed_key key = key_of(dir_resource(dir), process);
    struct vfs *vfs = dir->vfs;

    *out = (struct seen_list){0};
    pthread_mutex_lock(&vfs->lock);
    const struct read_deed *reading = (const struct read_deed *)deed_find(vfs->deeds, key);
    if (reading != NULL)
        seen_list_copy(&reading->seen, out);
    if (reading != NULL && is_nameless(reading) &&
        now_ms(vfs) - reading->whole_ms > DEED_AFTERLIFE_MS)
        forget_whole(out);
    pthread_mutex_unlock(&vfs->lock);
}
