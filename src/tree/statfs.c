/* SPDX-License-Identifier: MIT */
/* df: the team's plan, as far as utilization tells. */
#include "config.h"

#include "vfs/leaf.h"
#include "tree/hooks.h"
#include "tree/members.h"
#include "tree/tree_internal.h"
#include "util/file_name.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096
#define MOST_BYTES                                                                              \
    9e18               /* what one member can mean; their sum is far from what blocks can count \
                        */
#define ASK_MS   2000  /* how long df waits when nothing is known */
#define AGAIN_MS 60000 /* how often it asks again at most, in the background */

static bool bytes_of_text(const char *text, double *out)
{
    char *end;

    if (*text == '\0' || strspn(text, "+-.eE0123456789") != strlen(text))
        return false;
    double bytes = strtod(text, &end);
    if (*end != '\0' || bytes > MOST_BYTES)
        return false;
    *out = bytes < 0 ? 0 : bytes;
    return true;
}

/* A member given as a number or as decimal text; below nothing is nothing. False: it is neither. */
static bool bytes_of(struct json_slice value, double *out)
{
    struct buf text = BUF_EMPTY;
    char type = json_slice_type(value);
    bool ok = false;

    if (type == '0')
        ok = buf_append(&text, value.text, value.size_bytes);
    else if (type == '"')
        ok = json_slice_decode(value, &text);
    ok = ok && bytes_of_text(buf_text(&text), out);
    buf_finish(&text);
    return ok;
}

static bool counts(struct json_slice key)
{
    return !json_slice_is(key, "teamId") && memmem(key.text, key.size_bytes, "Free", 4) == NULL;
}

/* The plan's total where it is given, else the sum of all that is counted. */
static void read_usage(const struct members *utilization, double *used, double *available)
{
    const struct json_index *index = utilization->index;
    struct json_members walk = json_members_of(index, utilization->object);
    double bytes;

    *used = 0;
    *available = 0;
    bytes_of(json_index_find(index, utilization->object, "remainingFreeStorage"), available);
    if (bytes_of(json_index_find(index, utilization->object, "totalUsage"), used))
        return;
    while (json_members_next(&walk))
        if (counts(walk.key) && bytes_of(walk.value, &bytes))
            *used += bytes;
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
    struct members utilization;
    double used = 0;
    double available = 0;

    if (members_of_record(known_utilization(call, tree_of_vfs(vfs)), &utilization))
        read_usage(&utilization, &used, &available);
    members_finish(&utilization);
    *out = (struct statvfs){
        .f_bsize = BLOCK_BYTES, .f_frsize = BLOCK_BYTES, .f_namemax = NAME_MAX_BYTES};
    out->f_bavail = (fsblkcnt_t)(available / BLOCK_BYTES);
    out->f_bfree = out->f_bavail;
    out->f_blocks = out->f_bfree + (fsblkcnt_t)((used + BLOCK_BYTES - 1) / BLOCK_BYTES);
    return 0;
}
