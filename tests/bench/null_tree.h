/* SPDX-License-Identifier: MIT */
/*
 * The tree of the null filesystem: directories and files in memory, which nothing stands behind.
 *
 * Nodes are never freed: who was removed is known by its number for as long as the program runs,
 * which is as long as a benchmark does. Nothing here locks; the filesystem does.
 */
#ifndef TESTS_BENCH_NULL_TREE_H
#define TESTS_BENCH_NULL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <uthash.h>

struct node {
    char *name;
    struct node *parent;
    struct node *children; /* by name, in the order in which they came */
    struct stat attr;
    char *data; /* of a file */
    unsigned depth;
    UT_hash_handle hh;
};

/* A new tree's top, or NULL without memory. */
struct node *node_root(void);

/* A child of `parent` called `name`, or NULL without memory. `mode`: type and permissions. */
struct node *node_add(struct node *parent, const char *name, mode_t mode);

/* The child, or NULL. */
struct node *node_find(struct node *parent, const char *name);

/* Takes it out of its parent; the node stays. */
void node_remove(struct node *node);

/* The child after this one; it may have been removed meanwhile. NULL at the end. */
struct node *node_next(const struct node *node);

/* Makes it `size` bytes long, zeros behind what there was. False without memory. */
bool node_resize(struct node *node, size_t size);

/* Gives `to` files like those of `from`. False without memory. */
bool node_copy_files(struct node *to, const struct node *from);

/* Adds what is in the directory `path`, with all below it. False, and a word on stderr, if that
 * can't be read. */
bool node_load(struct node *node, const char *path);

#endif
