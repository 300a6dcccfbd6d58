/* SPDX-License-Identifier: MIT */
/* What is done to a tree, by paths. */
#include "config.h"

#include "tree_fixture.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_PID 2 /* mkdir is another process than the rest, as in a shell */

/* The directory that `path` is in (a reference, or NULL), and its last name. */
static struct dir *parent_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    char *dir = strndup(path, slash == NULL ? 0 : (size_t)(slash - path));
    struct entry entry = {0};

    *name = slash == NULL ? path : slash + 1;
    int rc = fixture_find(dir, &entry);
    free(dir);
    return rc == 0 ? entry.node.dir : NULL;
}

int fixture_stat(const char *path, struct stat *st)
{
    struct entry entry;
    int rc = fixture_find(path, &entry);

    if (rc == 0)
        *st = entry.st;
    node_unref(entry.node);
    return rc;
}

/* As the kernel does, which looks the way up once more. */
int fixture_open(const char *path, int flags, struct file **out)
{
    int rc = -ESTALE;

    for (int i = 0; rc == -ESTALE && i < 2; i++) {
        struct entry entry;
        rc = fixture_find(path, &entry);
        if (rc == 0)
            rc = fixture_end(vfs_open(fixture_begin("open"), entry.node, flags, out));
        node_unref(entry.node);
    }
    return rc;
}

int fixture_read(const char *path, struct buf *out)
{
    struct file *file = NULL;
    char chunk[1000];
    ssize_t got = 0;
    int rc = fixture_open(path, O_RDONLY, &file);

    while (rc == 0 && (got = fixture_end((int)vfs_read(fixture_begin("read"), file, chunk,
                                                       sizeof chunk, (off_t)out->size_bytes))) > 0)
        buf_append(out, chunk, (size_t)got);
    if (file != NULL)
        vfs_release(file);
    return rc != 0 ? rc : (int)got;
}

int fixture_write(const char *path, const char *text)
{
    struct file *file = NULL;
    int rc = fixture_open(path, O_WRONLY | O_TRUNC, &file);

    if (rc == 0)
        rc = fixture_end(vfs_flush(fixture_begin("flush"), file));
    if (rc == 0) {
        ssize_t wrote =
            fixture_end((int)vfs_write(fixture_begin("write"), file, text, strlen(text), 0));
        struct problem problem = fixture_call.problem;
        rc = wrote < 0 ? (int)wrote : 0;
        int closed = fixture_end(vfs_flush(fixture_begin("flush"), file));
        if (rc == 0)
            rc = closed;
        else
            fixture_call.problem = problem;
    }
    if (file != NULL)
        vfs_release(file);
    return rc;
}

int fixture_mkdir(const char *path)
{
    const char *name;
    struct entry entry = {0};
    struct dir *dir = parent_of(path, &name);

    if (dir == NULL)
        return -ENOENT;
    struct call *call = fixture_begin("mkdir");
    call->pid = OTHER_PID;
    int rc = fixture_end(vfs_mkdir(call, dir, name, 0755, &entry));
    node_unref(entry.node);
    dir_unref(dir);
    return rc;
}

int fixture_create(const char *path, const char *text)
{
    const char *name;
    struct entry entry = {0};
    struct file *file = NULL;
    struct dir *dir = parent_of(path, &name);

    if (dir == NULL)
        return -ENOENT;
    int rc = fixture_end(
        vfs_create_file(fixture_begin("create"), dir, name, 0644, O_WRONLY, &entry, &file));
    if (rc == 0) {
        ssize_t wrote =
            fixture_end((int)vfs_write(fixture_begin("write"), file, text, strlen(text), 0));
        rc = wrote < 0 ? (int)wrote : fixture_end(vfs_flush(fixture_begin("flush"), file));
        vfs_release(file);
    }
    node_unref(entry.node);
    dir_unref(dir);
    return rc;
}

static int in_parent(const char *path, const char *op,
                     int (*run)(struct call *, struct dir *, const char *))
{
    const char *name;
    struct dir *dir = parent_of(path, &name);

    if (dir == NULL)
        return -ENOENT;
    int rc = fixture_end(run(fixture_begin(op), dir, name));
    dir_unref(dir);
    return rc;
}

int fixture_unlink(const char *path)
{
    return in_parent(path, "unlink", vfs_unlink);
}

int fixture_rmdir(const char *path)
{
    return in_parent(path, "rmdir", vfs_rmdir);
}

int fixture_rename(const char *from, const char *to)
{
    const char *name;
    const char *new_name;
    struct dir *dir = parent_of(from, &name);
    struct dir *new_dir = parent_of(to, &new_name);
    int rc = -ENOENT;

    if (dir != NULL && new_dir != NULL)
        rc = fixture_end(vfs_rename(fixture_begin("rename"), dir, name, new_dir, new_name, 0));
    dir_unref(dir);
    dir_unref(new_dir);
    return rc;
}

int fixture_touch(const char *path)
{
    struct setattr now = {.touch_now = true};
    struct entry entry;
    struct stat st;
    int64_t valid_ms;
    int rc = fixture_find(path, &entry);

    if (rc == 0)
        rc = fixture_end(vfs_setattr(fixture_begin("setattr"), entry.node, &now, &st, &valid_ms));
    node_unref(entry.node);
    return rc;
}

int fixture_statfs(bool interrupted, struct statvfs *out)
{
    struct call *call = fixture_begin("statfs");

    if (interrupted)
        cancel_fire(call->cancel, CANCEL_INTERRUPT);
    return fixture_end(vfs_statfs(call, tree_vfs(fixture_tree), out));
}

static struct listing *open_listing(const char *path)
{
    struct entry entry;
    struct listing *listing = NULL;

    if (fixture_find(path, &entry) == 0 &&
        fixture_end(vfs_opendir(fixture_begin("opendir"), entry.node.dir, &listing)) == 0)
        fixture_end(listing_fill(fixture_begin("readdir"), listing));
    node_unref(entry.node);
    return listing;
}

int fixture_remove(const char *path)
{
    struct entry entry;
    int rc = fixture_find(path, &entry);
    struct listing *listing = rc == 0 ? open_listing(path) : NULL;

    for (size_t i = 0; listing != NULL && i < listing_count(listing) && rc == 0; i++)
        rc = fixture_end(
            vfs_unlink(fixture_begin("unlink"), entry.node.dir, listing_name(listing, i)));
    listing_close(listing);
    if (rc == 0)
        rc = fixture_rmdir(path);
    node_unref(entry.node);
    return rc;
}

char *fixture_nth(const char *path, size_t index)
{
    struct listing *listing = open_listing(path);
    char *name = NULL;

    if (listing != NULL && index < listing_count(listing))
        name = strdup(listing_name(listing, index));
    listing_close(listing);
    return name;
}

size_t fixture_count(const char *path)
{
    struct listing *listing = open_listing(path);
    size_t count = listing == NULL ? 0 : listing_count(listing);

    listing_close(listing);
    return count;
}

void assert_text(const char *path, const char *part)
{
    struct buf text = BUF_EMPTY;

    ck_assert_int_eq(fixture_read(path, &text), 0);
    ck_assert_msg(strstr(buf_text(&text), part) != NULL, "%s in: %s", part, buf_text(&text));
    buf_finish(&text);
}

void assert_error(const char *part)
{
    ck_assert_msg(strstr(fixture_last_error(), part) != NULL, "%s in: %s", part,
                  fixture_last_error());
}
