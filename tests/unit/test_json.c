/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_json.h"

#include "run_tests.h"
#include "util/json.h"
#include "util/json_walk.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* --- what is JSON ---------------------------------------------------------------------------- */

static const struct text_row {
    const char *text;
    size_t size;
    enum json_result result;
} text_rows[] = {
    /* values */
    {TEXT("{}"), JSON_OK},
    {TEXT("[]"), JSON_OK},
    {TEXT(" \t\r\n{ } \n"), JSON_OK},
    {TEXT("null"), JSON_OK},
    {TEXT("true"), JSON_OK},
    {TEXT("false "), JSON_OK},
    {TEXT("\"\""), JSON_OK},
    {TEXT("\"text\""), JSON_OK},
    {TEXT("42"), JSON_OK},
    {TEXT(" -0.5e+7\n"), JSON_OK},
    {TEXT("[1,\"a\",null,true,{\"b\":[]}]"), JSON_OK},
    {TEXT("{\"\":0}"), JSON_OK},
    {TEXT("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"), JSON_OK},
    {TEXT("[{\"a\":1},{\"a\":1}]"), JSON_OK},
    /* numbers */
    {TEXT(
         "[0,-0,1,-1,10,0.1,1.10,1e5,1E5,1e+5,1E-5,0e0,-0.0,1e400,123456789012345678901234567890]"),
     JSON_OK},
    {TEXT("[01]"), JSON_INVALID},
    {TEXT("[-01]"), JSON_INVALID},
    {TEXT("[00]"), JSON_INVALID},
    {TEXT("[+1]"), JSON_INVALID},
    {TEXT("[1.]"), JSON_INVALID},
    {TEXT("[.1]"), JSON_INVALID},
    {TEXT("[1.e1]"), JSON_INVALID},
    {TEXT("[1e]"), JSON_INVALID},
    {TEXT("[1e+]"), JSON_INVALID},
    {TEXT("[-]"), JSON_INVALID},
    {TEXT("[--1]"), JSON_INVALID},
    {TEXT("[1.2.3]"), JSON_INVALID},
    {TEXT("[1-2]"), JSON_INVALID},
    {TEXT("[0x1F]"), JSON_INVALID},
    {TEXT("[1_000]"), JSON_INVALID},
    {TEXT("[1 000]"), JSON_INVALID},
    {TEXT("[NaN]"), JSON_INVALID},
    {TEXT("[Infinity]"), JSON_INVALID},
    {TEXT("[-Infinity]"), JSON_INVALID},
    {TEXT("NaN"), JSON_INVALID},
    {TEXT("[\xEF\xBC\x91]"), JSON_INVALID}, /* a full-width digit */
    {TEXT("-"), JSON_INCOMPLETE},
    {TEXT("1."), JSON_INCOMPLETE},
    {TEXT("1e"), JSON_INCOMPLETE},
    {TEXT("1e-"), JSON_INCOMPLETE},
    /* words */
    {TEXT("tru"), JSON_INCOMPLETE},
    {TEXT("[n"), JSON_INCOMPLETE},
    {TEXT("[True]"), JSON_INVALID},
    {TEXT("[nul]"), JSON_INVALID},
    {TEXT("[nulls]"), JSON_INVALID},
    {TEXT("[truefalse]"), JSON_INVALID},
    {TEXT("[undefined]"), JSON_INVALID},
    {TEXT("[null\0]"), JSON_INVALID},
    /* strings */
    {TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\uDD1E\\u0000\""), JSON_OK},
    {TEXT("\"\\uD800\""), JSON_OK}, /* a lone surrogate, escaped: the RFC lets it be */
    {TEXT("\"\x7F\""), JSON_OK},
    {TEXT("\"'\""), JSON_OK},
    {TEXT("['a']"), JSON_INVALID},
    {TEXT("{'a':1}"), JSON_INVALID},
    {TEXT("[\"\n\"]"), JSON_INVALID},
    {TEXT("[\"\t\"]"), JSON_INVALID},
    {TEXT("[\"\0\"]"), JSON_INVALID},
    {TEXT("[\"\\x41\"]"), JSON_INVALID},
    {TEXT("[\"\\'\"]"), JSON_INVALID},
    {TEXT("[\"\\a\"]"), JSON_INVALID},
    {TEXT("[\"\\\0\"]"), JSON_INVALID},
    {TEXT("[\"\\u12G4\"]"), JSON_INVALID},
    {TEXT("[\"\\u123\"]"), JSON_INVALID},
    {TEXT("[\"\\U00e9\"]"), JSON_INVALID},
    {TEXT("\"a"), JSON_INCOMPLETE},
    {TEXT("\"\\"), JSON_INCOMPLETE},
    {TEXT("\"\\u00"), JSON_INCOMPLETE},
    {TEXT("\"a\\\""), JSON_INCOMPLETE},
    /* UTF-8 */
    {TEXT("\"\xC3\xA9 \xE2\x82\xAC \xF0\x9D\x84\x9E \xF4\x8F\xBF\xBF\""), JSON_OK},
    {TEXT("\"\xEF\xBF\xBF\xEE\x80\x80\xED\x9F\xBF\""), JSON_OK},
    {TEXT("\"\x80\""), JSON_INVALID},
    {TEXT("\"\xFF\""), JSON_INVALID},
    {TEXT("\"\xC0\xAF\""), JSON_INVALID},
    {TEXT("\"\xC1\xBF\""), JSON_INVALID},
    {TEXT("\"\xE0\x80\xAF\""), JSON_INVALID},
    {TEXT("\"\xE0\x9F\xBF\""), JSON_INVALID},
    {TEXT("\"\xF0\x80\x80\xAF\""), JSON_INVALID},
    {TEXT("\"\xF0\x8F\xBF\xBF\""), JSON_INVALID},
    {TEXT("\"\xED\xA0\x80\""), JSON_INVALID},
    {TEXT("\"\xED\xBF\xBF\""), JSON_INVALID},
    {TEXT("\"\xF4\x90\x80\x80\""), JSON_INVALID},
    {TEXT("\"\xF5\x80\x80\x80\""), JSON_INVALID},
    {TEXT("\"\xC3\""), JSON_INVALID},
    {TEXT("\"\xE2\x82\""), JSON_INVALID},
    {TEXT("\"\xE2\x28\xA1\""), JSON_INVALID},
    {TEXT("\"\xC3"), JSON_INCOMPLETE},
    {TEXT("\"\xE2\x82"), JSON_INCOMPLETE},
    {TEXT("\"\xF0\x9D\x84"), JSON_INCOMPLETE},
    {TEXT("\"\xE2\x28"), JSON_INVALID},
    {TEXT("\xEF\xBB\xBF{}"), JSON_INVALID}, /* a byte order mark */
    {TEXT("{\"\xFF\":1}"), JSON_INVALID},
    /* structure */
    {TEXT(""), JSON_INCOMPLETE},
    {TEXT(" \n"), JSON_INCOMPLETE},
    {TEXT("{"), JSON_INCOMPLETE},
    {TEXT("["), JSON_INCOMPLETE},
    {TEXT("[1"), JSON_INCOMPLETE},
    {TEXT("[1,"), JSON_INCOMPLETE},
    {TEXT("{\"a\""), JSON_INCOMPLETE},
    {TEXT("{\"a\":"), JSON_INCOMPLETE},
    {TEXT("{\"a\":1"), JSON_INCOMPLETE},
    {TEXT("{\"a\":1,"), JSON_INCOMPLETE},
    {TEXT("[1,]"), JSON_INVALID},
    {TEXT("[,1]"), JSON_INVALID},
    {TEXT("[1,,2]"), JSON_INVALID},
    {TEXT("[1:2]"), JSON_INVALID},
    {TEXT("[1}"), JSON_INVALID},
    {TEXT("{\"a\":1]"), JSON_INVALID},
    {TEXT("{\"a\":1,}"), JSON_INVALID},
    {TEXT("{,}"), JSON_INVALID},
    {TEXT("{\"a\"}"), JSON_INVALID},
    {TEXT("{\"a\",1}"), JSON_INVALID},
    {TEXT("{\"a\"::1}"), JSON_INVALID},
    {TEXT("{\"a\":1 \"b\":2}"), JSON_INVALID},
    {TEXT("{a:1}"), JSON_INVALID},
    {TEXT("{1:1}"), JSON_INVALID},
    {TEXT("{null:1}"), JSON_INVALID},
    {TEXT("{\"a\":}"), JSON_INVALID},
    {TEXT("{:1}"), JSON_INVALID},
    {TEXT("]"), JSON_INVALID},
    {TEXT("}"), JSON_INVALID},
    {TEXT(","), JSON_INVALID},
    {TEXT("\0"), JSON_INVALID},
    {TEXT("[\0]"), JSON_INVALID},
    {TEXT("[\f]"), JSON_INVALID},
    {TEXT("[\v1]"), JSON_INVALID},
    {TEXT("[\xC2\xA0]"), JSON_INVALID}, /* a no-break space */
    {TEXT("[1]/**/"), JSON_INVALID},
    {TEXT("[1]//"), JSON_INVALID},
    {TEXT("/**/[1]"), JSON_INVALID},
    {TEXT("# a\n[1]"), JSON_INVALID},
    {TEXT("{}{}"), JSON_INVALID},
    {TEXT("{}}"), JSON_INVALID},
    {TEXT("[]]"), JSON_INVALID},
    {TEXT("{} x"), JSON_INVALID},
    {TEXT("{}\0"), JSON_INVALID},
    {TEXT("1 2"), JSON_INVALID},
    {TEXT("\"a\" \"b\""), JSON_INVALID},
    {TEXT("1]"), JSON_INVALID},
    /* keys */
    {TEXT("{\"a\":1,\"a\":1}"), JSON_INVALID},
    {TEXT("{\"a\":1,\"\\u0061\":2}"), JSON_INVALID},
    {TEXT("{\"\":1,\"\":2}"), JSON_INVALID},
    {TEXT("{\"/\":1,\"\\/\":2}"), JSON_INVALID},
    {TEXT("[[{\"b\":{\"x\":1,\"y\":[],\"x\" : 2}}]]"), JSON_INVALID},
    {TEXT("{\"a\":1,\"A\":2,\"a \":3}"), JSON_OK},
    {TEXT("{\"a:\":\"b:c\",\"d\\\"\":\":\"}"), JSON_OK},
    {TEXT("{\"\\u0000\":1}"), JSON_INVALID},
};

