/* SPDX-License-Identifier: MIT */
/*
 * Numbers, a struct for each kind: by which a directory, or a state that is shown, is known, and by
 * which a file within a directory is. Of the latter there are two kinds, and they are the same
 * until a file is renamed: the kernel's RENAME takes a file's number along to its new name. Below
 * fs/ a file is a struct leaf; by which number the kernel knows it says a node, until leaf_acts_as
 * (leaf.h) translates it. The kernel's own, of a serial and an alias, is known to fs/ alone.
 */
#ifndef VFS_NUMBER_H
#define VFS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NODE_LEAF_BITS  20
#define NODE_LEAF_LIMIT (1u << NODE_LEAF_BITS)

/* Of a directory object or a content, of both together, from 1 (the root) on, never used again. 0:
 * none. */
struct serial {
    uint64_t number;
};

/*
 * A file, as it is counted at home: 1 and up are the rows of its directory's type, from LEAF_FIELDS
 * on the fields by key, from LEAF_SCRATCH on scratch files; below NODE_LEAF_LIMIT. 0: none.
 */
struct leaf {
    uint32_t number;
};

/* By which number the kernel knows a file of one directory object: that of the file itself, or one
 * that has come to act as it. 0: the directory itself. */
struct alias {
    uint32_t number;
};

#define LEAF_FIELDS          0x100u
#define LEAF_SCRATCH         0x80000u
#define LEAF_SCRATCH_NUMBERS (NODE_LEAF_LIMIT - LEAF_SCRATCH)
#define LEAF_NONE            ((struct leaf){0})
#define SERIAL_NONE          ((struct serial){0})
#define ALIAS_OF_DIR         ((struct alias){0})

static inline bool serial_is_none(struct serial serial)
{
    return serial.number == 0;
}

static inline bool serial_is_same(struct serial a, struct serial b)
{
    return a.number == b.number;
}

static inline bool leaf_is_none(struct leaf leaf)
{
    return leaf.number == 0;
}

static inline bool leaf_is_scratch(struct leaf leaf)
{
    return leaf.number >= LEAF_SCRATCH;
}

static inline bool leaf_is_field(struct leaf leaf)
{
    return leaf.number >= LEAF_FIELDS && leaf.number < LEAF_SCRATCH;
}

static inline bool leaf_is_same(struct leaf a, struct leaf b)
{
    return a.number == b.number;
}

static inline bool alias_is_dir(struct alias alias)
{
    return alias.number == 0;
}

static inline bool alias_is_same(struct alias a, struct alias b)
{
    return a.number == b.number;
}

#endif
