/* SPDX-License-Identifier: MIT */
/* A listing lacks nothing and has nothing twice, whatever happens while it is read. */
#include "config.h"

#include "tree_fixture.h"

#include "tree/tree.h"
#include "run_tests.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVE "drives/data"
#define WHOLE \
    "{\"name\": \"new\", \"size\": 100, \"region\": \"ny2\", \"networkId\": \"nwhoe4ox\"}\n"
#define NAMES   400
#define TIMES   300
#define STAYING 20
#define WAIT_MS 10000

/* One open directory, with a call of its own: any thread. */
struct reading {
    struct cancel cancel;
    struct call call;
    struct dir *found; /* a reference, if it was looked for; else NULL */
    struct listing *listing;
};

static void open_dir(struct reading *reading, struct dir *dir)
{
    cancel_init(&reading->cancel, NULL, clock_now_ms(&clock_system) + WAIT_MS);
    reading->call = (struct call){.cancel = &reading->cancel, .pid = 1, .op = "readdir"};
    reading->found = NULL;
    ck_assert_int_eq(vfs_opendir(&reading->call, dir, &reading->listing), 0);
    ck_assert_int_eq(listing_fill(&reading->call, reading->listing), 0);
}

static void open_path(struct reading *reading, const char *path)
{
    struct entry entry;

    ck_assert_int_eq(fixture_find(path, &entry), 0);
    open_dir(reading, entry.node.dir);
    reading->found = entry.node.dir;
}

static void close_dir(struct reading *reading)
{
    listing_close(reading->listing);
    dir_unref(reading->found);
    cancel_finish(&reading->cancel);
}

/* Reads on, as the kernel does with attributes: the names, borrowed from the listing. */
static size_t read_on(struct reading *reading, const char *names[NAMES])
{
    size_t count = 0;

    for (size_t i = 0; i < listing_count(reading->listing); i++) {
        struct entry entry;
        if (listing_refresh(&reading->call, reading->listing, i) != 0)
            continue;
        int rc = listing_entry(&reading->call, reading->listing, i, &entry);
        if (rc == -ENOENT) /* it went just now: fs leaves it out, too */
            continue;
        ck_assert_msg(rc == 0, "%s: %d", listing_name(reading->listing, i), rc);
        node_unref(entry.node);
        ck_assert_uint_lt(count, NAMES);
        names[count++] = listing_name(reading->listing, i);
    }
    return count;
}

static size_t occurs(const char *const *names, size_t count, const char *name)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += strcmp(names[i], name) == 0;
    return found;
}

/* How often the name is in what is read of the directory. */
static size_t times_in(struct reading *reading, const char *name)
{
    const char *names[NAMES];
    size_t count = read_on(reading, names);

    return occurs(names, count, name);
}

START_TEST(a_draft_that_becomes_a_resource_stays)
{
    struct reading reading;
    struct entry entry;

    ck_assert_int_eq(fixture_mkdir("drives/new"), 0);
    open_path(&reading, "drives");
    size_t count = listing_count(reading.listing);
    ck_assert_int_eq(fixture_write("drives/new/drive.json", WHOLE), 0);
    ck_assert_uint_eq(times_in(&reading, "new"), 1);
    close_dir(&reading);
    open_path(&reading, "drives");
    ck_assert_uint_eq(listing_count(reading.listing), count);
    ck_assert_uint_eq(times_in(&reading, "new"), 1);
    close_dir(&reading);
    ck_assert_int_eq(fixture_find("drives/new", &entry), 0);
    node_unref(entry.node);
}
END_TEST

START_TEST(a_draft_that_is_removed_goes_and_one_that_is_renamed_is_under_its_new_name)
{
    struct reading reading;

    ck_assert_int_eq(fixture_mkdir("drives/gone"), 0);
    ck_assert_int_eq(fixture_mkdir("drives/old"), 0);
    open_path(&reading, "drives");
    ck_assert_int_eq(fixture_remove("drives/gone"), 0);
    ck_assert_int_eq(fixture_rename("drives/old", "drives/gone"), 0);
    ck_assert_uint_eq(times_in(&reading, "old"), 0);
    ck_assert_uint_eq(times_in(&reading, "gone"), 1);
    close_dir(&reading);
}
END_TEST

START_TEST(a_resource_that_is_renamed_is_under_its_new_name)
{
    struct reading reading;
    struct entry entry;

    open_path(&reading, "drives");
    ck_assert_int_eq(fixture_rename(DRIVE, "drives/moved"), 0);
    ck_assert_uint_eq(times_in(&reading, "data"), 0);
    ck_assert_uint_eq(times_in(&reading, "moved"), 1);
    close_dir(&reading);
    ck_assert_int_eq(fixture_find("drives/moved", &entry), 0);
    node_unref(entry.node);
    ck_assert_int_eq(fixture_find(DRIVE, &entry), -ENOENT);
}
END_TEST

