/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/items.h"

#include <stdlib.h>
#include <string.h>

/* As many in a row, in the opposite order, and the ends have met. Two would do where no two
 * resources are equal to the server's order; where some are, in whatever order they come, eight do.
 */
#define MEET_ITEMS 8

/* As many in the same order, and the ends disagree. */
#define DISORDER_MAX 8

void items_init(struct list_items *items, size_t max_items, size_t max_bytes)
{
    *items = (struct list_items){.max_items = max_items, .max_bytes = max_bytes};
    pthread_mutex_init(&items->lock, NULL);
}

static struct list_item *item_at(const struct list_items *items, uint32_t number)
{
    return &items->items[number - 1];
}

static void free_all(struct list_items *items)
{
    for (size_t i = 0; i < items->count; i++)
        record_unref(items->items[i].record);
    free(items->items);
    items->items = NULL;
    items->count = items->capacity = 0;
    table_finish(&items->by_id);
}

void items_finish(struct list_items *items)
{
    free_all(items);
    for (size_t i = 0; i < LIST_ENDS; i++)
        free(items->sides[i].items);
    pthread_mutex_destroy(&items->lock);
}

/* --- adding; the lock is held ----------------------------------------------------------------- */

static uint32_t hash_id(const char *id)
{
    return table_hash(id, strlen(id));
}

static bool has_id(const void *owner, uint32_t number, const void *id)
{
    return strcmp(item_at(owner, number)->record->id, id) == 0;
}

static bool grow(struct list_items *items)
{
    size_t capacity = items->capacity == 0 ? 128 : items->capacity * 2;
    struct list_item *more = reallocarray(items->items, capacity, sizeof *more);

    if (more == NULL)
        return false;
    items->items = more;
    items->capacity = capacity;
    return true;
}

/* Takes over the reference on success; TABLE_NONE: no memory. */
static uint32_t add_new(struct list_items *items, struct record *record)
{
    uint32_t number = (uint32_t)items->count + 1;

    if (items->count == items->capacity && !grow(items))
        return TABLE_NONE;
    if (!table_add(&items->by_id, hash_id(record->id), number))
        return TABLE_NONE;
    items->items[items->count++] = (struct list_item){.record = record};
    items->bytes += record->json_bytes;
    return number;
}

/* The record's item, new if need be; the reference is taken over. TABLE_NONE: no memory. */
static uint32_t find_or_add(struct list_items *items, struct record *record)
{
    uint32_t number = table_find(&items->by_id, hash_id(record->id), has_id, items, record->id);
    bool is_known = number != TABLE_NONE;

    if (!is_known)
        number = add_new(items, record);
    if (is_known || number == TABLE_NONE)
        record_unref(record);
    return number;
}

static bool append(struct list_side *side, uint32_t number)
{
    if (side->count == side->capacity) {
        size_t capacity = side->capacity == 0 ? 128 : side->capacity * 2;
        uint32_t *more = reallocarray(side->items, capacity, sizeof *more);
        if (more == NULL)
            return false;
        side->items = more;
        side->capacity = capacity;
    }
    side->items[side->count++] = number;
    return true;
}

static bool fit_locked(const struct list_items *items)
{
    return items->by_id.count <= items->max_items && items->bytes <= items->max_bytes;
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
    uint32_t number = find_or_add(items, record);

    if (number == TABLE_NONE)
        return ITEMS_NO_MEMORY;
    struct list_item *item = item_at(items, number);
    if (item->place[end] != 0)
        return ITEMS_KNOWN;
    if (!append(side, number))
        return ITEMS_NO_MEMORY;
    item->place[end] = (uint32_t)side->count;
    side->bytes += item->record->json_bytes;
    return check_room(items, end);
}

enum items_result items_add(struct list_items *items, enum list_end end,
                            const struct record_list *records, size_t *brought)
{
    enum items_result result = ITEMS_NEW;

    pthread_mutex_lock(&items->lock);
    size_t before = items->sides[end].count;
    for (size_t i = 0; i < records->count && result <= ITEMS_KNOWN; i++)
        result = add(items, end, record_ref(records->records[i]));
    *brought = items->sides[end].count - before;
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
static enum order order_at(const struct list_items *items, const struct list_side *side, size_t i,
                           enum list_end other)
{
    size_t before = item_at(items, side->items[i - 1])->place[other];
    size_t place = item_at(items, side->items[i])->place[other];

    if (before == 0 || place == 0)
        return ORDER_UNKNOWN;
    return place < before ? ORDER_OPPOSITE : ORDER_SAME;
}

/* How many of an end's last items the other end has had, in the opposite order. */
static size_t tail(const struct list_items *items, const struct list_side *side,
                   enum list_end other)
{
    size_t i = side->count;

    if (i == 0 || item_at(items, side->items[i - 1])->place[other] == 0)
        return 0;
    while (--i > 0 && order_at(items, side, i, other) == ORDER_OPPOSITE)
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
        side->disorder += order_at(items, side, i, other) == ORDER_SAME;
    side->page = side->count;
    if (tail(items, side, other) >= MEET_ITEMS && !disagree_locked(items))
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
        count += item_at(items, rear->items[i])->place[LIST_FRONT] == 0;
    pthread_mutex_unlock(&items->lock);
    return count;
}

/* One that came from there only. */
static void drop(struct list_items *items, uint32_t number)
{
    struct list_item *item = item_at(items, number);

    items->bytes -= item->record->json_bytes;
    table_remove(&items->by_id, hash_id(item->record->id), number);
    record_unref(item->record);
    item->record = NULL;
}

void items_drop_rear(struct list_items *items)
{
    struct list_side *rear = &items->sides[LIST_REAR];

    pthread_mutex_lock(&items->lock);
    for (size_t i = 0; i < rear->count; i++) {
        struct list_item *item = item_at(items, rear->items[i]);
        item->place[LIST_REAR] = 0;
        if (item->place[LIST_FRONT] == 0)
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
static bool move_rear(const struct list_items *items, size_t *next, size_t place,
                      struct record_list *out)
{
    const struct list_side *rear = &items->sides[LIST_REAR];
    bool moved = true;

    for (; moved && *next > place; --*next) {
        const struct list_item *item = item_at(items, rear->items[*next - 1]);
        if (item->place[LIST_FRONT] == 0)
            moved = move_one(item, out);
    }
    return moved;
}

/* The front's, and between them, where both know the neighbours, what only the rear has had. */
static bool move_all(const struct list_items *items, struct record_list *out)
{
    const struct list_side *front = &items->sides[LIST_FRONT];
    size_t next = items->sides[LIST_REAR].count;
    bool moved = true;

    for (size_t i = 0; moved && i < front->count; i++) {
        const struct list_item *item = item_at(items, front->items[i]);
        size_t place = item->place[LIST_REAR];
        moved = (place == 0 || move_rear(items, &next, place, out)) && move_one(item, out);
    }
    return moved && move_rear(items, &next, 0, out);
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
