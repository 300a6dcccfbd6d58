/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"
#include "util/json.h"
#include "util/file_name.h"
#include "run_tests.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Every table of fields, of every kind and dialect, nested ones too. */
static void each_table(void (*check)(const struct field *fields))
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        for (size_t d = 0; d < DIALECT_COUNT; d++) {
            const struct kind_shape *shape = &kinds_all[i]->shapes[d];
            check(shape->fields);
            for (const struct field *field = shape->fields; field != NULL && field->key != NULL;
                 field++)
                if (field->members != NULL)
                    check(field->members);
            if (shape->restore != NULL && shape->restore->fields != NULL)
                check(shape->restore->fields);
        }
}

static void check_required(const struct field *fields)
{
    for (; fields != NULL && fields->key != NULL; fields++)
        if ((fields->flags & FIELD_REQUIRED) != 0)
            ck_assert_msg((fields->flags & FIELD_CREATE) != 0, "%s", fields->key);
}

START_TEST(required_fields_can_be_given)
{
    each_table(check_required);
}
END_TEST

static void check_unique(const struct field *fields)
{
    for (const struct field *field = fields; field != NULL && field->key != NULL; field++)
        ck_assert_ptr_eq(field_find(fields, field->key, strlen(field->key)), field);
}

START_TEST(keys_are_unique)
{
    each_table(check_unique);
}
END_TEST

static void check_types(const struct field *fields)
{
    for (; fields != NULL && fields->key != NULL; fields++) {
        ck_assert_msg((fields->type == FIELD_OBJECT) == (fields->members != NULL), "%s",
                      fields->key);
        if ((fields->flags & FIELD_UNANSWERED) != 0)
            ck_assert_msg((fields->flags & FIELD_CREATE) != 0, "%s", fields->key);
        if ((fields->flags & FIELD_SECRET) != 0)
            ck_assert_msg(field_is_secret(fields->key), "%s", fields->key);
    }
}

START_TEST(types_and_flags_agree)
{
    each_table(check_types);
}
END_TEST

static void check_initial(const struct field *fields)
{
    for (; fields != NULL && fields->key != NULL; fields++) {
        struct json_object *value = NULL;
        if (fields->initial == NULL)
            continue;
        ck_assert_int_eq(json_read(fields->initial, strlen(fields->initial), &value, NULL),
                         JSON_OK);
        json_object_put(value);
        ck_assert((fields->flags & FIELD_CREATE) != 0);
    }
}

START_TEST(defaults_are_json)
{
    each_table(check_initial);
}
END_TEST

START_TEST(secrets_are_known_by_key)
{
    ck_assert(field_is_secret("password"));
    ck_assert(field_is_secret("secretAccessKey"));
    ck_assert(field_is_secret("secretKey"));
    ck_assert(!field_is_secret("accessKey"));
    ck_assert(!field_is_secret("name"));
    ck_assert(!field_is_secret(""));
}
END_TEST

START_TEST(kinds_are_whole)
{
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        const struct kind *kind = kinds_all[i];
        ck_assert_uint_eq(kind_index(kind), i);
        ck_assert_int_eq(kind->path[0], '/');
        ck_assert_ptr_nonnull(kind->noun);
        ck_assert_ptr_nonnull(strstr(kind->document, ".json"));
        ck_assert_int_eq(kind->singleton, kind->plural == NULL);
        ck_assert(!kind->singleton || !kind_changes(kind));
        ck_assert(kind_is_in(kind, DIALECT_DOCS) || kind_is_in(kind, DIALECT_OPENAPI));
    }
    ck_assert_ptr_null(kinds_all[KINDS_COUNT]);
}
END_TEST

static const char *name_at_root(const struct kind *kind, size_t place)
{
    const char *const names[] = {kind->plural, kind->singleton ? kind->document : NULL,
                                 kind->view == NULL ? NULL : kind->view->directory};

    return place < sizeof names / sizeof *names ? names[place] : NULL;
}

START_TEST(nothing_at_the_root_has_the_name_of_another)
{
    for (size_t i = 0; i < KINDS_COUNT * 3; i++)
        for (size_t other = 0; other < i; other++) {
            const char *a = name_at_root(kinds_all[i / 3], i % 3);
            const char *b = name_at_root(kinds_all[other / 3], other % 3);
            ck_assert_msg(a == NULL || b == NULL || strcmp(a, b) != 0, "%s", a);
        }
}
END_TEST

START_TEST(a_view_knows_what_its_resources_belong_to)
{
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        const struct kind *kind = kinds_all[i];
        ck_assert(kind->view == NULL || kind->machine_key != NULL);
        ck_assert(kind->view != NULL || kind->create != CREATE_IN_VIEW);
    }
}
END_TEST

static bool restore_takes_body(const struct restore_row *restore)
{
    return restore->default_body != NULL;
}