START_TEST(a_file_that_another_is_moved_onto_stays)
{
    struct reading reading;
    const char *names[NAMES];

    ck_assert_int_eq(fixture_create(DRIVE "/tmp", "{\"name\": \"data\"}\n"), 0);
    ck_assert_int_eq(fixture_create(DRIVE "/first", "x"), 0);
    open_path(&reading, DRIVE);
    ck_assert_int_eq(fixture_rename(DRIVE "/tmp", DRIVE "/drive.json"), 0);
    ck_assert_int_eq(fixture_rename(DRIVE "/first", DRIVE "/second"), 0);
    ck_assert_int_eq(fixture_unlink(DRIVE "/size"), 0);
    size_t count = read_on(&reading, names);
    ck_assert_uint_eq(occurs(names, count, "drive.json"), 1);
    ck_assert_uint_eq(occurs(names, count, "tmp"), 0);
    ck_assert_uint_eq(occurs(names, count, "first"), 0);
    ck_assert_uint_eq(occurs(names, count, "second"), 1);
    ck_assert_uint_eq(occurs(names, count, "size"), 0);
    close_dir(&reading);
}
END_TEST

/* --- many at once ----------------------------------------------------------------------------- */

static atomic_bool enough;

static void remove_draft(struct call *call, struct dir *drives, const char *name)
{
    struct listing *listing = NULL;
    struct entry entry;

    if (vfs_lookup(call, drives, name, &entry) != 0)
        return;
    if (vfs_opendir(call, entry.node.dir, &listing) == 0 && listing_fill(call, listing) == 0)
        for (size_t i = 0; i < listing_count(listing); i++)
            vfs_unlink(call, entry.node.dir, listing_name(listing, i));
    listing_close(listing);
    vfs_rmdir(call, drives, name);
    node_unref(entry.node);
}

/* Makes and removes drafts, in a call of its own, as the fixture's is one thread's only. */
static void *come_and_go(void *arg)
{
    struct dir *drives = arg;
    struct cancel cancel;

    cancel_init(&cancel, NULL, clock_now_ms(&clock_system) + WAIT_MS);
    for (unsigned n = 0; !enough; n++) {
        struct call call = {.cancel = &cancel, .pid = 1, .op = "rename"};
        struct entry entry = {0};
        char name[40];
        char other[40];
        snprintf(name, sizeof name, "passing-%u", n % 7);
        snprintf(other, sizeof other, "other-%u", n % 5);
        if (vfs_mkdir(&call, drives, name, 0755, &entry) == 0)
            node_unref(entry.node);
        vfs_rename(&call, drives, name, drives, other, 0);
        remove_draft(&call, drives, other);
    }
    cancel_finish(&cancel);
    return NULL;
}

static void check_once(struct dir *drives)
{
    const char *names[NAMES];
    struct reading reading;
    char name[40];

    open_dir(&reading, drives);
    size_t count = read_on(&reading, names);
    for (int i = 0; i < STAYING; i++) {
        snprintf(name, sizeof name, "staying-%d", i);
        ck_assert_msg(occurs(names, count, name) == 1, "%s: %zu times", name,
                      occurs(names, count, name));
    }
    close_dir(&reading);
}

/* holds: list-1 */
START_TEST(drafts_that_stay_are_in_every_listing_once)
{
    struct entry entry;
    pthread_t other;
    char path[40];

    for (int i = 0; i < STAYING; i++) {
        snprintf(path, sizeof path, "drives/staying-%d", i);
        ck_assert_int_eq(fixture_mkdir(path), 0);
    }
    ck_assert_int_eq(fixture_find("drives", &entry), 0);
    enough = false;
    ck_assert_int_eq(pthread_create(&other, NULL, come_and_go, entry.node.dir), 0);
    for (int i = 0; i < TIMES; i++)
        check_once(entry.node.dir);
    enough = true;
    pthread_join(other, NULL);
    node_unref(entry.node);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listings");
    TCase *one = tcase_create("one");
    TCase *many = tcase_create("many");

    tcase_add_checked_fixture(one, fixture_start_docs, fixture_stop);
    tcase_add_test(one, a_draft_that_becomes_a_resource_stays);
    tcase_add_test(one, a_draft_that_is_removed_goes_and_one_that_is_renamed_is_under_its_new_name);
    tcase_add_test(one, a_resource_that_is_renamed_is_under_its_new_name);
    tcase_add_test(one, a_file_that_another_is_moved_onto_stays);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(many, fixture_start_docs, fixture_stop);
    tcase_set_timeout(many, 60);
    tcase_add_test(many, drafts_that_stay_are_in_every_listing_once);
    suite_add_tcase(suite, many);
    return run_tests(srunner_create(suite));
}
