/* SPDX-License-Identifier: MIT */
/* What the listing makes of names. */
#include "config.h"

#include "test_names.h"

#include "tree/resolve.h"
#include "util/file_name.h"
#include "util/json.h"
#include "util/utf8.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what the listing makes of names --------------------------------------------------------- */

/* A cache that knows what the test lists: what looks names up asks it no more than this. */
struct cache {
    struct record_list list;
};

struct record *cache_by_id(struct cache *cache, const struct kind *kind, const char *id)
{
    for (size_t i = 0; i < cache->list.count; i++) {
        struct record *record = cache->list.records[i];

        if (record->kind == kind && strcmp(record->id, id) == 0)
            return record_ref(record);
    }
    return NULL;
}

/* Nothing that the test lists has ever gone. */
bool cache_is_gone(struct cache *cache, const struct kind *kind, const char *id)
{
    (void)cache, (void)kind, (void)id;
    return false;
}

bool cache_records(struct cache *cache, const struct kind *kind, struct record_list *out)
{
    for (size_t i = 0; i < cache->list.count; i++)
        if (cache->list.records[i]->kind == kind)
            ck_assert(record_list_add(out, record_ref(cache->list.records[i])));
    return true;
}

uint64_t cache_names_generation(struct cache *cache, const struct kind *kind)
{
    (void)cache, (void)kind;
    return 0;
}

/* It keeps nothing: each name is judged anew. */
enum name_form cache_name_form(struct cache *cache, const struct record *record)
{
    (void)cache, (void)record;
    return NAME_UNJUDGED;
}

void cache_keep_name_form(struct cache *cache, const struct record *record, uint64_t generation,
                          enum name_form form)
{
    (void)cache, (void)record, (void)generation, (void)form;
}

static bool has_name(const struct record *record, const char *name, size_t name_bytes)
{
    return record->name_bytes == name_bytes && memcmp(record->name, name, name_bytes) == 0;
}

size_t cache_by_name(struct cache *cache, const struct kind *kind, const char *name,
                     size_t name_bytes, const char *machine_id, struct record **out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < cache->list.count; i++) {
        struct record *record = cache->list.records[i];

        if (record->kind != kind || !has_name(record, name, name_bytes) ||
            (machine_id != NULL && strcmp(record->machine_id, machine_id) != 0))
            continue;
        if (count < max)
            out[count] = record_ref(record);
        count++;
    }
    return count;
}

static void list_snapshot(struct cache *cache, const char *json)
{
    struct json_object *object = NULL;

    ck_assert_int_eq(json_read(json, strlen(json), &object, NULL), JSON_OK);
    struct record *record = record_from_json(&kind_snapshots, DIALECT_DOCS, object, NULL);
    ck_assert_ptr_nonnull(record);
    ck_assert(record_list_add(&cache->list, record));
    json_object_put(object);
}

static void snapshot(struct cache *cache, const char *id, const char *name, const char *machine,
                     bool automatic)
{
    struct buf json = BUF_EMPTY;

    ck_assert(buf_printf(&json,
                         "{\"id\":\"%s\",\"name\":\"%s\",\"machineId\":\"%s\","
                         "\"isAutoSnapshot\":%s}",
                         id, name, machine, automatic ? "true" : "false"));
    list_snapshot(cache, json.data);
    buf_finish(&json);
}

static void assert_shown(struct cache *cache, const char *id, const char *expected)
{
    struct record *record = cache_by_id(cache, &kind_snapshots, id);
    struct buf out = BUF_EMPTY;

    ck_assert(name_shown(cache, record, &out));
    ck_assert_str_eq(buf_text(&out), expected);
    buf_finish(&out);
    record_unref(record);
}

