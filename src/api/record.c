/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/record.h"

#include "api/described.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/json_compact.h"
#include "util/json_index.h"
#include "util/memory.h"
#include "util/problem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* --- making one ------------------------------------------------------------------------------- */

static const char *store(char **at, struct described_text text)
{
    char *start = *at;

    memcpy(start, text.data, text.size_bytes);
    start[text.size_bytes] = '\0';
    *at += text.size_bytes + 1;
    return start;
}

/* Of all records that there are, whoever holds them. */
static atomic_size_t all_bytes;

static void *allocate(size_t size)
{
    void *memory = NULL;

    if (atomic_fetch_add(&all_bytes, size) + size <= RECORD_ALL_MAX_BYTES)
        memory = malloc(size);
    if (memory == NULL)
        atomic_fetch_sub(&all_bytes, size);
    return memory;
}

/* A record with one reference of these strings; the plain members are the caller's to set. */
static struct record *build(struct described_text id, struct described_text name,
                            struct described_text machine, struct described_text json)
{
    size_t size = offsetof(struct record, id) + id.size_bytes + name.size_bytes +
                  machine.size_bytes + json.size_bytes + 4;
    struct record *record = size > UINT32_MAX ? NULL : allocate(size);

    if (record == NULL)
        return NULL;
    char *at = record->id;
    memset(record, 0, offsetof(struct record, id));
    record->all_bytes = (uint32_t)size;
    record->name_bytes = (uint32_t)name.size_bytes;
    record->json_bytes = (uint32_t)json.size_bytes;
    atomic_init(&record->refs, 1);
    store(&at, id);
    record->name = store(&at, name);
    record->machine_id = store(&at, machine);
    record->json = store(&at, json);
    return record;
}

static void refuse(size_t json_bytes, struct problem *problem)
{
    if (atomic_load(&all_bytes) + json_bytes > RECORD_ALL_MAX_BYTES)
        problem_set(problem, PROBLEM_TOO_LARGE, "all that is known is more than %zu MiB",
                    RECORD_ALL_MAX_BYTES >> 20);
    else
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

static struct record *make(const struct kind *kind, const struct described *described,
                           struct json_slice json)
{
    struct record *record = build(described->id, described->name, described->machine,
                                  (struct described_text){json.text, json.size_bytes});

    if (record == NULL)
        return NULL;
    record->kind = kind;
    record->created_ms = record->mtime_ms = described->created_ms;
    record->automatic = described->automatic;
    record->complete = described->complete;
    return record;
}

/* Of the compact text of an object. */
static struct record *from_compact(const struct kind *kind, enum dialect dialect,
                                   struct json_slice json, struct problem *problem)
{
    struct described described;
    struct record *record = NULL;
    bool ok = described_read(&described, kind, dialect, json);
    bool named = kind->singleton || described.id.size_bytes > 0;

    if (ok && named)
        record = make(kind, &described, json);
    if (ok && !named)
        problem_set(problem, PROBLEM_NOT_FOUND, "the answer holds a %s without an id", kind->noun);
    else if (record == NULL)
        refuse(json.size_bytes, problem);
    described_finish(&described);
    return record;
}

struct record *record_from_json(const struct kind *kind, enum dialect dialect,
                                struct json_object *object, struct problem *problem)
{
    struct buf json = BUF_EMPTY;
    struct record *record = NULL;

    if (object == NULL || !json_object_is_type(object, json_type_object)) {
        problem_set(problem, PROBLEM_PROTOCOL, "the answer holds a %s that is no object",
                    kind->noun);
        return NULL;
    }
    if (json_print(&json, object))
        record = from_compact(kind, dialect, (struct json_slice){buf_text(&json), json.size_bytes},
                              problem);
    else
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    buf_finish(&json);
    return record;
}

/* By way of what json-c builds of it. */
static struct record *from_built(const struct kind *kind, enum dialect dialect,
                                 struct json_slice text, struct problem *problem)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER; /* nothing waits under it */
    struct json_object *object = NULL;
    struct json_fault fault;
    struct record *record = NULL;

    if (json_count_values(text) > RECORD_MAX_VALUES) {
        problem_set(problem, PROBLEM_TOO_LARGE, "it has more than %d values", RECORD_MAX_VALUES);
        return NULL;
    }
    pthread_mutex_lock(&one_at_a_time);
    if (json_read(text.text, text.size_bytes, &object, &fault) == JSON_OK)
        record = record_from_json(kind, dialect, object, problem);
    else
        problem_set(problem, PROBLEM_PROTOCOL, "%s", fault.message);
    json_object_put(object);
    pthread_mutex_unlock(&one_at_a_time);
    return record;
}

