/* SPDX-License-Identifier: MIT */
/* JSON text that goes through the emulator, and what it refuses. */
#include "config.h"

#include "emulator/emu_json.h"
#include "test_emulator_client.h"

#include <stdlib.h>
#include <string.h>

static const char *const valid[] = {
    "null",
    "[1,-1,0,9223372036854775807,-9223372036854775808]",
    "[123456789012345678901234567890,-0,1.10,1e400,-2.5E-3,18446744073709551616]",
    "{\"a\":{\"b\":[true,false,null,{}]},\"c\":[]}",
    "\"\\u0000 \\u0001 \\\" \\\\ / \xC3\xA4 \xF0\x9F\x98\x80\"",
};

static const char *const invalid[] = {
    "",
    " ",
    "{",
    "[1,]",
    "{\"a\":1,}",
    "{'a':1}",
    "01",
    "1.",
    ".5",
    "1e",
    "+1",
    "NaN",
    "nul",
    "\"\n\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"a",
    "[1 2]",
    "{} {}",
    "\"\xFF\"",
    "{\"a\" 1}",
    "{1:2}",
    "\"\xC0\x80\"",
    "Infinity",
    "[\"a\\]",
    "-",
    "\"\xED\xA0\x80\"",
    "{\"\\u0000\":1}",
};

START_TEST(json_keeps_every_digit)
{
    json_object *value;
    size_t offset, length;
    char *text;

    ck_assert(emu_json_parse(valid[_i], strlen(valid[_i]), &value, &offset));
    text = emu_json_text(value, &length);
    ck_assert_str_eq(text, valid[_i]);
    ck_assert_uint_eq(length, strlen(text));
    free(text);
    json_object_put(value);
}
END_TEST

START_TEST(json_refuses_what_is_no_json)
{
    json_object *value;
    size_t offset;

    ck_assert_msg(!emu_json_parse(invalid[_i], strlen(invalid[_i]), &value, &offset), "%s",
                  invalid[_i]);
    ck_assert_ptr_null(value);
    ck_assert_uint_le(offset, strlen(invalid[_i]));
}
END_TEST

START_TEST(json_decodes_escapes)
{
    static const char text[] = "\"\\ud83d\\ude00 \\ud83d \\u00e4\\n\\/\"";
    json_object *value;
    size_t offset;

    ck_assert(emu_json_parse(text, strlen(text), &value, &offset));
    ck_assert_str_eq(json_object_get_string(value), "\xF0\x9F\x98\x80 \xEF\xBF\xBD \xC3\xA4\n/");
    json_object_put(value);
}
END_TEST

START_TEST(json_is_not_read_too_deep)
{
    char text[2 * EMU_JSON_DEPTH + 3] = "";
    json_object *value;
    size_t offset;

    memset(text, '[', EMU_JSON_DEPTH);
    memset(text + EMU_JSON_DEPTH, ']', EMU_JSON_DEPTH);
    ck_assert(emu_json_parse(text, strlen(text), &value, &offset));
    json_object_put(value);
    memset(text, '[', EMU_JSON_DEPTH + 1);
    memset(text + EMU_JSON_DEPTH + 1, ']', EMU_JSON_DEPTH + 1);
    ck_assert(!emu_json_parse(text, strlen(text), &value, &offset));
}
END_TEST

Suite *suite_json(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");

    tcase_add_loop_test(tests, json_keeps_every_digit, 0, sizeof(valid) / sizeof(valid[0]));
    tcase_add_loop_test(tests, json_refuses_what_is_no_json, 0,
                        sizeof(invalid) / sizeof(invalid[0]));
    tcase_add_test(tests, json_decodes_escapes);
    tcase_add_test(tests, json_is_not_read_too_deep);
    suite_add_tcase(suite, tests);
    return suite;
}
