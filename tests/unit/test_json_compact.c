/* SPDX-License-Identifier: MIT */
/* The short way gives what reading and printing give, or nothing. */
#include "config.h"

#include "test_json.h"

#include "util/json_compact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t compact(const char *text, char *out)
{
    return json_compact(json_slice_of(text, strlen(text)), out);
}

static const char *const plain_texts[] = {
    "{}",
    "[]",
    " { } ",
    "-0",
    "\t[ 1 ,\r\n 2.50 , -0 , 1E+5 , 18446744073709551616 ]",
    "{ \"a b\" : \" c \" , \"\" : { } , \"d\" : [ { \"a b\" : null } , { \"a b\" : true } ] }",
    "{\"a\":{\"a\":{\"a\":[[\"a\",\"a\"],\"a\"]}},\"b\":\"a\",\"c\":\"a\"}",
    "{\"name\":\"\xE2\x82\xAC/\x7f\xC2\x85\xE2\x80\xA8\",\"s\":\"{[,:]}\"}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

START_TEST(it_is_what_is_printed)
{
    char out[512];
    size_t size = compact(plain_texts[_i], out);
    struct json_object *value = must_read(plain_texts[_i]);
    struct buf printed = BUF_EMPTY;

    ck_assert(json_print(&printed, value));
    ck_assert_uint_eq(size, printed.size_bytes);
    ck_assert_mem_eq(out, buf_text(&printed), size);
    buf_finish(&printed);
    json_object_put(value);
}
END_TEST

static const char *const other_texts[] = {
    "{\"a\":\"\\n\"}",
    "{\"a\":\"\\/\"}",
    "[\"\\u00e9\"]",
    "{\"\\u0061\":1}",
    "{\"a\":1,\"a\":1}",
    "{\"a\":{\"b\":1, \"b\" :2}}",
    "[{\"b\":1},{\"c\":[{}],\"b\":2,\"c\":3}]",
};

START_TEST(what_is_not_plain_is_left_to_json_c)
{
    char out[512];

    ck_assert_uint_eq(compact(other_texts[_i], out), 0);
}
END_TEST

/* An object of so many keys, and one within it of one. */
static size_t compact_keys(int count)
{
    char text[4096] = "{\"in\":{\"k0\":0}";
    char out[sizeof text];
    size_t size = strlen(text);

    for (int i = 1; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, ",\"k%d\":%d", i, i);
    snprintf(text + size, sizeof text - size, "}");
    return compact(text, out);
}

START_TEST(so_many_keys_are_compared)
{
    ck_assert_uint_gt(compact_keys(JSON_COMPACT_KEYS), 0);
    ck_assert_uint_eq(compact_keys(JSON_COMPACT_KEYS + 1), 0);
}
END_TEST

START_TEST(it_is_one_reading)
{
    char out[16];
    uint64_t before = json_readings();

    ck_assert_uint_eq(compact("{\"a\":1}", out), 7);
    ck_assert_uint_eq(json_readings() - before, 1);
}
END_TEST

/* --- at random -------------------------------------------------------------------------------- */

static int draw(int most)
{
    return (int)(random() % most);
}

static void append_space(struct buf *text)
{
    static const char *const spaces[] = {"", "", "", " ", "\n\t", "\r"};

    ck_assert(buf_append_text(text, spaces[draw(6)]));
}

static void append_value(struct buf *text, int levels);

static void append_string(struct buf *text)
{
    static const char *const strings[] = {"\"a\"",        "\"b\"", "\"ab\"", "\"c c\"", "\"\"",
                                          "\"{,]:\"",     "\"d\"", "\"e\"",  "\"f\"",   "\"\\\"\"",
                                          "\"\xC3\xA9\"", "\"g\"", "\"h\"",  "\"i\"",   "\"j\""};

    ck_assert(buf_append_text(text, strings[draw(15)]));
}

static void append_members(struct buf *text, int levels, bool object)
{
    for (int i = draw(4); i > 0; i--) {
        if (object) {
            append_string(text);
            append_space(text);
            ck_assert(buf_append_text(text, ":"));
        }
        append_value(text, levels);
        ck_assert(i == 1 || buf_append_text(text, ","));
        append_space(text);
    }
}

static void append_value(struct buf *text, int levels)
{
    static const char *const scalars[] = {"0",    "-1.50", "true",
                                          "null", "1e9",   "123456789012345678901"};
    int kind = draw(levels > 0 ? 4 : 2);

    append_space(text);
    if (kind == 0)
        append_string(text);
    else if (kind == 1)
        ck_assert(buf_append_text(text, scalars[draw(6)]));
    else {
        ck_assert(buf_append_text(text, kind == 2 ? "{" : "["));
        append_space(text);
        append_members(text, levels - 1, kind == 2);
        ck_assert(buf_append_text(text, kind == 2 ? "}" : "]"));
    }
    append_space(text);
}

/* Whether it came out by the short way, and then as json-c prints it. */
static bool agrees(const struct buf *text)
{
    struct json_object *value = NULL;
    struct buf printed = BUF_EMPTY;
    char *out = malloc(text->size_bytes);
    size_t size = json_compact(json_slice_of(buf_text(text), text->size_bytes), out);
    bool read = json_read(buf_text(text), text->size_bytes, &value, NULL) == JSON_OK;

    ck_assert(size == 0 || read);
    ck_assert(size > 0 || !read || strchr(buf_text(text), '\\') != NULL);
    ck_assert(json_print(&printed, value));
    if (size > 0) {
        ck_assert_uint_eq(size, printed.size_bytes);
        ck_assert_mem_eq(out, buf_text(&printed), size);
    }
    json_object_put(value);
    buf_finish(&printed);
    free(out);
    return size > 0;
}

START_TEST(whatever_the_text_both_ways_agree)
{
    int came_out = 0;

    srandom(1);
    for (int i = 0; i < 5000; i++) {
        struct buf text = BUF_EMPTY;
        append_value(&text, 4);
        came_out += agrees(&text);
        buf_finish(&text);
    }
    ck_assert_int_gt(came_out, 2000);
    ck_assert_int_lt(came_out, 4900);
}
END_TEST

void add_compact_tests(TCase *tests)
{
    tcase_add_loop_test(tests, it_is_what_is_printed, 0, COUNT(plain_texts));
    tcase_add_loop_test(tests, what_is_not_plain_is_left_to_json_c, 0, COUNT(other_texts));
    tcase_add_test(tests, so_many_keys_are_compared);
    tcase_add_test(tests, it_is_one_reading);
    tcase_add_test(tests, whatever_the_text_both_ways_agree);
}
