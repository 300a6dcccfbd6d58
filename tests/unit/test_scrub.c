/* SPDX-License-Identifier: MIT */
/* What is hidden of a text: every spelling of a secret, once and twice escaped, whole and cut. */
#include "config.h"

#include "test_scrub.h"

#include "run_tests.h"
#include "util/scrub.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "wJa/Xq+F&7 D\"b%P\\x<Y>'z=\xc3\xa9"

static const char *const secrets[] = {SECRET, NULL};
static const struct scrub plain = {secrets, NULL};

/* ck_assert marks each success with a write to a file, and these are millions. */

/* --- spellings ---------------------------------------------------------------------------------
 */

typedef void spell_function(struct buf *out, const char *text);

static bool is_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void spell_raw(struct buf *out, const char *text)
{
    MUST(buf_append_text(out, text));
}

/* `format` for each byte, or for those that are no letters and digits. */
#define SPELL_EACH(name, format, all)                                  \
    static void name(struct buf *out, const char *text)                \
    {                                                                  \
        for (; *text != '\0'; text++)                                  \
            MUST(!(all) && is_plain((unsigned char)*text)              \
                     ? buf_append(out, text, 1)                        \
                     : buf_printf(out, format, (unsigned char)*text)); \
    }

SPELL_EACH(spell_percent, "%%%02X", false)
SPELL_EACH(spell_percent_small, "%%%02x", false)
SPELL_EACH(spell_percent_all, "%%%02X", true)
SPELL_EACH(spell_hex, "\\x%02x", false)
SPELL_EACH(spell_hex_all, "\\x%02x", true)
SPELL_EACH(spell_octal, "\\%03o", true)

/* Backslashes before what a shell may not see, or before all but the bytes of other characters. */
static void spell_slashes(struct buf *out, const char *text, bool all)
{
    for (; *text != '\0'; text++) {
        bool bare = ((unsigned char)*text & 0x80) != 0 || (!all && is_plain((unsigned char)*text));

        MUST(buf_printf(out, "%s%c", bare ? "" : "\\", *text));
    }
}

static void spell_shell(struct buf *out, const char *text)
{
    spell_slashes(out, text, false);
}

static void spell_shell_all(struct buf *out, const char *text)
{
    spell_slashes(out, text, true);
}

static void spell_form(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        MUST(*text == ' '                     ? buf_append(out, "+", 1)
             : is_plain((unsigned char)*text) ? buf_append(out, text, 1)
                                              : buf_printf(out, "%%%02X", (unsigned char)*text));
}

/* The code of the character at `*text`, which is valid UTF-8 of at most two bytes; moves on. */
static unsigned take_code(const char **text)
{
    unsigned char c = (unsigned char)*(*text)++;

    return c < 0x80 ? c : (c & 0x1Fu) << 6 | ((unsigned char)*(*text)++ & 0x3Fu);
}

static void spell_codes(struct buf *out, const char *text, const char *before, bool hex,
                        const char *after, bool all)
{
    while (*text != '\0') {
        unsigned code = take_code(&text);

        if (!all && is_plain((unsigned char)code) && code < 0x80)
            MUST(buf_printf(out, "%c", (int)code));
        else
            MUST(hex ? buf_printf(out, "%s%04x%s", before, code, after)
                     : buf_printf(out, "%s%u%s", before, code, after));
    }
}

static void spell_json_codes(struct buf *out, const char *text)
{
    spell_codes(out, text, "\\u", true, "", true);
}

static void spell_json_braces(struct buf *out, const char *text)
{
    spell_codes(out, text, "\\u{", true, "}", false);
}

static void spell_html(struct buf *out, const char *text)
{
    spell_codes(out, text, "&#", false, ";", false);
}

static void spell_html_all(struct buf *out, const char *text)
{
    spell_codes(out, text, "&#x", true, ";", true);
}

static void spell_html_open(struct buf *out, const char *text)
{
    spell_codes(out, text, "&#X", true, "", true);
}

/* Which text stands for a character; the others stand for themselves. */
struct name {
    char character;
    const char *text;
};

static void spell_names(struct buf *out, const char *text, const struct name *names)
{
    for (; *text != '\0'; text++) {
        const struct name *name = names;

        while (name->text != NULL && name->character != *text)
            name++;
        MUST(name->text != NULL ? buf_append_text(out, name->text) : buf_append(out, text, 1));
    }
}

