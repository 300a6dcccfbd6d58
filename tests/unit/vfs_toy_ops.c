/* SPDX-License-Identifier: MIT */
/* What is done to a toy, by names. */
#include "config.h"

#include "vfs_toy.h"

#include "vfs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_MS 5000

static _Thread_local struct cancel cancel;
static _Thread_local struct call call;

struct call *toy_call(const char *op, pid_t pid)
{
    static _Thread_local bool begun;

    if (begun)
        cancel_finish(&cancel);
    begun = true;
    cancel_init(&cancel, NULL, clock_now_ms(&clock_system) + DEADLINE_MS);
    call = (struct call){.cancel = &cancel,
                         .op = op,
                         .pid = pid == 0 ? getpid() : pid,
                         .uid = getuid(),
                         .gid = getgid()};
    return &call;
}

struct dir *toy_dir(const char *path)
{
    struct dir *dir = dir_ref(vfs_root(&toy.vfs));
    char copy[128];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *name = strtok(copy, "/"); name != NULL; name = strtok(NULL, "/")) {
        struct entry entry;
        ck_assert_int_eq(vfs_lookup(toy_call("lookup", 0), dir, name, &entry), 0);
        ck_assert(node_is_dir(entry.node));
        dir_unref(dir);
        dir = entry.node.dir;
    }
    return dir;
}

int toy_lookup(struct dir *dir, const char *name, struct alias *alias)
{
    struct entry entry;
    int rc = vfs_lookup(toy_call("lookup", 0), dir, name, &entry);

    if (alias != NULL)
        *alias = rc == 0 ? entry.node.alias : ALIAS_OF_DIR;
    if (rc == 0)
        node_unref(entry.node);
    return rc;
}

struct file *toy_open(struct dir *dir, const char *name, int flags)
{
    struct file *file = NULL;
    struct entry entry;
    int rc;

    if ((flags & O_CREAT) != 0) {
        rc = vfs_create_file(toy_call("create", 0), dir, name, 0644, flags, &entry, &file);
    } else {
        ck_assert_int_eq(vfs_lookup(toy_call("lookup", 0), dir, name, &entry), 0);
        rc = vfs_open(toy_call("open", 0), entry.node, flags, &file);
    }
    ck_assert_msg(rc == 0, "%s can't be opened: %s", name, strerror(-rc));
    node_unref(entry.node);
    return file;
}

int toy_write(struct file *file, const char *text, off_t offset)
{
    return (int)vfs_write(toy_call("write", 0), file, text, strlen(text), offset);
}

const char *toy_read(struct dir *dir, const char *name)
{
    static char out[8192];
    struct file *file = toy_open(dir, name, O_RDONLY);
    ssize_t got = vfs_read(toy_call("read", 0), file, out, sizeof out - 1, 0);

    ck_assert_int_ge(got, 0);
    out[got] = '\0';
    vfs_release(file);
    return out;
}

const char *toy_list(struct dir *dir)
{
    static char out[1024];
    struct listing *listing = NULL;
    size_t used = 0;

    out[0] = '\0';
    ck_assert_int_eq(vfs_opendir(toy_call("opendir", 0), dir, &listing), 0);
    ck_assert_int_eq(listing_fill(toy_call("readdir", 0), listing), 0);
    for (size_t i = 0; i < listing_count(listing); i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s ", listing_name(listing, i));
    listing_close(listing);
    return out;
}

void toy_make(struct dir *dir, const char *name, const char *text)
{
    struct file *file = toy_open(dir, name, O_CREAT | O_WRONLY);

    ck_assert_int_eq(toy_write(file, text, 0), (int)strlen(text));
    vfs_release(file);
}
