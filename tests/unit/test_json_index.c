/* SPDX-License-Identifier: MIT */
/* Members found once, and texts laid out anew. */
#include "config.h"

#include "test_json.h"

#include "util/digest.h"
#include "util/json.h"
#include "util/json_index.h"
#include "util/json_layout.h"
#include "util/json_view.h"

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

/* Many members go by a table, in which those of other objects are, too. */
START_TEST(among_many_members_each_is_found_in_its_own_object)
{
    struct buf text = BUF_EMPTY;
    char key[24];

    ck_assert(buf_append_text(&text, "{\"in\":{"));
    for (int i = 0; i < 500; i++)
        ck_assert(buf_printf(&text, "%s\"k%d\":%d", i == 0 ? "" : ",", i, i));
    ck_assert(buf_append_text(&text, "}"));
    for (int i = 0; i < 500; i++)
        ck_assert(buf_printf(&text, ",\"k\\u00%x%d\":\"%d\"", 0x30 + i % 10, i, i));
    ck_assert(buf_append_text(&text, "}"));
    struct json_index *index = json_index_create(buf_text(&text), text.size_bytes);
    struct json_slice root = json_index_root(index);
    struct json_slice in = json_index_find(index, root, "in");

    ck_assert_uint_eq(index->count, 1001);
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "k%d", i);
        ck_assert_int_eq(json_slice_type(json_index_find(index, in, key)), '0');
        ck_assert_int_eq(atoi(json_index_find(index, in, key).text), i);
        snprintf(key, sizeof key, "k%d%d", i % 10, i);
        struct json_slice outer = json_index_find(index, root, key);
        ck_assert_int_eq(json_slice_type(outer), '"');
        ck_assert_int_eq(atoi(outer.text + 1), i);
    }
    ck_assert_ptr_null(json_index_find(index, root, "k12").text); /* it would be "k" "1" "2" of 2 */
    ck_assert_ptr_null(json_index_find(index, in, "in").text);
    ck_assert_ptr_null(json_index_find(index, json_index_find(index, in, "k0"), "k0").text);
    free(index);
    buf_finish(&text);
}
END_TEST

/* --- views ------------------------------------------------------------------------------------ */

static const struct same_row {
    const char *a;
    const char *b;
    bool same;
} same_rows[] = {
    {"null", "null", true},
    {"null", "false", false},
    {"true", "true", true},
    {"true", "false", false},
    {"1", "1.0", true},
    {"1e2", "100", true},
    {"-0", "0", true},
    {"1e400", "1e400", true},
    {"1e400", "2e400", false},
    {"123456789012345678901", "123456789012345678901", true},
    {"1", "\"1\"", false},
    {"\"a\"", "\"\\u0061\"", true},
    {"\"a\"", "\"A\"", false},
    {"\"a\\u0000b\"", "\"a\\u0000c\"", false},
    {"[]", "{}", false},
    {"[1,2]", "[1.0,2]", true},
    {"[1,2]", "[2,1]", false},
    {"[1]", "[1,1]", false},
    {"{\"a\":1,\"b\":[{\"c\":null}]}", "{\"b\":[{\"c\":null}],\"a\":1e0}", true},
    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"{\"a\":1,\"b\":1}", "{\"a\":1}", false},
    {"{\"a\":1}", "{\"b\":1}", false},
    {"{\"k\\u0065y\":{\"x\":[]}}", "{\"key\":{\"x\":[]}}", true},
};

/* Whether each is an object, a slice, or a slice with an index, says nothing else. */
START_TEST(values_are_the_same_however_they_are_held)
{
    const struct same_row *row = &same_rows[_i];
    const char *texts[2] = {row->a, row->b};
    struct json_view views[2][3];
    struct json_object *objects[2] = {NULL};
    struct json_index *indexes[2];

    for (int i = 0; i < 2; i++) {
        const struct json_slice slice = {texts[i], strlen(texts[i])};
        ck_assert_int_eq(json_read(texts[i], strlen(texts[i]), &objects[i], NULL), JSON_OK);
        indexes[i] = json_index_create(texts[i], strlen(texts[i]));
        views[i][0] = json_view_of(objects[i]);
        views[i][1] = json_view_of_slice(slice, NULL);
        views[i][2] = json_view_of_slice(slice, indexes[i]);
    }
    ck_assert(json_same(objects[0], objects[1]) == row->same);
    for (int i = 0; i < 9; i++) {
        struct json_view a = views[0][i / 3];
        struct json_view b = views[1][i % 3];
        ck_assert_msg(json_view_same(a, b) == row->same, "%s %s %d", row->a, row->b, i);
        if (row->same)
            ck_assert_uint_eq(digest_view(a), digest_view(b));
        else
            ck_assert_uint_ne(digest_view(a), digest_view(b));
    }
    for (int i = 0; i < 2; i++) {
        struct json_object *built = json_view_object(views[i][1]);
        ck_assert(json_same(built, objects[i]));
        json_object_put(built);
        json_object_put(objects[i]);
        free(indexes[i]);
    }
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
    tcase_add_test(tests, among_many_members_each_is_found_in_its_own_object);
    tcase_add_loop_test(tests, values_are_the_same_however_they_are_held, 0,
                        sizeof same_rows / sizeof same_rows[0]);
    tcase_add_test(tests, an_index_has_every_member_in_order_but_none_of_objects_in_arrays);
    tcase_add_test(tests, white_space_is_nobodys);
    tcase_add_test(tests, a_member_is_found_by_its_decoded_key_in_its_own_object_only);
    tcase_add_test(tests, a_scan_and_an_index_are_one_reading_each_and_looking_is_none);
    tcase_add_test(tests, an_index_takes_twelve_bytes_a_member);
    tcase_add_loop_test(tests, a_text_is_laid_out_as_its_value_would_be_printed, 0,
                        COUNT(layout_texts));
    tcase_add_test(tests, hidden_values_are_masked_at_any_depth_and_null_is_not);
}
