/* SPDX-License-Identifier: MIT */
/* Directories of thousands: of which entries there are objects. */
#include "config.h"

#include "test_vfs.h"

#include "vfs/vfs_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CROWD 20000
#define FIRST 256 /* those that are given with their attributes in any case */

static struct listing *begin(void)
{
    struct listing *listing = NULL;

    ck_assert_int_eq(vfs_opendir(toy_call("opendir", 0), vfs_root(&toy.vfs), &listing), 0);
    ck_assert_int_eq(listing_fill(toy_call("readdir", 0), listing), 0);
    return listing;
}

/* Reads the entries [from, to) as READDIRPLUS does, and drops what it was given: of how many that
 * was a directory. */
static size_t read_entries(struct listing *listing, size_t from, size_t to)
{
    size_t described = 0;

    for (size_t i = from; i < to; i++) {
        struct entry entry;
        int rc = listing_entry(toy_call("readdir", 0), listing, i, &entry);

        ck_assert(rc == 0 || rc == -EAGAIN);
        if (rc != 0)
            continue;
        described++;
        node_unref(entry.node);
    }
    return described;
}

static struct dir *crowd_dir(unsigned number)
{
    char name[32];

    snprintf(name, sizeof name, "crowd-%u", number);
    return toy_dir(name);
}

static void look_up(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char name[32];

        snprintf(name, sizeof name, "crowd-%u", i);
        ck_assert_int_eq(toy_lookup(vfs_root(&toy.vfs), name, NULL), 0);
    }
}

START_TEST(a_directory_of_thousands_is_given_whole_with_attributes)
{
    toy.crowd = 4000;
    struct listing *listing = begin();
    size_t count = listing_count(listing);

    ck_assert_uint_eq(read_entries(listing, 0, count), count);
    listing_close(listing);
}
END_TEST

START_TEST(a_longer_one_is_given_so_for_who_looks_at_its_entries)
{
    toy.crowd = CROWD;
    struct listing *listing = begin();

    ck_assert_uint_eq(read_entries(listing, 0, 8000), FIRST);
    look_up(1024, 1124);
    ck_assert_uint_eq(read_entries(listing, 8000, 8100), 100);
    ck_assert_uint_eq(read_entries(listing, 8100, 9000), 100); /* twice as many as were looked up */
    ck_assert_uint_eq(read_entries(listing, 9000, 10000), 0);
    look_up(5000, 6000); /* of 1,700: who looks at most looks at all */
    ck_assert_uint_eq(read_entries(listing, 10000, 20000), 10000);
    listing_close(listing);
    listing = begin(); /* another one looks for itself */
    ck_assert_uint_eq(read_entries(listing, 0, 20000), FIRST);
    listing_close(listing);
}
END_TEST

/* The kernel's own copy of a listing knows names only, and a long one would be looked up one by one
 * by who looks at its entries. */
START_TEST(a_long_one_is_not_kept)
{
    toy.lasts = true;
    toy.fresh_ms = 60000;
    toy.crowd = _i == 0 ? 1000 : 5000;
    struct listing *listing = begin();

    ck_assert_int_eq(listing_keep(listing), _i == 0 ? LISTING_FILLS : LISTING_NEW);
    listing_ended(listing);
    listing_close(listing);
    listing = begin();
    ck_assert_int_eq(listing_keep(listing), _i == 0 ? LISTING_KEPT : LISTING_NEW);
    listing_close(listing);
}
END_TEST

/* Whoever was shown a name by a plain listing is kept from acting on another one like who was given
 * its directory. */
START_TEST(a_name_that_was_only_listed_is_remembered)
{
    const unsigned crowd = _i == 0 ? CROWD : 4300; /* as many as may go at once */

    toy.crowd = crowd;
    struct listing *listing = begin();

    read_entries(listing, 0, crowd);
    listing_close(listing);
    toy.crowd_shift = 100000;
    if (_i == 1) { /* somebody has listed it anew meanwhile */
        listing = begin();
        read_entries(listing, 0, crowd);
        listing_close(listing);
    }
    /* Of those that are listed anew it is known for a moment only: one is looked at. */
    for (unsigned i = _i == 0 ? 0 : 2991; i < crowd; i += _i == 0 ? 997 : crowd) {
        char name[32];
        struct dir *dir = crowd_dir(i);

        snprintf(name, sizeof name, "crowd-%u", i);
        /* Of the first ones there were directories, which nobody has kept. */
        ck_assert_msg(dir_is_rebound(dir) == (i >= FIRST), "%s", name);
        toy.passed_ms += DEED_WENT_MS + 1;
        ck_assert(!dir_is_rebound(dir));
        dir_unref(dir);
        dir = crowd_dir(i);
        ck_assert(!dir_is_rebound(dir));
        dir_unref(dir);
    }
}
END_TEST

TCase *crowd_case(void)
{
    TCase *crowd = tcase_create("crowd");

    tcase_add_checked_fixture(crowd, toy_start, toy_stop);
    tcase_add_test(crowd, a_directory_of_thousands_is_given_whole_with_attributes);
    tcase_add_test(crowd, a_longer_one_is_given_so_for_who_looks_at_its_entries);
    tcase_add_loop_test(crowd, a_long_one_is_not_kept, 0, 2);
    tcase_add_loop_test(crowd, a_name_that_was_only_listed_is_remembered, 0, 2);
    return crowd;
}
