/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/field_keys.h"

#include "tree/fields.h"
#include "tree/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void key_free(struct field_key *key)
{
    free(key->key);
    free(key->name);
    free(key);
}

static char *file_name_of(const char *key)
{
    struct buf name = BUF_EMPTY;

    if (key[0] != '\0' && name_encode(key, strlen(key), &name) && name.size_bytes <= NAME_MAX_BYTES)
        return name.data;
    buf_finish(&name);
    return NULL;
}

static struct field_key *key_new(const char *text, size_t index)
{
    struct field_key *key = calloc(1, sizeof *key);

    if (key == NULL)
        return NULL;
    key->key = strdup(text);
    key->name = file_name_of(text);
    key->number = LEAF_FIELDS + (uint32_t)index;
    if (key->key != NULL)
        return key;
    key_free(key);
    return NULL;
}

/* With tree->lock held. */
static const struct field_key *key_add(struct tree *tree, const char *text)
{
    const struct field_key **keys =
        realloc(tree->keys_by_number, (tree->key_count + 1) * sizeof *keys);
    if (keys == NULL)
        return NULL;
    tree->keys_by_number = keys;
    struct field_key *key =
        tree->key_count < LEAF_SCRATCH - LEAF_FIELDS ? key_new(text, tree->key_count) : NULL;
    if (key == NULL)
        return NULL;
    HASH_ADD_KEYPTR(hh, tree->keys, key->key, strlen(key->key), key);
    keys[tree->key_count++] = key;
    return key;
}

/* The entry of a key, lasting as long as the tree; NULL: no memory. */
const struct field_key *field_key_intern(struct tree *tree, const char *text)
{
    struct field_key *found;

    pthread_mutex_lock(&tree->lock);
    HASH_FIND_STR(tree->keys, text, found);
    const struct field_key *key = found != NULL ? found : key_add(tree, text);
    pthread_mutex_unlock(&tree->lock);
    return key;
}

const struct field_key *field_key_of(const struct dir *dir, uint32_t leaf)
{
    struct tree *tree = dir->tree;
    const struct field_key *key = NULL;

    pthread_mutex_lock(&tree->lock);
    if (leaf >= LEAF_FIELDS && leaf - LEAF_FIELDS < tree->key_count)
        key = tree->keys_by_number[leaf - LEAF_FIELDS];
    pthread_mutex_unlock(&tree->lock);
    return key;
}

void field_keys_finish(struct tree *tree)
{
    struct field_key *key;
    struct field_key *next;

    HASH_ITER (hh, tree->keys, key, next) {
        HASH_DEL(tree->keys, key);
        key_free(key);
    }
    free(tree->keys_by_number);
}

void field_name(const struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES])
{
    const struct field_key *key = field_key_of(dir, leaf);

    snprintf(out, LEAF_NAME_BYTES, "%s", key == NULL || key->name == NULL ? "" : key->name);
}
