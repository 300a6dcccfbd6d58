/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/inodes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->lookups = 0) /* read back by insert() */
#include <uthash.h>

#define ROOT_NUMBER 1 /* FUSE_ROOT_ID; serial numbers start at 1, so no other node has it */
#define ROOT_SERIAL 1

struct inode {
    struct serial serial;
    struct dir *dir;         /* one reference */
    struct content *content; /* likewise; NULL: the serial is the directory's */
    uint64_t shows;          /* dir_shows of it then */
    uint64_t lookups;        /* of the directory and its leaves */
    UT_hash_handle hh;
};

struct inodes {
    pthread_mutex_t lock; /* guards the rest; innermost */
    struct inode *by_serial;
    atomic_size_t count; /* of them */
};

struct inodes *inodes_create(void)
{
    struct inodes *inodes = calloc(1, sizeof *inodes);

    if (inodes != NULL)
        pthread_mutex_init(&inodes->lock, NULL);
    return inodes;
}

void inodes_clear(struct inodes *inodes)
{
    struct inode *inode, *next;

    HASH_ITER (hh, inodes->by_serial, inode, next) {
        HASH_DEL(inodes->by_serial, inode);
        dir_unref(inode->dir);
        content_unref(inode->content);
        free(inode);
    }
}

void inodes_destroy(struct inodes *inodes)
{
    if (inodes == NULL)
        return;
    inodes_clear(inodes);
    pthread_mutex_destroy(&inodes->lock);
    free(inodes);
}

uint64_t inode_number_of(struct serial serial, struct alias alias)
{
    if (serial.number == ROOT_SERIAL && alias_is_dir(alias))
        return ROOT_NUMBER;
    return serial.number << NODE_LEAF_BITS | alias.number;
}

static struct serial serial_of_node(struct node node)
{
    return node.content != NULL ? content_serial(node.content) : dir_serial(node.dir);
}

uint64_t inode_number(struct node node)
{
    return inode_number_of(serial_of_node(node), node.alias);
}

static struct serial serial_of(uint64_t number)
{
    return (struct serial){number == ROOT_NUMBER ? ROOT_SERIAL : number >> NODE_LEAF_BITS};
}

static struct alias alias_of(uint64_t number)
{
    uint64_t alias = number == ROOT_NUMBER ? 0 : number & (NODE_LEAF_LIMIT - 1);

    return (struct alias){(uint32_t)alias};
}

/* The three that follow are called with the lock held. */

static struct inode *find(struct inodes *inodes, struct serial serial)
{
    struct inode *inode;

    HASH_FIND(hh, inodes->by_serial, &serial.number, sizeof serial.number, inode);
    return inode;
}

/* Takes over the references on success. */
static bool insert(struct inodes *inodes, struct serial serial, struct node node)
{
    struct inode *inode = calloc(1, sizeof *inode);

    if (inode == NULL)
        return false;
    inode->serial = serial;
    inode->dir = node.dir;
    inode->content = node.content;
    inode->shows = dir_shows(node.dir);
    inode->lookups = 1;
    HASH_ADD(hh, inodes->by_serial, serial.number, sizeof inode->serial.number, inode);
    atomic_store(&inodes->count, HASH_COUNT(inodes->by_serial));
    if (inode->lookups == 1)
        return true;
    free(inode);
    return false;
}

/* Returns what is to be dropped: nothing, or both references. */
static struct node forget(struct inodes *inodes, struct inode *inode, uint64_t count)
{
    inode->lookups -= count < inode->lookups ? count : inode->lookups;
    if (inode->lookups > 0)
        return (struct node){.dir = NULL};
    struct node node = {.dir = inode->dir, .content = inode->content};
    HASH_DEL(inodes->by_serial, inode);
    atomic_store(&inodes->count, HASH_COUNT(inodes->by_serial));
    free(inode);
    return node;
}

bool inodes_set_root(struct inodes *inodes, struct dir *root)
{
    return inodes_add(inodes, (struct node){.dir = dir_ref(root)}) != 0;
}

uint64_t inodes_add(struct inodes *inodes, struct node node)
{
    struct serial serial = serial_of_node(node);
    uint64_t number = inode_number(node);
    struct node surplus = {0};

    pthread_mutex_lock(&inodes->lock);
    struct inode *inode = find(inodes, serial);
    if (inode != NULL) {
        inode->lookups++;
        surplus = node;
    } else if (!insert(inodes, serial, node)) {
        number = 0;
        surplus = node;
    }
    pthread_mutex_unlock(&inodes->lock);
    node_unref(surplus);
    return number;
}

bool inodes_find(struct inodes *inodes, uint64_t number, struct node *out)
{
    pthread_mutex_lock(&inodes->lock);
    struct inode *inode = find(inodes, serial_of(number));
    if (inode != NULL)
        *out = (struct node){dir_ref(inode->dir), alias_of(number), content_ref(inode->content)};
    pthread_mutex_unlock(&inodes->lock);
    return inode != NULL;
}

size_t inodes_count(struct inodes *inodes)
{
    return atomic_load(&inodes->count);
}

/* A draft that has become a resource is told whatever changes, as before. */
static bool shows_one_of(const struct inode *inode, const uint64_t *keys, size_t count)
{
    bool found = keys == NULL || inode->shows == 0;

    for (size_t i = 0; !found && i < count; i++)
        found = keys[i] == inode->shows;
    return found;
}

size_t inodes_collect(struct inodes *inodes, const uint64_t *keys, size_t count, uint64_t **out)
{
    size_t found = 0;

    pthread_mutex_lock(&inodes->lock);
    *out = calloc(HASH_COUNT(inodes->by_serial) + 1, sizeof **out);
    for (const struct inode *inode = inodes->by_serial; *out != NULL && inode != NULL;
         inode = inode->hh.next)
        if (inode->content == NULL && shows_one_of(inode, keys, count))
            (*out)[found++] = inode_number_of(inode->serial, ALIAS_OF_DIR);
    pthread_mutex_unlock(&inodes->lock);
    return found;
}

void inodes_forget(struct inodes *inodes, uint64_t number, uint64_t count)
{
    struct node surplus = {0};

    if (number == ROOT_NUMBER) /* the table's own count, kept to the end */
        return;
    pthread_mutex_lock(&inodes->lock);
    struct inode *inode = find(inodes, serial_of(number));
    if (inode != NULL)
        surplus = forget(inodes, inode, count);
    pthread_mutex_unlock(&inodes->lock);
    dir_forgotten(surplus.dir);
    content_unref(surplus.content);
}