static void spell_json(struct buf *out, const char *text)
{
    static const struct name names[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {0, NULL}};

    spell_names(out, text, names);
}

static void spell_json_slash(struct buf *out, const char *text)
{
    static const struct name names[] = {
        {'"', "\\\""}, {'\\', "\\\\"}, {'/', "\\/"}, {'\n', "\\n"}, {0, NULL}};

    spell_names(out, text, names);
}

static void spell_html_names(struct buf *out, const char *text)
{
    static const struct name names[] = {{'&', "&amp;"},   {'<', "&lt;"},     {'>', "&gt;"},
                                        {'"', "&quot;"},  {'\'', "&apos;"},  {'/', "&sol;"},
                                        {'+', "&plus;"},  {'=', "&equals;"}, {'%', "&percnt;"},
                                        {'\\', "&bsol;"}, {0, NULL}};

    spell_names(out, text, names);
}

static void spell_base64_in(struct buf *out, const char *text, const char *letters, size_t line)
{
    size_t size = strlen(text);
    size_t printed = 0;

    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        uint32_t bits = (uint32_t)(unsigned char)text[at] << 16;

        bits |= left > 1 ? (uint32_t)(unsigned char)text[at + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)text[at + 2] : 0;
        for (size_t i = 0; i < 4; i++, printed++) {
            char letter = i > left ? '=' : letters[bits >> (18 - 6 * i) & 63];
            if (line > 0 && printed > 0 && printed % line == 0)
                MUST(buf_append(out, "\n", 1));
            MUST(buf_append(out, &letter, 1));
        }
    }
}

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void spell_base64(struct buf *out, const char *text)
{
    spell_base64_in(out, text, ALPHANUMERIC "+/", 0);
}

static void spell_base64_url(struct buf *out, const char *text)
{
    spell_base64_in(out, text, ALPHANUMERIC "-_", 0);
}

static void spell_base64_lines(struct buf *out, const char *text)
{
    spell_base64_in(out, text, ALPHANUMERIC "+/", 10);
}

static const struct spelling {
    const char *name;
    spell_function *spell;
} spellings[] = {
    {"as it stands", spell_raw},
    {"JSON", spell_json},
    {"JSON, slashes too", spell_json_slash},
    {"JSON, all codes", spell_json_codes},
    {"JavaScript braces", spell_json_braces},
    {"C, hex", spell_hex},
    {"C, all hex", spell_hex_all},
    {"C, octal", spell_octal},
    {"shell", spell_shell},
    {"shell, all", spell_shell_all},
    {"percent", spell_percent},
    {"percent, small", spell_percent_small},
    {"percent, all", spell_percent_all},
    {"form", spell_form},
    {"HTML", spell_html},
    {"HTML, all", spell_html_all},
    {"HTML, no semicolon", spell_html_open},
    {"HTML, names", spell_html_names},
    {"base64", spell_base64},
    {"base64 for URLs", spell_base64_url},
    {"base64 in lines", spell_base64_lines},
};

/* `text` in the spellings `outer` of `inner`. */
static void spell_twice(struct buf *out, int inner, int outer, const char *text)
{
    struct buf once = BUF_EMPTY;

    spellings[inner].spell(&once, text);
    spellings[outer].spell(out, buf_text(&once));
    buf_finish(&once);
}

/* --- what is hidden ----------------------------------------------------------------------------
 */

static void check_hidden(const char *text, const char *expected, const char *what)
{
    struct buf shown = BUF_EMPTY;

    MUST(buf_append_text(&shown, text));
    MUST(scrub_foreign(&shown, &plain));
    ck_assert_msg(strcmp(buf_text(&shown), expected) == 0, "%s: %s shows %s", what, text,
                  buf_text(&shown));
    buf_finish(&shown);
}

