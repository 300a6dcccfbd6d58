/* SPDX-License-Identifier: MIT */
/*
 * Which name a resource is shown under, and which resource a name means. Each question costs a few
 * lookups by id and by name, however many resources there are.
 *
 * NAME~ID can't be taken for another one's: an id's own '~' is encoded, so what follows the last
 * one is the id, whatever the name holds.
 */
#include "config.h"

#include "tree/resolve.h"

#include "util/file_name.h"

#include <string.h>

#define CANDIDATES       8 /* named when a name is ambiguous */
#define CANDIDATES_BYTES 500
#define LONG_ID_BYTES    33 /* a shorter one is at most 99 bytes, however it is encoded */
#define NAMESAKES        64 /* looked at in one machine */

/* The one whose long id a hash stands for: all are looked at, so only when a name has that form. */
static struct record *find_hashed(struct cache *cache, const struct kind *kind, const char *text)
{
    struct record_list all = RECORD_LIST_EMPTY;
    struct record *found = NULL;

    if (!cache_records(cache, kind, &all))
        return NULL;
    for (size_t i = 0; i < all.count && found == NULL; i++)
        if (strlen(all.records[i]->id) > LONG_ID_BYTES && id_is_spelled(all.records[i]->id, text))
            found = record_ref(all.records[i]);
    record_list_finish(&all);
    return found;
}

static struct record *find_by_id(struct cache *cache, const struct kind *kind,
                                 const char *file_name)
{
    struct record *record = NULL;
    struct buf id = BUF_EMPTY;

    if (id_is_hashed(file_name))
        return find_hashed(cache, kind, file_name);
    if (id_decode(file_name, &id))
        record = cache_by_id(cache, kind, buf_text(&id));
    buf_finish(&id);
    return record;
}

/* The resource whose NAME~ID `file_name` is, with its current name; one reference, or NULL. */
static struct record *find_with_id(struct cache *cache, const struct kind *kind,
                                   const char *file_name)
{
    const char *mark = strrchr(file_name, '~');
    struct record *record = mark == NULL ? NULL : find_by_id(cache, kind, mark + 1);
    struct buf shown = BUF_EMPTY;

    if (record == NULL)
        return NULL;
    if (!name_with_id(record->name, record->name_bytes, record->id, &shown) ||
        strcmp(buf_text(&shown), file_name) != 0) {
        record_unref(record);
        record = NULL;
    }
    buf_finish(&shown);
    return record;
}

/* Drops the reference to `found`; whether it was another resource than `record`. */
static bool is_another(struct record *found, const struct record *record)
{
    bool another = found != NULL && strcmp(found->id, record->id) != 0;

    record_unref(found);
    return another;
}

/* Whether no other resource has this name. */
static bool has_name_alone(struct cache *cache, const struct record *record)
{
    struct record *found[1];
    size_t count =
        cache_by_name(cache, record->kind, record->name, record->name_bytes, NULL, found, 1);

    if (count == 0)
        return true;
    return !is_another(found[0], record) && count == 1;
}

/* Whether `plain`, the encoded name, means this record and nothing else. */
static bool means_alone(struct cache *cache, const struct record *record, const struct buf *plain)
{
    return !record->automatic && plain->size_bytes > 0 && plain->size_bytes <= NAME_MAX_BYTES &&
           has_name_alone(cache, record) &&
           !is_another(find_by_id(cache, record->kind, plain->data), record) &&
           !is_another(find_with_id(cache, record->kind, plain->data), record);
}

static enum name_form judge_form(struct cache *cache, const struct record *record)
{
    uint64_t generation = cache_names_generation(cache, record->kind);
    struct buf plain = BUF_EMPTY;

    if (!name_encode(record->name, record->name_bytes, &plain))
        return NAME_UNJUDGED;
    enum name_form form = means_alone(cache, record, &plain) ? NAME_PLAIN : NAME_AND_ID;
    buf_finish(&plain);
    cache_keep_name_form(cache, record, generation, form);
    return form;
}

bool name_shown(struct cache *cache, const struct record *record, struct buf *out)
{
    enum name_form form = cache_name_form(cache, record);

    if (form == NAME_UNJUDGED)
        form = judge_form(cache, record);
    if (form == NAME_PLAIN)
        return name_encode(record->name, record->name_bytes, out);
    return form == NAME_AND_ID && name_with_id(record->name, record->name_bytes, record->id, out);
}

/* --- resolving ------------------------------------------------------------------------------- */

/* Where a name is looked up, and those that have it as their plain name. */
struct name_search {
    struct cache *cache;
    const struct kind *kind;
    const char *machine_id; /* NULL: all machines */
    const char *file_name;
    const char *name; /* decoded; NULL: `file_name` can be nobody's plain name */
    size_t name_bytes;
};

static bool is_in_machine(const struct name_search *search, const struct record *record)
{
    return search->machine_id == NULL || strcmp(record->machine_id, search->machine_id) == 0;
}

/* Passes a found record on if the directory shows it. */
static struct record *in_directory(const struct name_search *search, struct record *record)
{
    if (record == NULL || is_in_machine(search, record))
        return record;
    record_unref(record);
    return NULL;
}

