/* SPDX-License-Identifier: MIT */
/*
 * Creates, which are never sent twice: when no answer came it is looked up in a new listing what
 * became of it, and where that does not tell, the next attempt looks again before it sends.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/collection.h"
#include "cache/own_events.h"
#include "cache/fetch.h"
#include "cache/sent.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

#define LISTING_TELLS_MS 60000      /* how old what is known may be, to tell what is new */
#define LOOK_RESERVE_MS  150        /* how long before its deadline a look gives up */
#define NOT_SENT         UINT64_MAX /* no listing is begun later */

/* --- what to know a resource by --------------------------------------------------------------- */

static bool is_telling(const struct field *field)
{
    return (field->flags & FIELD_REQUIRED) != 0 &&
           (field->flags & (FIELD_UNANSWERED | FIELD_SECRET)) == 0;
}

/* The required fields of a body that an answer shows, in the table's order; a new object. */
static struct json_object *pick(const struct field *fields, struct json_object *body)
{
    struct json_object *picked = json_object_new_object();

    for (; picked != NULL && fields->key != NULL; fields++) {
        struct json_object *value = json_member(body, fields->key);

        if (!is_telling(fields) || value == NULL)
            continue;
        if (fields->members != NULL && json_object_is_type(value, json_type_object))
            value = pick(fields->members, value);
        else
            value = json_clone(value);
        json_object_object_add(picked, fields->key, value);
    }
    return picked;
}

/* --- doubts ----------------------------------------------------------------------------------- */

static struct json_object *read_text(const char *text)
{
    struct json_object *value = NULL;

    json_read(text, strlen(text), &value, NULL);
    return value;
}

/* What a create's body is to be known by; NULL: no memory. */
static struct doubt *new_doubt(struct collection *collection, const char *body_text)
{
    struct json_object *body = body_text == NULL ? NULL : read_text(body_text);
    const struct kind_shape *shape = cache_shape(collection->cache, collection->kind);
    struct json_object *picked = pick(shape->fields, body);
    struct buf text = BUF_EMPTY;
    struct doubt *doubt = NULL;

    if (picked != NULL && json_print(&text, picked))
        doubt = calloc(1, sizeof(*doubt) + text.size_bytes + 1);
    if (doubt != NULL) {
        memcpy(doubt->wanted, buf_text(&text), text.size_bytes);
        doubt->collection = collection;
        doubt->sent = NOT_SENT;
    }
    buf_finish(&text);
    json_object_put(picked);
    json_object_put(body);
    return doubt;
}

static bool is_same_text(const char *a, const char *b)
{
    struct json_object *left = read_text(a);
    struct json_object *right = read_text(b);
    bool same = left != NULL && right != NULL && json_same(left, right);

    json_object_put(left);
    json_object_put(right);
    return same;
}

static struct doubt *find_doubt_locked(struct cache *cache, const struct doubt *like)
{
    struct doubt *doubt;

    TAILQ_FOREACH (doubt, &cache->doubts, link)
        if (doubt->collection == like->collection && is_same_text(doubt->wanted, like->wanted))
            break;
    return doubt;
}

bool cache_create_in_doubt(struct cache *cache, const struct kind *kind, const char *body)
{
    struct doubt *like = new_doubt(collection_of(cache, kind), body);

    if (like == NULL)
        return false;
    pthread_mutex_lock(&cache->lock);
    bool found = find_doubt_locked(cache, like) != NULL;
    pthread_mutex_unlock(&cache->lock);
    free(like);
    return found;
}

/* Takes an earlier doubt about the same off the list; NULL: there is none. */
static struct doubt *take_doubt(struct cache *cache, const struct doubt *like)
{
    pthread_mutex_lock(&cache->lock);
    struct doubt *doubt = find_doubt_locked(cache, like);
    if (doubt != NULL)
        TAILQ_REMOVE(&cache->doubts, doubt, link);
    pthread_mutex_unlock(&cache->lock);
    return doubt;
}

static void keep_doubt(struct cache *cache, struct doubt *doubt)
{
    pthread_mutex_lock(&cache->lock);
    TAILQ_INSERT_TAIL(&cache->doubts, doubt, link);
    pthread_mutex_unlock(&cache->lock);
}

