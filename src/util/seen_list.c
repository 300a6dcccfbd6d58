/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/past.h"

#include <stdlib.h>
#include <string.h>

bool seen_list_copy(const struct seen_list *from, struct seen_list *to)
{
    *to = (struct seen_list){.more = from->more};
    if (from->count == 0)
        return true;
    to->seen = malloc(from->count * sizeof *to->seen);
    if (to->seen == NULL)
        return false;
    to->count = from->count;
    memcpy(to->seen, from->seen, to->count * sizeof *to->seen);
    return true;
}

void seen_list_finish(struct seen_list *list)
{
    free(list->seen);
    *list = (struct seen_list){0};
}
