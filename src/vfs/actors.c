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
    struct deed *deeds; /* by process and place */
    TAILQ_HEAD(, deed) by_age;
    struct known_thread {
        pid_t thread; /* 0: none */
        int64_t at_ms;
        struct process_id process;
    } threads[KNOWN_THREADS]; /* found out of late, by thread */
};

/* What one process did in one directory, or with one resource. */
struct deed {
    struct deed_key {
        uint64_t place;
        uint64_t start;
        int64_t pid;
    } key;
    uint32_t *opened; /* canonical numbers of leaves */
    uint32_t opened_count;
    struct seen_list seen;
    uint64_t read_as[RENAMERS]; /* by which name it has read them last: a hash; 0: not at all */
    int64_t last_ms;
    int64_t whole_ms;       /* when it last read a version to its end */
    int64_t looked_ms;      /* when it was last seen to be worth keeping */
    TAILQ_ENTRY(deed) link; /* in actors->by_age, by looked_ms */
    UT_hash_handle hh;      /* in actors->deeds */
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

/* --- deeds ------------------------------------------------------------------------------------ */

/* With vfs->lock held. */
static void deed_free(struct actors *actors, struct deed *deed)
{
    HASH_DEL(actors->deeds, deed);
    TAILQ_REMOVE(&actors->by_age, deed, link);
    free(deed->opened);
    free(deed->seen.seen);
    free(deed);
}

static bool is_nameless(const struct deed *deed)
{
    return deed->key.pid == 0;
}

static bool is_worth_keeping(const struct deed *deed, int64_t now)
{
    int64_t age = now - deed->last_ms;

    if (age <= ACTOR_AFTERLIFE_MS || is_nameless(deed))
        return age <= ACTOR_MEMORY_MS;
    return age <= ACTOR_MEMORY_MS &&
           process_is_alive((struct process_id){(pid_t)deed->key.pid, deed->key.start});
}

/* With vfs->lock held: looks at those not looked at for the longest time, a few at a time. */
static void drop_old(struct vfs *vfs)
{
    struct actors *actors = vfs->actors;
    int64_t now = now_ms(vfs);

    for (int i = 0; i < 2 && actors->deeds != NULL; i++) {
        struct deed *oldest = TAILQ_FIRST(&actors->by_age);
        bool crowded = HASH_COUNT(actors->deeds) > ACTOR_DEEDS;
        if (!crowded && now - oldest->looked_ms <= ACTOR_AFTERLIFE_MS)
            return;
        if (crowded || !is_worth_keeping(oldest, now)) {
            deed_free(actors, oldest);
            continue;
        }
        oldest->looked_ms = now;
        TAILQ_REMOVE(&actors->by_age, oldest, link);
        TAILQ_INSERT_TAIL(&actors->by_age, oldest, link);
    }
}

/* With vfs->lock held; NULL: there is none. */
static struct deed *find(struct actors *actors, uint64_t place, struct process_id process)
{
    struct deed_key key = {.place = place, .start = process.start, .pid = process.pid};
    struct deed *deed;

    HASH_FIND(hh, actors->deeds, &key, sizeof key, deed); // NOLINT: it can't read a key by bytes
    return deed;
}

/* With vfs->lock held; NULL: no memory. */
static struct deed *find_or_add(struct actors *actors, uint64_t place, struct process_id process)
{
    struct deed *deed = find(actors, place, process);

    if (deed != NULL)
        return deed;
    deed = calloc(1, sizeof *deed);
    if (deed == NULL)
        return NULL;
    deed->key = (struct deed_key){.place = place, .start = process.start, .pid = process.pid};
    HASH_ADD(hh, actors->deeds, key, sizeof deed->key, deed);
    TAILQ_INSERT_TAIL(&actors->by_age, deed, link);
    return deed;
}

/* With vfs->lock held: it does something just now. */
static void freshen(struct vfs *vfs, struct deed *deed)
{
    deed->last_ms = now_ms(vfs);
    deed->looked_ms = deed->last_ms;
    TAILQ_REMOVE(&vfs->actors->by_age, deed, link);
    TAILQ_INSERT_TAIL(&vfs->actors->by_age, deed, link);
}

struct actors *actors_create(void)
{
    struct actors *actors = calloc(1, sizeof *actors);