/* holds: words-3 */
START_TEST(every_spelling_is_hidden_also_two_deep)
{
    for (int outer = 0; outer < COUNT(spellings); outer++) {
        struct buf spelled = BUF_EMPTY;
        struct buf text = BUF_EMPTY;
        char what[100];

        spell_twice(&spelled, _i, outer, SECRET);
        snprintf(what, sizeof what, "%s in %s", spellings[_i].name, spellings[outer].name);
        MUST(buf_printf(&text, "it was: '%s'.", buf_text(&spelled)));
        struct buf shown = BUF_EMPTY;
        MUST(buf_append(&shown, text.data, text.size_bytes));
        MUST(scrub_foreign(&shown, &plain));
        ck_assert_msg(strncmp(buf_text(&shown), "it was: '********", 17) == 0 &&
                          strlen(buf_text(&shown)) <= 50,
                      "%s: %s shows %s", what, buf_text(&text), buf_text(&shown));
        buf_finish(&shown);
        buf_finish(&spelled);
        buf_finish(&text);
    }
}
END_TEST

/* Of a document that holds the secret and is spelled as a whole, cut here and there: whatever is
 * left shows less than eight characters of it in a row. What is left is spelled back by the tail
 * that stands there: the spelling of every part of eight characters is looked for. */
START_TEST(no_cut_shows_eight_characters)
{
    char parts[sizeof SECRET][9];
    size_t count = 0;

    for (; count + 8 < strlen("wJa/Xq+F&7 D\"b%P\\x<Y>'z="); count++)
        snprintf(parts[count], sizeof parts[count], "%.8s", SECRET + count);
    for (int outer = 0; outer < COUNT(spellings); outer++) {
        struct buf spelled = BUF_EMPTY;

        spell_twice(&spelled, _i, outer, SECRET);
        for (size_t cut = 1; cut < 2 * spelled.size_bytes; cut += 1 + spelled.size_bytes / 8) {
            bool tail = cut >= spelled.size_bytes;
            size_t at = tail ? cut - spelled.size_bytes : 0;
            struct buf shown = BUF_EMPTY;

            MUST(buf_append(&shown, spelled.data + at, (tail ? spelled.size_bytes : cut) - at));
            MUST(scrub_foreign(&shown, &plain));
            for (size_t i = 0; i < count; i++) {
                struct buf part = BUF_EMPTY;

                spell_twice(&part, _i, outer, parts[i]);
                if (strstr(buf_text(&shown), buf_text(&part)) != NULL)
                    ck_abort_msg("%s in %s, cut at %zu: %s", spellings[_i].name,
                                 spellings[outer].name, cut, buf_text(&shown));
                buf_finish(&part);
            }
            buf_finish(&shown);
        }
        buf_finish(&spelled);
    }
}
END_TEST

