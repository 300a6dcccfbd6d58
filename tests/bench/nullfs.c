/* SPDX-License-Identifier: MIT */
/*
 * What FUSE costs at the least: a filesystem that holds a copy of another tree in memory and does
 * nothing but answer.
 *
 *     nullfs --like=DIR --take=NAME [--direct-io] [FUSE's options] MOUNTPOINT
 *
 * NAME below DIR is copied at the start. The kernel may keep names, attributes, directories and
 * pages for an hour and is asked to; with --direct-io it keeps no pages. A directory that is made
 * three levels down (machines/M/NAME) has at once the files of the first directory that was
 * copied, as a new resource has.
 */
#include "config.h"

#include "null_tree.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 14)
#include <fuse_lowlevel.h>

#define KEPT_S         3600.0 /* as the ttl of what it stands beside */
#define RESOURCE_DEPTH 3

struct null_options {
    char *like;
    char *take;
    int direct_io;
};

static struct null_options options;
static struct node *root;
static struct node *example; /* whose files a new directory gets */
static pthread_rwlock_t tree_lock = PTHREAD_RWLOCK_INITIALIZER;

static struct node *node_of(fuse_ino_t ino)
{
    return ino == FUSE_ROOT_ID ? root : (struct node *)ino;
}

static struct fuse_entry_param entry_of(struct node *node)
{
    return (struct fuse_entry_param){.ino = (fuse_ino_t)node,
                                     .attr = node->attr,
                                     .attr_timeout = KEPT_S,
                                     .entry_timeout = KEPT_S};
}

static void reply_node(fuse_req_t req, struct node *node, int error)
{
    if (node == NULL) {
        fuse_reply_err(req, error);
        return;
    }
    struct fuse_entry_param entry = entry_of(node);
    fuse_reply_entry(req, &entry);
}

static void null_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    pthread_rwlock_rdlock(&tree_lock);
    reply_node(req, node_find(node_of(parent), name), ENOENT);
    pthread_rwlock_unlock(&tree_lock);
}

static void null_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)fi;
    pthread_rwlock_rdlock(&tree_lock);
    struct stat attr = node_of(ino)->attr;
    pthread_rwlock_unlock(&tree_lock);
    fuse_reply_attr(req, &attr, KEPT_S);
}

static void null_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
                         struct fuse_file_info *fi)
{
    struct node *node = node_of(ino);

    (void)fi;
    pthread_rwlock_wrlock(&tree_lock);
    bool done = (to_set & FUSE_SET_ATTR_SIZE) == 0 || node_resize(node, (size_t)attr->st_size);
    struct stat now = node->attr;
    pthread_rwlock_unlock(&tree_lock);
    if (done)
        fuse_reply_attr(req, &now, KEPT_S);
    else
        fuse_reply_err(req, ENOMEM);
}

static struct node *make_directory(struct node *parent, const char *name, mode_t mode)
{
    struct node *made = node_add(parent, name, S_IFDIR | (mode & 07777));

    if (made != NULL && made->depth == RESOURCE_DEPTH && example != NULL &&
        !node_copy_files(made, example))
        return NULL;
    return made;
}

static void null_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    pthread_rwlock_wrlock(&tree_lock);
    if (node_find(node_of(parent), name) != NULL)
        fuse_reply_err(req, EEXIST);
    else
        reply_node(req, make_directory(node_of(parent), name, mode), ENOMEM);
    pthread_rwlock_unlock(&tree_lock);
}

static void null_remove(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    pthread_rwlock_wrlock(&tree_lock);
    struct node *node = node_find(node_of(parent), name);
    int error = node == NULL ? ENOENT : node->children != NULL ? ENOTEMPTY : 0;
    if (error == 0)
        node_remove(node);
    pthread_rwlock_unlock(&tree_lock);
    fuse_reply_err(req, error);
}

/* --- files --- */

static void null_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    fi->direct_io = options.direct_io != 0;
    fi->keep_cache = !fi->direct_io;
    fi->noflush = 1;
    if (fi->flags & O_TRUNC) {
        pthread_rwlock_wrlock(&tree_lock);
        node_resize(node_of(ino), 0);
        pthread_rwlock_unlock(&tree_lock);
    }
    fuse_reply_open(req, fi);
}

static void null_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                      struct fuse_file_info *fi)
{
    struct node *node = node_of(ino);

    (void)fi;
    pthread_rwlock_rdlock(&tree_lock);
    size_t from = (size_t)offset, end = (size_t)node->attr.st_size;
    if (from >= end)
        fuse_reply_buf(req, NULL, 0);
    else
        fuse_reply_buf(req, node->data + from, end - from < size ? end - from : size);
    pthread_rwlock_unlock(&tree_lock);
}

static void null_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t offset,
                       struct fuse_file_info *fi)
{
    struct node *node = node_of(ino);
    size_t end = (size_t)offset + size;

