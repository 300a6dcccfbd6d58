/* SPDX-License-Identifier: MIT */
/* The pages of a list, in either style of paging. */
#include "config.h"

#include "api/page.h"

#include "api/dialect.h"
#include "api/revalidate.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pages in a row that bring nothing new although each names a next one: a server that goes round
 * in circles with ever new cursors. */
#define BARREN_PAGES_MAX 10

/* Or that brings next to nothing each time: nobody pages like that, so it is not asked faster. */
#define THIN_ITEMS      (API_PAGE_LIMIT / 4)
#define THIN_PAGES_FREE 20
#define THIN_PAUSE_MS   50

#define CURSOR_MAX_BYTES 4096

#define ITEMS_AT_ONCE 64 /* are passed on; then there is a look at the token */

static const struct kind_shape *shape_of(const struct page_walk *walk)
{
    return &walk->call.kind->shapes[walk->dialect];
}

/* --- requests --------------------------------------------------------------------------------- */

static bool print_query(const struct page_walk *walk, struct buf *query)
{
    if (walk->limited && !buf_printf(query, "?limit=%d%s", API_PAGE_LIMIT,
                                     walk->end == LIST_REAR ? "&order=asc" : ""))
        return false;
    if (walk->after == NULL)
        return true;
    char *after = http_escape(walk->after);
    bool ok =
        after != NULL && buf_printf(query, "%cafter=%s", query->size_bytes == 0 ? '?' : '&', after);
    free(after);
    return ok;
}

/* A page, into walk->text. */
static int fetch(struct page_walk *walk, struct problem *problem)
{
    struct json_object *unbuilt = NULL;
    struct buf query = BUF_EMPTY;
    int rc = -1;

    if (print_query(walk, &query)) {
        walk->call.query = buf_text(&query);
        revalidate_prepare(walk, walk->call.query);
        rc = call_perform(&walk->call, &unbuilt, problem);
    } else {
        call_problem(&walk->call, problem, PROBLEM_NO_MEMORY, "out of memory");
    }
    walk->call.query = NULL;
    buf_finish(&query);
    return rc;
}

int page_fetch_first(struct page_walk *walk, struct problem *problem)
{
    atomic_bool *refuses = &walk->call.api->refuses_query[kind_index(walk->call.kind)];

    walk->limited = shape_of(walk)->paged && !atomic_load(refuses);
    if (fetch(walk, problem) == 0)
        return 0;
    if (!walk->limited || problem->status != 400 || walk->end == LIST_REAR)
        return -1;
    walk->limited = false;
    if (fetch(walk, problem) != 0)
        return -1;
    atomic_store(refuses, true);
    return 0;
}

/* --- answers ---------------------------------------------------------------------------------- */

static int out_of_memory(const struct page_walk *walk, struct problem *problem)
{
    return call_problem(&walk->call, problem, PROBLEM_NO_MEMORY, "out of memory");
}

/* Says which item of the page it is. */
static int refuse_item(const struct page_walk *walk, size_t index, struct problem *problem)
{
    char words[sizeof problem->message + 32];

    snprintf(words, sizeof words, "item %zu: %s", index + 1, problem->message);
    return call_problem(&walk->call, problem, problem->kind, words);
}

/* What the items say of one more, or of a cursor. */
static int judge(const struct page_walk *walk, enum items_result result, struct problem *problem)
{
    char words[64];

    if (result == ITEMS_NEW || result == ITEMS_KNOWN)
        return 0;
    if (result == ITEMS_NO_MEMORY)
        return out_of_memory(walk, problem);
    if (result == ITEMS_TOO_MANY)
        snprintf(words, sizeof words, "the list has more than %zu items", walk->items->max_items);
    else
        snprintf(words, sizeof words, "the list has more than %zu bytes", walk->items->max_bytes);
    return call_problem(&walk->call, problem, PROBLEM_TOO_LARGE, words);
}

/* What has no id can't be named, nor asked for: it is left out, and its neighbours are not. */
static void skip_item(struct page_walk *walk, size_t index)
{
    if (walk->skipped++ == 0)
        walk->first_skipped = walk->seen + index + 1;
}

static int take_item(struct page_walk *walk, struct json_slice item, size_t index,
                     struct problem *problem)
{
    struct record *record = record_from_text(walk->call.kind, walk->dialect, item, problem);