/* `expected`: an id, "-" for absent, "? " and the candidates, or "= " and how it is shown. */
static void assert_means(struct cache *cache, const char *machine, const char *file_name,
                         const char *expected)
{
    struct record *record = NULL;
    struct buf candidates = BUF_EMPTY;
    enum name_result result =
        name_resolve(cache, &kind_snapshots, machine, file_name, &record, &candidates);

    ck_assert_int_eq(result == NAME_FOUND, record != NULL);
    if (result == NAME_FOUND)
        ck_assert_str_eq(record->id, expected);
    else if (result == NAME_ABSENT)
        ck_assert_str_eq("-", expected);
    else
        ck_assert_str_eq(buf_text(&candidates), expected + 2);
    ck_assert_int_eq(result == NAME_AMBIGUOUS, expected[0] == '?');
    ck_assert_int_eq(result == NAME_SHOWN_OTHERWISE, expected[0] == '=');
    buf_finish(&candidates);
    record_unref(record);
}

START_TEST(a_name_of_its_own_is_shown_plain)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "one", "ps1", false);
    snapshot(&cache, "sl2", "a/b", "ps1", false);
    snapshot(&cache, "sl3", "sl3", "ps1", false);
    snapshot(&cache, "sl4", "x~sl4", "ps1", false);
    snapshot(&cache, "sl5", "x~sl1", "ps1", false);
    assert_shown(&cache, "sl1", "one");
    assert_shown(&cache, "sl2", "a%2Fb");
    assert_shown(&cache, "sl3", "sl3");
    assert_shown(&cache, "sl4", "x~sl4");
    assert_shown(&cache, "sl5", "x~sl1");
    assert_means(&cache, NULL, "one", "sl1");
    assert_means(&cache, NULL, "a%2Fb", "sl2");
    assert_means(&cache, NULL, "a%2fb", "-");
    assert_means(&cache, NULL, "sl3", "sl3");
    assert_means(&cache, NULL, "x~sl4", "sl4");
    assert_means(&cache, NULL, "x~sl1", "sl5");
    assert_means(&cache, NULL, "two", "-");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(ids_and_names_with_id_always_resolve)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "one", "ps1", false);
    snapshot(&cache, "sl2", "", "ps1", false);
    assert_means(&cache, NULL, "sl1", "sl1");
    assert_means(&cache, NULL, "one~sl1", "sl1");
    assert_means(&cache, NULL, "two~sl1", "-");
    assert_means(&cache, NULL, "~sl1", "-");
    assert_means(&cache, NULL, "one~sl2", "-");
    assert_means(&cache, NULL, "one~", "-");
    assert_shown(&cache, "sl2", "~sl2");
    assert_means(&cache, NULL, "~sl2", "sl2");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(equal_names_are_shown_with_their_ids)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "same", "ps1", false);
    snapshot(&cache, "sl2", "same", "ps2", false);
    snapshot(&cache, "sl3", "same", "ps2", true);
    assert_shown(&cache, "sl1", "same~sl1");
    assert_shown(&cache, "sl2", "same~sl2");
    assert_means(&cache, NULL, "same", "? same~sl1, same~sl2, same~sl3");
    assert_means(&cache, NULL, "same~sl2", "sl2");
    assert_means(&cache, "ps1", "same", "sl1");
    assert_means(&cache, "ps2", "same", "sl2");
    assert_means(&cache, "ps1", "same~sl2", "-");
    assert_means(&cache, "ps1", "sl2", "-");
    assert_means(&cache, "ps3", "same", "-");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(automatic_ones_are_shown_with_their_ids)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "daily", "ps1", true);
    snapshot(&cache, "sl2", "weekly", "ps1", true);
    snapshot(&cache, "sl3", "weekly", "ps1", true);
    assert_shown(&cache, "sl1", "daily~sl1");
    assert_means(&cache, NULL, "daily", "= daily~sl1");
    assert_means(&cache, "ps1", "daily", "= daily~sl1");
    assert_means(&cache, "ps2", "daily", "-");
    ck_assert(!name_is_taken(&cache, &kind_snapshots, NULL, "daily", NULL));
    assert_means(&cache, "ps1", "daily~sl1", "sl1");
    assert_means(&cache, "ps1", "weekly", "? weekly~sl2, weekly~sl3");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(two_of_one_machine_are_ambiguous_there)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "same", "ps1", false);
    snapshot(&cache, "sl2", "same", "ps1", false);
    assert_means(&cache, "ps1", "same", "? same~sl1, same~sl2");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_that_is_anothers_id_is_shown_with_its_own)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "sl2", "ps1", false);
    snapshot(&cache, "sl2", "two", "ps2", false);
    assert_shown(&cache, "sl1", "sl2~sl1");
    assert_means(&cache, NULL, "sl2", "sl2");
    assert_means(&cache, NULL, "sl2~sl1", "sl1");
    assert_means(&cache, "ps2", "sl2", "sl2");
    assert_means(&cache, "ps1", "sl2", "= sl2~sl1");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_that_is_anothers_name_with_id_is_shown_with_its_own)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "two~sl2", "ps1", false);
    snapshot(&cache, "sl2", "two", "ps1", false);
    snapshot(&cache, "sl3", "a/b~sl4", "ps1", false);
    snapshot(&cache, "sl4", "a/b", "ps1", false);
    assert_shown(&cache, "sl1", "two~sl2~sl1");
    assert_shown(&cache, "sl2", "two");
    assert_means(&cache, NULL, "two~sl2", "sl2");
    assert_means(&cache, NULL, "two~sl2~sl1", "sl1");
    assert_shown(&cache, "sl3", "a%2Fb~sl4~sl3");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(a_name_too_long_for_a_file_is_shown_cut)
{
    struct cache cache = {RECORD_LIST_EMPTY};
    char name[257] = "";
    struct buf shown = BUF_EMPTY;

    memset(name, 'n', 256);
    snapshot(&cache, "sl1", name, "ps1", false);
    snapshot(&cache, "sl2", name + 1, "ps1", false);
    assert_shown(&cache, "sl2", name + 1);
    ck_assert(name_with_id(name, 256, "sl1", &shown));
    ck_assert_uint_eq(shown.size_bytes, NAME_MAX_BYTES);
    assert_shown(&cache, "sl1", shown.data);
    assert_means(&cache, NULL, shown.data, "sl1");
    buf_finish(&shown);
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(of_many_candidates_the_first_are_named)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    for (int i = 0; i < 12; i++) {
        char id[16];

        snprintf(id, sizeof id, "s%d", i);
        snapshot(&cache, id, "n", i == 11 ? "ps2" : "ps1", i < 10);
    }
    assert_means(&cache, NULL, "n",
                 "? n~s0, n~s1, n~s2, n~s3, n~s4, n~s5, n~s6, n~s7 and 4 more, as ls shows them");
    assert_means(&cache, "ps1", "n", "s10");
    record_list_finish(&cache.list);
}
END_TEST

