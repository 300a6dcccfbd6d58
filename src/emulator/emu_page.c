/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A page costs its own length: the place where it starts is found in the
 * collection's sorted index. Only a filter looks at more items than it shows.
 */

/* What a request asks for. Indices count upwards in ascending order. */
struct query {
    const struct emu_shape *shape;
    const struct emu_request *request;
    const struct emu_index *index;
    struct emu_item *after;
    size_t limit;
    enum emu_order order;
    bool ascending;
};

static const char *const order_fields[EMU_ORDERS + 1] = {
    [EMU_BY_DATE] = "dtCreated",
    [EMU_BY_NAME] = "name",
};

static bool contains(const char *const *list, const char *text)
{
    for (; list != NULL && *list != NULL; list++)
        if (strcmp(*list, text) == 0)
            return true;
    return false;
}

static bool known_parameter(const struct emu_shape *shape, const char *name)
{
    static const char *const paging[] = {"after", "limit", NULL};
    static const char *const ordering[] = {"orderBy", "order", NULL};

    return contains(shape->filters, name) || (shape->paged && contains(paging, name)) ||
           (shape->orders != NULL && contains(ordering, name));
}

static bool check_names(const struct query *query, struct emu_answer *answer)
{
    const struct emu_request *request = query->request;

    for (size_t i = 0; i < request->parameter_count; i++) {
        if (known_parameter(query->shape, request->parameters[i].name))
            continue;
        emu_answer_invalid_field(answer, request->parameters[i].name,
                                 "Unrecognized query parameter");
        return false;
    }
    return true;
}

/* A dialect that documents no bounds takes any integer. */
static bool read_limit(const struct emulator *emulator, struct query *query,
                       struct emu_answer *answer)
{
    const char *text = emu_request_parameter(query->request, "limit");
    bool bounded = emulator->dialect->limit_bounded;
    char *end;

    if (text == NULL || !query->shape->paged)
        return true;
    const char *digits = text + (*text == '-' && !bounded);
    long limit = strtol(text, &end, 10);
    if (strspn(digits, "0123456789") == 0 || *end ||
        (bounded && (limit < 1 || limit > EMU_PAGE_LIMIT))) {
        emu_answer_invalid_field(
            answer, "limit", bounded ? "Expected an integer from 1 to 120" : "Expected an integer");
        return false;
    }
    query->limit = limit < 0 ? 0 : (size_t)limit;
    return true;
}

static bool read_order_by(struct query *query, struct emu_answer *answer)
{
    const char *text = emu_request_parameter(query->request, "orderBy");

    if (text == NULL || query->shape->orders == NULL)
        return true;
    if (!contains(query->shape->orders, text)) {
        emu_answer_invalid_field(answer, "orderBy", "Not a field to order by");
        return false;
    }
    if (strcmp(text, order_fields[EMU_BY_NAME]) == 0)
        query->order = EMU_BY_NAME;
    return true;
}

static bool read_direction(const struct emulator *emulator, struct query *query,
                           struct emu_answer *answer)
{
    const char *text = emu_request_parameter(query->request, "order");

    if (text == NULL || query->shape->orders == NULL || emulator->behaviour.ignore_order)
        return true;
    query->ascending = strcmp(text, "asc") == 0;
    if (query->ascending || strcmp(text, "desc") == 0)
        return true;
    emu_answer_invalid_field(answer, "order", "Expected one of: asc desc");
    return false;
}

static bool read_after(struct emulator *emulator, const struct emu_collection *collection,
                       struct query *query, struct emu_answer *answer)
{
    const char *text = emu_request_parameter(query->request, "after");

    if (text == NULL || !*text || !query->shape->paged)
        return true;
    query->after = emulator->dialect->cursor(collection, text);
    if (query->after == NULL)
        emu_answer_invalid_field(answer, "after", "Invalid cursor");
    return query->after != NULL;
}

static bool read_query(struct emulator *emulator, struct emu_collection *collection,
                       struct query *query, struct emu_answer *answer)
{
    if (emulator->behaviour.strict_query && !check_names(query, answer))
        return false;
    if (!read_limit(emulator, query, answer) || !read_order_by(query, answer) ||
        !read_direction(emulator, query, answer) ||
        !read_after(emulator, collection, query, answer))
        return false;
    query->index = emu_collection_order(collection, query->order);
    return true;
}

static bool matches(const struct query *query, const struct emu_item *item)
{
    for (const char *const *filter = query->shape->filters; filter != NULL && *filter != NULL;
         filter++) {
        const char *wanted = emu_request_parameter(query->request, *filter);
        const char *found = wanted != NULL ? json_string_member(item->doc, *filter) : NULL;

        if (wanted != NULL && (found == NULL || strcmp(wanted, found) != 0))
            return false;
    }
    return true;
}

/* How many items, in the query's direction, come before its page. */
static size_t first_of_page(const struct query *query)
{
    size_t rank, found;

    if (query->after == NULL)
        return 0;
    rank = emu_index_rank(query->index, query->after, query->order);
    found = rank < query->index->count && query->index->items[rank] == query->after;
    return query->ascending ? rank + found : query->index->count - rank;
}

static const struct emu_item *item_at(const struct query *query, size_t place)
{
    return query->index->items[query->ascending ? place : query->index->count - 1 - place];
}

static void page_append(struct emulator *emulator, struct emu_page *page, const struct query *query,
                        const struct emu_item *item)
{
    json_object_array_add(page->items, query->shape->view(emulator, item, true));
    page->last = item;
}

static void fill_page(struct emulator *emulator, struct emu_page *page, const struct query *query)
{
    for (size_t i = first_of_page(query); i < query->index->count && !page->more; i++) {
        const struct emu_item *item = item_at(query, i);

        if (!matches(query, item))
            continue;
        page->more = json_object_array_length(page->items) >= query->limit;
        if (!page->more)
            page_append(emulator, page, query, item);
    }
}

/* A live server's fault: the last item of a page opens the next one. */
static void repeat_item(struct emulator *emulator, struct emu_page *page, const struct query *query)
{
    if (emulator->behaviour.duplicate_across_pages && query->after != NULL &&
        query->after->doc != NULL && query->limit > 1)
        page_append(emulator, page, query, query->after);
}

void emu_page_answer(struct emulator *emulator, const struct emu_kind *kind,
                     const struct emu_request *request, struct emu_answer *answer)
{
    struct query query = {
        .shape = emu_shape(emulator, kind),
        .request = request,
        .limit = emulator->dialect->default_limit,
    };
    struct emu_page page = {0};

    if (!read_query(emulator, emu_items(emulator, kind), &query, answer))
        return;
    page.items = json_object_new_array();
    page.after = query.after;
    repeat_item(emulator, &page, &query);
    fill_page(emulator, &page, &query);
    emu_answer_json(answer, 200, emulator->dialect->list(emulator, &page));
}
