/* SPDX-License-Identifier: MIT */
/* What the operations mean, without a mount. */
#include "config.h"

#include "run_tests.h"
#include "vfs/dir.h"
#include "tree/field_keys.h"
#include "tree_fixture.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRIVE    "drives/data"
#define SNAPSHOT "snapshots/before-upgrade"

START_TEST(the_root_lists_what_is_here)
{
    char *first = fixture_nth("", 0);
    struct stat st;

    ck_assert_str_eq(first, "drives");
    ck_assert_int_eq(fixture_count(""), 7);
    ck_assert_int_eq(fixture_stat("machines", &st), 0);
    ck_assert(S_ISDIR(st.st_mode));
    ck_assert_int_eq(fixture_stat("nothing", &st), -ENOENT);
    ck_assert_str_eq(fixture_last_error(), "");
    free(first);
}
END_TEST

START_TEST(a_document_is_exactly_as_long_as_it_says)
{
    struct buf text = BUF_EMPTY;
    struct stat st;

    ck_assert_int_eq(fixture_read(DRIVE "/drive.json", &text), 0);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json", &st), 0);
    ck_assert_int_eq(st.st_size, text.size_bytes);
    ck_assert(strstr(buf_text(&text), "\"password\": \"********\"") != NULL);
    buf_finish(&text);
}
END_TEST

START_TEST(a_listing_and_all_its_documents_cost_one_request)
{
    size_t count = fixture_count("drives");

    ck_assert_uint_gt(count, 1);
    for (size_t i = 0; i < count; i++) {
        char *name = fixture_nth("drives", i);
        char path[400];
        snprintf(path, sizeof path, "drives/%s/drive.json", name);
        assert_text(path, "\"region\"");
        free(name);
    }
    ck_assert_uint_eq(fixture_requests(), 1);
}
END_TEST

START_TEST(what_is_written_to_a_document_is_an_edit)
{
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": \"new\"}\n"), 0);
    assert_text("drives/new/drive.json", "\"name\": \"new\"");
    ck_assert_uint_eq(fixture_requests(), 2);
    ck_assert_int_eq(fixture_write("drives/new/drive.json", "{\"name\": \"new\"}\n"), 0);
    ck_assert_uint_eq(fixture_requests(), 2);
}
END_TEST

START_TEST(a_refused_edit_sends_nothing_and_says_why)
{
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"size\": 7}\n"), -EINVAL);
    assert_error("size");
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": }\n"), -EINVAL);
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": \"x\"} more\n"), -EINVAL);
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": \"x\""), -EINVAL);
    ck_assert_uint_eq(fixture_requests(), 1);
}
END_TEST

START_TEST(a_provider_is_sent_whole_after_a_fresh_get)
{
    ck_assert_int_eq(
        fixture_write("providers/backups/provider.json", "{\"s3Config\": {\"bucket\": \"b2\"}}\n"),
        0);
    assert_text("providers/backups/provider.json", "\"bucket\": \"b2\"");
    ck_assert_uint_eq(fixture_requests(), 3);
}
END_TEST

START_TEST(a_resource_is_deleted_by_the_rmdir_after_its_files)
{
    struct stat st;

    ck_assert_int_eq(fixture_rmdir(DRIVE), -ENOTEMPTY);
    ck_assert_int_eq(fixture_unlink(DRIVE "/drive.json"), 0);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json", &st), -ENOENT);
    ck_assert_int_eq(fixture_rmdir(DRIVE), -ENOTEMPTY);
    ck_assert_uint_eq(fixture_requests(), 1);
    ck_assert_int_eq(fixture_remove(DRIVE), 0);
    ck_assert_uint_eq(fixture_requests(), 2);
    ck_assert_int_eq(fixture_stat(DRIVE, &st), -ENOENT);
}
END_TEST

