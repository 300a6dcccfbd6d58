/* SPDX-License-Identifier: MIT */
#include "config.h"

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

/* --- what the listing makes of names --------------------------------------------------------- */

/* A cache that knows what the test lists: what looks names up asks it no more than this. */
struct cache {
    struct record_list list;
};

struct record *cache_by_id(struct cache *cache, const struct kind *kind, const char *id)
{
    for (size_t i = 0; i < cache->list.count; i++) {
        struct record *record = cache->list.records[i];

        if (record->kind == kind && strcmp(record->id, id) == 0)
            return record_ref(record);
    }
    return NULL;
}

/* Nothing that the test lists has ever gone. */
bool cache_is_gone(struct cache *cache, const struct kind *kind, const char *id)
{
    (void)cache, (void)kind, (void)id;
    return false;
}

bool cache_records(struct cache *cache, const struct kind *kind, struct record_list *out)
{
    for (size_t i = 0; i < cache->list.count; i++)
        if (cache->list.records[i]->kind == kind)
            ck_assert(record_list_add(out, record_ref(cache->list.records[i])));
    return true;
}

static bool has_name(const struct record *record, const char *name, size_t name_bytes)
{
    return record->name_bytes == name_bytes && memcmp(record->name, name, name_bytes) == 0;
}

size_t cache_by_name(struct cache *cache, const struct kind *kind, const char *name,
                     size_t name_bytes, const char *machine_id, struct record **out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < cache->list.count; i++) {
        struct record *record = cache->list.records[i];

        if (record->kind != kind || !has_name(record, name, name_bytes) ||
            (machine_id != NULL && strcmp(record->machine_id, machine_id) != 0))
            continue;
        if (count < max)
            out[count] = record_ref(record);
        count++;
    }
    return count;
}

static void list_snapshot(struct cache *cache, const char *json)
{
    struct json_object *object = NULL;

    ck_assert_int_eq(json_read(json, strlen(json), &object, NULL), JSON_OK);
    struct record *record = record_from_json(&kind_snapshots, DIALECT_DOCS, object, NULL);
    ck_assert_ptr_nonnull(record);
    ck_assert(record_list_add(&cache->list, record));
    json_object_put(object);
}

static void snapshot(struct cache *cache, const char *id, const char *name, const char *machine,
                     bool automatic)
{
    struct buf json = BUF_EMPTY;

    ck_assert(buf_printf(&json,
                         "{\"id\":\"%s\",\"name\":\"%s\",\"machineId\":\"%s\","
                         "\"isAutoSnapshot\":%s}",
                         id, name, machine, automatic ? "true" : "false"));
    list_snapshot(cache, json.data);
    buf_finish(&json);
}

static void assert_shown(struct cache *cache, const char *id, const char *expected)
{
    struct record *record = cache_by_id(cache, &kind_snapshots, id);
    struct buf out = BUF_EMPTY;

    ck_assert(name_shown(cache, record, &out));
    ck_assert_str_eq(buf_text(&out), expected);
    buf_finish(&out);
    record_unref(record);
}

/* `expected`: an id, "-" for absent, "? " and the candidates, or "= " and how it is shown. */
static void assert_means(struct cache *cache, const char *machine, const char *file_name,
                         const char *expected)
{
    struct record *record = NULL;
    struct buf candidates = BUF_EMPTY;
    enum name_result result =
        name_resolve(cache, &kind_snapshots, machine, file_name, &record, &candidates);

    ck_assert_int_eq(result == NAME_FOUND, record != NULL);
    if (result == NAME_FOUND)
        ck_assert_str_eq(record->id, expected);
    else if (result == NAME_ABSENT)
        ck_assert_str_eq("-", expected);
    else
        ck_assert_str_eq(buf_text(&candidates), expected + 2);
    ck_assert_int_eq(result == NAME_AMBIGUOUS, expected[0] == '?');
    ck_assert_int_eq(result == NAME_SHOWN_OTHERWISE, expected[0] == '=');
    buf_finish(&candidates);
    record_unref(record);
}

