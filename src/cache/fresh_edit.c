/* SPDX-License-Identifier: MIT */
/*
 * Edits that are worked out by their worker, when their turn has come: merged into what one GET
 * answers now where the API takes whole objects, or what is known is incomplete. Changes of one
 * resource are made one after another, so nobody comes between that GET and the PUT.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/collection.h"
#include "cache/fetch.h"
#include "document/document.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

/* --- what is there ---------------------------------------------------------------------------- */

/* What is known, a reference; NULL: it is gone. */
static struct record *known_locked(const struct change *change)
{
    struct item *item = collection_find(change->collection, change->id);

    return item == NULL ? NULL : record_ref(item->record);
}

/* One GET that must be answered now, by the server and with all of it. */
static int fetch_locked(struct change *change)
{
    struct flight *flight =
        fetch_start_locked(change->collection, FETCH_ITEM_ANEW, change->id, CHANGE_CREATE);

    if (flight == NULL)
        return fetch_refuse(&change->problem);
    enum fetch_end end = fetch_wait_locked(flight, true, &change->cancel, &change->problem);

    if (end == FETCH_FAILED)
        change->problem = flight->problem;
    flight_unref_locked(flight);
    return end == FETCH_DONE ? 0 : -1;
}

static bool is_to_be_fetched(const struct change *change, const struct record *known)
{
    const struct collection *collection = change->collection;

    return !known->complete ||
           cache_shape(collection->cache, collection->kind)->update == UPDATE_WHOLE;
}

static bool has_name(const struct record *record, const char *name, size_t name_bytes)
{
    return name_bytes == record->name_bytes && memcmp(name, record->name, name_bytes) == 0;
}

/* What the edit is merged into: a reference, or NULL; and whether that has another name than was
 * known. */
static struct record *find_current(struct change *change, bool *renamed)
{
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    struct record *known = known_locked(change);
    struct record *record = NULL;

    if (known != NULL && !is_to_be_fetched(change, known))
        record = record_ref(known);
    else if (known != NULL && fetch_locked(change) == 0)
        record = known_locked(change);
    pthread_mutex_unlock(&cache->lock);
    *renamed = record != NULL && !has_name(record, known->name, known->name_bytes);
    record_unref(known);
    if (record == NULL && change->problem.kind == PROBLEM_NONE)
        problem_set(&change->problem, PROBLEM_NOT_FOUND, "the %s does not exist any more",
                    change->collection->kind->noun);
    return record;
}

/* --- what becomes of it ----------------------------------------------------------------------- */

/* Whether another resource has that name. */
static bool is_taken(const struct change *change, struct json_object *name)
{
    struct record *found[2] = {NULL};
    size_t count = cache_by_name(change->collection->cache, change->collection->kind,
                                 json_object_get_string(name),
                                 (size_t)json_object_get_string_len(name), NULL, found, 2);
    bool taken = count > 1 || (count == 1 && strcmp(found[0]->id, change->id) != 0);

    record_unref(found[0]);
    record_unref(found[1]);
    return taken;
}

/* Of what was renamed elsewhere: who asked for the edit has looked whether a new name is free, but
 * for what was known. */
static int check_name(struct change *change, const struct record *record,
                      const struct document_change *edit)
{
    struct json_object *name = json_member(edit->sent, "name");

    if (!json_object_is_type(name, json_type_string) ||
        has_name(record, json_object_get_string(name), (size_t)json_object_get_string_len(name)) ||
        !is_taken(change, name))
        return 0;
    problem_set(&change->problem, PROBLEM_CONFLICT, "another %s has this name",
                change->collection->kind->noun);
    change->problem.err = EEXIST;
    return -1;
}

static int judge(struct change *change, struct record *record, struct document_change *edit)
{
    struct collection *collection = change->collection;
    struct past past;

    cache_get_past(collection->cache, collection->kind, change->id, &past);
    const struct document_past known = {.past = &past, .read = &change->seen};
    int rc =
        document_edit_by(cache_dialect(collection->cache), record, change->has_seen ? &known : NULL,
                         document_view(change->body), edit, &change->problem);

    past_finish(&past);
    if (rc != 0 && change->problem.kind == PROBLEM_NONE)
        change->problem.kind = PROBLEM_INVALID; /* of what its errno says */
    return rc;
}

/* What is sent in place of the edit. */
static int take_body(struct change *change, struct document_change *edit)
{
    char *body = strdup(buf_text(&edit->body));

    if (body == NULL)
        return problem_set(&change->problem, PROBLEM_NO_MEMORY, "out of memory");
    change_set_body(change, body, edit->secrets);
    edit->secrets = NULL;
    return 1;
}

/* 1: something is to be sent; 0: nothing differs; -1. */
static int merge_into(struct change *change, struct record *record, bool renamed)
{
    struct document_change edit = {0};
    int rc = judge(change, record, &edit);

    if (rc == 0 && edit.changed && renamed)
        rc = check_name(change, record, &edit);
    if (rc == 0 && edit.changed)
        rc = take_body(change, &edit);
    document_change_finish(&edit);
    return rc;
}

/* Nothing of it was sent. */
static int say_not_sent(struct problem *problem)
{
    const struct problem was = *problem;

    problem_set(problem, was.kind, "nothing was sent: %s", was.message);
    problem->status = was.status;
    memcpy(problem->code, was.code, sizeof(problem->code));
    memcpy(problem->details, was.details, sizeof(problem->details));
    return -1;
}

int edit_work_out(struct change *change)
{
    bool renamed;
    struct record *record = find_current(change, &renamed);
    int rc = record == NULL ? say_not_sent(&change->problem) : merge_into(change, record, renamed);

    change->withheld = rc <= 0;
    record_unref(record);
    return rc;
}
