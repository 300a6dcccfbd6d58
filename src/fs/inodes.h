/* SPDX-License-Identifier: MIT */
/*
 * Which nodes the kernel knows, by their number.
 *
 * A node's number is the serial number of its directory, or of what it shows, and its leaf, so that
 * a leaf needs no memory: lookups are counted per directory, those of its leaves included, and a
 * directory stays alive while the kernel knows it or any leaf of it. The root is FUSE's 1 and is
 * never forgotten.
 *
 * Any thread. The table's mutex is held for the table alone: no function of another room that
 * takes a lock is called under it, and references are dropped after it.
 */
#ifndef FS_INODES_H
#define FS_INODES_H

#include "vfs/vfs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inodes;

struct inodes *inodes_create(void); /* NULL: no memory */
/* Cleared first. NULL is fine. */
void inodes_destroy(struct inodes *inodes);
/* Drops every reference; the table is empty then. No lookup may be under way. */
void inodes_clear(struct inodes *inodes);
/* Makes `root` (borrowed; the table takes a reference) known for good. False: no memory. */
bool inodes_set_root(struct inodes *inodes, struct dir *root);

/* The number under which the kernel knows a node. */
uint64_t inode_number(struct node node);
/* The same of a directory known by its serial only. */
uint64_t inode_number_of(struct serial serial, struct alias alias);

/* Counts one lookup of `node` and takes over its reference, also on failure. Returns the node's
 * number; 0: no memory. */
uint64_t inodes_add(struct inodes *inodes, struct node node);
/* The node of a number that the kernel knows, with a reference for the caller; false: unknown. */
bool inodes_find(struct inodes *inodes, uint64_t number, struct node *out);
/* How many directories the kernel knows, or has a file of. */
size_t inodes_count(struct inodes *inodes);
/* The numbers of the directories that show one of the `count` resources with those keys
 * (dir_shows), and of those that show none; `keys` NULL: of all. Freed by the caller; without
 * memory none. */
size_t inodes_collect(struct inodes *inodes, const uint64_t *keys, size_t count, uint64_t **out);
/* Takes `count` lookups back. */
void inodes_forget(struct inodes *inodes, uint64_t number, uint64_t count);

#endif
