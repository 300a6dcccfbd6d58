/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/journal_files.h"

#include "vfs/attr.h"
#include "vfs/file.h"
#include "vfs/listing.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A number: the journal's in the low bits, from 1 on, and above them the file's among those of that
 * journal, from 1 on; after so many of them numbers are used again, when the kernel has long
 * forgotten them. */
#define JOURNAL_BITS 8
#define TURNS        ((LEAF_SCRATCH >> JOURNAL_BITS) - 1)
#define AGES         2
#define SUFFIX       ".1" /* of the file of age 1 */

static const struct {
    const char *name;
    bool dry_run_only;
} rows[JOURNALS_COUNT] = {
    [JOURNAL_ERRORS] = {"errors.jsonl", false}, [JOURNAL_CHANGES] = {"changes.jsonl", false},
    [JOURNAL_SEEN] = {"seen.jsonl", false},     [JOURNAL_REQUESTS] = {"requests.jsonl", false},
    [JOURNAL_PLAN] = {"plan.jsonl", true},
};

static bool has(const struct dir *dir, size_t name)
{
    return name < JOURNALS_COUNT && (!rows[name].dry_run_only || tree_of(dir)->config.dry_run);
}

static size_t name_of(struct leaf leaf)
{
    return (leaf.number & ((1u << JOURNAL_BITS) - 1)) - (size_t)1;
}

static struct leaf leaf_of_roll(size_t name, const struct roll *roll)
{
    uint32_t turn = (uint32_t)((roll_number(roll) - 1) % TURNS) + 1;

    return (struct leaf){turn << JOURNAL_BITS | (uint32_t)(name + 1)};
}

/* --- which file ------------------------------------------------------------------------------ */

/* The file of that age, or LEAF_NONE. */
static struct leaf find_age(const struct dir *dir, size_t name, unsigned age)
{
    struct roll *roll = journal_roll(tree_of(dir)->config.journal, (enum journal_name)name, age);
    struct leaf leaf = roll == NULL ? LEAF_NONE : leaf_of_roll(name, roll);

    roll_unref(roll);
    return leaf;
}

static struct leaf find(struct call *call, struct dir *dir, const char *text, bool *nested)
{
    (void)call, (void)nested;
    for (size_t i = 0; i < JOURNALS_COUNT; i++) {
        size_t length = strlen(rows[i].name);

        if (!has(dir, i) || strncmp(rows[i].name, text, length) != 0)
            continue;
        if (text[length] == '\0')
            return find_age(dir, i, 0);
        if (strcmp(text + length, SUFFIX) == 0)
            return find_age(dir, i, 1);
    }
    return LEAF_NONE;
}

/* How it is called now; "" when it has no name any more. */
static void print_name(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    size_t name = name_of(leaf);

    out[0] = '\0';
    for (unsigned age = 0; has(dir, name) && age < AGES; age++)
        if (leaf_is_same(find_age(dir, name, age), leaf))
            snprintf(out, LEAF_NAME_BYTES, "%s%s", rows[name].name, age == 0 ? "" : SUFFIX);
}

/* What its inode number comes from, which stays when it is renamed. */
static void print_place(struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    snprintf(out, LEAF_NAME_BYTES, "%s/%u", rows[name_of(leaf)].name, leaf.number >> JOURNAL_BITS);
}

static int list(struct call *call, struct dir *dir, struct listing *listing)
{
    char name[LEAF_NAME_BYTES];

    (void)call;
    for (unsigned age = 0; age < AGES; age++)
        for (size_t i = 0; i < JOURNALS_COUNT; i++) {
            struct leaf leaf = has(dir, i) ? find_age(dir, i, age) : LEAF_NONE;

            snprintf(name, sizeof name, "%s%s", rows[i].name, age == 0 ? "" : SUFFIX);
            if (!leaf_is_none(leaf) &&
                !listing_add_leaf(listing, name, leaf_alias(dir, leaf), S_IFREG))
                return -ENOMEM;
        }
    return 0;
}

/* --- what is in it --------------------------------------------------------------------------- */

/* What a handle has open. */
static struct roll *find_open(struct node node)
{
    struct tree *tree = tree_of(node.dir);
    struct roll *roll = NULL;
    const struct file *file;

    pthread_mutex_lock(&tree->vfs.lock);
    LIST_FOREACH (file, &tree->vfs.files, link)
        if (roll == NULL && file->stream != NULL && file->node.dir == node.dir &&
            alias_is_same(file->node.alias, node.alias))
            roll = roll_ref(file->stream);
    pthread_mutex_unlock(&tree->vfs.lock);
    return roll;
}

/* What the file with that number has: a reference; NULL: it is gone, and no handle has it. */
static struct roll *find_roll(struct node node)
{
    size_t name = name_of(leaf_of(node));

    for (unsigned age = 0; has(node.dir, name) && age < AGES; age++) {
        struct roll *roll =
            journal_roll(tree_of(node.dir)->config.journal, (enum journal_name)name, age);

        if (roll != NULL && leaf_is_same(leaf_of_roll(name, roll), leaf_of(node)))
            return roll;
        roll_unref(roll);
    }
    return find_open(node);
}

static void show_attr(struct node node, struct stat *st)
{
    struct roll *roll = find_roll(node);
    char name[LEAF_NAME_BYTES];

    print_name(node.dir, leaf_of(node), name);
    st->st_nlink = name[0] == '\0' ? 0 : 1;
    if (roll == NULL)
        return;
    st->st_size = (off_t)roll_size(roll);
    attr_set_times(st, (struct date){.ms = roll_changed_ms(roll)});
    roll_unref(roll);
}

static void *open_roll(struct node node)
{
    return find_roll(node);
}

static size_t size_of(void *roll)
{
    return roll_size(roll);
}

static size_t read_roll(void *roll, char *out, size_t size, size_t offset)
{
    return roll_read(roll, out, size, offset);
}

static void close_roll(void *roll)
{
    roll_unref(roll);
}

static const struct leaf_stream journal_stream = {open_roll, size_of, read_roll, close_roll};
static const struct leaf_row journal_row = {
    .mode = 0444, .stream = &journal_stream, .attr = show_attr};

static const struct leaf_row *row_of(struct dir *dir, struct leaf leaf)
{
    return has(dir, name_of(leaf)) ? &journal_row : NULL;
}

const struct leaf_source journal_leaves = {
    .fleeting = true,
    .find = find,
    .row = row_of,
    .print_name = print_name,
    .print_place = print_place,
    .list = list,
};