void create_clear_doubts(struct cache *cache)
{
    while (!TAILQ_EMPTY(&cache->doubts)) {
        struct doubt *doubt = TAILQ_FIRST(&cache->doubts);

        TAILQ_REMOVE(&cache->doubts, doubt, link);
        free(doubt);
    }
}

/* --- looking ---------------------------------------------------------------------------------- */

static bool item_matches(const struct doubt *doubt, const struct item *item,
                         struct json_object *wanted)
{
    struct collection *collection = doubt->collection;
    struct json_index *own;
    struct json_view found = record_view(item->record, &own);
    bool result = sent_matches(cache_shape(collection->cache, collection->kind)->fields,
                               json_view_of(wanted), found);

    free(own);
    return result;
}

/* What was first seen since the create was sent and looks like it; or NULL. */
static struct item *find_new_locked(const struct doubt *doubt)
{
    struct json_object *wanted = read_text(doubt->wanted);
    struct item *item = NULL;

    if (wanted != NULL)
        TAILQ_FOREACH (item, &doubt->collection->order, link)
            if (item->first_begun > doubt->sent && item_matches(doubt, item, wanted))
                break;
    json_object_put(wanted);
    return item;
}

struct record *change_sighted(struct change *change)
{
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    const struct doubt *doubt = change->doubt;
    struct item *item = doubt == NULL || doubt->blind ? NULL : find_new_locked(doubt);
    struct record *record = item == NULL ? NULL : record_ref(item->record);

    pthread_mutex_unlock(&cache->lock);
    return record;
}

/* Takes it for the created one; nobody else can claim it then. */
static void claim_locked(struct change *change, const struct doubt *doubt, struct item *item)
{
    struct collection *collection = doubt->collection;

    item->first_begun = 0;
    change->result = record_ref(item->record);
    change_publish_locked(change, item->record);
    events_found_locked(collection, item->record, doubt->sent_wall_ms);
    cache_expire_singletons_locked(collection->cache);
}

/* What a new listing tells. Of a blind doubt, one that looks like it may have been there before;
 * when there is none, what comes from now on is new. */
static int conclude_locked(struct change *change, struct doubt *doubt, struct problem *problem)
{
    struct item *item = find_new_locked(doubt);

    if (item == NULL)
        doubt->blind = false;
    else if (!doubt->blind)
        claim_locked(change, doubt, item);
    else
        return problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                           "there is one like it (%s), and whether that is new can't be told",
                           item->record->id);
    return 0;
}

/* Lists anew and looks: change->result, if it was found. -1: it could not be listed, or does not
 * tell. */
static int look(struct change *change, struct doubt *doubt, struct cancel *cancel,
                struct problem *problem)
{
    struct cache *cache = doubt->collection->cache;

    pthread_mutex_lock(&cache->lock);
    tick_t since = next_tick(cache);

