/* SPDX-License-Identifier: MIT */
/* Lists: every page of one kind, in either style of paging. */
#include "config.h"

#include "api/dialect.h"
#include "api/idset.h"
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

/* And one that brings something new for ever: nobody has a list of that length. */
#define MAX_ITEMS      ((size_t)250000)
#define MAX_TEXT_BYTES ((size_t)160 << 20)

#define ITEMS_BETWEEN_LOOKS 64 /* at the token */

struct page_walk {
    struct exchange call;
    enum dialect dialect;  /* as far as known before the first answer, then for certain */
    bool limited;          /* the first page was asked for with a limit */
    unsigned barren_pages; /* in a row */
    unsigned thin_pages;   /* ever */
    size_t text_bytes;     /* of the records and cursors so far */
    size_t seen;           /* items of the pages before this one */
    struct record_list records;
    struct idset ids;
    struct idset cursors;
    struct buf text;    /* of the page at hand */
    struct buf last_id; /* of its last item */
    char *after;        /* the next page's cursor; NULL: there is none */
};

static const struct kind_shape *shape_of(const struct page_walk *listing)
{
    return &listing->call.kind->shapes[listing->dialect];
}

/* --- requests --------------------------------------------------------------------------------- */

static bool print_query(const struct page_walk *listing, struct buf *query)
{
    if (listing->limited && !buf_printf(query, "?limit=%d", API_PAGE_LIMIT))
        return false;
    if (listing->after == NULL)
        return true;
    char *after = http_escape(listing->after);
    bool ok =
        after != NULL && buf_printf(query, "%cafter=%s", query->size_bytes == 0 ? '?' : '&', after);
    free(after);
    return ok;
}

/* A page, into listing->text. */
static int fetch(struct page_walk *listing, struct problem *problem)
{
    struct json_object *unbuilt = NULL;
    struct buf query = BUF_EMPTY;
    int rc = -1;

    if (print_query(listing, &query)) {
        listing->call.query = buf_text(&query);
        rc = call_perform(&listing->call, &unbuilt, problem);
    } else {
        call_problem(&listing->call, problem, PROBLEM_NO_MEMORY, "out of memory");
    }
    listing->call.query = NULL;
    buf_finish(&query);
    return rc;
}

/* The first page: with a limit where the kind takes one; without, when that is refused. */
static int fetch_first(struct page_walk *listing, struct problem *problem)
{
    atomic_bool *refuses = &listing->call.api->refuses_query[kind_index(listing->call.kind)];

    listing->limited = shape_of(listing)->paged && !atomic_load(refuses);
    if (fetch(listing, problem) == 0)
        return 0;
    if (!listing->limited || problem->status != 400)
        return -1;
    listing->limited = false;
    if (fetch(listing, problem) != 0)
        return -1;
    atomic_store(refuses, true);
    return 0;
}

/* --- answers ---------------------------------------------------------------------------------- */

static int out_of_memory(const struct page_walk *listing, struct problem *problem)
{
    return call_problem(&listing->call, problem, PROBLEM_NO_MEMORY, "out of memory");
}

/* Says which item of the page it is. */
static int refuse_item(const struct page_walk *listing, size_t index, struct problem *problem)
{
    char words[sizeof problem->message + 32];

    snprintf(words, sizeof words, "item %zu: %s", index + 1, problem->message);
    return call_problem(&listing->call, problem, problem->kind, words);
}

static size_t or_default(size_t configured, size_t otherwise)
{
    return configured > 0 ? configured : otherwise;
}

/* Counts an item or a cursor of that size; -1: the list is too long with it. */
static int count_text(struct page_walk *listing, size_t items, size_t bytes,
                      struct problem *problem)
{
    const struct api_config *config = &listing->call.api->config;
    size_t max_items = or_default(config->max_list_items, MAX_ITEMS);
    size_t max_bytes = or_default(config->max_list_bytes, MAX_TEXT_BYTES);
    char words[64];

    listing->text_bytes += bytes;
    if (items <= max_items && listing->text_bytes <= max_bytes)
        return 0;
    if (items > max_items)
        snprintf(words, sizeof words, "the list has more than %zu items", max_items);
    else
        snprintf(words, sizeof words, "the list has more than %zu bytes", max_bytes);
    return call_problem(&listing->call, problem, PROBLEM_TOO_LARGE, words);
}

static int add_record(struct page_walk *listing, struct record *record, struct problem *problem)
{
    if (count_text(listing, listing->records.count + 1, record->json_bytes, problem) != 0)
        return -1;
    return record_list_add(&listing->records, record) ? 0 : out_of_memory(listing, problem);
}