START_TEST(names_with_nul_bytes_are_names_too)
{
    struct cache cache = {RECORD_LIST_EMPTY};

    snapshot(&cache, "sl1", "a\\u0000b", "ps1", false);
    snapshot(&cache, "sl2", "a", "ps1", false);
    snapshot(&cache, "sl3", "sl2\\u0000", "ps1", false);
    assert_shown(&cache, "sl1", "a%00b");
    assert_shown(&cache, "sl2", "a");
    assert_shown(&cache, "sl3", "sl2%00");
    assert_means(&cache, NULL, "a%00b", "sl1");
    assert_means(&cache, NULL, "a", "sl2");
    assert_means(&cache, NULL, "sl2%00", "sl3");
    record_list_finish(&cache.list);
}
END_TEST

void add_resolving(TCase *tests)
{
    tcase_add_test(tests, a_name_of_its_own_is_shown_plain);
    tcase_add_test(tests, ids_and_names_with_id_always_resolve);
    tcase_add_test(tests, equal_names_are_shown_with_their_ids);
    tcase_add_test(tests, automatic_ones_are_shown_with_their_ids);
    tcase_add_test(tests, two_of_one_machine_are_ambiguous_there);
    tcase_add_test(tests, a_name_that_is_anothers_id_is_shown_with_its_own);
    tcase_add_test(tests, a_name_that_is_anothers_name_with_id_is_shown_with_its_own);
    tcase_add_test(tests, a_name_too_long_for_a_file_is_shown_cut);
    tcase_add_test(tests, of_many_candidates_the_first_are_named);
    tcase_add_test(tests, names_with_nul_bytes_are_names_too);
}
