/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/items.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* As many in a row, in the opposite order, and the ends have met. Two would do where no two
 * resources are equal to the server's order; where some are, in whatever order they come, eight do.
 */
#define MEET_ITEMS 8

/* As many in the same order, and the ends disagree. */
#define DISORDER_MAX 8

struct list_item {
    UT_hash_handle hh; /* by the record's id */
    struct record *record;
    size_t place[LIST_ENDS]; /* from 1 on, in the order of each end; 0: it has not had it */
};

void items_init(struct list_items *items, size_t max_items, size_t max_bytes)
{
    *items = (struct list_items){.max_items = max_items, .max_bytes = max_bytes};
    pthread_mutex_init(&items->lock, NULL);
}

static void free_item(struct list_item *item)
{
    record_unref(item->record);
    free(item);
}

static void free_all(struct list_items *items)
{
    struct list_item *item = items->by_id;

    HASH_CLEAR(hh, items->by_id); /* the table; the items stay chained */
    while (item != NULL) {
        struct list_item *next = item->hh.next;
        free_item(item);
        item = next;
    }
}

void items_finish(struct list_items *items)
{
    free_all(items);
    for (size_t i = 0; i < LIST_ENDS; i++)
        free(items->sides[i].items);
    pthread_mutex_destroy(&items->lock);
}

/* --- adding; the lock is held ----------------------------------------------------------------- */

/* The record's item, new if need be; the reference is taken over. NULL: `*result` says why. */
static struct list_item *find_or_add(struct list_items *items, struct record *record,
                                     enum items_result *result)
{
    size_t id_bytes = strlen(record->id);
    struct list_item *item;

    HASH_FIND(hh, items->by_id, record->id, id_bytes, item);
    if (item != NULL) {
        record_unref(record);
        return item;
    }
    item = calloc(1, sizeof *item);
    if (item == NULL) {
        record_unref(record);
        *result = ITEMS_NO_MEMORY;
        return NULL;
    }
    item->record = record;
    HASH_ADD_KEYPTR(hh, items->by_id, record->id, id_bytes, item);
    if (item->hh.tbl == NULL) { /* uthash ran out of memory */
        free_item(item);
        *result = ITEMS_NO_MEMORY;
        return NULL;
    }
    items->bytes += record->json_bytes;
    return item;
}

static bool append(struct list_side *side, struct list_item *item)
{
    if (side->count == side->capacity) {
        size_t capacity = side->capacity == 0 ? 128 : side->capacity * 2;
        struct list_item **more = realloc(side->items, capacity * sizeof(*more));
        if (more == NULL)
            return false;
        side->items = more;
        side->capacity = capacity;
    }
    side->items[side->count++] = item;
    return true;
}

static bool fit_locked(const struct list_items *items)
{
    return HASH_COUNT(items->by_id) <= items->max_items && items->bytes <= items->max_bytes;
}

static enum items_result check_room(const struct list_items *items, enum list_end end)
{
    const struct list_side *side = &items->sides[end];

    if (side->count > items->max_items)
        return ITEMS_TOO_MANY;
    if (side->bytes > items->max_bytes || (end == LIST_REAR && !fit_locked(items)))
        return ITEMS_TOO_LARGE;
    return ITEMS_NEW;
}

static enum items_result add(struct list_items *items, enum list_end end, struct record *record)
{
    struct list_side *side = &items->sides[end];
    enum items_result result = ITEMS_NEW;
    struct list_item *item = find_or_add(items, record, &result);

    if (item == NULL)
        return result;
    if (item->place[end] != 0)
        return ITEMS_KNOWN;
    if (!append(side, item))
        return ITEMS_NO_MEMORY;
    item->place[end] = side->count;
    side->bytes += item->record->json_bytes;
    return check_room(items, end);
}

enum items_result items_add(struct list_items *items, enum list_end end, struct record *record)
{
    pthread_mutex_lock(&items->lock);
    enum items_result result = add(items, end, record);
    pthread_mutex_unlock(&items->lock);
    return result;
}

enum items_result items_count_text(struct list_items *items, enum list_end end, size_t bytes)
{
    pthread_mutex_lock(&items->lock);
    items->sides[end].bytes += bytes;
    enum items_result result = check_room(items, end);
    pthread_mutex_unlock(&items->lock);
    return result;
}

bool items_fit(struct list_items *items)
{
    pthread_mutex_lock(&items->lock);
    bool fit = fit_locked(items);
    pthread_mutex_unlock(&items->lock);
    return fit;
}

size_t items_count(struct list_items *items, enum list_end end)
{
    pthread_mutex_lock(&items->lock);
    size_t count = items->sides[end].count;
    pthread_mutex_unlock(&items->lock);
    return count;
}

/* --- the two ends ----------------------------------------------------------------------------- */

