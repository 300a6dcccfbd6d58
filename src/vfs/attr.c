/* SPDX-License-Identifier: MIT */
/* Attributes: what stat shows. */
#include "config.h"

#include "vfs/attr.h"

#include "vfs/content.h"
#include "vfs/dates.h"
#include "vfs/finish.h"
#include "vfs/file.h"
#include "vfs/lease.h"
#include "vfs/process.h"
#include "vfs/ino.h"

#include <errno.h>
#include <string.h>

#define HANDLES_LOOKED_AT 16 /* on one file */
#define DIR_BYTES         4096
#define STAT_BLOCK        512
#define IO_BLOCK          4096
#define ALWAYS_MS         60000 /* names that never change */

struct opened {
    pid_t pid;
    size_t bytes;
};

/* Whenever it is looked at, it was used just now: to what cleans by age nothing here is old. Who
 * believes in that for a while looks in that while. */
static void set_atime(const struct vfs *vfs, struct stat *st, int64_t valid_ms)
{
    int64_t now_ms = clock_wall_ms(vfs->config.clock) + valid_ms;

    st->st_atim = (struct timespec){.tv_sec = (time_t)(now_ms / 1000),
                                    .tv_nsec = (long)(now_ms % 1000) * 1000000L};
}

void attr_set_times(struct stat *st, struct date date)
{
    int64_t below_ms = (date.ms % 1000 + 1000) % 1000; /* of dates before 1970, too */
    struct timespec time = {.tv_sec = (time_t)((date.ms - below_ms) / 1000),
                            .tv_nsec = (long)below_ms * 1000000L + (long)date.below_ns};

    st->st_atim = time;
    st->st_mtim = time;
    st->st_ctim = time;
}

/* How long the kernel may believe in names in `dir`. */
static int64_t names_valid_ms(struct dir *dir)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;
    struct dir *owner = dir_resource(dir);

    switch (dir_ops(owner)->names) {
    case NAMES_FIXED:
        return ALWAYS_MS;
    case NAMES_OF_RECORD:
        return hooks->names_valid_ms == NULL ? 0 : hooks->names_valid_ms(owner);
    case NAMES_LEASED:
        break;
    }
    return lease_give(owner);
}

/* The handles on a file, newest first; how many there are, at most `max`. What is staged by who
 * only writes to a resource's file is nobody's size. */
static size_t find_handles(struct node node, struct opened *out, size_t max)
{
    struct vfs *vfs = node.dir->vfs;
    struct file *file;
    size_t count = 0;

    pthread_mutex_lock(&vfs->lock);
    LIST_FOREACH (file, &vfs->files, link) {
        bool shows = file->node.content == NULL &&
                     (!file->writable || (file->row->flags & LEAF_VOLATILE) != 0);
        if (count < max && shows && file->node.dir == node.dir &&
            alias_is_same(file->node.alias, node.alias))
            out[count++] = (struct opened){file->opener, file->shown_bytes};
    }
    pthread_mutex_unlock(&vfs->lock);
    return count;
}

/* The size of the newest handle of the calling process or (`call` NULL) of any; -1: there is none.
 * Who opens a file asks for its size next, and fstat does not say on which handle. */
static off_t handle_size(struct call *call, struct node node)
{
    struct opened opened[HANDLES_LOOKED_AT];
    size_t count = find_handles(node, opened, HANDLES_LOOKED_AT);

    for (size_t i = 0; i < count; i++)
        if (call == NULL || same_process(call->pid, opened[i].pid))
            return (off_t)opened[i].bytes;
    return -1;
}

static int leaf_size(struct call *call, struct node node, const struct leaf_row *row, off_t *size)
{
    struct buf text = BUF_EMPTY;

    *size = node.content != NULL ? -1 : handle_size(call, node);
    if (*size >= 0)
        return 0;
    int rc = leaf_render(call, node, row, false, &text);
    *size = (off_t)text.size_bytes;
    buf_finish(&text);
    return rc;
}

/* What the key may not see is there all the same, as what a user may not read is: ls shows it, and
 * it is the open that fails. */
static int show_denied(struct call *call, const struct leaf_row *row, int rc)
{
    if ((row->flags & LEAF_SINGLETON) == 0 || (rc != -EACCES && rc != -ENOENT))
        return rc;
    call->problem = (struct problem){.kind = PROBLEM_NONE};
    return 0;
}

static int attr_leaf(struct call *call, struct node node, struct stat *st)
{
    const struct leaf_row *row = leaf_row_of(node);

    if (row == NULL)
        return -ENOENT;
    st->st_mode = S_IFREG | row->mode;
    st->st_nlink = 1;
    int rc =
        row->render == NULL ? 0 : show_denied(call, row, leaf_size(call, node, row, &st->st_size));
    if (row->attr != NULL)
        row->attr(node, st);
    return rc;
}

static void attr_directory(struct dir *dir, struct stat *st)
{
    st->st_mode = S_IFDIR | (dir_ops(dir)->secret ? 0700 : 0755);
    st->st_nlink = 1; /* how many directories are in it can't be told from it: not counted */
    st->st_size = DIR_BYTES;
}

