/* SPDX-License-Identifier: MIT */
/* What was read is printed: as it was written, and for people. */
#include "config.h"

#include "test_json.h"

#include "util/json.h"

#include <check.h>
#include <string.h>

struct json_object *must_read(const char *text)
{
    struct json_object *value = NULL;

    ck_assert_msg(json_read(text, strlen(text), &value, NULL) == JSON_OK, "%s", text);
    return value;
}

static void assert_prints(struct json_object *value, const char *expected)
{
    struct buf text = BUF_EMPTY;

    ck_assert(json_print(&text, value));
    ck_assert_str_eq(buf_text(&text), expected);
    buf_finish(&text);
}

static const char *const exact_texts[] = {
    "[0,-0,-1,1.0,1.10,-0.0,1e5,1E5,1e+05,0.1e-7,1e400,-1e-400]",
    "[9223372036854775807,9223372036854775808,-9223372036854775808,-9223372036854775809]",
    "[18446744073709551615,18446744073709551616,5000000000]",
    "[123456789012345678901234567890,-123456789012345678901234567890]",
    "[100000000000000000000.10,3.141592653589793238462643383279]",
    "{\"a\":[1,{\"b\":-0}],\"c\":\"12e4 -5\",\"d\":{\"e\":99999999999999999999},\"f\":-0}",
    "123456789012345678901234567890",
    "-0",
    "1.50",
    "null",
    "true",
    "\"a\\u0000b/\\\"\\\\\\n\xE2\x82\xAC\"",
    "{\"key/\\\"\":\"\xF0\x9D\x84\x9E\"}",
};

START_TEST(what_was_read_prints_as_it_was_written)
{
    struct json_object *value = must_read(exact_texts[_i]);

    assert_prints(value, exact_texts[_i]);
    assert_prints(value, exact_texts[_i]);
    json_object_put(value);
}
END_TEST

START_TEST(a_clone_prints_the_same_and_outlives_its_original)
{
    struct json_object *value = must_read(exact_texts[_i]);
    struct json_object *copy = json_clone(value);

    ck_assert(json_same(value, copy));
    json_object_put(value);
    assert_prints(copy, exact_texts[_i]);
    json_object_put(copy);
}
END_TEST

START_TEST(pretty_text_has_two_spaces_a_level_and_empty_containers_on_one_line)
{
    struct json_object *value = must_read("{\"a/\\\"\":\"\\/\xC3\xA9\",\"b\":[],\"c\":{},"
                                          "\"d\":[1,[2.50,{}]],\"e\":{\"f\":null}}");
    struct buf text = BUF_EMPTY;

    ck_assert(json_print_pretty(&text, value));
    ck_assert_str_eq(buf_text(&text), "{\n"
                                      "  \"a/\\\"\": \"/\xC3\xA9\",\n"
                                      "  \"b\": [],\n"
                                      "  \"c\": {},\n"
                                      "  \"d\": [\n"
                                      "    1,\n"
                                      "    [\n"
                                      "      2.50,\n"
                                      "      {}\n"
                                      "    ]\n"
                                      "  ],\n"
                                      "  \"e\": {\n"
                                      "    \"f\": null\n"
                                      "  }\n"
                                      "}");
    buf_finish(&text);
    json_object_put(value);
}
END_TEST

START_TEST(pretty_scalars_stand_alone)
{
    struct buf text = BUF_EMPTY;
    struct json_object *value = must_read("-0");

    ck_assert(json_print_pretty(&text, NULL));
    ck_assert(json_print_pretty(&text, value));
    ck_assert_str_eq(buf_text(&text), "null-0");
    buf_finish(&text);
    json_object_put(value);
}
END_TEST

void add_print_tests(TCase *tests)
{
    tcase_add_loop_test(tests, what_was_read_prints_as_it_was_written, 0, COUNT(exact_texts));
    tcase_add_loop_test(tests, a_clone_prints_the_same_and_outlives_its_original, 0,
                        COUNT(exact_texts));
    tcase_add_test(tests, pretty_text_has_two_spaces_a_level_and_empty_containers_on_one_line);
    tcase_add_test(tests, pretty_scalars_stand_alone);
}
