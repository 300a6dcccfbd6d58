/* SPDX-License-Identifier: MIT */
/* The bytes of scratch files, and how many there may be. */
#include "config.h"

#include "tree/scratch.h"

#include "tree/failure.h"
#include "tree/scratch_internal.h"

#include <errno.h>
#include <string.h>

/* With the lock held: whether the content may become that long. */
static int check_size(struct call *call, struct tree *tree, const struct scratch *scratch,
                      size_t size)
{
    if (size > SCRATCH_FILE_BYTES)
        return tree_fail(call, ENOSPC, "a scratch file has at most 1 MiB");
    if (size > scratch->data.size_bytes &&
        tree->scratch_bytes + size - scratch->data.size_bytes > SCRATCH_TOTAL_BYTES)
        return scratch_no_space(call);
    return 0;
}

/* With the lock held. */
static bool resize(struct tree *tree, struct scratch *scratch, size_t size)
{
    size_t before = scratch->data.size_bytes;

    if (!buf_resize(&scratch->data, size))
        return false;
    tree->scratch_bytes += size;
    tree->scratch_bytes -= before;
    scratch->mtime_ms = clock_wall_ms(tree->config.clock);
    return true;
}

bool scratch_read(const struct dir *dir, uint32_t leaf, struct buf *out)
{
    pthread_mutex_lock(&dir->tree->lock);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    bool ok =
        scratch != NULL && buf_append(out, buf_text(&scratch->data), scratch->data.size_bytes);
    pthread_mutex_unlock(&dir->tree->lock);
    return ok;
}

ssize_t scratch_pread(const struct dir *dir, uint32_t leaf, char *out, size_t size, off_t offset)
{
    size_t count = 0;

    pthread_mutex_lock(&dir->tree->lock);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && offset >= 0 && (size_t)offset < scratch->data.size_bytes) {
        size_t left = scratch->data.size_bytes - (size_t)offset;
        count = left < size ? left : size;
        memcpy(out, scratch->data.data + offset, count);
    }
    pthread_mutex_unlock(&dir->tree->lock);
    return (ssize_t)count;
}

/* With the lock held. */
static ssize_t write_locked(struct call *call, struct tree *tree, struct scratch *scratch,
                            const char *data, size_t size, size_t offset)
{
    size_t end = offset + size;

    if (end < offset)
        return scratch_no_space(call);
    int rc = check_size(call, tree, scratch, end);
    if (rc < 0)
        return rc;
    if (end > scratch->data.size_bytes && !resize(tree, scratch, end))
        return -ENOMEM;
    if (!buf_write_at(&scratch->data, offset, data, size))
        return -ENOMEM;
    scratch->mtime_ms = clock_wall_ms(tree->config.clock);
    return (ssize_t)size;
}

ssize_t scratch_pwrite(struct call *call, struct dir *dir, uint32_t leaf, const char *data,
                       size_t size, off_t offset, bool append)
{
    struct process_id process = actors_identify(dir->tree, call->pid);
    ssize_t rc = -ESTALE;

    pthread_mutex_lock(&dir->tree->lock);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL)
        author_note(&scratch->author, process);
    if (scratch != NULL)
        rc = write_locked(call, dir->tree, scratch, data, size,
                          append || offset < 0 ? scratch->data.size_bytes : (size_t)offset);
    pthread_mutex_unlock(&dir->tree->lock);
    return rc;
}

off_t scratch_size(const struct dir *dir, uint32_t leaf)
{
    pthread_mutex_lock(&dir->tree->lock);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    size_t size = scratch == NULL ? 0 : scratch->data.size_bytes;
    pthread_mutex_unlock(&dir->tree->lock);
    return (off_t)size;
}

int scratch_truncate(struct call *call, struct dir *dir, uint32_t leaf, off_t size)
{
    int rc = -ESTALE;

    pthread_mutex_lock(&dir->tree->lock);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && size >= 0)
        rc = check_size(call, dir->tree, scratch, (size_t)size);
    if (rc == 0 && !resize(dir->tree, scratch, (size_t)size))
        rc = -ENOMEM;
    if (rc == 0 && size == 0)
        author_clear(&scratch->author);
    pthread_mutex_unlock(&dir->tree->lock);
    return rc;
}
