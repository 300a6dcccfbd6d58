/* SPDX-License-Identifier: MIT */
/* Words that may tell a secret: in any spelling, and that spelt again, nothing of it comes out. */
#include "config.h"

#include "api/answer.h"
#include "fuzz.h"
#include "util/scrub.h"
#include "util/utf8.h"
#include "util/words.h"

#include <ctype.h>
#include <string.h>

#define SECRET_MAX_BYTES 120
#define TEXT_MAX_BYTES   1000 /* before and after it: each reading takes time */
#define WHOLE_MIN_BYTES  4    /* a shorter secret counts where it stands alone only */

/* --- spellings ---------------------------------------------------------------------------------
 */

enum form { FORM_BYTE, FORM_HEX, FORM_UPPER_HEX, FORM_OCTAL, FORM_DECIMAL, FORM_BASE64 };

/* How a byte is written by one of those that would escape it. */
static const struct spelling {
    const char *before, *after;
    enum form form;
    int digits; /* at least */
    bool all;   /* of every byte, else of those that are no letters and digits */
    bool wide;  /* also of bytes of longer characters, which some escapes have no form for */
} spellings[] = {
    {"", "", FORM_BYTE, 0, true, true},          {"%", "", FORM_UPPER_HEX, 2, false, true},
    {"%", "", FORM_HEX, 2, true, true},          {"\\x", "", FORM_HEX, 2, false, true},
    {"\\", "", FORM_OCTAL, 3, true, true},       {"\\u", "", FORM_HEX, 4, false, false},
    {"\\u", "", FORM_UPPER_HEX, 4, true, false}, {"\\u{", "}", FORM_HEX, 1, false, false},
    {"\\", "", FORM_BYTE, 0, false, false},      {"&#", ";", FORM_DECIMAL, 1, false, false},
    {"&#x", ";", FORM_HEX, 1, true, false},      {"&#X", "", FORM_UPPER_HEX, 4, true, false},
    {"", "", FORM_BASE64, 0, true, true},
};

#define SPELLINGS (sizeof spellings / sizeof *spellings)