START_TEST(a_name_of_its_own_is_shown_plain)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "one", "ps1", false);
    snapshot(&cache, "sl2", "a/b", "ps1", false);
    snapshot(&cache, "sl3", "sl3", "ps1", false);
    snapshot(&cache, "sl4", "x~sl4", "ps1", false);
    snapshot(&cache, "sl5", "x~sl1", "ps1", false);
    assert_shown(&cache, "sl1", "one");
    assert_shown(&cache, "sl2", "a%2Fb");
    assert_shown(&cache, "sl3", "sl3");
    assert_shown(&cache, "sl4", "x~sl4");
    assert_shown(&cache, "sl5", "x~sl1");
    assert_means(&cache, NULL, "one", "sl1");
    assert_means(&cache, NULL, "a%2Fb", "sl2");
    assert_means(&cache, NULL, "a%2fb", "-");
    assert_means(&cache, NULL, "sl3", "sl3");
    assert_means(&cache, NULL, "x~sl4", "sl4");
    assert_means(&cache, NULL, "x~sl1", "sl5");
    assert_means(&cache, NULL, "two", "-");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(ids_and_names_with_id_always_resolve)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "one", "ps1", false);
    snapshot(&cache, "sl2", "", "ps1", false);
    assert_means(&cache, NULL, "sl1", "sl1");
    assert_means(&cache, NULL, "one~sl1", "sl1");
    assert_means(&cache, NULL, "two~sl1", "-");
    assert_means(&cache, NULL, "~sl1", "-");
    assert_means(&cache, NULL, "one~sl2", "-");
    assert_means(&cache, NULL, "one~", "-");
    assert_shown(&cache, "sl2", "~sl2");
    assert_means(&cache, NULL, "~sl2", "sl2");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(equal_names_are_shown_with_their_ids)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "same", "ps1", false);
    snapshot(&cache, "sl2", "same", "ps2", false);
    snapshot(&cache, "sl3", "same", "ps2", true);
    assert_shown(&cache, "sl1", "same~sl1");
    assert_shown(&cache, "sl2", "same~sl2");
    assert_means(&cache, NULL, "same", "? same~sl1, same~sl2, same~sl3");
    assert_means(&cache, NULL, "same~sl2", "sl2");
    assert_means(&cache, "ps1", "same", "sl1");
    assert_means(&cache, "ps2", "same", "sl2");
    assert_means(&cache, "ps1", "same~sl2", "-");
    assert_means(&cache, "ps1", "sl2", "-");
    assert_means(&cache, "ps3", "same", "-");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(automatic_ones_are_shown_with_their_ids)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "daily", "ps1", true);
    snapshot(&cache, "sl2", "weekly", "ps1", true);
    snapshot(&cache, "sl3", "weekly", "ps1", true);
    assert_shown(&cache, "sl1", "daily~sl1");
    assert_means(&cache, NULL, "daily", "= daily~sl1");
    assert_means(&cache, "ps1", "daily", "= daily~sl1");
    assert_means(&cache, "ps2", "daily", "-");
    ck_assert(!name_is_taken(&cache, &kind_snapshots, NULL, "daily", NULL));
    assert_means(&cache, "ps1", "daily~sl1", "sl1");
    assert_means(&cache, "ps1", "weekly", "? weekly~sl2, weekly~sl3");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(two_of_one_machine_are_ambiguous_there)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "same", "ps1", false);
    snapshot(&cache, "sl2", "same", "ps1", false);
    assert_means(&cache, "ps1", "same", "? same~sl1, same~sl2");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_that_is_anothers_id_is_shown_with_its_own)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "sl2", "ps1", false);
    snapshot(&cache, "sl2", "two", "ps2", false);
    assert_shown(&cache, "sl1", "sl2~sl1");
    assert_means(&cache, NULL, "sl2", "sl2");
    assert_means(&cache, NULL, "sl2~sl1", "sl1");
    assert_means(&cache, "ps2", "sl2", "sl2");
    assert_means(&cache, "ps1", "sl2", "= sl2~sl1");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_that_is_anothers_name_with_id_is_shown_with_its_own)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "two~sl2", "ps1", false);
    snapshot(&cache, "sl2", "two", "ps1", false);
    snapshot(&cache, "sl3", "a/b~sl4", "ps1", false);
    snapshot(&cache, "sl4", "a/b", "ps1", false);
    assert_shown(&cache, "sl1", "two~sl2~sl1");
    assert_shown(&cache, "sl2", "two");
    assert_means(&cache, NULL, "two~sl2", "sl2");
    assert_means(&cache, NULL, "two~sl2~sl1", "sl1");
    assert_shown(&cache, "sl3", "a%2Fb~sl4~sl3");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_too_long_for_a_file_is_shown_cut)
{
    struct cache cache = {RECORD_LIST_EMPTY};
    char name[257] = "";
    struct buf shown = BUF_EMPTY;

    memset(name, 'n', 256);
    snapshot(&cache, "sl1", name, "ps1", false);
    snapshot(&cache, "sl2", name + 1, "ps1", false);
    assert_shown(&cache, "sl2", name + 1);
    ck_assert(name_with_id(name, 256, "sl1", &shown));
    ck_assert_uint_eq(shown.size_bytes, NAME_MAX_BYTES);
    assert_shown(&cache, "sl1", shown.data);
    assert_means(&cache, NULL, shown.data, "sl1");
    buf_finish(&shown);
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(of_many_candidates_the_first_are_named)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    for (int i = 0; i < 12; i++) {
        char id[16];

        snprintf(id, sizeof id, "s%d", i);
        snapshot(&cache, id, "n", i == 11 ? "ps2" : "ps1", i < 10);
    }
    assert_means(&cache, NULL, "n",
                 "? n~s0, n~s1, n~s2, n~s3, n~s4, n~s5, n~s6, n~s7 and 4 more, as ls shows them");
    assert_means(&cache, "ps1", "n", "s10");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(names_with_nul_bytes_are_names_too)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "a\\u0000b", "ps1", false);
    snapshot(&cache, "sl2", "a", "ps1", false);
    snapshot(&cache, "sl3", "sl2\\u0000", "ps1", false);
    assert_shown(&cache, "sl1", "a%00b");
    assert_shown(&cache, "sl2", "a");
    assert_shown(&cache, "sl3", "sl2%00");
    assert_means(&cache, NULL, "a%00b", "sl1");
    assert_means(&cache, NULL, "a", "sl2");
    assert_means(&cache, NULL, "sl2%00", "sl3");
    record_list_finish(&cache.list);
}
END_TEST

static void add_resolving(TCase *tests)
{
    tcase_add_test(tests, a_name_of_its_own_is_shown_plain);
    tcase_add_test(tests, ids_and_names_with_id_always_resolve);
    tcase_add_test(tests, equal_names_are_shown_with_their_ids);
    tcase_add_test(tests, automatic_ones_are_shown_with_their_ids);
    tcase_add_test(tests, two_of_one_machine_are_ambiguous_there);
    tcase_add_test(tests, a_name_that_is_anothers_id_is_shown_with_its_own);
    tcase_add_test(tests, a_name_that_is_anothers_name_with_id_is_shown_with_its_own);
    tcase_add_test(tests, a_name_too_long_for_a_file_is_shown_cut);
    tcase_add_test(tests, of_many_candidates_the_first_are_named);
    tcase_add_test(tests, names_with_nul_bytes_are_names_too);
}

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
