/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "null_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void attr_init(struct node *node, mode_t mode)
{
    node->attr.st_ino = (ino_t)node;
    node->attr.st_mode = mode;
    node->attr.st_nlink = 1;
    node->attr.st_uid = getuid();
    node->attr.st_gid = getgid();
    node->attr.st_blksize = 4096;
    clock_gettime(CLOCK_REALTIME, &node->attr.st_mtim);
    node->attr.st_atim = node->attr.st_mtim;
    node->attr.st_ctim = node->attr.st_mtim;
}

struct node *node_root(void)
{
    struct node *root = calloc(1, sizeof *root);

    if (root == NULL)
        return NULL;
    attr_init(root, S_IFDIR | 0755);
    root->parent = root;
    return root;
}

struct node *node_add(struct node *parent, const char *name, mode_t mode)
{
    struct node *node = calloc(1, sizeof *node);

    if (node == NULL)
        return NULL;
    node->name = strdup(name);
    if (node->name == NULL) {
        free(node);
        return NULL;
    }
    attr_init(node, mode);
    node->parent = parent;
    node->depth = parent->depth + 1;
    HASH_ADD_KEYPTR(hh, parent->children, node->name, strlen(node->name), node);
    return node;
}

struct node *node_find(struct node *parent, const char *name)
{
    struct node *found;

    HASH_FIND_STR(parent->children, name, found);
    return found;
}

void node_remove(struct node *node)
{
    void *next = node->hh.next;

    HASH_DEL(node->parent->children, node);
    node->hh.next = next; /* who reads the directory goes on from here */
    node->attr.st_nlink = 0;
}

struct node *node_next(const struct node *node)
{
    return node->hh.next;
}

bool node_resize(struct node *node, size_t size)
{
    char *data = realloc(node->data, size + 1);
    size_t had = (size_t)node->attr.st_size;

    if (data == NULL)
        return false;
    if (size > had)
        memset(data + had, 0, size - had);
    node->data = data;
    node->attr.st_size = (off_t)size;
    node->attr.st_blocks = (blkcnt_t)((size + 511) / 512);
    clock_gettime(CLOCK_REALTIME, &node->attr.st_mtim);
    return true;
}

bool node_copy_files(struct node *to, const struct node *from)
{
    for (struct node *file = from->children; file != NULL; file = node_next(file)) {
        if (!S_ISREG(file->attr.st_mode))
            continue;
        struct node *copy = node_add(to, file->name, file->attr.st_mode);
        size_t size = (size_t)file->attr.st_size;
        if (copy == NULL || !node_resize(copy, size))
            return false;
        if (size > 0)
            memcpy(copy->data, file->data, size);
    }
    return true;
}

/* --- as another tree is --- */

static bool load_text(struct node *node, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !node_resize(node, (size_t)st.st_size))
        return false;
    node->attr.st_mtim = st.st_mtim;
    return st.st_size == 0 || read(fd, node->data, (size_t)st.st_size) == (ssize_t)st.st_size;
}

static bool load_file(struct node *node, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool loaded = fd >= 0 && load_text(node, fd);

    if (fd >= 0)
        close(fd);
    if (!loaded)
        perror(path);
    return loaded;
}

static bool load_entry(struct node *parent, const char *path, const char *name)
{
    char below[4096];
    struct stat st;

    if ((size_t)snprintf(below, sizeof below, "%s/%s", path, name) >= sizeof below ||
        lstat(below, &st) != 0) {
        perror(name);
        return false;
    }
    struct node *node = node_add(parent, name, st.st_mode);
    if (node == NULL)
        return false;
    if (S_ISDIR(st.st_mode))
        return node_load(node, below);
    return !S_ISREG(st.st_mode) || load_file(node, below);
}

bool node_load(struct node *node, const char *path)
{
    DIR *dir = opendir(path);
    bool loaded = dir != NULL;

    if (dir == NULL) {
        perror(path);
        return false;
    }
    for (struct dirent *entry; loaded && (entry = readdir(dir)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            loaded = load_entry(node, path, entry->d_name);
    closedir(dir);
    return loaded;
}
