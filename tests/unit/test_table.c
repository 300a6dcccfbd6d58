/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "util/table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The owner: element n has the key keys[n]; 0: it is not there. */
#define ELEMENTS 5000

static uint32_t keys[ELEMENTS + 1];
static struct table table;
static uint32_t hash_bits; /* those of the hash that are used: few, and many have the same */

static uint32_t hash_of(uint32_t key)
{
    return table_hash(&key, sizeof key) & hash_bits;
}

static bool is(const void *owner, uint32_t number, const void *key)
{
    ck_assert_ptr_eq(owner, keys);
    return keys[number] == *(const uint32_t *)key;
}

static uint32_t find(uint32_t key)
{
    return table_find(&table, hash_of(key), is, keys, &key);
}

static void add(uint32_t number, uint32_t key)
{
    keys[number] = key;
    ck_assert(table_add(&table, hash_of(key), number));
}

static void drop(uint32_t number)
{
    table_remove(&table, hash_of(keys[number]), number);
    keys[number] = 0;
}

static void setup(void)
{
    memset(keys, 0, sizeof keys);
    table = TABLE_EMPTY;
    hash_bits = UINT32_MAX;
}

static void teardown(void)
{
    table_finish(&table);
    ck_assert_ptr_null(table.slots);
    ck_assert_uint_eq(table.count, 0);
}

START_TEST(test_an_empty_one_has_nothing_and_takes_nothing)
{
    ck_assert_uint_eq(find(1), TABLE_NONE);
    ck_assert_ptr_null(table.slots);
}
END_TEST

START_TEST(test_another_takes_the_place_of_one)
{
    add(1, 7);
    keys[2] = 7;
    table_replace(&table, hash_of(7), 1, 2);
    ck_assert_uint_eq(find(7), 2);
    ck_assert_uint_eq(table.count, 1);
    table_remove(&table, hash_of(7), 2);
    ck_assert_uint_eq(find(7), TABLE_NONE);
}
END_TEST

/* Each of `ELEMENTS` is found while it is there, by a plain array's account, whatever comes and
 * goes, in whatever order; also where all hashes lead to a few slots, and round the end. */
static const uint32_t kept_bits[] = {UINT32_MAX, 0x3ff, 0xf, 0, 0x80000000};

static void expect_all(void)
{
    size_t there = 0;

    for (uint32_t n = 1; n <= ELEMENTS; n++)
        if (keys[n] != 0) {
            there++;
            ck_assert_uint_eq(find(keys[n]), n);
        }
    ck_assert_uint_eq(table.count, there);
}

START_TEST(test_what_is_there_is_found_and_nothing_else)
{
    hash_bits = kept_bits[_i];
    uint32_t elements = hash_bits == UINT32_MAX ? ELEMENTS : ELEMENTS / 16;
    uint32_t next = 1;
    unsigned seed = 1;

    for (int round = 0; round < 6; round++) {
        unsigned more = round < 3 ? 3 : 1; /* of four steps, those that add one */
        for (uint32_t step = 0; step < elements * 2; step++) {
            uint32_t n = (uint32_t)rand_r(&seed) % elements + 1;
            bool adds = (unsigned)rand_r(&seed) % 4 < more;
            if (adds && keys[n] == 0)
                add(n, next++);
            else if (!adds && keys[n] != 0)
                drop(n);
        }
        expect_all();
        ck_assert_uint_eq(find(next), TABLE_NONE);
    }
    for (uint32_t n = 1; n <= elements; n++)
        if (keys[n] != 0)
            drop(n);
    ck_assert_uint_eq(table.count, 0);
    ck_assert_uint_le(table.capacity, 16);
}
END_TEST

START_TEST(test_it_takes_at_most_20_bytes_each_and_gives_back)
{
    for (uint32_t n = 1; n <= ELEMENTS; n++) {
        add(n, n);
        ck_assert_uint_le(table.count * 5, table.capacity * 4);
    }
    ck_assert_uint_le(table.capacity * 8, (size_t)ELEMENTS * 20);
    for (uint32_t n = ELEMENTS; n > 10; n--)
        drop(n);
    ck_assert_uint_le(table.capacity, 128);
    expect_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_one_has_nothing_and_takes_nothing);
    tcase_add_test(tcase, test_another_takes_the_place_of_one);
    tcase_add_loop_test(tcase, test_what_is_there_is_found_and_nothing_else, 0,
                        sizeof kept_bits / sizeof kept_bits[0]);
    tcase_add_test(tcase, test_it_takes_at_most_20_bytes_each_and_gives_back);
    suite_add_tcase(suite, tcase);
    return run_tests(srunner_create(suite));
}
