/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* gcc's analyzer loses sight of lines in slots, and takes them for leaked. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct ring {
    pthread_mutex_t lock; /* guards the rest; nothing else is locked inside */
    size_t capacity;
    size_t count;
    size_t oldest; /* index of the oldest line */
    char *lines[];
};

struct ring *ring_create(size_t capacity)
{
    struct ring *ring = calloc(1, sizeof(*ring) + capacity * sizeof(ring->lines[0]));

    if (ring == NULL)
        return NULL;
    pthread_mutex_init(&ring->lock, NULL);
    ring->capacity = capacity;
    return ring;
}

void ring_destroy(struct ring *ring)
{
    if (ring == NULL)
        return;
    for (size_t i = 0; i < ring->capacity; i++)
        free(ring->lines[i]);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

/* The slot of the line `index` places after the oldest; lock held. */
static char **slot_at(struct ring *ring, size_t index)
{
    return &ring->lines[(ring->oldest + index) % ring->capacity];
}

/* Takes over `line`; lock held. */
static void add_owned(struct ring *ring, char *line)
{
    char **slot = slot_at(ring, ring->count);

    if (ring->count < ring->capacity)
        ring->count++;
    else
        ring->oldest = (ring->oldest + 1) % ring->capacity;
    free(*slot);
    *slot = line;
}

void ring_add(struct ring *ring, const char *line)
{
    char *copy = strdup(line);

    if (copy == NULL)
        return;
    pthread_mutex_lock(&ring->lock);
    add_owned(ring, copy);
    pthread_mutex_unlock(&ring->lock);
}

void ring_replace_newest(struct ring *ring, const char *line)
{
    char *copy = strdup(line);

    if (copy == NULL)
        return;
    pthread_mutex_lock(&ring->lock);
    if (ring->count > 0)
        ring->count--; /* its slot is taken again, and what was in it freed */
    add_owned(ring, copy);
    pthread_mutex_unlock(&ring->lock);
}

bool ring_print(struct ring *ring, struct buf *out)
{
    bool fits = true;

    pthread_mutex_lock(&ring->lock);
    for (size_t i = 0; i < ring->count && fits; i++)
        fits = buf_append_text(out, *slot_at(ring, i)) && buf_append(out, "\n", 1);
    pthread_mutex_unlock(&ring->lock);
    return fits;
}