struct record *record_from_text(const struct kind *kind, enum dialect dialect,
                                struct json_slice text, struct problem *problem)
{
    char compact[RECORD_SHORT_BYTES];
    size_t size = 0;

    if (json_slice_type(text) == '{' && text.size_bytes <= sizeof compact)
        size = json_compact(text, compact);
    if (size > 0)
        return from_compact(kind, dialect, (struct json_slice){compact, size}, problem);
    return from_built(kind, dialect, text, problem);
}

struct record *record_with_mtime(const struct record *record, int64_t mtime_ms)
{
    struct record *copy =
        build((struct described_text){record->id, strlen(record->id)},
              (struct described_text){record->name, record->name_bytes},
              (struct described_text){record->machine_id, strlen(record->machine_id)},
              (struct described_text){record->json, record->json_bytes});

    if (copy == NULL)
        return NULL;
    copy->kind = record->kind;
    copy->created_ms = record->created_ms;
    copy->mtime_ms = mtime_ms;
    copy->version = record->version;
    copy->automatic = record->automatic;
    copy->complete = record->complete;
    return copy;
}

struct record *record_ref(struct record *record)
{
    atomic_fetch_add_explicit(&record->refs, 1, memory_order_relaxed);
    return record;
}

/* --- their index ------------------------------------------------------------------------------ */

static atomic_size_t index_bytes;

/* Keeps it, or what somebody else has kept meanwhile, in whose place it goes; NULL: all that are
 * kept would be too much. */
static const struct json_index *keep_index(struct record *record, struct json_index *index)
{
    struct json_index *known = NULL;
    size_t size = json_index_bytes(index);
    bool fits = atomic_fetch_add(&index_bytes, size) + size <= RECORD_INDEXES_MAX_BYTES;

    if (fits && atomic_compare_exchange_strong(&record->index, &known, index))
        return index;
    atomic_fetch_sub(&index_bytes, size);
    if (known != NULL)
        free(index);
    return known;
}

const struct json_index *record_index(struct record *record, struct json_index **own)
{
    const struct json_index *known = atomic_load_explicit(&record->index, memory_order_acquire);

    *own = NULL;
    if (known != NULL)
        return known;
    struct json_index *index = json_index_create(record->json, record->json_bytes);
    known = index == NULL ? NULL : keep_index(record, index);
    if (known == NULL)
        *own = index;
    return known != NULL ? known : index;
}

struct json_view record_view(struct record *record, struct json_index **own)
{
    const struct json_index *index = atomic_load_explicit(&record->index, memory_order_acquire);

    *own = NULL;
    if (index == NULL && record->json_bytes > RECORD_SHORT_BYTES)
        index = record_index(record, own);
    return json_view_of_slice((struct json_slice){record->json, record->json_bytes}, index);
}

static void drop_index(struct record *record)
{
    struct json_index *index = atomic_load_explicit(&record->index, memory_order_relaxed);

    if (index == NULL)
        return;
    atomic_fetch_sub(&index_bytes, json_index_bytes(index));
    free(index);
}

/* --- references ------------------------------------------------------------------------------- */

/* How many bytes were freed. */
static size_t drop(struct record *record)
{
    if (record == NULL || atomic_fetch_sub_explicit(&record->refs, 1, memory_order_acq_rel) != 1)
        return 0;
    size_t size = record->all_bytes;
    drop_index(record);
    free(record);
    atomic_fetch_sub(&all_bytes, size);
    return size;
}

void record_unref(struct record *record)
{
    drop(record);
}

bool record_same_names(const struct record *a, const struct record *b)
{
    return a->name_bytes == b->name_bytes && memcmp(a->name, b->name, a->name_bytes) == 0 &&
           strcmp(a->machine_id, b->machine_id) == 0;
}

bool record_equal(const struct record *a, const struct record *b)
{
    return a->json_bytes == b->json_bytes && memcmp(a->json, b->json, a->json_bytes) == 0;
}

struct json_object *record_parse(const struct record *record)
{
    struct json_object *object = NULL;

    json_read(record->json, record->json_bytes, &object, NULL);
    return object;
}

bool record_list_add(struct record_list *list, struct record *record)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct record **records = reallocarray(list->records, capacity, sizeof(struct record *));
        if (records == NULL)
            return false;
        list->records = records;
        list->capacity = capacity;
    }
    list->records[list->count++] = record;
    return true;
}

void record_list_finish(struct record_list *list)
{
    size_t freed = 0;

    for (size_t i = 0; i < list->count; i++)
        freed += drop(list->records[i]);
    free(list->records);
    *list = RECORD_LIST_EMPTY;
    memory_give_back(freed);
}
