/* SPDX-License-Identifier: MIT */
/* The ids of resources that were known once, so that they go on meaning those and no others. */
#include "config.h"

#include "cache/collection.h"

#include <stdlib.h>
#include <string.h>

void gone_note(struct collection *collection, const char *id)
{
    char **place = &collection->gone[collection->gone_next];

    free(*place);
    *place = strdup(id);
    collection->gone_next = (collection->gone_next + 1) % CACHE_GONE_REMEMBERED;
}

void gone_clear(struct collection *collection)
{
    for (size_t i = 0; i < CACHE_GONE_REMEMBERED; i++)
        free(collection->gone[i]);
}

bool gone_has(const struct collection *collection, const char *id)
{
    for (size_t i = 0; i < CACHE_GONE_REMEMBERED; i++)
        if (collection->gone[i] != NULL && strcmp(collection->gone[i], id) == 0)
            return true;
    return false;
}
