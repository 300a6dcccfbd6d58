/* SPDX-License-Identifier: MIT */
/* Lists: every page of one kind; a long one from both ends. */
#include "config.h"

#include "api/page.h"
#include "api/rear.h"

/* One that brings something new for ever: nobody has a list of that length. */
#define MAX_ITEMS      ((size_t)250000)
#define MAX_TEXT_BYTES ((size_t)160 << 20)

/* Once a list has so many pages and another, it is fetched from the rear, too. */
#define FRONT_PAGES 8

/* What the rear alone may have, when the front has come to its end: removed meanwhile. */
#define REAR_ONLY_MAX 8

/* That part of what the front's page took it waits for the rear's. */
#define REAR_PATIENCE 8

/* So many lists of a kind in a row whose ends did not meet, and it is not tried any more. */
#define STRIKES_MAX 3

struct long_list {
    struct list_items items;
    struct page_walk front;
    int64_t asked_ms;  /* when the front's last page was asked for; monotonic */
    struct rear *rear; /* NULL: there is none, or none any more */
};

static atomic_uint *strikes_of(const struct long_list *list)
{
    return &list->front.call.api->one_ended[kind_index(list->front.call.kind)];
}

/* --- the rear --------------------------------------------------------------------------------- */

/* Whether the list is one that has a rear: the dialect gives lists an order, and this one is long,
 * in whole pages. */
static bool has_rear(const struct long_list *list)
{
    const struct page_walk *front = &list->front;

    return front->pages == FRONT_PAGES && front->thin_pages == 0 && front->limited &&
           dialect_rows[front->dialect].list == LIST_PAGE &&
           atomic_load(strikes_of(list)) < STRIKES_MAX;
}

/* The ends have not met: the front goes on alone. `misled`: the server is why. */
static void drop_rear(struct long_list *list, bool misled)
{
    rear_stop(list->rear);
    list->rear = NULL;
    items_drop_rear(&list->items);
    if (misled)
        atomic_fetch_add(strikes_of(list), 1);
}

/* The front has come to its end by itself, and with it has all there is. */
static void pass_rear(struct long_list *list)
{
    bool met = items_met(&list->items);

    rear_stop(list->rear);
    list->rear = NULL;
    drop_rear(list, !met && items_of_rear(&list->items) > REAR_ONLY_MAX);
}

/* Between two pages of the front: begins at the rear, gives it leave for a page, or leaves it. */
static void look_after_rear(struct long_list *list)
{
    if (list->rear == NULL) {
        if (has_rear(list))
            list->rear = rear_start(&list->front);
        return;
    }
    bool disagree = items_disagree(&list->items);
    bool ended = rear_has_ended(list->rear);

    if (disagree || ended || !items_fit(&list->items))
        drop_rear(list, disagree || (ended && rear_was_misled(list->rear)));
    else
        rear_go_on(list->rear);
}

/* The page that the rear is at, asked for with the front's last, may tell that no other is needed:
 * worth a part of what the next would take. */
static void await_rear(struct long_list *list)
{
    int64_t took_ms = clock_now_ms(&clock_system) - list->asked_ms;

    if (list->rear != NULL)
        rear_await(list->rear, list->front.call.cancel, took_ms / REAR_PATIENCE);
}

/* The ends have met: all there is has come. */
static int meet(struct long_list *list, struct problem *problem)
{
    rear_stop(list->rear);
    list->rear = NULL;
    atomic_store(strikes_of(list), 0);
    if (items_fit(&list->items))
        return 0;
    return call_problem(&list->front.call, problem, PROBLEM_TOO_LARGE, "the list is too long");
}

/* --- the whole -------------------------------------------------------------------------------- */

/* After a page of the front. Whether the list is whole; `*rc` is then its end. */
static bool is_whole(struct long_list *list, int *rc, struct problem *problem)
{
    bool last = list->front.after == NULL;

    if (last && list->rear != NULL)
        pass_rear(list);
    else if (!last && list->rear != NULL && items_met(&list->items)) {
        *rc = meet(list, problem);
        return true;
    }
    return last;
}