static void spell_base64(struct buf *out, const char *text, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t at = 0; at < size; at += 3) {
        unsigned bits = 0;
        char group[4];

        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (at + i < size ? (unsigned char)text[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            group[i] = at + i > size ? '=' : digits[bits >> (18 - 6 * i) & 63];
        FUZZ_CHECK(buf_append(out, group, sizeof group));
    }
}

static bool spell_byte(struct buf *out, const struct spelling *spelling, unsigned char c)
{
    int digits = spelling->digits;

    switch (spelling->form) {
    case FORM_HEX:
        return buf_printf(out, "%s%0*x%s", spelling->before, digits, c, spelling->after);
    case FORM_UPPER_HEX:
        return buf_printf(out, "%s%0*X%s", spelling->before, digits, c, spelling->after);
    case FORM_OCTAL:
        return buf_printf(out, "%s%0*o%s", spelling->before, digits, c, spelling->after);
    case FORM_DECIMAL:
        return buf_printf(out, "%s%0*u%s", spelling->before, digits, c, spelling->after);
    case FORM_BYTE:
    case FORM_BASE64:
        break;
    }
    return buf_printf(out, "%s%c%s", spelling->before, c, spelling->after);
}

static void spell(struct buf *out, const struct spelling *spelling, const char *text, size_t size)
{
    if (spelling->form == FORM_BASE64) {
        spell_base64(out, text, size);
        return;
    }
    for (size_t at = 0; at < size; at++) {
        unsigned char c = (unsigned char)text[at];
        bool plain = isalnum(c) ? !spelling->all : c >= 0x80 && !spelling->wide;

        FUZZ_CHECK(plain ? buf_append(out, text + at, 1) : spell_byte(out, spelling, c));
    }
}

/* `before`, the secret spelt by one and then by the other, `after`. */
static struct buf compose(uint8_t inner, uint8_t outer, const char *before, const char *secret,
                          const char *after)
{
    struct buf once = BUF_EMPTY, text = BUF_EMPTY;

    spell(&once, &spellings[inner % SPELLINGS], secret, strlen(secret));
    FUZZ_CHECK(buf_append_text(&text, before));
    spell(&text, &spellings[outer % SPELLINGS], buf_text(&once), once.size_bytes);
    FUZZ_CHECK(buf_append_text(&text, after));
    buf_finish(&once);
    return text;
}

static struct buf copy_of(const struct buf *text)
{
    struct buf copy = BUF_EMPTY;

    FUZZ_CHECK(buf_append(&copy, buf_text(text), text->size_bytes));
    return copy;
}

/* --- what must hold ----------------------------------------------------------------------------
 */

static bool tells(const char *text, size_t size, const char *part, size_t part_bytes)
{
    return memmem(text, size, part, part_bytes) != NULL;
}

static bool tells_whole(const struct buf *text, const char *secret)
{
    return tells(buf_text(text), text->size_bytes, secret, strlen(secret));
}

/* Whether eight bytes of it, or a shorter one as a whole, are there. */
static bool tells_run(const struct buf *text, const char *secret)
{
    size_t size = strlen(secret);
    bool found = size < SCRUB_RUN_BYTES && tells_whole(text, secret);

    for (size_t at = 0; !found && at + SCRUB_RUN_BYTES <= size; at++)
        found = tells(buf_text(text), text->size_bytes, secret + at, SCRUB_RUN_BYTES);
    return found;
}

static bool is_clean(const char *text, size_t size)
{
    bool clean = utf8_is_valid(text, size);

    for (size_t at = 0; clean && at < size;) {
        size_t bytes = (size_t)utf8_character(text + at, size - at);
        clean = !utf8_is_control(text + at, bytes);
        at += bytes;
    }
    return clean;
}

/* Read again by the same rules, what came out has nothing more to hide. */
static void foreign(const struct buf *text, const char *secret, const struct scrub *scrub)
{
    struct buf out = copy_of(text);

    FUZZ_CHECK(scrub_foreign(&out, scrub));
    FUZZ_CHECK(!tells_run(&out, secret));
    struct buf again = copy_of(&out);
    FUZZ_CHECK(scrub_foreign(&again, scrub));
    FUZZ_CHECK(strcmp(buf_text(&again), buf_text(&out)) == 0);
    buf_finish(&again);
    buf_finish(&out);
}

static void own(const struct buf *text, const char *secret, const struct scrub *scrub)
{
    struct buf out = copy_of(text);

    FUZZ_CHECK(words_make_safe(&out, scrub->secrets, scrub->open));
    FUZZ_CHECK(!tells_whole(&out, secret));
    FUZZ_CHECK(is_clean(buf_text(&out), out.size_bytes));
    buf_finish(&out);
}

static void check_words(const char *words, const char *secret)
{
    struct buf text = BUF_EMPTY;

    FUZZ_CHECK(buf_append_text(&text, words));
    FUZZ_CHECK(!tells_run(&text, secret));
    FUZZ_CHECK(is_clean(words, strlen(words)));
    buf_finish(&text);
}

/* As the body of a refusal: a page, or what the API says. */
static void answered(const struct buf *text, const char *secret, const struct scrub *scrub)
{
    struct http_response response = {.status = 422};
    struct problem problem;

    response.body = copy_of(text);
    answer_problem(HTTP_PUT, &response, scrub, &problem);
    check_words(problem.code, secret);
    check_words(problem.message, secret);
    check_words(problem.details, secret);
    buf_finish(&response.body);
}

/* A mask is no secret, and one with a part of a mask in it may seem to be in any mask. What the
 * program's own words for a status have is no secret either. */
static bool is_secret(const char *secret)
{
    size_t size = strlen(secret);

    return size >= WHOLE_MIN_BYTES && size <= SECRET_MAX_BYTES && strchr(secret, '*') == NULL &&
           strcasestr("Unprocessable Content", secret) == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t inner = fuzz_byte(&data, &size), outer = fuzz_byte(&data, &size);
    char *secret = fuzz_text(&data, &size, NULL);
    char *before = fuzz_text(&data, &size, NULL), *after = fuzz_text(&data, &size, NULL);
    const char *const secrets[] = {secret, NULL};
    const struct scrub scrub = {secrets, NULL};

    if (is_secret(secret) && strlen(before) + strlen(after) <= TEXT_MAX_BYTES) {
        struct buf text = compose(inner, outer, before, secret, after);
        foreign(&text, secret, &scrub);
        own(&text, secret, &scrub);
        answered(&text, secret, &scrub);
        buf_finish(&text);
    }
    free(secret);
    free(before);
    free(after);
    return 0;
}
