/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/share.h"

#include <stdbool.h>

/* Reads come first, by kind; then the events; then the changes of those kinds that have any. */
#define SHARE_EVENTS  KINDS_COUNT
#define SHARE_CHANGES (KINDS_COUNT + 1)

/* How many kinds before that one (NULL: of all) can be changed. */
static size_t changing_before(const struct kind *kind)
{
    size_t count = 0;

    for (size_t i = 0; kinds_all[i] != NULL && kinds_all[i] != kind; i++)
        count += kind_changes(kinds_all[i]);
    return count;
}

size_t api_shares(void)
{
    return SHARE_CHANGES + changing_before(NULL);
}

size_t api_share(const struct kind *kind, enum http_method method)
{
    if (kind == NULL)
        return SHARE_EVENTS;
    if (method == HTTP_GET || !kind_changes(kind))
        return kind_index(kind);
    return SHARE_CHANGES + changing_before(kind);
}
