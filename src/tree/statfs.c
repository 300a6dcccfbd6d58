/* SPDX-License-Identifier: MIT */
/* df: the team's plan, as far as utilization tells. */
#include "config.h"

#include "vfs/leaf.h"
#include "tree/hooks.h"
#include "tree/tree_internal.h"
#include "util/file_name.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096
#define MOST_BYTES                                                                              \
    9e18               /* what one member can mean; their sum is far from what blocks can count \
                        */
#define ASK_MS   2000  /* how long df waits when nothing is known */
#define AGAIN_MS 60000 /* how often it asks again at most, in the background */

/* A member given as a number or as decimal text; below nothing is nothing. False: it is neither. */
static bool bytes_of(struct json_object *value, double *out)
{
    const char *text = json_number_text(value);
    char *end;

    if (text == NULL && json_object_is_type(value, json_type_string))
        text = json_object_get_string(value);
    if (text == NULL || *text == '\0' || strspn(text, "+-.eE0123456789") != strlen(text))
        return false;
    *out = strtod(text, &end);
    if (*out < 0)
        *out = 0;
    return *end == '\0' && *out <= MOST_BYTES;
}

/* The plan's total where it is given, else the sum of all that is counted. */
static void read_usage(struct json_object *utilization, double *used, double *available)
{
    struct json_object *total;
    struct json_object *remaining;
    double bytes;

    *used = 0;
    *available = 0;
    if (json_object_object_get_ex(utilization, "remainingFreeStorage", &remaining))
        bytes_of(remaining, available);
    if (json_object_object_get_ex(utilization, "totalUsage", &total) && bytes_of(total, used))
        return;
    json_object_object_foreach (utilization, key, value) {
        if (strcmp(key, "teamId") != 0 && strstr(key, "Free") == NULL && bytes_of(value, &bytes))
            *used += bytes;
    }
}

/* Whether it is time to ask, which is noted then. */
static bool is_due(struct tree *tree)
{
    int64_t now_ms = clock_now_ms(tree->config.clock);

    pthread_mutex_lock(&tree->vfs.lock);
    bool due = tree->plan_asked_ms == 0 || now_ms - tree->plan_asked_ms >= AGAIN_MS;
    if (due)
        tree->plan_asked_ms = now_ms;
    pthread_mutex_unlock(&tree->vfs.lock);
    return due;
}

/* What is known is told at once; past its ttl the next df tells what this fetch brings, which goes
 * on without anybody who waits for it. */
static void ask_again(struct tree *tree)
{
    struct cache *cache = tree->config.cache;
    struct record *record = NULL;
    struct problem ignored;
    struct cancel nobody;

    if (cache_fresh_for_ms(cache, kinds_singleton()) > 0 || !is_due(tree))
        return;
    cancel_init(&nobody, tree->config.group, clock_now_ms(&clock_system));
    cache_read(cache, kinds_singleton(), NULL, &nobody, &record, &ignored);
    record_unref(record);
    cancel_finish(&nobody);
}

static struct record *known_utilization(struct call *call, struct tree *tree)
{
    struct cache *cache = tree->config.cache;
    struct record *record = cache_by_id(cache, kinds_singleton(), "");
    struct problem ignored;

    if (record != NULL) {
        ask_again(tree);
        return record;
    }
    cancel_set_deadline(call->cancel, clock_now_ms(&clock_system) + ASK_MS);
    if (cache_read(cache, kinds_singleton(), NULL, call->cancel, &record, &ignored) < 0)
        return NULL;
    return record;
}

int tree_statfs(struct call *call, struct vfs *vfs, struct statvfs *out)
{
    struct record *record = known_utilization(call, tree_of_vfs(vfs));
    struct json_object *utilization = record == NULL ? NULL : record_parse(record);
    double used = 0;
    double available = 0;

    if (utilization != NULL)
        read_usage(utilization, &used, &available);
    json_object_put(utilization);
    record_unref(record);
    *out = (struct statvfs){
        .f_bsize = BLOCK_BYTES, .f_frsize = BLOCK_BYTES, .f_namemax = NAME_MAX_BYTES};
    out->f_bavail = (fsblkcnt_t)(available / BLOCK_BYTES);
    out->f_bfree = out->f_bavail;
    out->f_blocks = out->f_bfree + (fsblkcnt_t)((used + BLOCK_BYTES - 1) / BLOCK_BYTES);
    return 0;
}