enum order { ORDER_UNKNOWN, ORDER_OPPOSITE, ORDER_SAME };

/* How the item at `i` of an end and the one before it stand in the order of the other. */
static enum order order_at(const struct list_side *side, size_t i, enum list_end other)
{
    size_t before = side->items[i - 1]->place[other];
    size_t place = side->items[i]->place[other];

    if (before == 0 || place == 0)
        return ORDER_UNKNOWN;
    return place < before ? ORDER_OPPOSITE : ORDER_SAME;
}

/* How many of an end's last items the other end has had, in the opposite order. */
static size_t tail(const struct list_side *side, enum list_end other)
{
    size_t i = side->count;

    if (i == 0 || side->items[i - 1]->place[other] == 0)
        return 0;
    while (--i > 0 && order_at(side, i, other) == ORDER_OPPOSITE)
        continue;
    return side->count - i;
}

static bool disagree_locked(const struct list_items *items)
{
    return items->sides[LIST_FRONT].disorder + items->sides[LIST_REAR].disorder > DISORDER_MAX;
}

void items_end_page(struct list_items *items, enum list_end end)
{
    enum list_end other = end == LIST_FRONT ? LIST_REAR : LIST_FRONT;
    struct list_side *side = &items->sides[end];

    pthread_mutex_lock(&items->lock);
    for (size_t i = side->page == 0 ? 1 : side->page; i < side->count; i++)
        side->disorder += order_at(side, i, other) == ORDER_SAME;
    side->page = side->count;
    if (tail(side, other) >= MEET_ITEMS && !disagree_locked(items))
        items->met = true;
    pthread_mutex_unlock(&items->lock);
}

bool items_met(struct list_items *items)
{
    pthread_mutex_lock(&items->lock);
    bool met = items->met;
    pthread_mutex_unlock(&items->lock);
    return met;
}

bool items_disagree(struct list_items *items)
{
    pthread_mutex_lock(&items->lock);
    bool disagree = disagree_locked(items);
    pthread_mutex_unlock(&items->lock);
    return disagree;
}

size_t items_of_rear(struct list_items *items)
{
    const struct list_side *rear = &items->sides[LIST_REAR];
    size_t count = 0;

    pthread_mutex_lock(&items->lock);
    for (size_t i = 0; i < rear->count; i++)
        count += rear->items[i]->place[LIST_FRONT] == 0;
    pthread_mutex_unlock(&items->lock);
    return count;
}

/* One that came from there only. */
static void drop(struct list_items *items, struct list_item *item)
{
    items->bytes -= item->record->json_bytes;
    HASH_DEL(items->by_id, item); // NOLINT(clang-analyzer-core.NullDereference): it is in there
    free_item(item);
}

void items_drop_rear(struct list_items *items)
{
    struct list_side *rear = &items->sides[LIST_REAR];

    pthread_mutex_lock(&items->lock);
    for (size_t i = 0; i < rear->count; i++) {
        rear->items[i]->place[LIST_REAR] = 0;
        if (rear->items[i]->place[LIST_FRONT] == 0)
            drop(items, rear->items[i]);
    }
    free(rear->items);
    *rear = (struct list_side){.items = NULL};
    items->sides[LIST_FRONT].disorder = 0;
    items->met = false;
    pthread_mutex_unlock(&items->lock);
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool move_one(const struct list_item *item, struct record_list *out)
{
    if (record_list_add(out, record_ref(item->record)))
        return true;
    record_unref(item->record);
    return false;
}

/* Those of the rear before a place in its order, from `*next` on (in the opposite order), which the
 * front has not had. */
static bool move_rear(const struct list_side *rear, size_t *next, size_t place,
                      struct record_list *out)
{
    bool moved = true;

    for (; moved && *next > place; --*next)
        if (rear->items[*next - 1]->place[LIST_FRONT] == 0)
            moved = move_one(rear->items[*next - 1], out);
    return moved;
}

/* The front's, and between them, where both know the neighbours, what only the rear has had. */
static bool move_all(const struct list_items *items, struct record_list *out)
{
    const struct list_side *front = &items->sides[LIST_FRONT];
    const struct list_side *rear = &items->sides[LIST_REAR];
    size_t next = rear->count;
    bool moved = true;

    for (size_t i = 0; moved && i < front->count; i++) {
        size_t place = front->items[i]->place[LIST_REAR];
        moved =
            (place == 0 || move_rear(rear, &next, place, out)) && move_one(front->items[i], out);
    }
    return moved && move_rear(rear, &next, 0, out);
}

bool items_move(struct list_items *items, struct record_list *out)
{
    pthread_mutex_lock(&items->lock);
    bool moved = move_all(items, out);
    free_all(items);
    items->sides[LIST_FRONT].count = 0;
    items->sides[LIST_REAR].count = 0;
    pthread_mutex_unlock(&items->lock);
    return moved;
}
