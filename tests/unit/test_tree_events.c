/* SPDX-License-Identifier: MIT */
/* Restores and creations, and what is known of them. */
#include "config.h"

#include "tree_fixture.h"

#include <check.h>
#include <errno.h>

#define SNAPSHOT "snapshots/before-upgrade"

START_TEST(touching_restore_restores_and_another_is_busy)
{
    assert_text(SNAPSHOT "/restore", "never\n");
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), 0);
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), -EBUSY);
    ck_assert_int_eq(fixture_write(SNAPSHOT "/restore", "never\n"), 0);
    ck_assert_int_eq(fixture_write(SNAPSHOT "/restore", "yes\n"), -EINVAL);
}
END_TEST

#define NIGHTLY "machines/psm9u09bwu5i/nightly"

static int read_wait(const char *path)
{
    struct buf out = BUF_EMPTY;
    int rc = fixture_read(path, &out);

    buf_finish(&out);
    return rc;
}

/* holds: post-6 */
START_TEST(a_creation_that_no_event_tells_of_is_unknown_after_ten_minutes)
{
    fixture_hide_outcomes();
    ck_assert_int_eq(fixture_mkdir(NIGHTLY), 0);
    for (int64_t passed_ms = 0; passed_ms < 600000; passed_ms += 299000) {
        assert_text(NIGHTLY "/state", "creating\n");
        ck_assert_int_eq(read_wait(NIGHTLY "/wait"), VFS_NOT_YET);
        fixture_pass_ms(299000);
    }
    assert_text(NIGHTLY "/state", "unknown\n");
    ck_assert_int_eq(read_wait(NIGHTLY "/wait"), -EIO);
    assert_error("its outcome is unknown");
}
END_TEST

/* Where there are no events, what is there is ready. */
START_TEST(without_events_a_creation_that_was_found_is_ready)
{
    fixture_hide_outcomes();
    ck_assert_int_eq(fixture_mkdir(NIGHTLY), 0);
    assert_text(NIGHTLY "/state", "ready\n");
    assert_text(NIGHTLY "/wait", "done\n");
    fixture_pass_ms(601000);
    assert_text(NIGHTLY "/state", "ready\n");
}
END_TEST

/* holds: restore-10 */
START_TEST(a_restore_of_unknown_outcome_keeps_others_back_for_ten_minutes)
{
    fixture_hide_outcomes();
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), -EIO);
    size_t sent = fixture_requests();

    for (int64_t passed_ms = 0; passed_ms < 600000; passed_ms += 299000) {
        assert_text(SNAPSHOT "/restore", "unknown\n");
        ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), -EBUSY);
        ck_assert_int_eq(fixture_write(SNAPSHOT "/restore", "{}\n"), -EBUSY);
        fixture_pass_ms(299000);
    }
    assert_text(SNAPSHOT "/restore", "unknown\n");
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), -EIO);
    ck_assert_uint_gt(fixture_requests(), sent);
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), -EBUSY);
}
END_TEST

/* holds: restore-6 */
START_TEST(without_safety_snapshots_a_restore_says_so)
{
    ck_assert_int_eq(fixture_touch(SNAPSHOT "/restore"), 0);
    assert_text(SNAPSHOT "/restore", "done\n");
    assert_error("NOTE");
    assert_error("without a safety snapshot");
}
END_TEST

void add_docs_event_tests(TCase *tests)
{
    tcase_add_test(tests, touching_restore_restores_and_another_is_busy);
    tcase_add_test(tests, a_creation_that_no_event_tells_of_is_unknown_after_ten_minutes);
    tcase_add_test(tests, a_restore_of_unknown_outcome_keeps_others_back_for_ten_minutes);
}

void add_openapi_event_tests(TCase *tests)
{
    tcase_add_test(tests, without_events_a_creation_that_was_found_is_ready);
    tcase_add_test(tests, without_safety_snapshots_a_restore_says_so);
    tcase_add_test(tests, a_restore_of_unknown_outcome_keeps_others_back_for_ten_minutes);
}
