/* SPDX-License-Identifier: MIT */
/* The bytes of scratch files, by those who have them open. */
#include "config.h"

#include "vfs/failure.h"
#include "vfs/process.h"
#include "vfs/scratch.h"
#include "vfs/scratch_set.h"

#include <errno.h>
#include <string.h>

static void lock(const struct scratch *scratch)
{
    pthread_mutex_lock(scratch->store->lock);
}

static void unlock(const struct scratch *scratch)
{
    pthread_mutex_unlock(scratch->store->lock);
}

struct scratch *scratch_hold(struct dir *dir, struct leaf leaf)
{
    pthread_mutex_lock(&dir->vfs->lock);
    const struct scratch_set *set = scratch_set_of(dir);
    struct scratch *scratch = set == NULL ? NULL : scratch_of_leaf(set, leaf);
    if (scratch != NULL)
        scratch->holds++;
    pthread_mutex_unlock(&dir->vfs->lock);
    return scratch;
}

/* Its author may end before somebody moves it into place. */
static void keep_seen(struct dir *dir, struct scratch *scratch)
{
    struct author author = {0};

    lock(scratch);
    author_copy(&scratch->author, &author);
    unlock(scratch);
    author_keep_seen(&author, dir);
    lock(scratch);
    if (process_is_same(scratch->author.process, author.process)) {
        seen_list_finish(&scratch->author.had_read);
        scratch->author.had_read = author.had_read;
        author.had_read = (struct seen_list){0};
    }
    unlock(scratch);
    author_clear(&author);
}

void scratch_release(struct dir *dir, struct scratch *scratch, bool writable)
{
    pthread_mutex_t *its_lock = scratch->store->lock;

    if (writable)
        keep_seen(dir, scratch);
    pthread_mutex_lock(its_lock);
    scratch_unhold(scratch);
    pthread_mutex_unlock(its_lock);
}

/* With the lock held: whether the content may become that long. */
static int check_size(struct call *call, const struct scratch *scratch, size_t size)
{
    if (size > SCRATCH_FILE_BYTES)
        return call_fail(call, ENOSPC, "a scratch file has at most 1 MiB");
    if (size > scratch->data.size_bytes &&
        !scratch_set_has_room(scratch->set, 0, size - scratch->data.size_bytes))
        return call_fail(call, ENOSPC, "scratch files are kept in memory: at most 16 MiB in all");
    return 0;
}

ssize_t scratch_pread(struct scratch *scratch, char *out, size_t size, off_t offset)
{
    size_t count = 0;

    lock(scratch);
    if (offset >= 0 && (size_t)offset < scratch->data.size_bytes) {
        size_t left = scratch->data.size_bytes - (size_t)offset;
        count = left < size ? left : size;
        memcpy(out, scratch->data.data + offset, count);
    }
    unlock(scratch);
    return (ssize_t)count;
}

/* With the lock held. */
static ssize_t write_locked(struct call *call, struct scratch *scratch, const char *data,
                            size_t size, size_t offset)
{
    size_t end = offset + size;

    int rc = check_size(call, scratch, end < offset ? SIZE_MAX : end);
    if (rc < 0)
        return rc;
    if (end > scratch->data.size_bytes && !scratch_resize(scratch, end))
        return -ENOMEM;
    if (!buf_write_at(&scratch->data, offset, data, size))
        return -ENOMEM;
    scratch->mtime_ms = clock_wall_ms(scratch->store->clock);
    return (ssize_t)size;
}

ssize_t scratch_pwrite(struct call *call, struct dir *dir, struct scratch *scratch,
                       const char *data, size_t size, off_t offset, bool append)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);

    lock(scratch);
    author_note(&scratch->author, process);
    ssize_t rc = write_locked(call, scratch, data, size,
                              append || offset < 0 ? scratch->data.size_bytes : (size_t)offset);
    unlock(scratch);
    return rc;
}

off_t scratch_size(struct scratch *scratch)
{
    lock(scratch);
    size_t size = scratch->data.size_bytes;
    unlock(scratch);
    return (off_t)size;
}

int scratch_truncate(struct call *call, struct scratch *scratch, off_t size)
{
    if (size < 0)
        return -EINVAL;
    lock(scratch);
    int rc = check_size(call, scratch, (size_t)size);
    if (rc == 0 && !scratch_resize(scratch, (size_t)size))
        rc = -ENOMEM;
    if (rc == 0 && size == 0)
        author_clear(&scratch->author);
    unlock(scratch);
    return rc;
}