/* Base64 of a whole request, cut at every place: the secret stands at any of three alignments. */
START_TEST(base64_is_read_from_any_character_on)
{
    static const char *const values[] = {"0123456789abcdefghijklmnop", NULL};
    static const struct scrub scrub = {values, NULL};

    for (size_t shift = 0; shift < 3; shift++) {
        struct buf spelled = BUF_EMPTY;
        char text[64];

        snprintf(text, sizeof text, "%.*s%s, and more", (int)shift, "{{{", values[0]);
        spell_base64(&spelled, text);
        for (size_t cut = 0; cut + 12 < spelled.size_bytes; cut++) {
            struct buf shown = BUF_EMPTY;

            MUST(buf_append_text(&shown, spelled.data + cut));
            MUST(scrub_foreign(&shown, &scrub));
            size_t left = strlen(values[0]) + shift - (cut * 3 + 3) / 4;
            if (left >= 8 && left < 64)
                ck_assert_msg(strstr(buf_text(&shown), "********") != NULL,
                              "shift %zu, cut %zu: %s", shift, cut, buf_text(&shown));
            buf_finish(&shown);
        }
        buf_finish(&spelled);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *shown;
} run_rows[] = {
    {"", ""},
    {"nothing of it", "nothing of it"},
    {SECRET, "********"},
    {"wJa/Xq+", "wJa/Xq+"},   /* seven */
    {"wJa/Xq+F", "********"}, /* eight */
    {"Ja/Xq+F&", "********"}, /* from the middle */
    {"<wJa/Xq+F>", "<********>"},
    {"wJa/Xq+Fx", "********x"},
    {SECRET SECRET, "********"},
    {"a " SECRET " b " SECRET " c", "a ******** b ******** c"},
    {"z=\xc3\xa9", "z=\xc3\xa9"},
    {">'z=\xc3\xa9", ">'z=\xc3\xa9"}, /* five characters of six bytes */
    {"<Y>'z=\xc3\xa9", "********"},
    {"%77%4A%61%2F%58%71%2B", "%77%4A%61%2F%58%71%2B"},
    {"%77%4A%61%2F%58%71%2B%4", "%77%4A%61%2F%58%71%2B%4"},
    {"%77%4A%61%2F%58%71%2B%46", "********"},
    {"\\u0077Ja&#x2F;Xq%2BF", "\\u0077Ja&#x2F;Xq%2BF"}, /* three kinds, side by side */
};

/* holds: words-2 */
START_TEST(runs_of_eight_are_hidden)
{
    check_hidden(run_rows[_i].text, run_rows[_i].shown, "run");
}
END_TEST

static const struct {
    const char *secret;
    const char *text;
    const char *shown;
} short_rows[] = {
    {"hunter2", "hunter2, hunter, 2hunter22", "********, hunter, 2********2"},
    {"pw/1", "\"pw\\/1\" and pw%2F1 and pw", "\"********\" and ******** and pw"},
    {"abc", "abc abcd (abc)", "******** abcd (********)"},
    {"x", "x-ray: x, ax", "********-ray: ********, ax"},
    {"", "nothing", "nothing"},
    {"********", "a ******** b", "a ******** b"},
    {"ab****cd", "ab****cd", "ab****cd"}, /* a mask */
    {"****", "****", "****"},
};

/* holds: words-2 */
START_TEST(a_short_secret_is_hidden_whole)
{
    const char *const values[] = {short_rows[_i].secret, NULL};
    const struct scrub scrub = {values, NULL};
    struct buf text = BUF_EMPTY;

    MUST(buf_append_text(&text, short_rows[_i].text));
    MUST(scrub_foreign(&text, &scrub));
    ck_assert_str_eq(buf_text(&text), short_rows[_i].shown);
    buf_finish(&text);
}
END_TEST

/* holds: words-4 */
START_TEST(what_is_shown_anyway_stays_readable)
{
    static const char *const values[] = {"demo/secret/providers/backups", NULL};
    static const char *const open[] = {"providers/backups/s3Config", "secretAccessKey", NULL};
    static const struct scrub scrub = {values, open};
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"providers/backups has no such bucket", "providers/backups has no such bucket"},
        {"providers%2Fbackups", "providers%2Fbackups"},
        {"/providers/backups", "********"}, /* one more than is shown */
        {"demo/secret/prov", "********"},
        {"secretAccessKey demo/secret/providers/backups", "secretAccessKey ********"},
    };

    for (int i = 0; i < COUNT(rows); i++) {
        struct buf text = BUF_EMPTY;

        MUST(buf_append_text(&text, rows[i].text));
        MUST(scrub_foreign(&text, &scrub));
        ck_assert_str_eq(buf_text(&text), rows[i].shown);
        buf_finish(&text);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *shown;
} own_rows[] = {
    {"rename drives/a to " SECRET, "rename drives/a to ********"},
    {"drives/wJa%2FXq+F&7 D\"b%25P\\x<Y>'z=\xc3\xa9/x", "drives/********/x"},
    {"drives/wJa/Xq+F&7", "drives/wJa/Xq+F&7"},
};

/* holds: words-5 */
START_TEST(in_our_own_words_whole_secrets_are_hidden)
{
    struct buf text = BUF_EMPTY;

    MUST(buf_append_text(&text, own_rows[_i].text));
    MUST(scrub_own(&text, &plain));
    ck_assert_str_eq(buf_text(&text), own_rows[_i].shown);
    buf_finish(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scrub");
    TCase *tests = tcase_create("scrub");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_spelling_is_hidden_also_two_deep, 0, COUNT(spellings));
    tcase_add_loop_test(tests, no_cut_shows_eight_characters, 0, COUNT(spellings));
    tcase_add_test(tests, base64_is_read_from_any_character_on);
    tcase_add_loop_test(tests, runs_of_eight_are_hidden, 0, COUNT(run_rows));
    tcase_add_loop_test(tests, a_short_secret_is_hidden_whole, 0, COUNT(short_rows));
    tcase_add_test(tests, what_is_shown_anyway_stays_readable);
    tcase_add_loop_test(tests, in_our_own_words_whole_secrets_are_hidden, 0, COUNT(own_rows));
    add_long_tests(tests);
    suite_add_tcase(suite, tests);
    return run_tests(srunner_create(suite));
}