/* A new item's record, or one that is known by now. */
static int take_record(struct page_walk *listing, struct record *record, struct problem *problem)
{
    enum idset_result result = idset_add(&listing->ids, record->id);

    if (result == IDSET_NEW && add_record(listing, record, problem) == 0)
        return 0;
    record_unref(record);
    if (result == IDSET_NO_MEMORY)
        return out_of_memory(listing, problem);
    return result == IDSET_KNOWN ? 0 : -1;
}

/* What has no id can't be named, nor asked for: it is left out, and its neighbours are not. */
static void skip_item(struct page_walk *listing, size_t index)
{
    if (listing->records.skipped++ == 0)
        listing->records.first_skipped = listing->seen + index + 1;
}

static int take_item(struct page_walk *listing, struct json_slice item, size_t index,
                     struct problem *problem)
{
    struct record *record = record_from_text(listing->call.kind, listing->dialect, item, problem);

    if (record == NULL && problem->kind == PROBLEM_NOT_FOUND) {
        skip_item(listing, index);
        return 0;
    }
    if (record == NULL)
        return refuse_item(listing, index, problem);
    buf_resize(&listing->last_id, 0);
    buf_append_text(&listing->last_id, record->id);
    return take_record(listing, record, problem);
}

/* A page may be long: whoever ends the fetch need not wait for all of it. */
static int check_cancelled(const struct page_walk *listing, struct problem *problem)
{
    switch (cancel_reason(listing->call.cancel)) {
    case CANCEL_NONE:
        return 0;
    case CANCEL_DEADLINE:
        return call_problem(&listing->call, problem, PROBLEM_TIMEOUT, "no time was left");
    case CANCEL_INTERRUPT:
    case CANCEL_SHUTDOWN:
    case CANCEL_CROWDED:
        break;
    }
    return call_problem(&listing->call, problem, PROBLEM_INTERRUPTED, "interrupted");
}

/* `*count` is how many there were. */
static int take_items(struct page_walk *listing, struct json_slice items, size_t *count,
                      struct problem *problem)
{
    struct json_walk walk = json_walk_into(items);
    size_t before = listing->records.count;

    for (*count = 0; json_walk_next(&walk); ++*count)
        if ((*count % ITEMS_BETWEEN_LOOKS == 0 && check_cancelled(listing, problem) != 0) ||
            take_item(listing, walk.value, *count, problem) != 0)
            return -1;
    listing->seen += *count;
    listing->barren_pages = listing->records.count == before ? listing->barren_pages + 1 : 0;
    listing->thin_pages += listing->records.count - before < THIN_ITEMS;
    return 0;
}

/* {hasMore, items, nextPage}: the next page into `next`, which stays empty at the end. */
static int next_of_page(const struct page_walk *listing, struct json_slice answer, struct buf *next,
                        struct problem *problem)
{
    struct json_slice cursor = json_slice_member(answer, "nextPage");
    bool ok = true;

    if (json_slice_type(json_slice_member(answer, "hasMore")) == 'f')
        return 0;
    switch (json_slice_type(cursor)) {
    case '{':
    case '[':
    case 't':
    case 'f':
        return call_problem(&listing->call, problem, PROBLEM_PROTOCOL,
                            "nextPage is neither a cursor nor null");
    case '"':
        ok = json_slice_decode(cursor, next);
        break;
    case '0':
        ok = buf_append(next, cursor.text, cursor.size_bytes);
        break;
    }
    return ok ? 0 : out_of_memory(listing, problem);
}

/* A bare array: its last item's id, unless this was the last page. A page of another size than
 * asked for is the last; where no limit was taken, one that brings nothing new. */
static bool next_of_array(const struct page_walk *listing, size_t count, struct buf *next)
{
    if (!shape_of(listing)->paged || count == 0 || listing->barren_pages > 0)
        return true;
    if (listing->limited && count != API_PAGE_LIMIT)
        return true;
    return buf_append(next, listing->last_id.data, listing->last_id.size_bytes);
}

static int follow(struct page_walk *listing, const char *next, struct problem *problem)
{
    free(listing->after);
    listing->after = NULL;
    if (*next == '\0')
        return 0;
    if (strlen(next) > CURSOR_MAX_BYTES)
        return call_problem(&listing->call, problem, PROBLEM_TOO_LARGE,
                            "the cursor of the next page is larger than 4096 bytes");
    enum idset_result result = idset_add(&listing->cursors, next);
    if (result == IDSET_KNOWN || listing->barren_pages > BARREN_PAGES_MAX)
        return call_problem(&listing->call, problem, PROBLEM_PROTOCOL,
                            result == IDSET_KNOWN
                                ? "the same cursor came back: the list has no end"
                                : "page after page brings nothing new: the list has no end");
    if (count_text(listing, listing->records.count, strlen(next), problem) != 0)
        return -1;
    if (result == IDSET_NEW)
        listing->after = strdup(next);
    return listing->after == NULL ? out_of_memory(listing, problem) : 0;
}