static void read_all(const char *path)
{
    size_t count = fixture_count(path);

    ck_assert_uint_gt(count, 1);
    for (size_t i = 0; i < count; i++) {
        struct buf text = BUF_EMPTY;
        char file[600];
        char *name = fixture_nth(path, i);
        snprintf(file, sizeof file, "%s/%s", path, name);
        ck_assert_int_eq(fixture_read(file, &text), 0);
        buf_finish(&text);
        free(name);
    }
}

/* holds: delete-2 */
START_TEST(a_lone_unlink_is_taken_back_after_ten_seconds)
{
    struct stat st;

    ck_assert_int_eq(fixture_unlink(DRIVE "/drive.json"), 0);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json", &st), -ENOENT);
    fixture_pass_ms(9000);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json", &st), -ENOENT);
    fixture_pass_ms(1100);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json", &st), 0);
    assert_error("rm -r drives/data");
}
END_TEST

/* A move may stand still between copying and removing. */
/* holds: move-1 */
START_TEST(who_has_read_all_of_it_does_not_delete_it_for_a_day)
{
    read_all(DRIVE);
    ck_assert_int_eq(fixture_remove(DRIVE), -EPERM);
    assert_error("from another command");
    fixture_pass_ms(3600000);
    ck_assert_int_eq(fixture_remove(DRIVE), -EPERM);
    fixture_pass_ms(86400000 + 1);
    ck_assert_int_eq(fixture_remove(DRIVE), 0);
}
END_TEST

/* holds: move-3 */
START_TEST(those_whose_process_is_not_known_wait_a_minute)
{
    fixture_pid = 0;
    read_all(DRIVE);
    fixture_pass_ms(50000);
    ck_assert_int_eq(fixture_remove(DRIVE), -EPERM);
    assert_error("wait a minute");
    fixture_pass_ms(61000);
    ck_assert_int_eq(fixture_remove(DRIVE), 0);
}
END_TEST

START_TEST(mkdir_in_a_machine_takes_a_snapshot)
{
    struct stat st;

    ck_assert_int_eq(fixture_mkdir("machines/psm9u09bwu5i/nightly"), 0);
    ck_assert_int_eq(fixture_stat("snapshots/nightly/snapshot.json", &st), 0);
    ck_assert_int_eq(fixture_mkdir("machines/psm9u09bwu5i/nightly"), -EEXIST);
    ck_assert_int_eq(fixture_mkdir("snapshots/other"), -EINVAL);
    assert_error("mkdir machines/MACHINEID/other");
    ck_assert_int_eq(fixture_mkdir("elsewhere"), -EPERM);
}
END_TEST

/* holds: snap-3 */
START_TEST(a_machine_that_has_nothing_goes_with_its_first_failed_create)
{
    struct stat st;

    ck_assert_int_eq(fixture_mkdir("machines/psmissing"), 0);
    ck_assert_int_eq(fixture_stat("machines/psmissing", &st), 0);
    ck_assert_int_eq(fixture_mkdir("machines/psmissing/a"), -ENOENT);
    ck_assert_int_eq(fixture_stat("machines/psmissing", &st), -ENOENT);
    ck_assert_int_eq(fixture_mkdir("machines/psother"), 0);
    fixture_pass_ms(601000);
    ck_assert_int_eq(fixture_stat("machines/psother", &st), -ENOENT);
}
END_TEST

START_TEST(a_draft_is_completed_by_a_whole_document)
{
    struct stat st;

    ck_assert_int_eq(fixture_mkdir("drives/scratch"), 0);
    assert_text("drives/scratch/.draft", "networkId");
    ck_assert_int_eq(fixture_write("drives/scratch/drive.json", "{\"size\": 50}\n"), -EINVAL);
    assert_error("region");
    ck_assert_uint_eq(fixture_requests(), 1);
    ck_assert_int_eq(fixture_write("drives/scratch/drive.json",
                                   "{\"size\": 50, \"region\": \"ny2\", \"networkId\": "
                                   "\"nwhoe4ox\"}\n"),
                     0);
    ck_assert_int_eq(fixture_stat("drives/scratch/.draft", &st), -ENOENT);
    assert_text("drives/scratch/drive.json", "\"id\": \"");
    ck_assert_uint_eq(fixture_requests(), 2);
}
END_TEST

