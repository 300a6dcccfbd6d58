/* SPDX-License-Identifier: MIT */
/* Inode numbers: hashes of places, the same in every mount. */
#include "config.h"

#include "vfs/ino.h"

#include "vfs/leaf.h"

#include <string.h>

/* cp copies a directory's files by their inode numbers: the document, which can create a resource
 * whole, comes before single fields. */
#define LATER_INO (UINT64_C(1) << 62 | UINT64_C(1) << 63)

/* FNV-1a with 64 bits; the text's end counts, so that "a","b" and "ab","" differ. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* A number for a place, the same in every mount: the view it is seen in and the id (or, without
 * one, the name) decide, so it outlives a rename of the resource. Never 0 or 1. */
static uint64_t hash_dir(const struct dir *dir)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    if (dir->parent == NULL)
        return hash;
    hash = hash_dir(dir->parent);
    const char *id = dir_id(dir);
    return hash_text(hash, id == NULL ? dir_name(dir) : id);
}

static ino_t to_ino(uint64_t hash)
{
    hash ^= hash >> 32;
    return hash < 2 ? 2 : (ino_t)hash;
}

static void print_place(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    const struct leaf_source *source = dir_ops(dir)->source;

    if (leaf_is_field(leaf) && source != NULL && source->print_place != NULL)
        source->print_place(leaf, out);
    else
        leaf_name(dir, leaf, out);
}

ino_t attr_ino(struct node node)
{
    struct dir *dir = node.dir;
    char name[LEAF_NAME_BYTES];

    if (node_is_dir(node))
        return dir->parent == NULL ? 1 : attr_child_ino(dir->parent, dir_name(dir), dir_id(dir));
    print_place(dir, leaf_of(node), name);
    return attr_child_ino(dir, name, NULL);
}

ino_t attr_child_ino(const struct dir *parent, const char *name, const char *id)
{
    const struct leaf_row *rows = dir_ops(parent)->leaves;
    ino_t ino = to_ino(hash_text(hash_dir(parent), id == NULL ? name : id));

    if (rows == NULL || (rows[0].flags & LEAF_DOCUMENT) == 0)
        return ino;
    return strcmp(name, leaf_row_name(parent, &rows[0])) == 0 ? ino & ~LATER_INO : ino | LATER_INO;
}
