/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_names.h"

#include "run_tests.h"
#include "tree/resolve.h"
#include "util/file_name.h"

#include "util/json.h"
#include "util/utf8.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* --- encoding -------------------------------------------------------------------------------- */

static const struct code_row {
    const char *name;
    size_t name_bytes;
    const char *file_name;
} code_rows[] = {
    {"data", 4, "data"},
    {"", 0, ""},
    {".", 1, "%2E"},
    {"..", 2, "%2E%2E"},
    {"...", 3, "..."},
    {".data", 5, ".data"},
    {"a/b", 3, "a%2Fb"},
    {"/", 1, "%2F"},
    {"a\0b", 3, "a%00b"},
    {"\x01\x1F\x7F\n", 4, "%01%1F%7F%0A"},
    {" ~\\*?:", 6, " ~\\*?:"},
    {"%", 1, "%"},
    {"100%", 4, "100%"},
    {"%zz", 3, "%zz"},
    {"%4", 2, "%4"},
    {"%4g", 3, "%4g"},
    {"%41", 3, "%2541"},
    {"%2f", 3, "%252f"},
    {"%%41", 4, "%%2541"},
    {"%/", 2, "%%2F"},
    {"%A/", 3, "%A%2F"},
    {"%\x01"
     "1",
     3, "%%011"},
    {"%25", 3, "%2525"},
    {"d\xC3\xA9j\xC3\xA0", 6, "d\xC3\xA9j\xC3\xA0"},
    /* what a terminal would obey */
    {"\xC2\x80", 2, "%C2%80"},
    {"a\xC2\x85z", 4, "a%C2%85z"},
    {"\xC2\x9F\xC2\xA0", 4, "%C2%9F\xC2\xA0"},
    {"\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9", 9, "\xE2\x80\xA7%E2%80%A8%E2%80%A9"},
    {"\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF", 9, "%E2%80%AA%E2%80%AE\xE2\x80\xAF"},
    {"\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA", 12,
     "\xE2\x81\xA5%E2%81%A6%E2%81%A9\xE2\x81\xAA"},
    {"%\xC2\x80", 3, "%%C2%80"},
    {"%C2%80", 6, "%25C2%2580"},
};

/* holds: name-1 name-2 */
START_TEST(names_are_encoded_where_a_file_name_cannot_hold_them)
{
    const struct code_row *row = &code_rows[_i];
    struct buf out = BUF_EMPTY;

    ck_assert(name_encode(row->name, row->name_bytes, &out));
    ck_assert_str_eq(buf_text(&out), row->file_name);
    buf_finish(&out);
}
END_TEST

START_TEST(decoding_gives_the_name_back)
{
    const struct code_row *row = &code_rows[_i];
    struct buf out = BUF_EMPTY;

    ck_assert(name_decode(row->file_name, &out));
    ck_assert_uint_eq(out.size_bytes, row->name_bytes);
    ck_assert_int_eq(memcmp(buf_text(&out), row->name, row->name_bytes), 0);
    buf_finish(&out);
}
END_TEST

static const char *const refused_names[] = {
    "%41",       "a%2fb",        "%2f",   "%00x%0a", ".",      "..",   "%2E.",
    ".%2E",      "%2Edata",      "%7f",   "%20",     "%C3%A9", "%25",  "%25zz",
    "%2E%2E%2E", "\xFF",         "a\xC3", "%C0%AF",  "\n",     "\x7F", "\xED\xA0\x80",
    "a/b",       "%2541%2541z/",
};

/* holds: name-4 */
START_TEST(other_spellings_are_refused)
{
    struct buf out = BUF_EMPTY;

    ck_assert(buf_append_text(&out, "kept"));
    ck_assert_msg(!name_decode(refused_names[_i], &out), "%s", refused_names[_i]);
    ck_assert_str_eq(buf_text(&out), "kept");
    buf_finish(&out);
}
END_TEST

