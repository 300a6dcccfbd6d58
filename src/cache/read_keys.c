/* SPDX-License-Identifier: MIT */
/* Which keys of a resource somebody has read as they are now. */
#include "config.h"

#include "cache/collection.h"

#include <stdlib.h>

/* Where the key is among `keys`; their count: nowhere. */
static uint32_t find(const struct shown *shown, uint64_t key)
{
    uint32_t at = 0;

    while (at < shown->count && shown->keys[at] != key)
        at++;
    return at;
}

static bool add_key(struct shown *shown, uint64_t key)
{
    if (find(shown, key) < shown->count)
        return true;
    uint64_t *keys = reallocarray(shown->keys, shown->count + 1, sizeof(*keys));

    if (keys == NULL)
        return false;
    keys[shown->count++] = key;
    shown->keys = keys;
    return true;
}

static void remove_key(struct shown *shown, uint64_t key)
{
    uint32_t at = find(shown, key);

    if (at < shown->count)
        shown->keys[at] = shown->keys[--shown->count];
}

static void set_all(struct shown *shown)
{
    shown_clear(shown);
    shown->all = true;
}

void shown_add(struct shown *shown, uint64_t key)
{
    if (key != 0 && shown->all)
        remove_key(shown, key);
    else if (key == 0 || !add_key(shown, key))
        set_all(shown);
}

void shown_remove(struct shown *shown, uint64_t key)
{
    if (shown->all)
        add_key(shown, key); /* or it counts as shown */
    else
        remove_key(shown, key);
}

bool shown_has(const struct shown *shown, uint64_t key)
{
    return (find(shown, key) < shown->count) != shown->all;
}

void shown_clear(struct shown *shown)
{
    free(shown->keys);
    *shown = (struct shown){0};
}