START_TEST(a_draft_is_renamed_and_removed_without_a_request)
{
    ck_assert_int_eq(fixture_mkdir("drives/a"), 0);
    ck_assert_int_eq(fixture_rename("drives/a", "drives/b"), 0);
    assert_text("drives/b/drive.json", "\"size\": null");
    ck_assert_int_eq(fixture_rename("drives/b", DRIVE), -EEXIST);
    ck_assert_int_eq(fixture_rmdir("drives/b"), -ENOTEMPTY);
    ck_assert_int_eq(fixture_remove("drives/b"), 0);
    ck_assert_uint_eq(fixture_requests(), 1);
}
END_TEST

START_TEST(every_key_is_a_file)
{
    struct stat st;
    char *nested = fixture_nth("providers/backups/s3Config", 0);

    assert_text(DRIVE "/name", "data\n");
    assert_text(DRIVE "/size", "1000\n");
    ck_assert_int_eq(fixture_stat(DRIVE "/dtDeleted", &st), 0);
    ck_assert_int_eq(st.st_size, 0);
    ck_assert_int_eq(fixture_stat(DRIVE "/password", &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0400);
    ck_assert_int_eq(fixture_stat("providers/backups/s3Config/secretAccessKey", &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
    ck_assert_str_eq(nested, "accessKey");
    ck_assert_uint_eq(fixture_requests(), 2);
    free(nested);
}
END_TEST

START_TEST(writing_a_field_sends_that_key)
{
    ck_assert_int_eq(fixture_write(DRIVE "/size", "7\n"), -EACCES);
    ck_assert_int_eq(fixture_write(DRIVE "/name", "\n"), -EINVAL);
    ck_assert_int_eq(fixture_write("providers/backups/s3Config/retainData", "maybe\n"), -EINVAL);
    assert_error("true or false");
    ck_assert_int_eq(fixture_write("providers/backups/s3Config/endpoint", "https://s3\n"), 0);
    ck_assert_int_eq(fixture_write("providers/backups/s3Config/endpoint", "\n"), 0);
    assert_text("providers/backups/provider.json", "\"endpoint\": null");
    ck_assert_int_eq(fixture_write(DRIVE "/name", "archive 2\n"), 0);
    assert_text("drives/archive 2/name", "archive 2\n");
}
END_TEST

START_TEST(fields_complete_a_draft)
{
    ck_assert_int_eq(fixture_mkdir("drives/new"), 0);
    ck_assert_int_eq(fixture_write("drives/new/size", "50\n"), 0);
    ck_assert_int_eq(fixture_write("drives/new/region", "ny2\n"), 0);
    ck_assert_uint_eq(fixture_requests(), 1);
    assert_text("drives/new/.draft", "missing: networkId");
    ck_assert_int_eq(fixture_write("drives/new/networkId", "nwhoe4ox\n"), 0);
    ck_assert_uint_eq(fixture_requests(), 2);
    assert_text("drives/new/size", "50\n");
}
END_TEST

START_TEST(views_of_a_resource_are_nodes_of_their_own)
{
    struct entry by_name;
    struct entry by_machine;

    ck_assert_int_eq(fixture_find(SNAPSHOT, &by_name), 0);
    ck_assert_int_eq(fixture_find("machines/psm9u09bwu5i/before-upgrade", &by_machine), 0);
    ck_assert_uint_ne(by_name.st.st_ino, by_machine.st.st_ino);
    ck_assert_ptr_ne(by_name.node.dir, by_machine.node.dir);
    node_unref(by_name.node);
    node_unref(by_machine.node);
}
END_TEST

START_TEST(a_rename_sends_the_new_name)
{
    struct stat st;

    ck_assert_int_eq(fixture_rename(DRIVE, "drives/big"), 0);
    ck_assert_int_eq(fixture_stat("drives/big", &st), 0);
    ck_assert_int_eq(fixture_stat(DRIVE, &st), -ENOENT);
    ck_assert_int_eq(fixture_rename("drives/big", "drives/archive"), -ENOTEMPTY);
    ck_assert_int_eq(fixture_rename("drives/big", "snapshots/big"), -EPERM);
    ck_assert_int_eq(fixture_rename("drives", "files"), -EPERM);
}
END_TEST

START_TEST(df_shows_the_plan_unless_it_is_interrupted)
{
    struct statvfs plan;

    ck_assert_int_eq(fixture_statfs(true, &plan), 0);
    ck_assert_uint_eq(plan.f_blocks, 0);
    ck_assert_int_eq(fixture_statfs(false, &plan), 0);
    ck_assert_uint_gt(plan.f_blocks, plan.f_bavail);
}
END_TEST

/* holds: path-7 path-8 path-9 */
START_TEST(old_names_lead_their_editor_to_the_new_one)
{
    struct stat st;

    ck_assert_int_eq(fixture_write(DRIVE "/name", "one\n"), 0);
    ck_assert_int_eq(fixture_stat(DRIVE, &st), -ENOENT);
    assert_text("drives/one/name", "one");
    ck_assert_int_eq(fixture_write("drives/one/name", "two\n"), 0);
    ck_assert_int_eq(fixture_stat("drives/one", &st), 0);
    fixture_pid = getppid();
    ck_assert_int_eq(fixture_stat("drives/one", &st), -ENOENT);
    fixture_pid = getpid();
    fixture_pass_ms(601000);
    ck_assert_int_eq(fixture_stat("drives/one", &st), -ENOENT);
}
END_TEST

START_TEST(a_name_that_is_taken_is_refused)
{
    ck_assert_int_eq(fixture_write(DRIVE "/name", "archive\n"), -EEXIST);
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": \"archive\"}\n"), -EEXIST);
    ck_assert_uint_eq(fixture_requests(), 1);
}
END_TEST

START_TEST(a_refused_document_is_kept_beside_it)
{
    struct stat st;

    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"nmae\": \"x\"}\n"), -EINVAL);
    assert_text(DRIVE "/drive.json.rej", "nmae");
    ck_assert_int_eq(fixture_write(DRIVE "/drive.json", "{\"name\": \"data\"}\n"), 0);
    ck_assert_int_eq(fixture_stat(DRIVE "/drive.json.rej", &st), -ENOENT);
}
END_TEST