/* An exact copy on the heap, so that a sanitizer sees a byte read behind the end. */
static char *exact_copy(const char *text, size_t size)
{
    char *copy = malloc(size == 0 ? 1 : size);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    return copy;
}

START_TEST(read_accepts_json_and_nothing_looser)
{
    const struct text_row *row = &text_rows[_i];
    struct json_object *value = (struct json_object *)(void *)&value;
    struct json_object *before = value;
    struct json_fault fault;
    char *text = exact_copy(row->text, row->size);

    ck_assert_msg(json_read(text, row->size, &value, &fault) == row->result, "%s: %s", row->text,
                  fault.message);
    if (row->result == JSON_OK) {
        json_object_put(value);
    } else {
        ck_assert_ptr_eq(value, before);
        ck_assert_uint_le(fault.offset, row->size);
        ck_assert_int_ne(fault.message[0], '\0');
    }
    free(text);
}
END_TEST

START_TEST(scan_agrees_with_read_but_for_what_follows_and_equal_keys)
{
    const struct text_row *row = &text_rows[_i];
    char *text = exact_copy(row->text, row->size);
    size_t end = 0;
    enum json_result result = json_scan(text, row->size, &end, NULL);

    if (row->result != JSON_INVALID)
        ck_assert_int_eq(result, row->result);
    else
        ck_assert_int_ne(result, JSON_INCOMPLETE);
    ck_assert_uint_le(end, row->size);
    free(text);
}
END_TEST

