/* SPDX-License-Identifier: MIT */
/*
 * Open directories. An offset is an index: 0 is ".", 1 is "..", from 2 on the listing's entries.
 * A reply is filled until it is full, so that a listing costs time in proportion to its length.
 */
#include "config.h"

#include "fs/op.h"
#include "fs/ops.h"

#include <errno.h>
#include <stdlib.h>

#define DOTS 2

/* The inode number that a directory shows; 0 when it can't be told. */
static ino_t shown_ino(struct op *op, struct dir *dir)
{
    int64_t valid_ms;
    struct stat st;

    if (vfs_getattr(&op->call, (struct node){.dir = dir}, &st, &valid_ms) != 0)
        return 0;
    return st.st_ino;
}

static struct handle *open_directory(struct op *op, int *rc)
{
    struct handle *handle = handle_open(&op->fs->handles);

    if (handle == NULL) {
        *rc = -ENOMEM;
        return NULL;
    }
    *rc = vfs_opendir(&op->call, op->node.dir, &handle->listing);
    if (*rc != 0) {
        handle_close(&op->fs->handles, handle);
        return NULL;
    }
    return handle;
}

/* What is read from the kernel's own copy is never filled here. */
static int fill_handle(struct op *op, struct handle *handle)
{
    struct dir *parent = dir_parent(op->node.dir);
    int rc = listing_fill(&op->call, handle->listing);

    if (rc != 0 || handle->ino != 0)
        return rc;
    handle->ino = shown_ino(op, op->node.dir);
    handle->parent_ino = shown_ino(op, parent != NULL ? parent : op->node.dir);
    return 0;
}

void fs_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct handle *handle = NULL;
    struct op op;
    int rc = op_begin(&op, req, "opendir", ino);

    if (rc == 0)
        handle = open_directory(&op, &rc);
    op_end(&op);
    if (rc != 0) {
        fuse_reply_err(req, -rc);
        return;
    }
    fi->fh = (uintptr_t)handle;
    fi->cache_readdir = listing_keep(handle->listing) != LISTING_NEW;
    fi->keep_cache = listing_keep(handle->listing) == LISTING_KEPT;
    if (fuse_reply_open(req, fi) != 0)
        handle_close(&op.fs->handles, handle);
}

void fs_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    fs_release(req, ino, fi);
}

/* One reply on its way: the bytes, and the nodes that were counted for them. */
struct page {
    struct op *op;
    const struct handle *handle;
    char *bytes;
    size_t used;
    size_t size;
    uint64_t *counted;
    size_t counted_count;
};

/* No entry takes less than this in either form, so a page holds at most size / this of them. */
#define SMALLEST_ENTRY 24

static bool page_init(struct page *page, struct op *op, const struct handle *handle, size_t size)
{
    *page = (struct page){.op = op, .handle = handle, .size = size};
    page->bytes = malloc(size + 1);
    page->counted = calloc(size / SMALLEST_ENTRY + 1, sizeof *page->counted);
    return page->bytes != NULL && page->counted != NULL;
}

static void page_finish(struct page *page)
{
    free(page->bytes);
    free(page->counted);
}

static const char *entry_name(const struct handle *handle, size_t index)
{
    if (index < DOTS)
        return index == 0 ? "." : "..";
    return listing_name(handle->listing, index - DOTS);
}

/* What is told of an entry that is not counted as looked up. */
static struct stat entry_stat(const struct handle *handle, size_t index)
{
    if (index < DOTS)
        return (struct stat){.st_mode = S_IFDIR,
                             .st_ino = index == 0 ? handle->ino : handle->parent_ino};
    return (struct stat){.st_mode = listing_type(handle->listing, index - DOTS),
                         .st_ino = listing_ino(handle->listing, index - DOTS)};
}

/* Each of the two below adds one entry. Returns 1; 0 when the page is full; or a negative errno. */

/* What has changed since the directory was opened. */
static int refresh(struct page *page, size_t index)
{
    return index < DOTS ? 0 : listing_refresh(&page->op->call, page->handle->listing, index - DOTS);
}

static int add_plain(struct page *page, size_t index)
{
    int rc = refresh(page, index);

    if (rc != 0)
        return rc == -ENOENT ? 1 : rc;
    struct stat st = entry_stat(page->handle, index);
    size_t left = page->size - page->used;
    size_t need = fuse_add_direntry(page->op->req, page->bytes + page->used, left,
                                    entry_name(page->handle, index), &st, (off_t)index + 1);

    if (need > left)
        return 0;
    page->used += need;
    return 1;
}

/* The entry with its attributes, counted; where they can't be had now (a failed request, say) it
 * is listed all the same, uncounted, and a lookup of its name will tell why. */
static int describe(struct page *page, size_t index, struct fuse_entry_param *out)
{
    struct entry entry;

    *out = (struct fuse_entry_param){.attr = entry_stat(page->handle, index)};
    if (index < DOTS)
        return 0;
    int rc = listing_entry(&page->op->call, page->handle->listing, index - DOTS, &entry);
    if (rc == 0)
        rc = fs_count_entry(page->op->fs, &entry, out);
    if (rc == 0)
        page->counted[page->counted_count++] = out->ino;
    return rc == -ENOENT || rc == -EINTR || rc == -ENOMEM ? rc : 0;
}

static int add_plus(struct page *page, size_t index)
{
    int rc = refresh(page, index);

    if (rc != 0)
        return rc == -ENOENT ? 1 : rc;
    const char *name = entry_name(page->handle, index);
    fuse_req_t req = page->op->req;
    struct fuse_entry_param param;

    /* Measured before it is counted: what doesn't fit was never looked up. */
    if (fuse_add_direntry_plus(req, NULL, 0, name, NULL, 0) > page->size - page->used)
        return 0;
    rc = describe(page, index, &param);
    if (rc == -ENOENT) /* gone since the directory was opened */
        return 1;
    if (rc != 0)
        return rc;
    page->used += fuse_add_direntry_plus(req, page->bytes + page->used, page->size - page->used,
                                         name, &param, (off_t)index + 1);
    return 1;
}

/* Fills the page from `off` on; fails only if nothing could be put in. */
static int fill(struct page *page, off_t off, int (*add)(struct page *page, size_t index))
{
    size_t count = listing_count(page->handle->listing) + DOTS;
    int rc = 1;

    for (size_t index = (size_t)off; rc > 0 && index < count; index++)
        rc = add(page, index);
    if ((size_t)off >= count)
        listing_ended(page->handle->listing);
    return rc < 0 && page->used == 0 ? rc : 0;
}

static void reply_page(struct page *page, fuse_req_t req, int rc)
{
    if (rc == 0 && fuse_reply_buf(req, page->bytes, page->used) == 0)
        return;
    for (size_t i = 0; i < page->counted_count; i++)
        inodes_forget(page->op->fs->inodes, page->counted[i], 1);
    if (rc != 0)
        fuse_reply_err(req, -rc);
}

static void read_directory(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                           struct fuse_file_info *fi, int (*add)(struct page *page, size_t index))
{
    struct page page;
    struct op op;
    int rc = op_begin(&op, req, "readdir", ino);

    if (!page_init(&page, &op, op_handle(fi), size))
        rc = -ENOMEM;
    if (rc == 0)
        rc = fill_handle(&op, op_handle(fi));
    if (rc == 0)
        rc = fill(&page, off, add);
    op_end(&op);
    reply_page(&page, req, rc);
    page_finish(&page);
}

void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
    read_directory(req, ino, size, off, fi, add_plain);
}

void fs_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                    struct fuse_file_info *fi)
{
    read_directory(req, ino, size, off, fi, add_plus);
}