/* holds: fail-4 */
START_TEST(a_refused_document_with_a_secret_is_not_listed)
{
    struct stat st;
    size_t listed = fixture_count("providers/backups");

    ck_assert_int_eq(fixture_write("providers/backups/provider.json",
                                   "{\"x\": 1, \"s3Config\": {\"secretAccessKey\": \"abc\"}}\n"),
                     -EINVAL);
    ck_assert_int_eq(fixture_stat("providers/backups/provider.json.rej", &st), 0);
    ck_assert_uint_eq(fixture_count("providers/backups"), listed);
}
END_TEST

/* holds: path-1 */
START_TEST(a_name_that_means_another_by_now_is_busy)
{
    struct stat st;

    ck_assert_int_eq(fixture_stat(DRIVE, &st), 0);
    ck_assert_int_eq(fixture_write("drives/sdvkpg3v2v/name", "old\n"), 0);
    ck_assert_int_eq(fixture_write("drives/sdq7h2m4xc/name", "data\n"), 0);
    size_t sent = fixture_requests();
    ck_assert_int_eq(fixture_rename(DRIVE, "drives/other"), -EBUSY);
    ck_assert_int_eq(fixture_rmdir(DRIVE), -EBUSY);
    ck_assert_uint_eq(fixture_requests(), sent);
}
END_TEST