/* Files that this mount makes, renames and removes by itself: refused documents, journals. */
static bool is_fleeting(struct node node)
{
    const struct leaf_source *source = dir_ops(node.dir)->source;
    struct leaf leaf = leaf_of(node);

    return leaf_is_scratch(leaf) || (leaf_is_field(leaf) && source != NULL && source->fleeting);
}

/* Of a file, its size may be another one's at the next open, unless that is another node. */
static int64_t attr_valid_ms(struct node node)
{
    if (!node_is_dir(node) && node.content == NULL)
        return 0;
    if (!node_is_dir(node) || node.dir->kind == NULL)
        return ALWAYS_MS;
    return lease_give(dir_resource(node.dir));
}

int attr_node(struct call *call, struct node node, struct stat *st, int64_t *valid_ms)
{
    struct dir *dir = node.dir;
    const struct vfs_config *config = &dir->vfs->config;
    struct date date = {.ms = dir->vfs->started_ms};
    int rc = 0;

    if (node.content != NULL)
        date = config->hooks->pin_date(dir, content_pin(node.content));
    else if (dir_ops(dir)->mtime != NULL)
        rc = dir_ops(dir)->mtime(dir, &date);

    *st = (struct stat){.st_ino = attr_ino(node),
                        .st_uid = config->uid,
                        .st_gid = config->gid,
                        .st_blksize = IO_BLOCK};
    attr_set_times(st, !node_is_dir(node) ? date : date_later(date, date_of_names(dir)));
    if (rc == 0 && !node_is_dir(node))
        rc = attr_leaf(call, node, st);
    else
        attr_directory(dir, st);
    *valid_ms = attr_valid_ms(node);
    set_atime(dir->vfs, st, *valid_ms);
    st->st_mode &= ~(config->umask & 0777);
    st->st_blocks = (st->st_size + STAT_BLOCK - 1) / STAT_BLOCK;
    return rc;
}

bool attr_is_known(struct node node)
{
    const struct leaf_row *row = leaf_row(node.dir, node.alias);
    const struct vfs_hooks *hooks = node.dir->vfs->config.hooks;

    return row == NULL || hooks->attr_is_known == NULL || hooks->attr_is_known(node.dir, row);
}

/* Whether it shows a kind's resources, or some of them: its date is the names'. */
static bool lists_resources(struct node node)
{
    return node_is_dir(node) && node.dir->kind != NULL && dir_ops(node.dir)->list != NULL;
}

/* What shows a state is found under another number as soon as there is another state. */
static bool shows_state(struct node node)
{
    const struct leaf_row *row = node_is_dir(node) ? NULL : leaf_row_of(node);

    return row != NULL && (row->flags & LEAF_PINNED) != 0;
}

static int64_t entry_valid_ms(struct dir *parent, struct node node)
{
    if (is_fleeting(node))
        return 0;
    return shows_state(node) ? lease_give(dir_resource(parent)) : names_valid_ms(parent);
}

int attr_entry(struct call *call, struct dir *parent, struct entry *entry)
{
    entry->generation = leaf_generation(entry->node.dir, entry->node.alias);
    entry->entry_valid_ms = entry_valid_ms(parent, entry->node);
    int rc = attr_node(call, entry->node, &entry->st, &entry->attr_valid_ms);
    if (lists_resources(entry->node) && !lease_lasts(parent))
        entry->attr_valid_ms = 0; /* who wants its date asks for it: bring_up_to_date */
    return rc;
}

/* What is gone, but held by somebody: an open file, a directory that a process works in. */
static int attr_of_gone(struct node node, struct stat *st)
{
    const struct leaf_row *row = leaf_row(node.dir, node.alias);
    mode_t umask = node.dir->vfs->config.umask;

    st->st_mode =
        node_is_dir(node) ? S_IFDIR | (0755 & ~umask) : S_IFREG | (leaf_mode(node) & ~umask);
    if (row != NULL && (row->flags & LEAF_SCRATCH_FILE) != 0)
        row->attr(node, st);
    else if (!node_is_dir(node))
        st->st_size = handle_size(NULL, node);
    st->st_blocks = (st->st_size + STAT_BLOCK - 1) / STAT_BLOCK;
    st->st_nlink = 0;
    return st->st_size >= 0 ? 0 : -ENOENT;
}

/* Who asks for the date of a directory, and for nothing else, wants to know what has become of the
 * names in it: past the TTL it is as fresh as a look-up there. */
static void bring_up_to_date(struct call *call, struct node node)
{
    const struct vfs_hooks *hooks = node.dir->vfs->config.hooks;

    if (lists_resources(node) && hooks->before_date != NULL)
        hooks->before_date(call, node.dir);
}

int vfs_getattr(struct call *call, struct node node, struct stat *st, int64_t *valid_ms)
{
    char path[PATH_BYTES];

    bring_up_to_date(call, node);
    int rc = attr_node(call, node, st, valid_ms);
    if (rc == -ENOENT)
        rc = attr_of_gone(node, st);
    set_atime(node.dir->vfs, st, *valid_ms);
    if (rc == 0)
        return 0;
    node_path(node, path, sizeof path);
    return call_finish(call, node.dir, path, rc);
}
