/* SPDX-License-Identifier: MIT */
/* Comparing values, looking into them, counting them. */
#include "config.h"

#include "test_json.h"

#include "util/json.h"
#include "util/json_walk.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* --- comparing and looking ------------------------------------------------------------------- */

static const struct same_row {
    const char *a;
    const char *b;
    bool same;
} same_rows[] = {
    {"1", "1.0", true},
    {"1", "1e0", true},
    {"0", "-0", true},
    {"9007199254740993", "9007199254740992", true},
    {"9007199254740994", "9007199254740992", false},
    {"123456789012345678901234567890", "123456789012345678901234567891", true},
    {"18446744073709551616", "28446744073709551616", false},
    {"1e400", "1e400", true},
    {"1e400", "1e500", false},
    {"1", "\"1\"", false},
    {"1", "true", false},
    {"null", "null", true},
    {"null", "false", false},
    {"{}", "null", false},
    {"{}", "[]", false},
    {"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2.0],\"a\":1}", true},
    {"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
    {"{\"a\":null}", "{\"b\":null}", false},
    {"[1,2]", "[2,1]", false},
    {"[1]", "[1,1]", false},
    {"\"a\\u0000b\"", "\"a\\u0000c\"", false},
    {"\"\\u0061\"", "\"a\"", true},
};

START_TEST(values_that_mean_the_same)
{
    struct json_object *a = must_read(same_rows[_i].a);
    struct json_object *b = must_read(same_rows[_i].b);

    ck_assert_int_eq(json_same(a, b), same_rows[_i].same);
    ck_assert_int_eq(json_same(b, a), same_rows[_i].same);
    json_object_put(a);
    json_object_put(b);
}
END_TEST

START_TEST(members_are_borrowed_and_absent_ones_null)
{
    struct json_object *object = must_read("{\"a\":\"x\",\"b\":1e2,\"c\":null}");

    ck_assert_str_eq(json_string_member(object, "a"), "x");
    ck_assert_ptr_null(json_string_member(object, "b"));
    ck_assert_ptr_null(json_string_member(object, "d"));
    ck_assert_ptr_null(json_string_member(NULL, "a"));
    ck_assert_ptr_null(json_member(object, "c"));
    ck_assert_ptr_null(json_member(json_member(object, "a"), "a"));
    ck_assert_str_eq(json_number_text(json_member(object, "b")), "1e2");
    ck_assert_ptr_null(json_number_text(json_member(object, "a")));
    ck_assert_ptr_null(json_number_text(NULL));
    ck_assert_ptr_null(json_clone(NULL));
    json_object_put(object);
}
END_TEST

START_TEST(half_a_character_is_found)
{
    ck_assert(json_has_half_character(TEXT("\"\\ud800\"")));
    ck_assert(json_has_half_character(TEXT("\"a\\uDC00b\"")));
    ck_assert(json_has_half_character(TEXT("\"\\ud800\\u0041\"")));
    ck_assert(json_has_half_character(TEXT("\"\\ud83d\\ude00\\ude00\"")));
    ck_assert(!json_has_half_character(TEXT("\"\\ud83d\\ude00\"")));
    ck_assert(!json_has_half_character(TEXT("\"\\\\ud800\"")));
    ck_assert(!json_has_half_character(TEXT("{\"a\": \"\\u00e9\\n\"}")));
}
END_TEST

START_TEST(a_large_object_is_read_in_linear_time)
{
    enum { MEMBERS = 60000 };
    struct buf text = BUF_EMPTY;
    struct json_object *value = NULL;
    struct json_fault fault;

    for (int i = 0; i < MEMBERS; i++)
        ck_assert(buf_printf(&text, "%s\"k%d\":%d", i == 0 ? "{" : ",", i, i));
    ck_assert(buf_append_text(&text, "}"));
    ck_assert_int_eq(json_read(text.data, text.size_bytes, &value, NULL), JSON_OK);
    ck_assert_int_eq(json_object_object_length(value), MEMBERS);
    json_object_put(value);
    ck_assert(buf_resize(&text, text.size_bytes - 1));
    ck_assert(buf_append_text(&text, ",\"k7\":0}"));
    ck_assert_int_eq(json_read(text.data, text.size_bytes, &value, &fault), JSON_INVALID);
    ck_assert_str_eq(fault.message, "two equal keys: k7");
    buf_finish(&text);
}
END_TEST

/* --- values are counted ---------------------------------------------------------------------- */

static const struct {
    const char *text;
    size_t values;
} count_rows[] = {
    {"null", 1},
    {"\"a,b\"", 1},
    {"-1e5", 1},
    {"[]", 1},
    {" [ ] ", 1},
    {"{ }", 1},
    {"[1]", 2},
    {"[[],[]]", 3},
    {"[[[[]]]]", 4},
    {"{\"a\":1}", 2},
    {"{\"a,[\":\"],{\",\"b\":[ ]}", 3},
    {"{\"a\\\"\":{\"b\":[1, 2 ,{}]},\"c\":null}", 7},
};

START_TEST(values_are_counted_and_one_too_many_is_refused)
{
    const char *text = count_rows[_i].text;
    size_t size = strlen(text);
    size_t values = count_rows[_i].values;

    ck_assert_uint_eq(json_count_values(json_slice_of(text, size)), values);
    ck_assert_int_eq(json_scan_all(text, size, values, NULL), JSON_OK);
    ck_assert_int_eq(json_scan_all(text, size, values - 1, NULL), JSON_TOO_MANY);
}
END_TEST

START_TEST(a_whole_text_is_nothing_but_one)
{
    struct json_fault fault;

    ck_assert_int_eq(json_scan_all("[] x", 4, 9, &fault), JSON_INVALID);
    ck_assert_uint_eq(fault.offset, 3);
    ck_assert_str_eq(fault.message, "something follows the JSON text");
    ck_assert_int_eq(json_scan_all("[] \n", 4, 9, NULL), JSON_OK);
    ck_assert_int_eq(json_scan_all("[", 1, 9, NULL), JSON_INCOMPLETE);
}
END_TEST

/* --- looking without building ---------------------------------------------------------------- */

static void compare(struct json_slice slice, struct json_object *value);

static void compare_members(struct json_slice slice, struct json_object *object)
{
    struct json_walk walk = json_walk_into(slice);

    json_object_object_foreach (object, key, member) {
        ck_assert(json_walk_next(&walk));
        ck_assert(json_slice_is(walk.key, key));
        ck_assert_ptr_eq(json_slice_member(slice, key).text, walk.value.text);
        compare(walk.value, member);
    }
    ck_assert(!json_walk_next(&walk));
}

static void compare_elements(struct json_slice slice, struct json_object *array)
{
    struct json_walk walk = json_walk_into(slice);

    for (size_t i = 0; i < json_object_array_length(array); i++) {
        ck_assert(json_walk_next(&walk));
        compare(walk.value, json_object_array_get_idx(array, i));
    }
    ck_assert(!json_walk_next(&walk));
}

static void compare_string(struct json_slice slice, struct json_object *string)
{
    struct buf text = BUF_EMPTY;

    ck_assert(json_slice_decode(slice, &text));
    ck_assert_int_eq((int)text.size_bytes, json_object_get_string_len(string));
    ck_assert_mem_eq(buf_text(&text), json_object_get_string(string), text.size_bytes + 1);
    buf_finish(&text);
}

/* That a slice is what json-c has built of it. */
static void compare(struct json_slice slice, struct json_object *value)
{
    static const char types[] = {
        [json_type_null] = 'n',   [json_type_double] = '0', [json_type_int] = '0',
        [json_type_object] = '{', [json_type_array] = '[',  [json_type_string] = '"'};
    enum json_type type = json_object_get_type(value);

    if (type == json_type_boolean)
        ck_assert_int_eq(json_slice_type(slice), json_object_get_boolean(value) ? 't' : 'f');
    else
        ck_assert_int_eq(json_slice_type(slice), types[type]);
    if (type == json_type_object)
        compare_members(slice, value);
    else if (type == json_type_array)
        compare_elements(slice, value);
    else if (type == json_type_string)
        compare_string(slice, value);
}

static const char *const walked_texts[] = {
    "{\"a\":1,\"b\":[true,false,null,\"x\",-0.5e1],\"c\":{\"d\":{}}}",
    " { \"a\" : [ ] , \"b\" : [ 1 , { \"c\" : \"}]\" } ] } ",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e4\\u20ac\\uD83D\\uDE00\",\"\\u0041\\u0000b\"]",
    "[\"\\ud800\",\"\\ud800x\",\"\\udc00\"]",
    "{\"\\u0061\":1,\"\":2,\"a\\\"b\":3}",
    "\"alone\"",
    "[]",
};

START_TEST(a_walk_sees_what_is_built)
{
    const char *text = walked_texts[_i];
    struct json_object *value = NULL;

    ck_assert_int_eq(json_read(text, strlen(text), &value, NULL), JSON_OK);
    compare(json_slice_of(text, strlen(text)), value);
    json_object_put(value);
}
END_TEST

void add_value_tests(TCase *tests)
{
    tcase_add_loop_test(tests, values_that_mean_the_same, 0, COUNT(same_rows));
    tcase_add_test(tests, members_are_borrowed_and_absent_ones_null);
    tcase_add_test(tests, half_a_character_is_found);
    tcase_add_test(tests, a_large_object_is_read_in_linear_time);
    tcase_add_loop_test(tests, values_are_counted_and_one_too_many_is_refused, 0,
                        COUNT(count_rows));
    tcase_add_test(tests, a_whole_text_is_nothing_but_one);
    tcase_add_loop_test(tests, a_walk_sees_what_is_built, 0, COUNT(walked_texts));
}
