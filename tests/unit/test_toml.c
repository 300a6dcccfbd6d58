/* SPDX-License-Identifier: MIT */
/* The part of TOML that is understood, and that the rest is refused with its line. */
#include "config.h"

#include "config/toml.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct toml toml;
static struct problem problem;

/* What was read as lines "table|key|type|value". */
static const char *described(void)
{
    static char text[1000];
    static const char types[] = {
        [TOML_STRING] = 's', [TOML_INTEGER] = 'i', [TOML_BOOLEAN] = 'b', [TOML_TABLE] = 't'};
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < toml.count; i++) {
        const struct toml_entry *entry = &toml.entries[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s|%s|%c|%s;", entry->table,
                                 entry->key, types[entry->type], entry->value);
    }
    return text;
}

static const struct {
    const char *text;
    const char *entries;
} understood[] = {
    {"", ""},
    {"\n \t\n# a comment\r\n\n", ""},
    {"# no newline at the end", ""},
    {"version = 1\n\n[keys]\nteam1 = \"abc\"\n", "|version|i|1;|keys|t|;keys|team1|s|abc;"},
    {"[keys] # comment\n a-b_C9 = \"x\" # comment", "|keys|t|;keys|a-b_C9|s|x;"},
    {"[ \"a b\" ]\r\n'c.d'='e'\r\n", "|a b|t|;a b|c.d|s|e;"},
    {"\"\" = \"\"", "||s|;"},
    {"a = ''", "|a|s|;"},
    {"a = \"\\b\\t\\n\\f\\r\\\"\\\\\"", "|a|s|\b\t\n\f\r\"\\;"},
    {"a = \"\\u00e9\\u20AC\\U0001F600\\u0041\"", "|a|s|\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
                                                 "A;"},
    {"a = \"\xC3\xA9 # no comment\"", "|a|s|\xC3\xA9 # no comment;"},
    {"a = 'C:\\no \"escape\"'", "|a|s|C:\\no \"escape\";"},
    {"a = \"it's\"", "|a|s|it's;"},
    {"a = true\nb = false#c\nc = -1_000\nd = +0", "|a|b|true;|b|b|false;|c|i|-1_000;|d|i|+0;"},
    {"[team]\n[keys]\n[keys2]", "|team|t|;|keys|t|;|keys2|t|;"},
    {"keys2 = 1\n[keys]\nkeys2 = 2\nkeys = 3", "|keys2|i|1;|keys|t|;keys|keys2|i|2;keys|keys|i|3;"},
};

START_TEST(what_is_understood)
{
    ck_assert_msg(toml_read(understood[_i].text, &toml, &problem) == 0, "%s", problem.message);
    ck_assert_str_eq(described(), understood[_i].entries);
    toml_finish(&toml);
}
END_TEST

static const struct {
    const char *text;
    const char *words; /* how the message begins */
} refused[] = {
    {"\n\na", "3: a = is wanted"},
    {"a =", "1: a value is wanted"},
    {"a = topsecret", "1: a value is wanted"},
    {"= 1", "1: a key is wanted"},
    {"\xEF\xBB\xBF"
     "a = 1",
     "1: a key is wanted"},
    {"a = 1 b = 2", "1: the end of the line"},
    {"a = \"x\" \"topsecret\"", "1: the end of the line"},
    {"a = 1\nb = 2\na = 3", "3: a key that was there before"},
    {"[a]\n[b]\n[a]", "3: a key that was there before"},
    {"a = 1\n[a]", "2: a key that was there before"},
    {"a = \"topsecret", "1: a string without its end"},
    {"a = \"topsecret\nb = 1", "1: a string without its end"},
    {"a = \"topsecret\\", "1: an unknown escape"},
    {"a = 'topsecret\n'", "1: a string without its end"},
    {"a = \"\\q\"", "1: an unknown escape"},
    {"a = \"\\/\"", "1: an unknown escape"},
    {"a = \"\\u12\"", "1: hexadecimal digits"},
    {"a = \"\\u0000\"", "1: an escape that is no character"},
    {"a = \"\\ud83d\\ude00\"", "1: an escape that is no character"},
    {"a = \"\\U00110000\"", "1: an escape that is no character"},
    {"a = \"\"\"topsecret\"\"\"", "1: strings of many lines"},
    {"a = '''topsecret'''", "1: strings of many lines"},
    {"a = [\"topsecret\"]", "1: a value is wanted"},
    {"a = {b = \"topsecret\"}", "1: a value is wanted"},
    {"a = 1.5", "1: a value is wanted"},
    {"a = 01", "1: a value is wanted"},
    {"a = 1__0", "1: a value is wanted"},
    {"a = 1_", "1: a value is wanted"},
    {"a = -", "1: a value is wanted"},
    {"a = 0x1f", "1: a value is wanted"},
    {"a = 2026-01-02", "1: a value is wanted"},
    {"a = True", "1: a value is wanted"},
    {"a.b = 1", "1: dotted keys"},
    {"\"a\" . b = 1", "1: dotted keys"},
    {"[a.b]", "1: dotted keys"},
    {"[[a]]", "1: arrays of tables"},
    {"[a", "1: a table's name without its ]"},
    {"[a] b = 1", "1: the end of the line"},
    {"[]", "1: a key is wanted"},
    {"a = 'x\x01'", "1: a control character"},
    {"# \x7F", "1: a control character"},
    {"a = 1\rb = 2", "1: a control character"},
    {"a = 1\n# \xFF", "2: invalid UTF-8"},
    {"a = '\xC3", "1: invalid UTF-8"},
};

START_TEST(what_is_refused)
{
    ck_assert_int_eq(toml_read(refused[_i].text, &toml, &problem), -1);
    ck_assert_msg(strncmp(problem.message, refused[_i].words, strlen(refused[_i].words)) == 0, "%s",
                  problem.message);
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
    ck_assert_uint_eq(toml.count, 0);
}
END_TEST

START_TEST(what_is_there_is_found)
{
    ck_assert_int_eq(toml_read("a = 1\n[t]\na = 2\n", &toml, &problem), 0);
    ck_assert_str_eq(toml_find(&toml, "", "a")->value, "1");
    ck_assert_str_eq(toml_find(&toml, "t", "a")->value, "2");
    ck_assert_uint_eq(toml_find(&toml, "t", "a")->line, 3);
    ck_assert_ptr_null(toml_find(&toml, "t", "b"));
    ck_assert_ptr_null(toml_find(&toml, "u", "a"));
    toml_finish(&toml);
    ck_assert_ptr_null(toml_find(&toml, "", "a"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("toml");
    TCase *t = tcase_create("reading");

    tcase_add_loop_test(t, what_is_understood, 0, sizeof understood / sizeof understood[0]);
    tcase_add_loop_test(t, what_is_refused, 0, sizeof refused / sizeof refused[0]);
    tcase_add_test(t, what_is_there_is_found);
    suite_add_tcase(s, t);
    return run_tests(srunner_create(s));
}