static const char long_text[] =
    " {\"name\": \"d\xC3\xA9j\xC3\xA0 \\u00e9\\n\", \"size\":-12.50e+3, \"a\":[ ] ,"
    "\"b\":[true,false,null,{\"c\":{}, \"\xF0\x9D\x84\x9E\":\"\\\\\"}]}";

/* Judging and building are one pass. */
START_TEST(read_goes_through_a_text_once)
{
    const struct text_row *row = &text_rows[_i];
    char *text = exact_copy(row->text, row->size);
    struct json_object *value = NULL;
    uint64_t before = json_readings();

    json_read(text, row->size, &value, NULL);
    ck_assert_uint_eq(json_readings() - before, 1);
    json_object_put(value);
    free(text);
}
END_TEST

static const struct most_row {
    const char *text;
    size_t values;
} most_rows[] = {
    {"1", 1},        {"\"a\"", 1}, {"[]", 1}, {"{\"a\":1}", 2}, {"[1,[2,{\"b\":null}],\"c\"]", 7},
    {long_text, 11},
};

START_TEST(read_most_ends_at_the_value_that_is_too_many)
{
    const struct most_row *row = &most_rows[_i];
    size_t size = strlen(row->text);
    struct json_object *value = NULL;
    struct json_object *none = NULL;

    ck_assert_int_eq(json_read_most(row->text, size, row->values, &value, NULL), JSON_OK);
    ck_assert_int_eq(json_read_most(row->text, size, row->values - 1, &none, NULL), JSON_TOO_MANY);
    ck_assert_ptr_null(none);
    json_object_put(value);
}
END_TEST

