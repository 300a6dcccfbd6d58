/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/scrub.h"

#include "util/unescape.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HIDDEN       "********"
#define ALONE_BELOW  4 /* bytes: a secret shorter than that counts where it stands alone */
#define FILTER_BITS  16
#define FILTER_WORDS ((1 << FILTER_BITS) / 64)
#define WINDOW_BYTES sizeof(uint64_t)

_Static_assert(WINDOW_BYTES == SCRUB_RUN_BYTES, "a run is found by its windows");

/* All that the secrets have in stretches of eight bytes, sorted; and what has been found. */
struct scrub_search {
    const struct scrub *scrub;
    bool runs;    /* parts of secrets count */
    size_t least; /* bytes: what is shorter is nothing that is looked for */
    uint64_t *windows;
    size_t window_count;
    uint64_t filter[FILTER_WORDS]; /* a bit for each window's hash: most others fail here */
    unsigned char *marks;          /* for each byte of the text: 1: not to be shown */
};

/* --- secrets -----------------------------------------------------------------------------------
 */

/* How long a secret is; 0: it is none. */
static size_t secret_bytes(const char *secret)
{
    size_t size = strlen(secret);

    return strspn(secret, "*") == size || strstr(secret, "****") != NULL ? 0 : size;
}

static bool is_searched_in_runs(const struct scrub_search *search, size_t size)
{
    return search->runs && size >= SCRUB_RUN_BYTES;
}

static uint64_t window_at(const void *bytes)
{
    uint64_t window;

    memcpy(&window, bytes, WINDOW_BYTES);
    return window;
}

static size_t filter_bit(uint64_t window)
{
    return (size_t)(window * UINT64_C(0x9E3779B97F4A7C15) >> (64 - FILTER_BITS));
}

