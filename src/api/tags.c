/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/tags.h"

#include "util/digest.h"

#include <stdlib.h>
#include <string.h>

void tags_finish(struct tags *tags)
{
    free(tags->rows);
    *tags = (struct tags){.rows = NULL};
}

uint64_t tag_resource(const struct kind *kind, const char *id)
{
    uint64_t digest = digest_text(kind->path, strlen(kind->path));

    return id == NULL ? digest : digest_mix(digest_bytes(digest, id, strlen(id)));
}

/* NULL: there is none. */
static struct tag *row_of(const struct tags *tags, uint64_t resource)
{
    for (size_t i = 0; i < tags->count; i++)
        if (tags->rows[i].resource == resource)
            return &tags->rows[i];
    return NULL;
}

const struct tag *tags_find(struct tags *tags, uint64_t resource)
{
    struct tag *tag = row_of(tags, resource);

    if (tag != NULL)
        tag->used = ++tags->uses;
    return tag;
}

static struct tag *oldest(const struct tags *tags)
{
    struct tag *out = tags->rows;

    for (size_t i = 1; i < tags->count; i++)
        if (tags->rows[i].used < out->used)
            out = &tags->rows[i];
    return out;
}

/* One for another resource; NULL: no memory. */
static struct tag *new_row(struct tags *tags)
{
    if (tags->rows == NULL)
        tags->rows = calloc(TAGS_MAX, sizeof *tags->rows);
    if (tags->rows == NULL)
        return NULL;
    return tags->count < TAGS_MAX ? &tags->rows[tags->count++] : oldest(tags);
}

void tags_put(struct tags *tags, const struct tag *tag)
{
    struct tag *row = row_of(tags, tag->resource);

    if (row == NULL)
        row = new_row(tags);
    if (row == NULL)
        return;
    *row = *tag;
    row->used = ++tags->uses;
}

void tags_remove(struct tags *tags, uint64_t resource)
{
    struct tag *row = row_of(tags, resource);

    if (row != NULL)
        *row = tags->rows[--tags->count];
}