/* A small generator of the test's own, so that each run tries the same names. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void random_name(uint32_t *state, struct buf *name)
{
    static const char *const pieces[] = {"%",
                                         "%",
                                         "2",
                                         "F",
                                         "f",
                                         "a",
                                         "z",
                                         ".",
                                         ".",
                                         "~",
                                         "/",
                                         "\x01",
                                         "\x7F",
                                         " ",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9D\x84\x9E",
                                         "\n"};
    uint32_t length = next_random(state) % 9;

    for (uint32_t i = 0; i < length; i++) {
        uint32_t at = next_random(state) % (COUNT(pieces) + 1);

        ck_assert(at == COUNT(pieces) ? buf_append(name, "\0", 1)
                                      : buf_append_text(name, pieces[at]));
    }
}

static bool is_file_name(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F || *c == '/')
            return false;
    return strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

/* holds: name-2 */
START_TEST(decode_undoes_encode_for_any_name)
{
    uint32_t state = 20250314;

    for (int i = 0; i < 20000; i++) {
        struct buf name = BUF_EMPTY;
        struct buf encoded = BUF_EMPTY;
        struct buf decoded = BUF_EMPTY;

        random_name(&state, &name);
        ck_assert(name_encode(buf_text(&name), name.size_bytes, &encoded));
        ck_assert(is_file_name(buf_text(&encoded)));
        ck_assert_uint_eq(strlen(buf_text(&encoded)), encoded.size_bytes);
        ck_assert_msg(name_decode(buf_text(&encoded), &decoded), "%s", buf_text(&encoded));
        ck_assert_uint_eq(decoded.size_bytes, name.size_bytes);
        ck_assert_int_eq(memcmp(buf_text(&decoded), buf_text(&name), name.size_bytes), 0);
        buf_finish(&name);
        buf_finish(&encoded);
        buf_finish(&decoded);
    }
}
END_TEST

START_TEST(what_decodes_is_the_only_spelling_of_its_name)
{
    static const char alphabet[] = "%2Ff4.a";
    uint32_t state = 7;

    for (int i = 0; i < 20000; i++) {
        char text[8] = "";
        struct buf name = BUF_EMPTY;
        struct buf again = BUF_EMPTY;

        for (uint32_t at = 0; at < 1 + next_random(&state) % 6; at++)
            text[at] = alphabet[next_random(&state) % (sizeof alphabet - 1)];
        if (name_decode(text, &name)) {
            ck_assert(name_encode(buf_text(&name), name.size_bytes, &again));
            ck_assert_str_eq(buf_text(&again), text);
        }
        buf_finish(&name);
        buf_finish(&again);
    }
}
END_TEST

/* --- NAME~ID --------------------------------------------------------------------------------- */

static void assert_with_id(const char *name, size_t size, const char *id, const char *expected)
{
    struct buf out = BUF_EMPTY;

    ck_assert(name_with_id(name, size, id, &out));
    ck_assert_str_eq(buf_text(&out), expected);
    buf_finish(&out);
}

static const struct id_row {
    const char *id;
    const char *text;
} id_rows[] = {
    {"sdvkpg3v2v", "sdvkpg3v2v"},
    {"sd.2", "sd.2"},
    {"s 2", "s 2"},
    {"s/2", "s%2F2"},
    {"a~b", "a%7Eb"},
    {"~", "%7E"},
    {"a%7Eb", "a%257Eb"},
    {"a%b", "a%b"},
    {"#0123456789abcdef", "%230123456789abcdef"},
    {"a#b", "a#b"},
    {"...", "..."},
    {"\xc3\xa9", "\xc3\xa9"},
    {"a\x1b[m", "a%1B[m"},
    {"\xe2\x80\xae", "%E2%80%AE"},
};

START_TEST(an_id_is_spelled_and_read)
{
    const struct id_row *row = &id_rows[_i];
    struct buf text = BUF_EMPTY;
    struct buf id = BUF_EMPTY;

    ck_assert(id_encode(row->id, &text));
    ck_assert_str_eq(buf_text(&text), row->text);
    ck_assert(!id_is_hashed(row->text));
    ck_assert(id_decode(row->text, &id));
    ck_assert_str_eq(buf_text(&id), row->id);
    buf_finish(&text);
    buf_finish(&id);
}
END_TEST

static const char *const no_ids[] = {
    "", ".", "..", "a~b", "a/b", "%41", "a%2fb", "a%7eb", "#a", "#0123456789abcdef", "a\nb", "%00"};

START_TEST(another_spelling_is_no_id)
{
    struct buf id = BUF_EMPTY;

    ck_assert_msg(!id_decode(no_ids[_i], &id), "%s", no_ids[_i]);
    ck_assert_uint_eq(id.size_bytes, 0);
    buf_finish(&id);
}
END_TEST