    if (actors != NULL)
        TAILQ_INIT(&actors->by_age);
    return actors;
}

void actors_destroy(struct actors *actors)
{
    while (actors != NULL && !TAILQ_EMPTY(&actors->by_age))
        deed_free(actors, TAILQ_FIRST(&actors->by_age));
    free(actors);
}

/* --- places ----------------------------------------------------------------------------------- */

uint64_t actors_place(struct dir *dir)
{
    struct dir *resource = dir_resource(dir);

    if (dir_id(resource) == NULL || resource->kind == NULL)
        return (uint64_t)attr_ino(dir, 0);
    return dir_key(dir);
}

/* --- what was opened -------------------------------------------------------------------------- */

/* With vfs->lock held. Without memory it counts as not opened. */
static void add_opened(struct deed *deed, uint32_t canonical)
{
    for (uint32_t i = 0; i < deed->opened_count; i++)
        if (deed->opened[i] == canonical)
            return;
    uint32_t *opened = reallocarray(deed->opened, deed->opened_count + 1, sizeof *opened);
    if (opened == NULL)
        return;
    opened[deed->opened_count++] = canonical;
    deed->opened = opened;
}

/* Whether what was opened counts no more: nameless callers may be many, one after another. */
static bool is_forgotten(const struct vfs *vfs, const struct deed *deed)
{
    int64_t age = now_ms(vfs) - deed->last_ms;

    return age > (is_nameless(deed) ? ACTOR_AFTERLIFE_MS : ACTOR_MEMORY_MS);
}

void actors_note_opened(struct dir *dir, uint32_t canonical, struct process_id process)
{
    uint64_t place = actors_place(dir);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct deed *deed = find_or_add(vfs->actors, place, process);
    if (deed != NULL) {
        deed->opened_count = is_forgotten(vfs, deed) ? 0 : deed->opened_count;
        add_opened(deed, canonical);
        freshen(vfs, deed);
    }
    drop_old(vfs);
    pthread_mutex_unlock(&vfs->lock);
}

size_t actors_opened(struct dir *dir, struct process_id process, uint32_t **out)
{
    uint64_t place = actors_place(dir);
    struct vfs *vfs = dir->vfs;
    size_t count = 0;

    *out = NULL;
    pthread_mutex_lock(&vfs->lock);
    const struct deed *deed = find(vfs->actors, place, process);
    if (deed != NULL && deed->opened_count > 0 && !is_forgotten(vfs, deed))
        *out = malloc(deed->opened_count * sizeof **out);
    if (*out != NULL) {
        count = deed->opened_count;
        memcpy(*out, deed->opened, count * sizeof **out);
    }
    pthread_mutex_unlock(&vfs->lock);
    return count;
}

/* --- by which name -----------------------------------------------------------------------------
 */

void actors_note_read_as(struct dir *dir, enum renamer file, struct process_id process)
{
    uint64_t place = actors_place(dir);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct deed *deed = find_or_add(vfs->actors, place, process);
    if (deed != NULL) {
        deed->read_as[file] = digest_key(DIGEST_ROOT, dir_name(dir));
        freshen(vfs, deed);
    }
    drop_old(vfs);
    pthread_mutex_unlock(&vfs->lock);
}

bool actors_has_read_as(struct dir *dir, enum renamer file, struct process_id process,
                        const char *name)
{
    uint64_t place = actors_place(dir);
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    const struct deed *deed = find(vfs->actors, place, process);
    bool has =
        deed != NULL && !is_nameless(deed) && deed->read_as[file] == digest_key(DIGEST_ROOT, name);
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
    uint64_t place = actors_place(dir_resource(dir));
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    struct deed *deed = find_or_add(vfs->actors, place, process);
    if (deed != NULL) {
        add_seen(&deed->seen, seen);
        freshen(vfs, deed);
        if (seen->whole)
            deed->whole_ms = deed->last_ms;
    }
    drop_old(vfs);
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
    uint64_t place = actors_place(dir_resource(dir));
    struct vfs *vfs = dir->vfs;

    *out = (struct seen_list){0};
    pthread_mutex_lock(&vfs->lock);
    const struct deed *deed = find(vfs->actors, place, process);
    if (deed != NULL)
        seen_list_copy(&deed->seen, out);
    if (deed != NULL && is_nameless(deed) && now_ms(vfs) - deed->whole_ms > ACTOR_AFTERLIFE_MS)
        forget_whole(out);
    pthread_mutex_unlock(&vfs->lock);
}