    (void)fi;
    pthread_rwlock_wrlock(&tree_lock);
    bool room = end <= (size_t)node->attr.st_size || node_resize(node, end);
    if (room)
        memcpy(node->data + offset, data, size);
    pthread_rwlock_unlock(&tree_lock);
    if (room)
        fuse_reply_write(req, size);
    else
        fuse_reply_err(req, ENOMEM);
}

/* --- directories: the handle is where the reader is --- */

struct stream {
    struct node *next;
    off_t at;
};

static void null_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct stream *stream = calloc(1, sizeof *stream);

    (void)ino;
    if (stream == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    stream->at = -1;
    fi->fh = (uint64_t)stream;
    fi->cache_readdir = 1;
    fi->keep_cache = 1;
    fuse_reply_open(req, fi);
}

static void stream_seek(struct stream *stream, struct node *dir, off_t offset)
{
    if (stream->at == offset)
        return;
    stream->next = dir->children;
    for (stream->at = 0; stream->at < offset && stream->next != NULL; stream->at++)
        stream->next = node_next(stream->next);
}

static size_t add_entry(fuse_req_t req, char *room, size_t size, struct node *node, off_t next,
                        bool plus)
{
    struct fuse_entry_param entry = entry_of(node);

    if (plus)
        return fuse_add_direntry_plus(req, room, size, node->name, &entry, next);
    return fuse_add_direntry(req, room, size, node->name, &entry.attr, next);
}

static size_t fill(fuse_req_t req, char *room, size_t size, struct stream *stream, bool plus)
{
    size_t used = 0;

    while (stream->next != NULL) {
        size_t took = add_entry(req, room + used, size - used, stream->next, stream->at + 1, plus);
        if (took > size - used)
            break;
        used += took;
        stream->at++;
        stream->next = node_next(stream->next);
    }
    return used;
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                 struct fuse_file_info *fi, bool plus)
{
    struct stream *stream = (struct stream *)fi->fh;
    char *room = malloc(size);

    if (room == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    pthread_rwlock_rdlock(&tree_lock);
    stream_seek(stream, node_of(ino), offset);
    size_t used = fill(req, room, size, stream, plus);
    pthread_rwlock_unlock(&tree_lock);
    fuse_reply_buf(req, room, used);
    free(room);
}

static void null_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                         struct fuse_file_info *fi)
{
    list(req, ino, size, offset, fi, false);
}

static void null_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                             struct fuse_file_info *fi)
{
    list(req, ino, size, offset, fi, true);
}

static void null_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino;
    free((struct stream *)fi->fh);
    fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops null_ops = {
    .lookup = null_lookup,
    .getattr = null_getattr,
    .setattr = null_setattr,
    .mkdir = null_mkdir,
    .unlink = null_remove,
    .rmdir = null_remove,
    .open = null_open,
    .read = null_read,
    .write = null_write,
    .opendir = null_opendir,
    .readdir = null_readdir,
    .readdirplus = null_readdirplus,
    .releasedir = null_releasedir,
};

/* --- start --- */

static const struct fuse_opt option_table[] = {
    {"--like=%s", offsetof(struct null_options, like), 0},
    {"--take=%s", offsetof(struct null_options, take), 0},
    {"--direct-io", offsetof(struct null_options, direct_io), 1},
    FUSE_OPT_END,
};

static bool load(void)
{
    char path[4096];

    if (options.like == NULL || options.take == NULL)
        return false;
    snprintf(path, sizeof path, "%s/%s", options.like, options.take);
    root = node_root();
    struct node *top = root == NULL ? NULL : node_add(root, options.take, S_IFDIR | 0755);
    if (top == NULL || !node_load(top, path))
        return false;
    example = top->children;
    return true;
}

static int serve(struct fuse_args *args, const struct fuse_cmdline_opts *line)
{
    struct fuse_session *session = fuse_session_new(args, &null_ops, sizeof null_ops, NULL);
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    int result = 1;

    if (session != NULL && config != NULL && fuse_set_signal_handlers(session) == 0) {
        if (fuse_session_mount(session, line->mountpoint) == 0) {
            result = fuse_session_loop_mt(session, config) < 0;
            fuse_session_unmount(session);
        }
        fuse_remove_signal_handlers(session);
    }
    if (session != NULL)
        fuse_session_destroy(session);
    if (config != NULL)
        fuse_loop_cfg_destroy(config);
    return result;
}

int main(int argc, char **argv)
{
    struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
    struct fuse_cmdline_opts line;

    if (fuse_opt_parse(&args, &options, option_table, NULL) != 0 ||
        fuse_parse_cmdline(&args, &line) != 0)
        return 1;
    if (line.mountpoint == NULL || !load()) {
        fprintf(stderr, "usage: nullfs --like=DIR --take=NAME [--direct-io] MOUNTPOINT\n");
        return 1;
    }
    return serve(&args, &line);
}