/* The one whose plain name this is, if it is shown under it. */
static struct record *find_shown(const struct name_search *search)
{
    struct record *found[1] = {NULL};
    struct buf shown = BUF_EMPTY;

    if (search->name == NULL || cache_by_name(search->cache, search->kind, search->name,
                                              search->name_bytes, NULL, found, 1) == 0)
        return NULL;
    if (!name_shown(search->cache, found[0], &shown) ||
        strcmp(buf_text(&shown), search->file_name) != 0) {
        record_unref(found[0]);
        found[0] = NULL;
    }
    buf_finish(&shown);
    return in_directory(search, found[0]);
}

/* In a machine's directory: the only one of its resources with this name that is not automatic. */
static struct record *find_in_machine(const struct name_search *search)
{
    struct record *found[NAMESAKES];
    struct record *only = NULL;
    size_t plain = 0;

    if (search->name == NULL || search->machine_id == NULL)
        return NULL;
    size_t count = cache_by_name(search->cache, search->kind, search->name, search->name_bytes,
                                 search->machine_id, found, NAMESAKES);
    for (size_t i = 0; i < count && i < NAMESAKES; i++) {
        plain += !found[i]->automatic;
        if (plain == 1 && !found[i]->automatic)
            only = record_ref(found[i]);
        record_unref(found[i]);
    }
    if (plain == 1 && count <= NAMESAKES)
        return only;
    record_unref(only);
    return NULL;
}

/* Another candidate, as long as there is room in a message. */
static bool append_candidate(struct cache *cache, const struct record *record, struct buf *out)
{
    struct buf shown = BUF_EMPTY;
    bool ok = name_shown(cache, record, &shown) &&
              out->size_bytes + shown.size_bytes < CANDIDATES_BYTES &&
              (out->size_bytes == 0 || buf_append(out, ", ", 2)) &&
              buf_append(out, shown.data, shown.size_bytes);

    buf_finish(&shown);
    return ok;
}

/* How many have this plain name; appends how they are shown. */
static size_t count_namesakes(const struct name_search *search, struct buf *candidates)
{
    struct record *found[CANDIDATES];

    if (search->name == NULL)
        return 0;
    size_t count = cache_by_name(search->cache, search->kind, search->name, search->name_bytes,
                                 search->machine_id, found, CANDIDATES);
    size_t told = 0;
    for (size_t i = 0; i < count && i < CANDIDATES; i++) {
        if (candidates != NULL && told == i)
            told += append_candidate(search->cache, found[i], candidates);
        record_unref(found[i]);
    }
    if (told > 0 && told < count)
        buf_printf(candidates, " and %zu more, as ls shows them", count - told);
    return count;
}

/* An id means its resource also where the directory does not show it: nothing else, then. */
static struct record *find(const struct name_search *search)
{
    struct record *record = find_shown(search);

    if (record != NULL)
        return record;
    record = find_by_id(search->cache, search->kind, search->file_name);
    if (record == NULL)
        record = find_with_id(search->cache, search->kind, search->file_name);
    return record != NULL ? in_directory(search, record) : find_in_machine(search);
}

enum name_result name_resolve(struct cache *cache, const struct kind *kind, const char *machine_id,
                              const char *file_name, struct record **out, struct buf *candidates)
{
    struct buf name = BUF_EMPTY;
    struct name_search search = {
        .cache = cache, .kind = kind, .machine_id = machine_id, .file_name = file_name};
    static const enum name_result unfound[] = {NAME_ABSENT, NAME_SHOWN_OTHERWISE, NAME_AMBIGUOUS};
    enum name_result result = NAME_FOUND;

    if (name_decode(file_name, &name)) {
        search.name = buf_text(&name);
        search.name_bytes = name.size_bytes;
    }
    struct record *record = find(&search);
    if (record != NULL) {
        *out = record;
    } else {
        size_t count = count_namesakes(&search, candidates);
        result = unfound[count > 2 ? 2 : count];
    }
    buf_finish(&name);
    return result;
}

bool name_id_of_gone(struct cache *cache, const struct kind *kind, const char *file_name,
                     struct buf *out)
{
    const char *mark = strrchr(file_name, '~');

    return id_decode(mark == NULL ? file_name : mark + 1, out) &&
           cache_is_gone(cache, kind, buf_text(out));
}

/* Drops the reference; whether it was another one than `own_id`. */
static bool is_other(struct record *record, const char *own_id)
{
    bool other = record != NULL && (own_id == NULL || strcmp(record->id, own_id) != 0);

    record_unref(record);
    return other;
}

bool name_is_taken(struct cache *cache, const struct kind *kind, const char *machine_id,
                   const char *file_name, const char *own_id)
{
    struct record *record = NULL;

    if (name_resolve(cache, kind, machine_id, file_name, &record, NULL) == NAME_AMBIGUOUS)
        return true;
    return is_other(record, own_id) || is_other(find_by_id(cache, kind, file_name), own_id) ||
           is_other(find_with_id(cache, kind, file_name), own_id);
}
