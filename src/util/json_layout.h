/* SPDX-License-Identifier: MIT */
/*
 * A JSON text laid out anew, token by token, without building anything: as documents show it, or
 * compact, and with values hidden. Any thread.
 */
#ifndef UTIL_JSON_LAYOUT_H
#define UTIL_JSON_LAYOUT_H

#include "util/json_walk.h"

/* Whether the value of a key (as it is written, quotes included) is hidden. */
typedef bool json_hides(struct json_slice key);

struct json_layout {
    bool pretty;       /* as json_print_pretty has it; else as json_print has it */
    json_hides *hides; /* NULL: nothing is hidden */
    const char *mask;  /* what stands for a hidden value that is not null: JSON */
    /* Appends what stands for a string that is a value, as JSON (NULL: as it is written); false: no
     * memory. */
    bool (*say)(const void *ctx, struct json_slice string, struct buf *out);
    const void *ctx;
};

/* Appends a value of a text that json_scan vouches for; strings and numbers as they are written.
 * False: no memory. */
bool json_lay_out(struct buf *out, struct json_slice value, const struct json_layout *layout);

#endif