/* What the storage API has beside storage can be read, and that in one dialect. */
START_TEST(what_can_only_be_read_has_no_changes)
{
    static const struct field fields[] = {{"id", FIELD_STRING, 0, NULL, NULL},
                                          {NULL, FIELD_STRING, 0, NULL, NULL}};
    struct kind networks = {.plural = "networks", .shapes = {[DIALECT_DOCS] = {.fields = fields}}};

    ck_assert(kind_is_in(&networks, DIALECT_DOCS));
    ck_assert(!kind_is_in(&networks, DIALECT_OPENAPI));
    ck_assert(!kind_changes(&networks));
    networks.deletable = true;
    ck_assert(kind_changes(&networks));
    networks.deletable = false;
    networks.shapes[DIALECT_DOCS].update = UPDATE_PARTIAL;
    ck_assert(kind_changes(&networks));
    networks.shapes[DIALECT_DOCS].update = UPDATE_NONE;
    networks.create = CREATE_BY_DRAFT;
    ck_assert(kind_changes(&networks));
}
END_TEST

START_TEST(shapes_name_fields_that_exist)
{
    static const struct kind_shape nothing;

    for (size_t i = 0; i < KINDS_COUNT; i++)
        for (size_t d = 0; d < DIALECT_COUNT; d++) {
            const struct kind *kind = kinds_all[i];
            const struct kind_shape *shape = &kind->shapes[d];
            const char *machine = kind->machine_key;
            const char *completing = shape->completing_key;
            if (!kind_is_in(kind, (enum dialect)d)) {
                ck_assert_mem_eq(shape, &nothing, sizeof nothing);
                continue;
            }
            if (machine != NULL)
                ck_assert_ptr_nonnull(field_find(shape->fields, machine, strlen(machine)));
            if (completing != NULL)
                ck_assert_ptr_nonnull(field_find(shape->fields, completing, strlen(completing)));
            if (!kind->singleton)
                ck_assert_ptr_nonnull(field_find(shape->fields, "id", 2));
            if (shape->restore != NULL)
                ck_assert_int_eq(shape->restore->safety, restore_takes_body(shape->restore));
        }
}
END_TEST

START_TEST(automatic_snapshots_are_told_by_a_boolean)
{
    const struct field *fields = kind_snapshots.shapes[DIALECT_DOCS].fields;
    const char *key = kind_snapshots.automatic_key;

    ck_assert_int_eq(field_find(fields, key, strlen(key))->type, FIELD_BOOLEAN);
}
END_TEST

START_TEST(dialects_differ_by_their_lists)
{
    ck_assert_int_eq(dialect_rows[DIALECT_DOCS].list, LIST_PAGE);
    ck_assert_int_eq(dialect_rows[DIALECT_OPENAPI].list, LIST_ARRAY);
    ck_assert_str_eq(dialect_rows[DIALECT_DOCS].name, "docs");
    ck_assert_str_eq(dialect_rows[DIALECT_OPENAPI].name, "openapi");
}
END_TEST

START_TEST(a_part_of_a_key_is_not_found)
{
    const struct field *fields = kind_drives.shapes[DIALECT_DOCS].fields;

    ck_assert_ptr_null(field_find(fields, "nam", 3));
    ck_assert_ptr_null(field_find(fields, "names", 5));
    ck_assert_ptr_nonnull(field_find(fields, "names", 4));
    ck_assert_ptr_null(field_find(fields, "", 0));
    ck_assert_ptr_null(field_find(NULL, "name", 4));
}
END_TEST

START_TEST(an_id_is_whatever_the_server_calls_one)
{
    static const char *const good[] = {"sdvkpg3v2v", "A-z_0", "sd.2",        "s 2",  "a/b", "a%2f",
                                       "a\nb",       "a?b#c", "\xc3\xa9/..", "a~b~", "...", "#"};
    static const char *const bad[] = {"", ".", ".."};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(id_is_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!id_is_valid(bad[i]), "%s", bad[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kinds");
    TCase *tcase = tcase_create("rows");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, required_fields_can_be_given);
    tcase_add_test(tcase, keys_are_unique);
    tcase_add_test(tcase, types_and_flags_agree);
    tcase_add_test(tcase, defaults_are_json);
    tcase_add_test(tcase, secrets_are_known_by_key);
    tcase_add_test(tcase, kinds_are_whole);
    tcase_add_test(tcase, nothing_at_the_root_has_the_name_of_another);
    tcase_add_test(tcase, a_view_knows_what_its_resources_belong_to);
    tcase_add_test(tcase, what_can_only_be_read_has_no_changes);
    tcase_add_test(tcase, shapes_name_fields_that_exist);
    tcase_add_test(tcase, automatic_snapshots_are_told_by_a_boolean);
    tcase_add_test(tcase, dialects_differ_by_their_lists);
    tcase_add_test(tcase, a_part_of_a_key_is_not_found);
    tcase_add_test(tcase, an_id_is_whatever_the_server_calls_one);
    return run_tests(srunner_create(suite));
}
