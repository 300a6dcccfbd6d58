/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/deeds.h"

#include <stdlib.h>

#define ALWAYS_MS INT64_MAX /* as long as what it belongs to */

static void drop_read(struct deed *deed)
{
    struct read_deed *read = (struct read_deed *)deed;

    free(read->opened);
    free(read->seen.seen);
}

static void drop_text(struct deed *deed)
{
    free(((struct text_deed *)deed)->text);
}

static const struct deed_row {
    int64_t lasts_ms;
    size_t most;
    bool with_process; /* counts only DEED_AFTERLIFE_MS longer than who did it lives */
    size_t bytes;      /* 0: a struct deed */
    void (*drop)(struct deed *deed); /* frees what it has beside that. NULL: nothing */
} rows[DEED_KINDS] = {
    [DEED_READ] = {.lasts_ms = DEED_MEMORY_MS,
                   .most = DEED_READ_MOST,
                   .with_process = true,
                   .bytes = sizeof(struct read_deed),
                   .drop = drop_read},
    [DEED_MADE] = {.lasts_ms = DEED_MADE_MS},
    [DEED_MADE_FILE] = {.lasts_ms = ALWAYS_MS},
    [DEED_WROTE] = {.lasts_ms = ALWAYS_MS},
    [DEED_COPIED] = {.lasts_ms = ALWAYS_MS},
    [DEED_REMOVED] = {.lasts_ms = ALWAYS_MS},
    [DEED_REFUSED] = {.lasts_ms = DEED_REFUSED_MS, .most = DEED_MOST},
    [DEED_CUT] = {.lasts_ms = DEED_CUT_MS, .most = DEED_CUT_MOST},
    [DEED_CHANGED] = {.lasts_ms = DEED_CHANGED_MS, .most = DEED_MOST},
    [DEED_LEFT] = {.lasts_ms = DEED_MEMORY_MS, .most = DEED_MOST},
    [DEED_RENAMED] = {.lasts_ms = DEED_RENAMED_MS,
                      .most = DEED_MOST,
                      .bytes = sizeof(struct text_deed),
                      .drop = drop_text},
    [DEED_WENT] = {.lasts_ms = DEED_WENT_MS, .most = DEED_MOST},
};

TAILQ_HEAD(kind_list, deed);

struct deeds {
    const struct clock *clock;
    struct deed *by_key;
    struct {
        struct kind_list list; /* of those without an owner */
        size_t count;
    } kinds[DEED_KINDS];
};

static int64_t now_ms(const struct deeds *deeds)
{
    return clock_now_ms(deeds->clock);
}

static const struct deed_row *row_of(const struct deed *deed)
{
    return &rows[deed->key.kind];
}

/* Whether it lies in the list of its kind. */
static bool has_kind_list(const struct deed_row *row)
{
    return row->most > 0;
}

struct deeds *deeds_create(const struct clock *clock)
{
    struct deeds *deeds = calloc(1, sizeof *deeds);

    if (deeds == NULL)
        return NULL;
    deeds->clock = clock;
    for (size_t i = 0; i < DEED_KINDS; i++)
        TAILQ_INIT(&deeds->kinds[i].list);
    return deeds;
}

void deeds_destroy(struct deeds *deeds)
{
    for (size_t i = 0; deeds != NULL && i < DEED_KINDS; i++)
        while (!TAILQ_EMPTY(&deeds->kinds[i].list))
            deed_forget(deeds, TAILQ_FIRST(&deeds->kinds[i].list));
    free(deeds);
}

/* --- the end of a deed ------------------------------------------------------------------------ */

void deed_forget(struct deeds *deeds, struct deed *deed)
{
    if (deed == NULL)
        return;
    HASH_DEL(deeds->by_key, deed);
    if (has_kind_list(row_of(deed))) {
        TAILQ_REMOVE(&deeds->kinds[deed->key.kind].list, deed, link.of_kind);
        deeds->kinds[deed->key.kind].count--;
    } else {
        LIST_REMOVE(deed, link.of_owner);
    }
    if (row_of(deed)->drop != NULL)
        row_of(deed)->drop(deed);
    free(deed);
}

void deeds_forget_all(struct deeds *deeds, struct deed_list *owner)
{
    while (!LIST_EMPTY(owner))
        deed_forget(deeds, LIST_FIRST(owner));
}

