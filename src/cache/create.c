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

#define LISTING_TELLS_MS 60000 /* how old what is known may be, to tell what is new */
#define LOOK_RESERVE_MS  150   /* how long before its deadline a look gives up */

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
    struct json_object *value = record_parse(item->record);
    bool result =
        value != NULL &&
        sent_matches(cache_shape(collection->cache, collection->kind)->fields, wanted, value);

    json_object_put(value);
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

/* Takes it for the created one; nobody else can claim it then. One reference. */
static struct record *claim_locked(struct change *change, const struct doubt *doubt,
                                   struct item *item)
{
    struct collection *collection = doubt->collection;

    item->first_begun = 0;
    change_publish_locked(change, item->record);
    events_found_locked(collection, item->record, doubt->sent_wall_ms);
    cache_expire_singletons_locked(collection->cache);
    return record_ref(item->record);
}

/* What a new listing tells. Of a blind doubt, one that looks like it may have been there before;
 * when there is none, what comes from now on is new. */
static int conclude_locked(struct change *change, struct doubt *doubt, struct record **out,
                           struct problem *problem)
{
    struct item *item = find_new_locked(doubt);

    if (item == NULL)
        doubt->blind = false;
    else if (!doubt->blind)
        *out = claim_locked(change, doubt, item);
    else
        return problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                           "there is one like it (%s), and whether that is new can't be told",
                           item->record->id);
    return 0;
}

/* Lists anew and looks. -1: it could not be listed, or does not tell. */
static int look(struct change *change, struct doubt *doubt, struct cancel *cancel,
                struct record **out, struct problem *problem)
{
    struct cache *cache = doubt->collection->cache;

    pthread_mutex_lock(&cache->lock);
    tick_t since = next_tick(cache);

    pthread_mutex_unlock(&cache->lock);
    if (fetch_list_since(doubt->collection, since, cancel, problem) != 0)
        return -1;
    pthread_mutex_lock(&cache->lock);
    int rc = conclude_locked(change, doubt, out, problem);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

/* After a create without an answer, in a time of its own: that of the create may be over. It ends
 * before the caller's does, who is to learn the outcome. */
static struct record *look_after(struct change *change, struct doubt *doubt)
{
    struct cache *cache = doubt->collection->cache;
    int64_t eighth_ms = cache->config.timeout_ms / 8;
    struct record *record = NULL;
    struct problem ignored;
    struct cancel cancel;

    cancel_init(&cancel, cache->config.group,
                change->deadline_ms - (eighth_ms < LOOK_RESERVE_MS ? eighth_ms : LOOK_RESERVE_MS));
    look(change, doubt, &cancel, &record, &ignored);
    cancel_finish(&cancel);
    return record;
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

/* Whether an earlier attempt has succeeded. 0: found, or `*out` NULL: it can be sent. -1: that is
 * not known, and nothing must be sent. */
static int look_before(struct change *change, const struct doubt *like, struct cancel *cancel,
                       struct record **out, struct problem *problem)
{
    struct cache *cache = change->collection->cache;
    struct doubt *earlier = take_doubt(cache, like);

    if (earlier == NULL)
        return 0;
    if (look(change, earlier, cancel, out, problem) != 0)
        return say_doubted(cache, earlier, problem);
    free(earlier);
    return 0;
}

/* --- the create ------------------------------------------------------------------------------- */

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

static void mark_sent(struct change *change, struct doubt *doubt, bool known)
{
    struct cache *cache = doubt->collection->cache;

    doubt->blind = !known;
    pthread_mutex_lock(&cache->lock);
    doubt->sent = next_tick(cache);
    doubt->sent_wall_ms = clock_wall_ms(cache->config.clock);
    change->doubt = doubt;
    pthread_mutex_unlock(&cache->lock);
    change_mark_sent(change);
}

/* There is an answer, or there will be none. */
static void mark_answered(struct change *change)
{
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    change->doubt = NULL;
    pthread_mutex_unlock(&cache->lock);
}

/* Success: into the cache. One reference in `*out`. */
static void keep_created(struct change *change, struct record *record, const struct event *event,
                         struct record **out)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;

    pthread_mutex_lock(&cache->lock);
    merge_created(collection, record, clock_parse_iso(event->dt_created));
    if (event->id[0] != '\0')
        events_end_locked(collection, CHANGE_CREATE, record->id, PROBLEM_NONE, event);
    else
        events_found_locked(collection, record, clock_wall_ms(cache->config.clock));
    cache_expire_singletons_locked(cache);
    struct item *item = collection_find(collection, record->id);

    *out = record_ref(item == NULL ? record : item->record);
    change_publish_locked(change, *out);
    pthread_mutex_unlock(&cache->lock);
}

static int send(struct change *change, struct doubt *doubt, struct cancel *cancel,
                struct record **out, struct problem *problem)
{
    struct collection *collection = change->collection;
    struct record *record = NULL;
    struct event event;
    int rc =
        api_create_resource(collection->cache->config.api, collection->kind, change->body,
                            (const char *const *)change->secrets, cancel, &record, &event, problem);

    if (rc == 0)
        keep_created(change, record, &event, out);
    else if (problem->kind == PROBLEM_UNKNOWN_OUTCOME)
        *out = look_after(change, doubt);
    record_unref(record);
    return *out != NULL ? 0 : -1;
}

int verb_create(struct change *change, struct cancel *cancel, struct record **out,
                struct problem *problem)
{
    struct cache *cache = change->collection->cache;
    bool known = know_before(change->collection, cancel);
    struct doubt *doubt = new_doubt(change->collection, change->body);

    if (doubt == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    int rc = look_before(change, doubt, cancel, out, problem);

    if (rc != 0 || *out != NULL) {
        free(doubt);
        return rc;
    }
    if (change_is_at_end(change)) {
        free(doubt);
        return problem_set(problem, PROBLEM_INTERRUPTED, "not sent: the mount ends");
    }
    mark_sent(change, doubt, known);
    rc = send(change, doubt, cancel, out, problem);
    mark_answered(change);
    if (rc == 0 || problem->kind != PROBLEM_UNKNOWN_OUTCOME) {
        free(doubt);
        return rc;
    }
    explain_doubt(doubt, problem);
    keep_doubt(cache, doubt);
    return rc;
}
