/* SPDX-License-Identifier: MIT */
/* Secrets that hold each other, and the longest text. */
#include "config.h"

#include "test_scrub.h"

#include "util/scrub.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(secrets_that_hold_each_other_are_hidden_whole)
{
    static const char *const values[] = {"abcd", "abcdefgh", "fghij", NULL};
    static const struct scrub scrub = {values, NULL};
    struct buf text = BUF_EMPTY;

    MUST(buf_append_text(&text, "<abcdefghij> <xy> <abcabcd>"));
    MUST(scrub_foreign(&text, &scrub));
    ck_assert_str_eq(buf_text(&text), "<********> <xy> <abc********>");
    buf_finish(&text);
}
END_TEST

/* Nothing is worth minutes, whatever a server sends. */
START_TEST(the_longest_text_takes_a_moment)
{
    static const char *const kinds[] = {"\\\\", "%25", "&amp;", "YWFh", "a", "+"};
    static char secret[100001];
    const char *const values[] = {secret, NULL};
    const struct scrub scrub = {values, NULL};

    memset(secret, 'a', sizeof secret - 1);
    for (int i = 0; i < COUNT(kinds); i++) {
        struct buf text = BUF_EMPTY;

        while (text.size_bytes < 2 * SCRUB_MAX_BYTES)
            MUST(buf_append_text(&text, kinds[i]));
        MUST(scrub_foreign(&text, &scrub));
        ck_assert_uint_le(text.size_bytes, SCRUB_MAX_BYTES);
        buf_finish(&text);
    }
}
END_TEST

void add_long_tests(TCase *tests)
{
    tcase_add_test(tests, secrets_that_hold_each_other_are_hidden_whole);
    tcase_add_test(tests, the_longest_text_takes_a_moment);
}
