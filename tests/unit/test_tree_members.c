/* SPDX-License-Identifier: MIT */
/*
 * What is known is not read again. Counted are all texts of JSON that the process goes through
 * (json_readings): scanned, parsed, or gone through once to find a record's members, which whoever
 * asks first for a field of it does.
 */
#include "config.h"

#include "run_tests.h"
#include "tree/tree.h"
#include "vfs/vfs.h"
#include "tree_fixture.h"
#include "util/json.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MANY 1000

static uint64_t counted_from;

static void start_counting(void)
{
    counted_from = json_readings();
}

static size_t counted(void)
{
    return (size_t)(json_readings() - counted_from);
}

/* As `ls -lR` and `find -size` do: names and attributes of all that is in it, at any depth. Returns
 * how many files there were. */
static size_t look_into(struct dir *dir)
{
    struct call *call = fixture_begin("readdir");
    struct listing *listing = NULL;
    size_t files = 0;

    ck_assert_int_eq(vfs_opendir(call, dir, &listing), 0);
    for (size_t i = 0; i < listing_count(listing); i++) {
        struct entry entry;
        ck_assert_int_eq(listing_refresh(call, listing, i), 0);
        ck_assert_int_eq(listing_entry(call, listing, i, &entry), 0);
        files += entry.node.leaf != 0;
        if (entry.node.leaf == 0)
            files += look_into(entry.node.dir);
        node_unref(entry.node);
    }
    listing_close(listing);
    return files;
}

static size_t look(const char *path)
{
    struct entry entry;

    ck_assert_int_eq(fixture_find(path, &entry), 0);
    size_t files = look_into(entry.node.dir);
    node_unref(entry.node);
    return files;
}

static void read_all(const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        struct buf text = BUF_EMPTY;
        ck_assert_msg(fixture_read(*paths, &text) == 0, "%s", *paths);
        ck_assert_msg(text.size_bytes > 0, "%s", *paths);
        buf_finish(&text);
    }
}

static void list_all(void)
{
    static const char *const kinds[] = {"drives", "snapshots", "providers", "machines"};
    struct statvfs df;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        ck_assert_uint_gt(fixture_count(kinds[i]), 0);
    ck_assert_int_eq(fixture_statfs(false, &df), 0);
}

static const char *const documents[] = {"drives/data/drive.json", "providers/backups/provider.json",
                                        "utilization.json", NULL};
static const char *const fields[] = {"drives/data/size",
                                     "drives/data/name",
                                     "drives/data/region",
                                     "drives/data/password",
                                     "drives/data/fstab",
                                     "drives/data/credentials",
                                     "providers/backups/id",
                                     "providers/backups/s3Config/region",
                                     NULL};

START_TEST(a_document_is_shown_without_reading_json)
{
    list_all();
    start_counting();
    read_all(documents);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

START_TEST(fields_are_slices_of_a_record_whose_members_were_found_once)
{
    list_all();
    start_counting();
    read_all(fields);
    ck_assert_uint_eq(counted(), 2); /* of the drive and the provider, by the first look at each */
    start_counting();
    read_all(fields);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

START_TEST(a_long_listing_of_resources_reads_no_json_again)
{
    struct statvfs df;

    list_all();
    size_t files = look("");
    ck_assert_uint_gt(files, 20);
    start_counting();
    ck_assert_uint_eq(look(""), files);
    ck_assert_uint_eq(look("drives/data"), look("drives/data"));
    ck_assert_int_eq(fixture_statfs(false, &df), 0);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

/* What changes nothing is not sent: so nobody else reads anything meanwhile. */
START_TEST(an_edit_is_read_twice_at_most)
{
    struct buf document = BUF_EMPTY;

    list_all();
    look("");
    ck_assert_int_eq(fixture_read("drives/data/drive.json", &document), 0);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/drive.json", buf_text(&document)), 0);
    ck_assert_uint_le(counted(), 2); /* whether it is whole, and what it says */
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/drive.json", "{\"name\": \"data\"}\n"), 0);
    ck_assert_uint_le(counted(), 2);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/name", "data\n"), 0);
    ck_assert_uint_eq(counted(), 0);
    start_counting();
    ck_assert_int_eq(fixture_write("providers/backups/name", "backups\n"), 0);
    ck_assert_uint_le(counted(), 1);
    buf_finish(&document);
}
END_TEST

START_TEST(sizes_of_all_files_of_a_thousand_resources_read_each_record_once)
{
    ck_assert_uint_eq(fixture_count("snapshots"), MANY);
    start_counting();
    ck_assert_uint_ge(look("snapshots"), 5 * MANY);
    ck_assert_uint_eq(counted(), MANY);
    start_counting();
    ck_assert_uint_ge(look("snapshots"), 5 * MANY);
    ck_assert_uint_ge(look("machines"), 5 * MANY);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

static void start_many(void)
{
    fixture_start_many(MANY);
}

static Suite *members_suite(void)
{
    Suite *suite = suite_create("members");
    TCase *docs = tcase_create("docs");
    TCase *many = tcase_create("many");

    tcase_add_checked_fixture(docs, fixture_start_docs, fixture_stop);
    tcase_add_test(docs, a_document_is_shown_without_reading_json);
    tcase_add_test(docs, fields_are_slices_of_a_record_whose_members_were_found_once);
    tcase_add_test(docs, a_long_listing_of_resources_reads_no_json_again);
    tcase_add_test(docs, an_edit_is_read_twice_at_most);
    tcase_set_timeout(docs, 60);
    suite_add_tcase(suite, docs);
    tcase_add_checked_fixture(many, start_many, fixture_stop);
    tcase_add_test(many, sizes_of_all_files_of_a_thousand_resources_read_each_record_once);
    tcase_set_timeout(many, 60);
    suite_add_tcase(suite, many);
    return suite;
}

int main(void)
{
    return run_tests(srunner_create(members_suite()));
}