    pthread_mutex_unlock(&cache->lock);
    if (fetch_list_since(doubt->collection, since, cancel, problem) != 0)
        return -1;
    pthread_mutex_lock(&cache->lock);
    int rc = conclude_locked(change, doubt, problem);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

/* --- before it is sent ------------------------------------------------------------------------ */

/* Nothing was sent this time. What stands in the listing is told once; then it is the user's to
 * decide. Where there is no listing, what was said of the earlier attempt still holds. */
static int say_doubted(struct cache *cache, struct doubt *earlier, struct problem *problem)
{
    const struct problem why = *problem;

    if (why.kind != PROBLEM_UNKNOWN_OUTCOME && why.kind != PROBLEM_INTERRUPTED) {
        *problem = earlier->problem;
        keep_doubt(cache, earlier);
        return -1;
    }
    if (why.kind == PROBLEM_UNKNOWN_OUTCOME)
        free(earlier);
    else
        keep_doubt(cache, earlier);
    return problem_set(problem, why.kind,
                       "nothing was sent: an earlier attempt may have succeeded, and the listing "
                       "does not tell: %s",
                       why.message);
}

/* Whether an earlier attempt has succeeded. 0: it has; 1: not, it can be sent; -1: that is not
 * known, and nothing must be sent. */
static int look_before(struct change *change)
{
    struct cache *cache = change->collection->cache;
    struct doubt *earlier = take_doubt(cache, change->doubt);

    if (earlier == NULL)
        return 1;
    if (look(change, earlier, &change->cancel, &change->problem) != 0)
        return say_doubted(cache, earlier, &change->problem);
    free(earlier);
    return change->result == NULL;
}

/* Makes sure that what exists before is known, so that what is new can be told; whether it is: in
 * an old listing, what others have made since is missing. The listing also tells the dialect, and
 * so by which fields to know the resource. */
static bool know_before(struct collection *collection, struct cancel *cancel)
{
    struct cache *cache = collection->cache;

    pthread_mutex_lock(&cache->lock);
    bool known =
        collection->known && now_ms(collection) - collection->listed_ms <= LISTING_TELLS_MS;
    tick_t since = collection->known ? next_tick(cache) : 0;

    pthread_mutex_unlock(&cache->lock);
    return known || fetch_list_since(collection, since, cancel, NULL) == 0;
}

static void set_doubt(struct change *change, struct doubt *doubt)
{
    pthread_mutex_lock(&change->collection->cache->lock);
    change->doubt = doubt;
    pthread_mutex_unlock(&change->collection->cache->lock);
}

static int prepare(struct change *change)
{
    if (change->collection->cache->config.sending != CACHE_SENDS)
        return 1;
    bool known = know_before(change->collection, &change->cancel);
    struct doubt *doubt = new_doubt(change->collection, change->body);

    if (doubt == NULL)
        return problem_set(&change->problem, PROBLEM_NO_MEMORY, "out of memory");
    doubt->blind = !known;
    set_doubt(change, doubt);
    return look_before(change);
}

static void note_sent(struct change *change)
{
    struct cache *cache = change->collection->cache;

    change->doubt->sent = next_tick(cache);
    change->doubt->sent_wall_ms = clock_wall_ms(cache->config.clock);
}

/* --- after it --------------------------------------------------------------------------------- */

/* After a create without an answer, in a time of its own: that of the create may be over. It ends
 * before the caller's does, who is to learn the outcome. */
static int look_after(struct change *change, int rc)
{
    struct cache *cache = change->collection->cache;
    int64_t eighth_ms = cache->config.timeout_ms / 8;
    struct problem ignored;
    struct cancel cancel;

    if (rc == 0 || change->problem.kind != PROBLEM_UNKNOWN_OUTCOME)
        return rc;
    cancel_init(&cancel, cache->config.group,
                change->deadline_ms - (eighth_ms < LOOK_RESERVE_MS ? eighth_ms : LOOK_RESERVE_MS));
    look(change, change->doubt, &cancel, &ignored);
    cancel_finish(&cancel);
    if (change->result == NULL)
        return -1;
    change->problem = (struct problem){.status = change->problem.status};
    return 0;
}

/* Success: into the cache, unless it was found there. */
static void keep_created(struct change *change)
{
    struct collection *collection = change->collection;
    const struct event *event = &change->answer.event;
    struct record *record = change->answer.record;

    if (change->result != NULL)
        return;
    merge_created(collection, record, clock_parse_iso(event->dt_created));
    if (event->id[0] != '\0')
        events_end_locked(collection, CHANGE_CREATE, record->id, PROBLEM_NONE, event);
    else
        events_found_locked(collection, record, clock_wall_ms(collection->cache->config.clock));
    struct item *item = collection_find(collection, record->id);

    change->result = record_ref(item == NULL ? record : item->record);
    change_publish_locked(change, change->result);
}

static void explain_doubt(struct doubt *doubt, struct problem *problem)
{
    const struct problem was = *problem;

    problem_set(problem, PROBLEM_UNKNOWN_OUTCOME, "%s; look for a %s with %s before trying again",
                was.message, doubt->collection->kind->noun, doubt->wanted);
    problem->status = was.status;
    memcpy(problem->code, was.code, sizeof(problem->code));
    memcpy(problem->details, was.details, sizeof(problem->details));
    doubt->problem = *problem;
}

/* There is an answer, or there will be none: then the doubt stays. */
static void settle_doubt(struct change *change)
{
    struct doubt *doubt = change->doubt;

    set_doubt(change, NULL);
    if (doubt == NULL || !change->sent || change->problem.kind != PROBLEM_UNKNOWN_OUTCOME) {
        free(doubt);
        return;
    }
    explain_doubt(doubt, &change->problem);
    keep_doubt(doubt->collection->cache, doubt);
}

const struct operation_row operation_create = {
    .prepare = prepare,
    .sent = note_sent,
    .settle = look_after,
    .success = keep_created,
    .end = settle_doubt,
};