    if (record == NULL && problem->kind == PROBLEM_NOT_FOUND) {
        skip_item(walk, index);
        return 0;
    }
    if (record == NULL)
        return refuse_item(walk, index, problem);
    if (record_list_add(&walk->known, record))
        return 0;
    record_unref(record);
    return out_of_memory(walk, problem);
}

/* A page may be long: whoever ends the fetch need not wait for all of it. */
static int check_cancelled(const struct page_walk *walk, struct problem *problem)
{
    switch (cancel_reason(walk->call.cancel)) {
    case CANCEL_NONE:
        return 0;
    case CANCEL_DEADLINE:
        return call_problem(&walk->call, problem, PROBLEM_TIMEOUT, "no time was left");
    case CANCEL_INTERRUPT:
    case CANCEL_SHUTDOWN:
    case CANCEL_CROWDED:
        break;
    }
    return call_problem(&walk->call, problem, PROBLEM_INTERRUPTED, "interrupted");
}

/* Gives what is in walk->known to the list, and lets it go. */
static int pass_on(struct page_walk *walk, struct problem *problem)
{
    const struct record_list *records = &walk->known;
    size_t brought = 0;

    if (records->count == 0)
        return 0;
    if (walk->first_id.size_bytes == 0)
        buf_append_text(&walk->first_id, records->records[0]->id);
    buf_resize(&walk->last_id, 0);
    buf_append_text(&walk->last_id, records->records[records->count - 1]->id);
    if (walk->call.etag[0] != '\0') /* else nothing is remembered */
        for (size_t i = 0; i < records->count; i++)
            walk->content = memo_add(walk->content, records->records[i]);
    enum items_result result = items_add(walk->items, walk->end, records, &brought);
    walk->brought += brought;
    record_list_finish(&walk->known);
    return judge(walk, result, problem);
}

/* The items of an answer's text, some at a time: what is too much is found out soon. */
static int take_each(struct page_walk *walk, struct json_slice items, struct problem *problem)
{
    struct json_walk each = json_walk_into(items);

    for (; json_walk_next(&each); walk->count++) {
        if (walk->count % ITEMS_AT_ONCE == 0 &&
            (check_cancelled(walk, problem) != 0 || pass_on(walk, problem) != 0))
            return -1;
        if (take_item(walk, each.value, walk->count, problem) != 0)
            return -1;
    }
    return pass_on(walk, problem);
}

/* Those that are known, of a page that is unchanged. */
static int take_known(struct page_walk *walk, struct problem *problem)
{
    walk->count = walk->known.count;
    return pass_on(walk, problem);
}

/* `items` is of no meaning where the page is unchanged. */
static int take_items(struct page_walk *walk, struct json_slice items, struct problem *problem)
{
    walk->count = 0;
    walk->brought = 0;
    walk->content = MEMO_CONTENT_EMPTY;
    buf_resize(&walk->first_id, 0);
    if (!walk->call.unchanged)
        record_list_finish(&walk->known);
    if ((walk->call.unchanged ? take_known(walk, problem) : take_each(walk, items, problem)) != 0)
        return -1;
    walk->seen += walk->count;
    walk->barren_pages = walk->brought == 0 ? walk->barren_pages + 1 : 0;
    walk->thin_pages += walk->brought < THIN_ITEMS;
    items_end_page(walk->items, walk->end);
    return 0;
}

/* {hasMore, items, nextPage}: the next page into `next`, which stays empty at the end. */
static int next_of_page(const struct page_walk *walk, const struct list_answer *answer,
                        struct buf *next, struct problem *problem)
{
    struct json_slice cursor = answer->next_page;
    bool ok = true;

    if (json_slice_type(answer->has_more) == 'f')
        return 0;
    switch (json_slice_type(cursor)) {
    case '{':
    case '[':
    case 't':
    case 'f':
        return call_problem(&walk->call, problem, PROBLEM_PROTOCOL,
                            "nextPage is neither a cursor nor null");
    case '"':
        ok = json_slice_decode(cursor, next);
        break;
    case '0':
        ok = buf_append(next, cursor.text, cursor.size_bytes);
        break;
    }
    return ok ? 0 : out_of_memory(walk, problem);
}

/* A bare array: its last item's id, unless this was the last page. A page of another size than
 * asked for is the last; where no limit was taken, one that brings nothing new. */