START_TEST(every_proper_prefix_of_an_object_is_incomplete)
{
    size_t size = sizeof long_text - 1;
    size_t end = 0;
    struct json_object *value = NULL;

    for (size_t i = 0; i < size; i++) {
        char *text = exact_copy(long_text, i);
        ck_assert_int_eq(json_scan(text, i, &end, NULL), JSON_INCOMPLETE);
        ck_assert_int_eq(json_read(text, i, &value, NULL), JSON_INCOMPLETE);
        free(text);
    }
    ck_assert_int_eq(json_scan(long_text, size, &end, NULL), JSON_OK);
    ck_assert_uint_eq(end, size);
    ck_assert_int_eq(json_read(long_text, size, &value, NULL), JSON_OK);
    json_object_put(value);
}
END_TEST

START_TEST(scan_says_where_the_first_text_ends)
{
    size_t end = 0;

    ck_assert_int_eq(json_scan(TEXT(" {\"a\":1} {"), &end, NULL), JSON_OK);
    ck_assert_uint_eq(end, 8);
    ck_assert_int_eq(json_scan(TEXT("[]x"), &end, NULL), JSON_OK);
    ck_assert_uint_eq(end, 2);
    ck_assert_int_eq(json_scan(TEXT("12 3"), &end, NULL), JSON_OK);
    ck_assert_uint_eq(end, 2);
    ck_assert_int_eq(json_scan(TEXT("{}"), NULL, NULL), JSON_OK);
}
END_TEST

static char *nested(size_t depth, char open, char close)
{
    char *text = calloc(1, 2 * depth + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, open, depth);
    memset(text + depth, close, depth);
    return text;
}

START_TEST(thirty_two_levels_are_read_and_one_more_is_refused)
{
    struct json_object *value = NULL;
    struct json_fault fault;
    char *deep = nested(JSON_MAX_DEPTH, '[', ']');
    char *deeper = nested(JSON_MAX_DEPTH + 1, '[', ']');

    ck_assert_int_eq(json_read(deep, strlen(deep), &value, NULL), JSON_OK);
    json_object_put(value);
    ck_assert_int_eq(json_read(deeper, strlen(deeper), &value, &fault), JSON_INVALID);
    ck_assert_str_eq(fault.message, "nested deeper than 32");
    ck_assert_uint_eq(fault.offset, JSON_MAX_DEPTH);
    ck_assert_int_eq(json_scan(deeper, JSON_MAX_DEPTH + 1, NULL, NULL), JSON_INVALID);
    free(deep);
    free(deeper);
}
END_TEST