static int take_page(struct page_walk *listing, struct problem *problem)
{
    struct json_slice answer = json_slice_of(buf_text(&listing->text), listing->text.size_bytes);
    struct json_slice items;
    struct buf next = BUF_EMPTY;
    size_t count;

    if (dialect_settle(&listing->call, answer, &listing->dialect, &items, problem) != 0 ||
        take_items(listing, items, &count, problem) != 0)
        return -1;
    int rc = 0;
    if (dialect_rows[listing->dialect].list == LIST_PAGE)
        rc = next_of_page(listing, answer, &next, problem);
    else if (!next_of_array(listing, count, &next))
        rc = out_of_memory(listing, problem);
    if (rc == 0)
        rc = follow(listing, buf_text(&next), problem);
    buf_finish(&next);
    return rc;
}

/* The page's text is done with; what a long one took goes back at once. */
static void drop_page(struct page_walk *listing)
{
    size_t size = listing->text.size_bytes;

    buf_finish(&listing->text);
    memory_give_back(size);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A server that took no limit may take no `after` either: then its only page was the whole. */
static bool was_whole(const struct page_walk *listing, const struct problem *problem)
{
    return !listing->limited && problem->status == 400 &&
           dialect_rows[listing->dialect].list == LIST_ARRAY;
}

/* Before the next page. A token that fires meanwhile is found by whoever fetches that. */
static void pace(struct page_walk *listing)
{
    if (listing->thin_pages > THIN_PAGES_FREE)
        (void)cancel_sleep(listing->call.cancel, clock_now_ms(&clock_system) + THIN_PAUSE_MS);
}

static int list_pages(struct page_walk *listing, api_progress *progress, void *progress_ctx,
                      struct problem *problem)
{
    int rc = fetch_first(listing, problem);

    while (rc == 0) {
        rc = take_page(listing, problem);
        drop_page(listing);
        if (rc != 0) {
            call_blame_answer(&listing->call, problem);
            return -1;
        }
        bool wanted = progress == NULL || progress(progress_ctx, listing->records.count);
        if (listing->after == NULL)
            return 0;
        if (!wanted)
            return call_problem(&listing->call, problem, PROBLEM_INTERRUPTED,
                                "nobody waits for this list any more");
        pace(listing);
        rc = fetch(listing, problem);
        if (rc != 0 && was_whole(listing, problem))
            return 0;
    }
    return rc;
}

/* A list of nothing but what has no id is a list of something else. */
static int check_any(const struct page_walk *listing, struct problem *problem)
{
    if (listing->records.count > 0 || listing->records.skipped == 0)
        return 0;
    call_problem(&listing->call, problem, PROBLEM_PROTOCOL, "no item of the list has an id");
    call_blame_answer(&listing->call, problem);
    return -1;
}

static struct page_walk begin_listing(struct api *api, const struct kind *kind,
                                      struct cancel *cancel)
{
    return (struct page_walk){
        .call = {.api = api,
                 .kind = kind,
                 .method = HTTP_GET,
                 .path = kind->path,
                 .cancel = cancel,
                 .needs_json = true},
        .dialect = api_dialect(api),
        .records = RECORD_LIST_EMPTY,
    };
}

static void end_listing(struct page_walk *listing)
{
    free(listing->after);
    buf_finish(&listing->last_id);
    idset_finish(&listing->ids);
    idset_finish(&listing->cursors);
}

/* Nothing is asked of an API for what it does not have. */
static int check_has(const struct api *api, const struct kind *kind, struct problem *problem)
{
    if (api_has(api, kind))
        return 0;
    return problem_set(problem, PROBLEM_NOT_FOUND, "this API has no %s", kind->plural);
}

int api_list(struct api *api, const struct kind *kind, struct cancel *cancel,
             api_progress *progress, void *progress_ctx, struct record_list *out,
             struct problem *problem)
{
    struct problem own;
    struct page_walk listing = begin_listing(api, kind, cancel);

    listing.call.text = &listing.text;
    int rc = check_has(api, kind, &own);

    if (rc == 0)
        rc = list_pages(&listing, progress, progress_ctx, &own);
    if (rc == 0)
        rc = check_any(&listing, &own);
    if (rc == 0)
        *out = listing.records;
    else
        record_list_finish(&listing.records);
    if (rc != 0 && problem != NULL)
        *problem = own;
    end_listing(&listing);
    return rc;
}

int api_first_page(struct api *api, const struct kind *kind, struct cancel *cancel,
                   struct problem *problem)
{
    struct page_walk listing = begin_listing(api, kind, cancel);

    listing.call.text = &listing.text;
    int rc = check_has(api, kind, problem);

    if (rc == 0)
        rc = fetch_first(&listing, problem);
    if (rc == 0) {
        rc = take_page(&listing, problem);
        drop_page(&listing);
    }
    record_list_finish(&listing.records);
    end_listing(&listing);
    return rc;
}
