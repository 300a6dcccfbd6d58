/* SPDX-License-Identifier: MIT */
/*
 * What is known is not read again. Counted are all texts of JSON that the process goes through
 * (json_readings): once by the scanner, which builds on the way, or to find a record's members,
 * which whoever asks first for a field of it does.
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
    counted_from = fixture_readings();
}

static size_t counted(void)
{
    return (size_t)(fixture_readings() - counted_from);
}

/* As `ls -lR` and `find -size` do: names and attributes of all that is in it, at any depth. Returns
 * how many files there were. */
static size_t look_into(struct dir *dir)
{
    struct call *call = fixture_begin("readdir");
    struct listing *listing = NULL;
    size_t files = 0;

    ck_assert_int_eq(vfs_opendir(call, dir, &listing), 0);
    ck_assert_int_eq(listing_fill(call, listing), 0);
    for (size_t i = 0; i < listing_count(listing); i++) {
        struct entry entry;
        ck_assert_int_eq(listing_refresh(call, listing, i), 0);
        ck_assert_int_eq(listing_entry(call, listing, i, &entry), 0);
        files += !node_is_dir(entry.node);
        if (node_is_dir(entry.node))
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

/* What changes nothing is not sent: only what was written is read, and once. */
START_TEST(an_edit_that_changes_nothing_is_read_once)
{
    struct buf document = BUF_EMPTY;

    list_all();
    look("");
    ck_assert_int_eq(fixture_read("drives/data/drive.json", &document), 0);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/drive.json", buf_text(&document)), 0);
    ck_assert_uint_eq(counted(), 1);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/drive.json", "{\"name\": \"data\"}\n"), 0);
    ck_assert_uint_eq(counted(), 1);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/name", "data\n"), 0);
    ck_assert_uint_eq(counted(), 0);
    buf_finish(&document);
}
END_TEST

/* From open to close, the worker that sends it and the journals included: what was written, and the
 * answer; where the API takes whole objects, that of the GET that goes before, too. A field's text
 * is no JSON, unless it is a number or a word. */
static const struct write_row {
    const char *path;
    const char *text;
    size_t most;
} docs_rows[] =
    {
        {"drives/data/drive.json", "{\"name\": \"other\"}\n", 2},
        {"drives/data/name", "other\n", 1},
        {"providers/backups/provider.json", "{\"name\": \"other\"}\n", 3},
        {"providers/backups/provider.json", "{\"s3Config\": {\"bucket\": \"other\"}}\n", 3},
        {"providers/backups/name", "other\n", 2},
        {"providers/backups/s3Config/secretAccessKey", "another secret\n", 2},
},
  openapi_rows[] = {
      {"drives/data/drive.json", "{\"size\": 2222}\n", 2},
      {"drives/data/drive.json", "{\"name\": \"other\", \"size\": 2223}\n", 2},
      {"drives/data/name", "other\n", 1},
      {"drives/data/size", "2222\n", 2},
      {"providers/backups/provider.json", "{\"name\": \"other\"}\n", 3},
      {"providers/backups/name", "other\n", 2},
};

static void assert_write_reads(const struct write_row *row)
{
    struct entry entry;

    ck_assert_int_eq(fixture_find(row->path, &entry), 0);
    node_unref(entry.node);
    size_t requests = fixture_requests();
    start_counting();
    ck_assert_msg(fixture_write(row->path, row->text) == 0, "%s: %s", row->path,
                  fixture_last_error());
    ck_assert_uint_gt(fixture_requests(), requests);
    ck_assert_msg(counted() <= row->most, "%s: %zu", row->path, counted());
}

START_TEST(what_is_written_is_read_once_and_so_is_the_answer)
{
    assert_write_reads(&docs_rows[_i]);
}
END_TEST

START_TEST(what_is_written_is_read_once_and_so_is_the_answer_of_openapi)
{
    assert_write_reads(&openapi_rows[_i]);
}
END_TEST

/* As an editor saves: with all that is there, of which one key is another. */
START_TEST(a_whole_document_is_read_once_too)
{
    struct buf document = BUF_EMPTY;

    ck_assert_int_eq(fixture_read("drives/data/drive.json", &document), 0);
    char *name = strstr(document.data, "\"data\"");
    ck_assert_ptr_nonnull(name);
    memcpy(name, "\"atad\"", 6);
    start_counting();
    ck_assert_int_eq(fixture_write("drives/data/drive.json", buf_text(&document)), 0);
    ck_assert_uint_le(counted(), 2);
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

/* What is missing, and which values of it are used already, is told of what is known. */
START_TEST(a_look_at_a_draft_reads_nothing_of_what_there_is_else)
{
    static const char *const files[] = {"drives/new/.draft", NULL};

    list_all();
    ck_assert_int_eq(fixture_mkdir("drives/new"), 0);
    start_counting();
    read_all(files);
    ck_assert_uint_le(counted(), 2); /* the draft's own document, where names are looked up */
    assert_text("drives/new/.draft", ", as in ");
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
    TCase *openapi = tcase_create("openapi");
    TCase *many = tcase_create("many");

    tcase_add_checked_fixture(docs, fixture_start_docs, fixture_stop);
    tcase_add_test(docs, a_document_is_shown_without_reading_json);
    tcase_add_test(docs, fields_are_slices_of_a_record_whose_members_were_found_once);
    tcase_add_test(docs, a_long_listing_of_resources_reads_no_json_again);
    tcase_add_test(docs, an_edit_that_changes_nothing_is_read_once);
    tcase_add_test(docs, a_whole_document_is_read_once_too);
    tcase_add_loop_test(docs, what_is_written_is_read_once_and_so_is_the_answer, 0,
                        sizeof docs_rows / sizeof docs_rows[0]);
    tcase_add_test(docs, a_look_at_a_draft_reads_nothing_of_what_there_is_else);
    tcase_set_timeout(docs, 60);
    suite_add_tcase(suite, docs);
    tcase_add_checked_fixture(openapi, fixture_start_openapi, fixture_stop);
    tcase_add_loop_test(openapi, what_is_written_is_read_once_and_so_is_the_answer_of_openapi, 0,
                        sizeof openapi_rows / sizeof openapi_rows[0]);
    tcase_set_timeout(openapi, 60);
    suite_add_tcase(suite, openapi);
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