START_TEST(objects_count_as_levels_too)
{
    struct json_object *value = NULL;
    struct buf text = BUF_EMPTY;

    for (int i = 0; i < JSON_MAX_DEPTH; i++)
        ck_assert(buf_append_text(&text, "{\"a\":"));
    ck_assert(buf_append_text(&text, "1"));
    for (int i = 0; i < JSON_MAX_DEPTH; i++)
        ck_assert(buf_append_text(&text, "}"));
    ck_assert_int_eq(json_read(text.data, text.size_bytes, &value, NULL), JSON_OK);
    json_object_put(value);
    buf_finish(&text);
}
END_TEST

static const struct fault_row {
    const char *text;
    const char *message;
    unsigned line;
    size_t offset;
} fault_rows[] = {
    {"{\"a\":1,\n \"name\":2,\n \"name\":3}", "two equal keys: name", 3, 20},
    {"{\"b\":{\"a\":1},\n\"a\":[{\"a\":1,\"x\":\"a\", \"\\u0061\" :3}]}", "two equal keys: a", 2,
     35},
    {"\n\n{\"a\" 1}", "':' is expected", 3, 7},
    {"{\"a\":1\n\"b\":2}", "',' or '}' is expected", 2, 7},
    {"[1\n2]", "',' or ']' is expected", 2, 3},
    {"{a:1}", "a key in double quotes is expected", 1, 1},
    {"{\"a\":\n'x'}", "a value is expected", 2, 6},
    {"{}\n\n x", "something follows the JSON text", 3, 5},
    {"[\"\xFF\"]", "invalid UTF-8", 1, 2},
    {"[\"a\nb\"]", "a control character in a string", 1, 3},
    {"[\"\\q\"]", "an unknown escape in a string", 1, 3},
    {"[\"\\u12x4\"]", "\\u without four hex digits", 1, 6},
    {"[012]", "a malformed number", 1, 2},
    {"[nullx]", "an unknown word", 1, 5},
    {"{\"\\u0000\":1}", "a NUL in a key", 1, 8},
};

START_TEST(faults_say_what_is_wrong_and_where)
{
    const struct fault_row *row = &fault_rows[_i];
    struct json_object *value = NULL;
    struct json_fault fault;

    ck_assert_int_eq(json_read(row->text, strlen(row->text), &value, &fault), JSON_INVALID);
    ck_assert_str_eq(fault.message, row->message);
    ck_assert_uint_eq(fault.line, row->line);
    ck_assert_uint_eq(fault.offset, row->offset);
}
END_TEST

static Suite *json_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");

    tcase_add_loop_test(tests, read_accepts_json_and_nothing_looser, 0, COUNT(text_rows));
    tcase_add_loop_test(tests, scan_agrees_with_read_but_for_what_follows_and_equal_keys, 0,
                        COUNT(text_rows));
    tcase_add_loop_test(tests, read_goes_through_a_text_once, 0, COUNT(text_rows));
    tcase_add_loop_test(tests, read_most_ends_at_the_value_that_is_too_many, 0, COUNT(most_rows));
    tcase_add_test(tests, every_proper_prefix_of_an_object_is_incomplete);
    tcase_add_test(tests, scan_says_where_the_first_text_ends);
    tcase_add_test(tests, thirty_two_levels_are_read_and_one_more_is_refused);
    tcase_add_test(tests, objects_count_as_levels_too);
    tcase_add_loop_test(tests, faults_say_what_is_wrong_and_where, 0, COUNT(fault_rows));
    add_compact_tests(tests);
    add_print_tests(tests);
    add_value_tests(tests);
    add_index_tests(tests);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_tests(srunner_create(json_suite()));
}
