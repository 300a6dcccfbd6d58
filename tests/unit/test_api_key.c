/* SPDX-License-Identifier: MIT */
/* The key is sent, and tried anew once after a 401. */
#include "config.h"

#include "test_api_retry.h"

#include "api_fake.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* --- the key -------------------------------------------------------------------------------------
 */

START_TEST(the_key_is_sent)
{
    static const struct fake_step steps[] = {{GET_STEP, GOOD}, {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), 0);
    ck_assert_str_eq(fake.authorization, "Bearer " FAKE_KEY);
    ck_assert_int_eq(fake.last_status, 200);
    fake_finish(&fake);
}
END_TEST

START_TEST(without_a_key_no_header_is_sent)
{
    static const struct fake_step steps[] = {{GET_STEP, GOOD}, {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    api_set_key(fake.api, NULL);
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), 0);
    ck_assert_str_eq(fake.authorization, "");
    fake_finish(&fake);
}
END_TEST

START_TEST(after_a_401_a_new_key_is_tried_once)
{
    static const struct fake_step good[] = {
        {POST_STEP, .status = 401}, {POST_STEP, GOOD}, {.url = NULL}};
    static const struct fake_step bad[] = {
        {POST_STEP, .status = 401}, {POST_STEP, .status = 401}, {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, good);
    fake.next_key = "the-new-key";
    ck_assert_int_eq(call(&fake, HTTP_POST, &problem), 0);
    ck_assert_str_eq(fake.authorization, "Bearer the-new-key");
    ck_assert_str_eq(fake.refused, FAKE_KEY);
    fake_finish(&fake);
    fake_init(&fake, AUTO, bad);
    fake.next_key = "the-new-key";
    ck_assert_int_eq(call(&fake, HTTP_POST, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_UNAUTHORIZED);
    ck_assert_uint_eq(fake.unauthorized, 1);
    fake_finish(&fake);
}
END_TEST

START_TEST(after_a_401_an_unchanged_key_is_not_tried_again)
{
    static const struct fake_step steps[] = {
        {GET_STEP, .status = 401,
         .body = "{\"code\":\"UNAUTHORIZED\",\"message\":\"" FAKE_KEY " is not valid\"}"},
        {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_UNAUTHORIZED);
    ck_assert_uint_eq(fake.unauthorized, 1);
    ck_assert_ptr_null(strstr(problem.message, FAKE_KEY));
    fake_finish(&fake);
}
END_TEST

static void *set_keys(void *arg)
{
    struct api *api = arg;

    for (int i = 0; i < 200; i++)
        api_set_key(api, i % 2 == 0 ? "an-even-key" : "an-odd-key");
    return NULL;
}

START_TEST(the_key_may_change_at_any_time)
{
    static struct fake_step steps[51];
    struct fake fake;
    struct problem problem;
    pthread_t thread;

    for (size_t i = 0; i < 50; i++)
        steps[i] = (struct fake_step){GET_STEP, GOOD};
    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(pthread_create(&thread, NULL, set_keys, fake.api), 0);
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(call(&fake, HTTP_GET, &problem), 0);
    pthread_join(thread, NULL);
    fake_finish(&fake);
}
END_TEST

void add_key_tests(TCase *tcase)
{
    tcase_add_test(tcase, the_key_is_sent);
    tcase_add_test(tcase, without_a_key_no_header_is_sent);
    tcase_add_test(tcase, after_a_401_a_new_key_is_tried_once);
    tcase_add_test(tcase, after_a_401_an_unchanged_key_is_not_tried_again);
    tcase_add_test(tcase, the_key_may_change_at_any_time);
}