static int list_pages(struct long_list *list, api_progress *progress, void *progress_ctx,
                      struct problem *problem)
{
    struct page_walk *front = &list->front;
    int rc = page_fetch_first(front, problem);

    while (rc == 0) {
        if (page_take(front, problem) != 0)
            return -1;
        await_rear(list);
        size_t count = items_count(&list->items, LIST_FRONT);
        bool wanted = progress == NULL || progress(progress_ctx, count);
        if (is_whole(list, &rc, problem))
            return rc;
        if (!wanted)
            return call_problem(&front->call, problem, PROBLEM_INTERRUPTED,
                                "nobody waits for this list any more");
        look_after_rear(list);
        list->asked_ms = clock_now_ms(&clock_system);
        rc = page_fetch_next(front, problem);
        if (rc != 0 && page_was_whole(front, problem))
            return 0;
    }
    return rc;
}

/* A list of nothing but what has no id is a list of something else. */
static int check_any(struct long_list *list, struct problem *problem)
{
    struct page_walk *front = &list->front;

    if (items_count(&list->items, LIST_FRONT) > 0 || front->skipped == 0)
        return 0;
    call_problem(&front->call, problem, PROBLEM_PROTOCOL, "no item of the list has an id");
    call_blame_answer(&front->call, problem);
    return -1;
}

/* Nothing is asked of an API for what it does not have. */
static int check_has(const struct api *api, const struct kind *kind, struct problem *problem)
{
    if (api_has(api, kind))
        return 0;
    return problem_set(problem, PROBLEM_NOT_FOUND, "this API has no %s", kind->plural);
}

static size_t or_default(size_t configured, size_t otherwise)
{
    return configured > 0 ? configured : otherwise;
}

static void begin(struct long_list *list, struct api *api, const struct kind *kind,
                  struct cancel *cancel)
{
    const struct api_config *config = &api->config;

    items_init(&list->items, or_default(config->max_list_items, MAX_ITEMS),
               or_default(config->max_list_bytes, MAX_TEXT_BYTES));
    page_walk_init(&list->front, api, kind, LIST_FRONT, &list->items, cancel);
    list->rear = NULL;
}

static void end(struct long_list *list)
{
    rear_stop(list->rear);
    page_walk_finish(&list->front);
    items_finish(&list->items);
}

/* What was listed, into `out`. */
static int give(struct long_list *list, struct record_list *out, struct problem *problem)
{
    if (!items_move(&list->items, out)) {
        record_list_finish(out);
        return call_problem(&list->front.call, problem, PROBLEM_NO_MEMORY, "out of memory");
    }
    out->skipped = list->front.skipped;
    out->first_skipped = list->front.first_skipped;
    return 0;
}

int api_list(struct api *api, const struct kind *kind, struct cancel *cancel,
             api_progress *progress, void *progress_ctx, struct record_list *out,
             struct problem *problem)
{
    struct long_list list;
    struct problem own;
    int rc = check_has(api, kind, &own);

    begin(&list, api, kind, cancel);
    if (rc == 0)
        rc = list_pages(&list, progress, progress_ctx, &own);
    if (rc == 0)
        rc = check_any(&list, &own);
    if (rc == 0)
        rc = give(&list, out, &own);
    if (rc != 0 && problem != NULL)
        *problem = own;
    end(&list);
    return rc;
}

int api_first_page(struct api *api, const struct kind *kind, struct cancel *cancel,
                   struct problem *problem)
{
    struct long_list list;
    int rc = check_has(api, kind, problem);

    begin(&list, api, kind, cancel);
    if (rc == 0)
        rc = page_fetch_first(&list.front, problem);
    if (rc == 0)
        rc = page_take(&list.front, problem);
    end(&list);
    return rc;
}
