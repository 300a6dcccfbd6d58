/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/readers.h"

#include "tree/attr.h"

#include <stdlib.h>
#include <string.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

/* --- who is at work -------------------------------------------------------------------------- */

/* The visitor of that process, else the one that was seen longest ago. With tree->lock held. */
static struct visitor *find_visitor(struct tree *tree, pid_t process)
{
    struct visitor *oldest = &tree->visitors[0];

    for (size_t i = 0; i < VISITORS_REMEMBERED; i++) {
        if (tree->visitors[i].pid == process)
            return &tree->visitors[i];
        if (tree->visitors[i].last_ms < oldest->last_ms)
            oldest = &tree->visitors[i];
    }
    return oldest;
}

/* With tree->lock held. */
static void note_visitor(struct tree *tree, pid_t process)
{
    struct visitor *visitor = find_visitor(tree, process);
    int64_t now = now_ms(tree);

    if (visitor->pid != process || now - visitor->last_ms > READER_MEMORY_MS)
        *visitor = (struct visitor){.pid = process, .since_ms = now};
    visitor->last_ms = now;
}

void readers_note_visitor(struct tree *tree, pid_t process)
{
    pthread_mutex_lock(&tree->lock);
    note_visitor(tree, process);
    pthread_mutex_unlock(&tree->lock);
}

/* Since when what a process has read counts: for a while, and as long as it goes on; a move of very
 * many files elsewhere reads them all before it removes the first. With tree->lock held. */
static int64_t memory_since(struct tree *tree, pid_t process)
{
    const struct visitor *visitor = find_visitor(tree, process);
    int64_t since = now_ms(tree) - READER_MEMORY_MS;

    return visitor->pid == process && visitor->last_ms >= since && visitor->since_ms < since
               ? visitor->since_ms
               : since;
}

/* --- what was read --------------------------------------------------------------------------- */

/* With tree->lock held. */
static void reading_free(struct tree *tree, struct reading *reading)
{
    HASH_DEL(tree->readings, reading);
    TAILQ_REMOVE(&tree->readings_by_age, reading, link);
    free(reading->leaves);
    free(reading);
}

/* With tree->lock held: drops what has run out, a few at a time, and what is too much. */
static void drop_old(struct tree *tree)
{
    struct reading *oldest;

    for (int i = 0; i < 2 && (oldest = TAILQ_FIRST(&tree->readings_by_age)) != NULL; i++)
        if (oldest->last_ms < memory_since(tree, (pid_t)oldest->key.pid) ||
            HASH_COUNT(tree->readings) > READINGS_REMEMBERED)
            reading_free(tree, oldest);
}

/* With tree->lock held; NULL: none, and no memory when it is to be made. */
static struct reading *find_reading(struct tree *tree, struct reading_key key, bool make)
{
    struct reading *reading;

    HASH_FIND(hh, tree->readings, &key, sizeof key, reading);
    if (reading != NULL || !make)
        return reading;
    reading = calloc(1, sizeof *reading);
    if (reading == NULL)
        return NULL;
    reading->key = key;
    HASH_ADD(hh, tree->readings, key, sizeof key, reading);
    TAILQ_INSERT_TAIL(&tree->readings_by_age, reading, link);
    return reading;
}

/* With tree->lock held. */
static void add_leaf(struct reading *reading, uint32_t canonical)
{
    for (uint32_t i = 0; i < reading->count; i++)
        if (reading->leaves[i] == canonical)
            return;
    uint32_t *leaves = realloc(reading->leaves, (reading->count + 1) * sizeof *leaves);
    if (leaves == NULL)
        return;
    leaves[reading->count++] = canonical;
    reading->leaves = leaves;
}

static struct reading_key key_of(const struct dir *dir, pid_t process)
{
    return (struct reading_key){.place = (uint64_t)attr_ino(dir, 0), .pid = process};
}

void readers_note(struct dir *dir, uint32_t canonical, pid_t process)
{
    struct reading_key key = key_of(dir, process);
    struct tree *tree = dir->tree;

    pthread_mutex_lock(&tree->lock);
    int64_t since = memory_since(tree, process);
    note_visitor(tree, process);
    struct reading *reading = find_reading(tree, key, true);
    if (reading != NULL) {
        reading->count = reading->last_ms < since ? 0 : reading->count;
        add_leaf(reading, canonical);
        reading->last_ms = now_ms(tree);
        TAILQ_REMOVE(&tree->readings_by_age, reading, link);
        TAILQ_INSERT_TAIL(&tree->readings_by_age, reading, link);
    }
    drop_old(tree);
    pthread_mutex_unlock(&tree->lock);
}

size_t readers_leaves(struct dir *dir, pid_t process, uint32_t **out)
{
    struct reading_key key = key_of(dir, process);
    struct tree *tree = dir->tree;
    size_t count = 0;

    *out = NULL;
    pthread_mutex_lock(&tree->lock);
    const struct reading *reading = find_reading(tree, key, false);
    if (reading != NULL && reading->count > 0 && reading->last_ms >= memory_since(tree, process))
        *out = malloc(reading->count * sizeof **out);
    if (*out != NULL) {
        count = reading->count;
        memcpy(*out, reading->leaves, count * sizeof **out);
    }
    pthread_mutex_unlock(&tree->lock);
    return count;
}

void readers_finish(struct tree *tree)
{
    struct reading *reading;
    struct reading *next;

    HASH_ITER (hh, tree->readings, reading, next) {
        HASH_DEL(tree->readings, reading);
        free(reading->leaves);
        free(reading);
    }
}