static bool next_of_array(const struct page_walk *walk, struct buf *next)
{
    if (!shape_of(walk)->paged || walk->count == 0 || walk->barren_pages > 0)
        return true;
    if (walk->limited && walk->count != API_PAGE_LIMIT)
        return true;
    return buf_append(next, walk->last_id.data, walk->last_id.size_bytes);
}

static int follow(struct page_walk *walk, const char *next, struct problem *problem)
{
    free(walk->after);
    walk->after = NULL;
    if (*next == '\0')
        return 0;
    if (strlen(next) > CURSOR_MAX_BYTES)
        return call_problem(&walk->call, problem, PROBLEM_TOO_LARGE,
                            "the cursor of the next page is larger than 4096 bytes");
    enum idset_result result = idset_add(&walk->cursors, next);
    if (result == IDSET_KNOWN || walk->barren_pages > BARREN_PAGES_MAX)
        return call_problem(&walk->call, problem, PROBLEM_PROTOCOL,
                            result == IDSET_KNOWN
                                ? "the same cursor came back: the list has no end"
                                : "page after page brings nothing new: the list has no end");
    if (judge(walk, items_count_text(walk->items, walk->end, strlen(next)), problem) != 0)
        return -1;
    if (result == IDSET_NEW)
        walk->after = strdup(next);
    return walk->after == NULL ? out_of_memory(walk, problem) : 0;
}

/* Where the list goes on, into `next`. */
static int find_next(const struct page_walk *walk, const struct list_answer *answer,
                     struct buf *next, struct problem *problem)
{
    bool ok = true;

    if (dialect_rows[walk->dialect].list == LIST_ARRAY)
        ok = next_of_array(walk, next);
    else if (walk->call.unchanged)
        ok = buf_append_text(next, walk->memo.next);
    else
        return next_of_page(walk, answer, next, problem);
    return ok ? 0 : out_of_memory(walk, problem);
}

static int take(struct page_walk *walk, struct problem *problem)
{
    struct json_slice text = json_slice_whole(buf_text(&walk->text), walk->text.size_bytes);
    struct list_answer answer = {.style = LIST_PAGE};
    struct buf next = BUF_EMPTY;

    if ((!walk->call.unchanged &&
         dialect_settle(&walk->call, text, &walk->dialect, &answer, problem) != 0) ||
        take_items(walk, answer.items, problem) != 0)
        return -1;
    int rc = find_next(walk, &answer, &next, problem);
    if (rc == 0)
        rc = follow(walk, buf_text(&next), problem);
    buf_finish(&next);
    return rc;
}

int page_take(struct page_walk *walk, struct problem *problem)
{
    size_t size = walk->text.size_bytes;
    size_t skipped = walk->skipped;
    int rc = take(walk, problem);

    if (rc == 0)
        revalidate_note(walk, skipped);
    revalidate_drop(walk);
    walk->pages++;
    buf_finish(&walk->text); /* what a long one took goes back at once */
    memory_give_back(size);
    if (rc != 0)
        call_blame_answer(&walk->call, problem);
    return rc;
}

/* --- the walk --------------------------------------------------------------------------------- */

/* A server that took no limit may take no `after` either. */
bool page_was_whole(const struct page_walk *walk, const struct problem *problem)
{
    return !walk->limited && problem->status == 400 &&
           dialect_rows[walk->dialect].list == LIST_ARRAY;
}

/* A token that fires during the pause is found by the fetch. */
int page_fetch_next(struct page_walk *walk, struct problem *problem)
{
    if (walk->thin_pages > THIN_PAGES_FREE)
        (void)cancel_sleep(walk->call.cancel, clock_now_ms(&clock_system) + THIN_PAUSE_MS);
    return fetch(walk, problem);
}

void page_walk_init(struct page_walk *walk, struct api *api, const struct kind *kind,
                    enum list_end end, struct list_items *items, struct cancel *cancel)
{
    *walk = (struct page_walk){
        .call = {.api = api,
                 .kind = kind,
                 .method = HTTP_GET,
                 .path = kind->path,
                 .cancel = cancel,
                 .text = &walk->text,
                 .needs_json = true},
        .end = end,
        .items = items,
        .dialect = api_dialect(api),
    };
}

void page_walk_finish(struct page_walk *walk)
{
    free(walk->after);
    buf_finish(&walk->text);
    buf_finish(&walk->last_id);
    buf_finish(&walk->first_id);
    revalidate_drop(walk);
    idset_finish(&walk->cursors);
}