/* holds: id-3 */
START_TEST(a_hash_stands_for_a_long_id)
{
    struct buf text = BUF_EMPTY;
    struct buf other = BUF_EMPTY;
    char id[300];

    memset(id, 'a', sizeof id);
    id[100] = '\0';
    ck_assert(id_encode(id, &text));
    ck_assert_str_eq(buf_text(&text), id);
    memset(id, '/', 34);
    id[34] = '\0';
    ck_assert(id_encode(id, &other)); /* each is three bytes long */
    ck_assert(id_is_hashed(buf_text(&other)));
    ck_assert_uint_eq(other.size_bytes, 17);
    ck_assert(id_is_spelled(id, buf_text(&other)));
    ck_assert(!id_is_spelled("a", buf_text(&other)));
    buf_resize(&text, 0);
    memset(id, 'a', 299);
    id[299] = '\0';
    ck_assert(name_with_id(id, 299, id, &text));
    ck_assert_uint_eq(text.size_bytes, NAME_MAX_BYTES);
    ck_assert(id_is_hashed(text.data + NAME_MAX_BYTES - 17));
    buf_finish(&text);
    buf_finish(&other);
}
END_TEST

START_TEST(name_with_id_joins_them)
{
    assert_with_id("data", 4, "sdv1", "data~sdv1");
    assert_with_id("", 0, "sdv1", "~sdv1");
    assert_with_id(".", 1, "sdv1", "%2E~sdv1");
    assert_with_id("a/b~", 4, "sdv1", "a%2Fb~~sdv1");
}
END_TEST

/* A name of `lead` letters and then `piece` again and again, as NAME~ID. */
static void long_with_id(size_t lead, const char *piece, size_t piece_bytes, struct buf *out)
{
    struct buf name = BUF_EMPTY;

    for (size_t i = 0; i < lead; i++)
        ck_assert(buf_append(&name, "x", 1));
    while (name.size_bytes < 400)
        ck_assert(buf_append(&name, piece, piece_bytes));
    ck_assert(name_with_id(name.data, name.size_bytes, "sdvkpg3v2v", out));
    ck_assert_uint_le(out->size_bytes, NAME_MAX_BYTES);
    ck_assert_str_eq(out->data + out->size_bytes - 11, "~sdvkpg3v2v");
    buf_finish(&name);
}

static const struct cut_row {
    const char *piece;
    size_t piece_bytes;
    size_t encoded_bytes;
} cut_rows[] = {
    {"a", 1, 1}, {"\xC3\xA9", 2, 2}, {"\xE2\x82\xAC", 3, 3}, {"\xF0\x9D\x84\x9E", 4, 4},
    {"/", 1, 3}, {"\0", 1, 3},       {"\xE2\x80\xAE", 3, 9},
};

/* holds: name-9 */
START_TEST(long_names_are_cut_between_characters_and_codes)
{
    const struct cut_row *row = &cut_rows[_i];

    for (size_t lead = 0; lead < 4; lead++) {
        struct buf out = BUF_EMPTY;

        long_with_id(lead, row->piece, row->piece_bytes, &out);
        size_t cut = out.size_bytes - 11;
        ck_assert_uint_gt(cut + row->encoded_bytes, 244);
        ck_assert_uint_eq((cut - lead) % row->encoded_bytes, 0);
        ck_assert(utf8_is_valid(out.data, out.size_bytes));
        buf_finish(&out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("names");

    tcase_add_loop_test(tests, names_are_encoded_where_a_file_name_cannot_hold_them, 0,
                        COUNT(code_rows));
    tcase_add_loop_test(tests, decoding_gives_the_name_back, 0, COUNT(code_rows));
    tcase_add_loop_test(tests, other_spellings_are_refused, 0, COUNT(refused_names));
    tcase_add_test(tests, decode_undoes_encode_for_any_name);
    tcase_add_test(tests, what_decodes_is_the_only_spelling_of_its_name);
    tcase_add_test(tests, name_with_id_joins_them);
    tcase_add_loop_test(tests, an_id_is_spelled_and_read, 0,
                        (int)(sizeof id_rows / sizeof *id_rows));
    tcase_add_loop_test(tests, another_spelling_is_no_id, 0, (int)(sizeof no_ids / sizeof *no_ids));
    tcase_add_test(tests, a_hash_stands_for_a_long_id);
    tcase_add_loop_test(tests, long_names_are_cut_between_characters_and_codes, 0, COUNT(cut_rows));
    add_resolving(tests);
    suite_add_tcase(suite, tests);
    return run_tests(srunner_create(suite));
}