static int compare_windows(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static size_t count_windows(const struct scrub_search *search)
{
    const char *const *secret = search->scrub->secrets;
    size_t count = 0;

    for (; secret != NULL && *secret != NULL; secret++) {
        size_t size = secret_bytes(*secret);
        count += is_searched_in_runs(search, size) ? size - WINDOW_BYTES + 1 : 0;
    }
    return count;
}

static void add_windows(struct scrub_search *search, const char *secret, size_t size)
{
    for (size_t at = 0; at + WINDOW_BYTES <= size; at++) {
        uint64_t window = window_at(secret + at);
        size_t bit = filter_bit(window);

        search->windows[search->window_count++] = window;
        search->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static void note_least(struct scrub_search *search, size_t secret_size)
{
    size_t least = is_searched_in_runs(search, secret_size) ? WINDOW_BYTES : secret_size;

    if (least > 0 && (search->least == 0 || least < search->least))
        search->least = least;
}

static bool search_init(struct scrub_search *search, size_t text_bytes)
{
    const char *const *secret = search->scrub->secrets;

    search->marks = calloc(text_bytes + 1, 1);
    search->windows = calloc(count_windows(search) + 1, sizeof *search->windows);
    if (search->marks == NULL || search->windows == NULL)
        return false;
    for (; secret != NULL && *secret != NULL; secret++) {
        size_t size = secret_bytes(*secret);
        if (is_searched_in_runs(search, size))
            add_windows(search, *secret, size);
        note_least(search, size);
    }
    qsort(search->windows, search->window_count, sizeof *search->windows, compare_windows);
    return true;
}

static void search_finish(struct scrub_search *search)
{
    if (search->windows != NULL)
        explicit_bzero(search->windows, search->window_count * sizeof *search->windows);
    free(search->windows);
    free(search->marks);
}

static bool is_window(const struct scrub_search *search, const unsigned char *bytes)
{
    uint64_t window = window_at(bytes);
    size_t bit = filter_bit(window);

    return (search->filter[bit / 64] >> bit % 64 & 1) != 0 &&
           bsearch(&window, search->windows, search->window_count, sizeof window,
                   compare_windows) != NULL;
}

/* --- one reading of the text -------------------------------------------------------------------
 */

static bool is_open(const struct scrub_search *search, const unsigned char *bytes, size_t size)
{
    const char *const *open = search->scrub->open;

    for (; open != NULL && *open != NULL; open++)
        if (memmem(*open, strlen(*open), bytes, size) != NULL)
            return true;
    return false;
}

/* What stands from `start` to `end` in a reading is not to be shown, unless it is shown anyway. */
static void mark(struct scrub_search *search, const struct reading *reading, size_t start,
                 size_t end)
{
    if (is_open(search, reading->bytes + start, end - start))
        return;
    for (uint32_t at = reading->from[start]; at < reading->to[end - 1]; at++)
        search->marks[at] = 1;
}

/* A run goes on as long as the next window begins within the last one. */
static void mark_runs(struct scrub_search *search, const struct reading *reading)
{
    size_t start = 0;
    size_t end = 0; /* of the run that is open; 0: none is */

    for (size_t at = 0; at + WINDOW_BYTES <= reading->size; at++) {
        if (!is_window(search, reading->bytes + at))
            continue;
        if (end != 0 && at > end) {
            mark(search, reading, start, end);
            end = 0;
        }
        start = end == 0 ? at : start;
        end = at + WINDOW_BYTES;
    }
    if (end != 0)
        mark(search, reading, start, end);
}

static bool stands_alone(const struct reading *reading, size_t start, size_t end)
{
    return (start == 0 || !isalnum(reading->bytes[start - 1])) &&
           (end == reading->size || !isalnum(reading->bytes[end]));
}

static void mark_whole(struct scrub_search *search, const struct reading *reading,
                       const char *secret, size_t size)
{
    size_t at = 0;

    while (at + size <= reading->size) {
        const unsigned char *found = memmem(reading->bytes + at, reading->size - at, secret, size);
        if (found == NULL)
            break;
        size_t start = (size_t)(found - reading->bytes);
        if (size >= ALONE_BELOW || stands_alone(reading, start, start + size))
            mark(search, reading, start, start + size);
        at = start + 1;
    }
}

/* `exact`: no chance that a few bytes mean nothing, as in what was no base64. */
static void mark_reading(struct scrub_search *search, const struct reading *reading, bool exact)
{
    const char *const *secret = search->scrub->secrets;

    if (search->window_count > 0)
        mark_runs(search, reading);
    for (; secret != NULL && *secret != NULL; secret++) {
        size_t size = secret_bytes(*secret);
        if (size > 0 && !is_searched_in_runs(search, size) && (exact || size >= ALONE_BELOW))
            mark_whole(search, reading, *secret, size);
    }
}

/* --- all of them -------------------------------------------------------------------------------
 */

/* What is in an escape that was read so. */
struct within {
    struct scrub_search *search;
    bool exact;
};

static bool mark_inner(void *ctx, const struct reading *reading, enum escape escape)
{
    const struct within *within = ctx;

    mark_reading(within->search, reading, within->exact && escape < ESCAPE_BASE64);
    return true;
}

static bool mark_outer(void *ctx, const struct reading *reading, enum escape escape)
{
    struct within within = {.search = ctx, .exact = escape < ESCAPE_BASE64};

    mark_reading(within.search, reading, within.exact);
    return reading_unescape(reading, within.search->least, mark_inner, &within);
}

static bool mark_all(struct scrub_search *search, const struct buf *text)
{
    struct reading plain;

    if (!reading_plain(&plain, buf_text(text), text->size_bytes))
        return false;
    mark_reading(search, &plain, true);
    bool ok = reading_unescape(&plain, search->least, mark_outer, search);
    reading_finish(&plain);
    return ok;
}

/* --- the text ----------------------------------------------------------------------------------
 */

/* A character is hidden whole. */
static void widen_marks(unsigned char *marks, const struct buf *text)
{
    for (size_t i = 1; i < text->size_bytes; i++)
        if (((unsigned char)text->data[i] & 0xC0) == 0x80 && marks[i - 1] != 0)
            marks[i] = 1;
    for (size_t i = text->size_bytes; i-- > 1;)
        if (((unsigned char)text->data[i] & 0xC0) == 0x80 && marks[i] != 0)
            marks[i - 1] = 1;
}

static bool rewrite(struct buf *text, const unsigned char *marks)
{
    struct buf out = BUF_EMPTY;
    bool ok = true;

    for (size_t at = 0; ok && at < text->size_bytes;) {
        size_t end = at + 1;
        while (end < text->size_bytes && marks[end] == marks[at])
            end++;
        ok = marks[at] != 0 ? buf_append_text(&out, HIDDEN)
                            : buf_append(&out, text->data + at, end - at);
        at = end;
    }
    explicit_bzero(text->data, text->size_bytes);
    buf_finish(text);
    *text = out;
    return ok;
}

static bool is_needed(const struct scrub *scrub)
{
    bool needed = false;

    for (size_t i = 0; !needed && scrub->secrets != NULL && scrub->secrets[i] != NULL; i++)
        needed = secret_bytes(scrub->secrets[i]) > 0;
    return needed;
}

static bool scrub_text(struct buf *text, const struct scrub *scrub, bool runs)
{
    struct scrub_search search = {.scrub = scrub, .runs = runs};
    bool ok = true;

    if (text->size_bytes > SCRUB_MAX_BYTES)
        buf_resize(text, SCRUB_MAX_BYTES);
    if (text->size_bytes == 0 || !is_needed(scrub))
        return true;
    ok = search_init(&search, text->size_bytes) && mark_all(&search, text);
    if (ok) {
        widen_marks(search.marks, text);
        ok = memchr(search.marks, 1, text->size_bytes) == NULL || rewrite(text, search.marks);
    }
    search_finish(&search);
    if (!ok && text->data != NULL)
        buf_resize(text, 0);
    return ok;
}

bool scrub_foreign(struct buf *text, const struct scrub *scrub)
{
    return scrub_text(text, scrub, true);
}

bool scrub_own(struct buf *text, const struct scrub *scrub)
{
    return scrub_text(text, scrub, false);
}