START_TEST(status_tells_of_each_kind)
{
    assert_text(".paperspacefs/status.json", "\"utilization\": {");
    fixture_count("drives");
    assert_text(".paperspacefs/status.json", "\"state\": \"accepted\"");
    assert_text("README", "mkdir machines/MACHINEID/NAME");
    assert_text("utilization.json", "{");
}
END_TEST

static TCase *in_docs(void)
{
    TCase *docs = tcase_create("docs");

    tcase_add_checked_fixture(docs, fixture_start_docs, fixture_stop);
    tcase_set_timeout(docs, 60);
    tcase_add_test(docs, the_root_lists_what_is_here);
    tcase_add_test(docs, a_document_is_exactly_as_long_as_it_says);
    tcase_add_test(docs, a_listing_and_all_its_documents_cost_one_request);
    tcase_add_test(docs, what_is_written_to_a_document_is_an_edit);
    tcase_add_test(docs, a_refused_edit_sends_nothing_and_says_why);
    tcase_add_test(docs, a_provider_is_sent_whole_after_a_fresh_get);
    tcase_add_test(docs, a_resource_is_deleted_by_the_rmdir_after_its_files);
    tcase_add_test(docs, a_lone_unlink_is_taken_back_after_ten_seconds);
    tcase_add_test(docs, who_has_read_all_of_it_does_not_delete_it_for_a_day);
    tcase_add_test(docs, those_whose_process_is_not_known_wait_a_minute);
    tcase_add_test(docs, mkdir_in_a_machine_takes_a_snapshot);
    tcase_add_test(docs, a_machine_that_has_nothing_goes_with_its_first_failed_create);
    tcase_add_test(docs, a_draft_is_completed_by_a_whole_document);
    tcase_add_test(docs, a_draft_is_renamed_and_removed_without_a_request);
    tcase_add_test(docs, every_key_is_a_file);
    tcase_add_test(docs, writing_a_field_sends_that_key);
    tcase_add_test(docs, fields_complete_a_draft);
    tcase_add_test(docs, df_shows_the_plan_unless_it_is_interrupted);
    tcase_add_test(docs, old_names_lead_their_editor_to_the_new_one);
    tcase_add_test(docs, a_name_that_is_taken_is_refused);
    tcase_add_test(docs, a_refused_document_is_kept_beside_it);
    tcase_add_test(docs, a_refused_document_with_a_secret_is_not_listed);
    tcase_add_test(docs, a_name_that_means_another_by_now_is_busy);
    tcase_add_test(docs, views_of_a_resource_are_nodes_of_their_own);
    tcase_add_test(docs, a_rename_sends_the_new_name);
    tcase_add_test(docs, status_tells_of_each_kind);
    add_number_tests(docs);
    add_docs_event_tests(docs);
    return docs;
}

static TCase *in_openapi(void)
{
    TCase *openapi = tcase_create("openapi");

    tcase_add_checked_fixture(openapi, fixture_start_openapi, fixture_stop);
    tcase_set_timeout(openapi, 60);
    tcase_add_test(openapi, the_root_lists_what_is_here);
    tcase_add_test(openapi, a_listing_and_all_its_documents_cost_one_request);
    tcase_add_test(openapi, what_is_written_to_a_document_is_an_edit);
    tcase_add_test(openapi, a_resource_is_deleted_by_the_rmdir_after_its_files);
    tcase_add_test(openapi, mkdir_in_a_machine_takes_a_snapshot);
    tcase_add_test(openapi, a_rename_sends_the_new_name);
    tcase_add_test(openapi, status_tells_of_each_kind);
    add_openapi_event_tests(openapi);
    return openapi;
}

int main(void)
{
    Suite *suite = suite_create("tree");

    suite_add_tcase(suite, in_docs());
    suite_add_tcase(suite, in_openapi());
    return run_tests(srunner_create(suite));
}