bool deed_counts(const struct deeds *deeds, const struct deed *deed)
{
    return now_ms(deeds) - deed->at_ms < row_of(deed)->lasts_ms;
}

static bool is_worth_keeping(const struct deeds *deeds, const struct deed *deed)
{
    if (!deed_counts(deeds, deed))
        return false;
    return !row_of(deed)->with_process || now_ms(deeds) - deed->at_ms <= DEED_AFTERLIFE_MS ||
           deed->key.who == 0 || process_is_alive(process_of_number(deed->key.who));
}

/* Looks at those not looked at for the longest time, a few at a time. */
static void drop_old(struct deeds *deeds, enum deed_kind kind)
{
    struct kind_list *list = &deeds->kinds[kind].list;
    int64_t patience_ms = rows[kind].with_process ? DEED_AFTERLIFE_MS : rows[kind].lasts_ms;
    int64_t now = now_ms(deeds);

    for (int i = 0; i < 2 && !TAILQ_EMPTY(list); i++) {
        struct deed *oldest = TAILQ_FIRST(list);
        bool crowded = deeds->kinds[kind].count > rows[kind].most;
        if (!crowded && now - oldest->looked_ms <= patience_ms)
            return;
        if (crowded || !is_worth_keeping(deeds, oldest)) {
            deed_forget(deeds, oldest);
            continue;
        }
        oldest->looked_ms = now;
        TAILQ_REMOVE(list, oldest, link.of_kind);
        TAILQ_INSERT_TAIL(list, oldest, link.of_kind);
    }
}

/* --- noting and finding ------------------------------------------------------------------------
 */

static struct deed *find(const struct deeds *deeds, struct deed_key key)
{
    struct deed *deed;

    HASH_FIND(hh, deeds->by_key, &key, sizeof key, deed); // NOLINT: it can't read a key by bytes
    return deed;
}

struct deed *deed_find(const struct deeds *deeds, struct deed_key key)
{
    struct deed *deed = find(deeds, key);

    return deed != NULL && deed_counts(deeds, deed) ? deed : NULL;
}

static void link_in(struct deeds *deeds, struct deed *deed, struct deed_list *owner)
{
    if (!has_kind_list(row_of(deed))) {
        LIST_INSERT_HEAD(owner, deed, link.of_owner);
        return;
    }
    TAILQ_INSERT_TAIL(&deeds->kinds[deed->key.kind].list, deed, link.of_kind);
    deeds->kinds[deed->key.kind].count++;
}

static struct deed *add(struct deeds *deeds, struct deed_key key, struct deed_list *owner)
{
    size_t bytes = rows[key.kind].bytes;
    struct deed *deed = calloc(1, bytes == 0 ? sizeof *deed : bytes);

    if (deed == NULL)
        return NULL;
    deed->key = key;
    HASH_ADD(hh, deeds->by_key, key, sizeof deed->key, deed);
    link_in(deeds, deed, owner);
    return deed;
}

/* It is done just now. */
static void freshen(struct deeds *deeds, struct deed *deed)
{
    struct kind_list *list = &deeds->kinds[deed->key.kind].list;

    deed->at_ms = now_ms(deeds);
    deed->looked_ms = deed->at_ms;
    if (!has_kind_list(row_of(deed)))
        return;
    TAILQ_REMOVE(list, deed, link.of_kind);
    TAILQ_INSERT_TAIL(list, deed, link.of_kind);
}

struct deed *deed_note(struct deeds *deeds, struct deed_key key, struct deed_list *owner)
{
    struct deed *deed = find(deeds, key);

    if (deed != NULL && !deed_counts(deeds, deed)) {
        deed_forget(deeds, deed);
        deed = NULL;
    }
    if (deed == NULL)
        deed = add(deeds, key, owner);
    if (deed == NULL)
        return NULL;
    freshen(deeds, deed);
    if (has_kind_list(row_of(deed)))
        drop_old(deeds, (enum deed_kind)key.kind);
    return deed;
}

struct deed *deed_next(const struct deeds *deeds, enum deed_kind kind, const struct deed *after)
{
    return after == NULL ? TAILQ_FIRST(&deeds->kinds[kind].list) : TAILQ_NEXT(after, link.of_kind);
}

bool deeds_any(const struct deeds *deeds, enum deed_kind kind)
{
    const struct deed *newest = TAILQ_LAST(&deeds->kinds[kind].list, kind_list);

    return newest != NULL && deed_counts(deeds, newest);
}
