/* SPDX-License-Identifier: MIT */
/* Members found once, and texts laid out anew. */
#include "config.h"

#include "test_json.h"

#include "util/json_index.h"
#include "util/json_layout.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the index -------------------------------------------------------------------------------- */

static const char sample[] = "{\"id\":\"d1\",\"size\":5e2,\"list\":[{\"in\":1},[2,3]],"
                             "\"s3\":{\"key\":\"a\\\"}\",\"deep\":{\"x\":null,\"y\":{}}},"
                             "\"e\":{},\"k\\u0065y\":true,\"last\":\"\"}";

/* Prints the members of an object as KEY=VALUE lines, those of objects in it behind theirs. */
static void print_members(const struct json_index *index, struct json_slice object,
                          const char *before, struct buf *out)
{
    struct json_members walk = json_members_of(index, object);

    while (json_members_next(&walk)) {
        char inner[64];
        snprintf(inner, sizeof inner, "%s.", before);
        ck_assert(buf_printf(out, "%s%.*s=%.*s\n", before, (int)walk.key.size_bytes, walk.key.text,
                             (int)walk.value.size_bytes, walk.value.text));
        ck_assert_ptr_eq(json_index_key(index, walk.place).text, walk.key.text);
        ck_assert_ptr_eq(json_index_value(index, walk.place).text, walk.value.text);
        print_members(index, walk.value, inner, out);
    }
}

static void assert_members(const char *text, const char *lines)
{
    struct json_index *index = json_index_create(text, strlen(text));
    struct buf out = BUF_EMPTY;

    ck_assert_ptr_nonnull(index);
    print_members(index, json_index_root(index), "", &out);
    ck_assert_str_eq(buf_text(&out), lines);
    buf_finish(&out);
    free(index);
}

START_TEST(an_index_has_every_member_in_order_but_none_of_objects_in_arrays)
{
    assert_members(sample, "\"id\"=\"d1\"\n"
                           "\"size\"=5e2\n"
                           "\"list\"=[{\"in\":1},[2,3]]\n"
                           "\"s3\"={\"key\":\"a\\\"}\",\"deep\":{\"x\":null,\"y\":{}}}\n"
                           ".\"key\"=\"a\\\"}\"\n"
                           ".\"deep\"={\"x\":null,\"y\":{}}\n"
                           "..\"x\"=null\n"
                           "..\"y\"={}\n"
                           "\"e\"={}\n"
                           "\"k\\u0065y\"=true\n"
                           "\"last\"=\"\"\n");
}
END_TEST

START_TEST(white_space_is_nobodys)
{
    assert_members(" \n{ \"a\" :\t1 , \"b\" : { \"c\" : [ 1 , 2 ] }\r\n, \"d\" : null } ",
                   "\"a\"=1\n\"b\"={ \"c\" : [ 1 , 2 ] }\n.\"c\"=[ 1 , 2 ]\n\"d\"=null\n");
    assert_members("{}", "");
    assert_members(" { } ", "");
    assert_members("[{\"a\":1}]", "");
    assert_members("\"{\"", "");
    assert_members("12", "");
}
END_TEST

START_TEST(a_member_is_found_by_its_decoded_key_in_its_own_object_only)
{
    struct json_index *index = json_index_create(sample, strlen(sample));
    struct json_slice root = json_index_root(index);
    struct json_slice deep = json_index_find(index, json_index_find(index, root, "s3"), "deep");

    ck_assert_int_eq(json_slice_type(json_index_find(index, root, "key")), 't');
    ck_assert_int_eq(json_slice_type(json_index_find(index, deep, "x")), 'n');
    ck_assert_ptr_null(json_index_find(index, root, "x").text);
    ck_assert_ptr_null(json_index_find(index, root, "in").text);
    ck_assert_ptr_null(json_index_find(index, deep, "key").text);
    ck_assert_ptr_null(json_index_find(index, json_index_find(index, root, "size"), "x").text);
    ck_assert_ptr_null(json_index_find(index, json_index_find(index, root, "none"), "x").text);
    ck_assert_uint_eq(json_index_count(index, root), 11);
    ck_assert_uint_eq(json_index_count(index, deep), 2);
    ck_assert_uint_eq(json_index_count(index, json_index_find(index, root, "e")), 0);
    free(index);
}
END_TEST

/* What tests of other rooms count by. */
START_TEST(a_scan_and_an_index_are_one_reading_each_and_looking_is_none)
{
    uint64_t before = json_readings();
    struct json_index *index = json_index_create(sample, strlen(sample));
    struct json_object *value = NULL;

    ck_assert_uint_eq(json_readings() - before, 1);
    json_index_find(index, json_index_root(index), "last");
    ck_assert_uint_eq(json_readings() - before, 1);
    ck_assert_int_eq(json_scan(sample, strlen(sample), NULL, NULL), JSON_OK);
    ck_assert_uint_eq(json_readings() - before, 2);
    ck_assert_int_eq(json_scan_all(sample, strlen(sample), 100, NULL), JSON_OK);
    ck_assert_uint_eq(json_readings() - before, 3);
    ck_assert_int_eq(json_read(sample, strlen(sample), &value, NULL), JSON_OK);
    ck_assert_uint_eq(json_readings() - before, 4);
    json_object_put(value);
    free(index);
}
END_TEST

/* 8 + 12 bytes a member was what a resource's memory had room for. */
START_TEST(an_index_takes_twelve_bytes_a_member)
{
    static const char text[] = "{\"id\":\"s\",\"name\":\"n\",\"machineId\":\"m\",\"x\":false}";
    struct json_index *index = json_index_create(text, strlen(text));

    ck_assert_uint_le(json_index_bytes(index), 16 + 4 * 12);
    free(index);
}
END_TEST

/* --- laying out ------------------------------------------------------------------------------- */

static const char *const layout_texts[] = {
    "null",
    "-0",
    "\"a: b, {c}\"",
    "[]",
    "{}",
    "[[],{},[[]]]",
    "{\"a\":1}",
    "{\"a\":{\"b\":[1,{\"c\":[]},\"\\\"\"],\"d\":{}},\"\":null}",
    "{\"size\":123456789012345678901234567890,\"f\":0.10,\"e\":1E400,\"u\":\"\xc3\xa9\\u0001/\"}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

static void assert_laid_out(const char *text, const struct json_layout *layout, const char *wanted)
{
    struct buf out = BUF_EMPTY;

    ck_assert(json_lay_out(&out, json_slice_of(text, strlen(text)), layout));
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_finish(&out);
}

START_TEST(a_text_is_laid_out_as_its_value_would_be_printed)
{
    struct json_object *value = must_read(layout_texts[_i]);
    struct buf pretty = BUF_EMPTY;
    struct buf compact = BUF_EMPTY;

    ck_assert(json_print_pretty(&pretty, value) && json_print(&compact, value));
    assert_laid_out(layout_texts[_i], &(struct json_layout){.pretty = true}, buf_text(&pretty));
    assert_laid_out(layout_texts[_i], &(struct json_layout){0}, buf_text(&compact));
    buf_finish(&pretty);
    buf_finish(&compact);
    json_object_put(value);
}
END_TEST

static bool hides_key(struct json_slice key)
{
    return json_slice_is(key, "key");
}

START_TEST(hidden_values_are_masked_at_any_depth_and_null_is_not)
{
    struct json_layout layout = {.hides = hides_key, .mask = "\"***\""};

    assert_laid_out("{\"key\":{\"a\":[1,2]},\"b\":[{\"key\":\"x\"},{\"key\":null}],\"c\":\"key\"}",
                    &layout,
                    "{\"key\":\"***\",\"b\":[{\"key\":\"***\"},{\"key\":null}],\"c\":\"key\"}");
    layout.pretty = true;
    assert_laid_out("{\"a\":\"key\",\"key\":12,\"z\":1}", &layout,
                    "{\n  \"a\": \"key\",\n  \"key\": \"***\",\n  \"z\": 1\n}");
}
END_TEST

void add_index_tests(TCase *tests)
{
    tcase_add_test(tests, an_index_has_every_member_in_order_but_none_of_objects_in_arrays);
    tcase_add_test(tests, white_space_is_nobodys);
    tcase_add_test(tests, a_member_is_found_by_its_decoded_key_in_its_own_object_only);
    tcase_add_test(tests, a_scan_and_an_index_are_one_reading_each_and_looking_is_none);
    tcase_add_test(tests, an_index_takes_twelve_bytes_a_member);
    tcase_add_loop_test(tests, a_text_is_laid_out_as_its_value_would_be_printed, 0,
                        COUNT(layout_texts));
    tcase_add_test(tests, hidden_values_are_masked_at_any_depth_and_null_is_not);
}
