/* SPDX-License-Identifier: MIT */
/* Conflicts with what was changed elsewhere. */
#include "config.h"

#include "test_document.h"
#include "util/digest.h"
#include "util/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAYS_ON                                                                                   \
    ", and this text has an older value of it: write that key alone if you mean it, or read the " \
    "file and write it again from a program that has not seen the old one"

/* What an older version had, as remembered when all of it was replaced elsewhere. */
static void remember(struct past *past, uint64_t version, uint64_t up, struct json_object *object)
{
    json_object_object_foreach (object, key, value) {
        uint64_t place = digest_key(up, key);
        if (json_object_is_type(value, json_type_object)) {
            remember(past, version, place, value);
            continue;
        }
        past->values = realloc(past->values, (past->count + 1) * sizeof *past->values);
        past->values[past->count++] =
            (struct old_value){place, digest_value(value), version, true, true};
    }
}

static const struct conflict_row {
    const struct kind *kind;
    const char *older;
    const char *current;
    const char *text;
    int err;
    const char *message; /* or the body */
    const char *details;
} conflict_rows[] = {
    {&kind_drives, "{\"id\":\"s\",\"name\":\"old\",\"size\":1}",
     "{\"id\":\"s\",\"name\":\"x\",\"size\":1}", "{\"name\":\"old\",\"size\":1}", ESTALE,
     "name was changed elsewhere to \"x\"" WAYS_ON, "name"},
    {&kind_drives, "{\"id\":\"s\",\"name\":\"old\",\"size\":1}",
     "{\"id\":\"s\",\"name\":\"x\",\"size\":1}", "{\"name\":\"old\"}", 0, "{\"name\":\"old\"}", ""},
    {&kind_drives, "{\"id\":\"s\",\"name\":\"old\",\"size\":1}",
     "{\"id\":\"s\",\"name\":\"x\",\"size\":1}", "{\"name\":\"new\",\"size\":1}", 0,
     "{\"name\":\"new\"}", ""},
    {&kind_drives, "{\"id\":\"s\",\"name\":\"old\",\"size\":1}",
     "{\"id\":\"s\",\"name\":\"x\",\"size\":1}", "{\"name\":\"x\",\"size\":1}", 0, "", ""},
    {&kind_drives, "{\"id\":\"s\",\"name\":\"d\",\"region\":\"a\"}",
     "{\"id\":\"s\",\"name\":\"d\",\"region\":\"b\"}", "{\"name\":\"new\",\"region\":\"a\"}",
     ESTALE, "region was changed elsewhere to \"b\"" WAYS_ON, "region"},
    {&kind_drives, "{\"id\":\"s\",\"password\":\"p-old1\"}",
     "{\"id\":\"s\",\"password\":\"p-new1\"}", "{\"id\":\"s\",\"password\":\"p-old1\"}", ESTALE,
     "password was changed elsewhere" WAYS_ON, "password"},
    {&kind_drives, "{\"id\":\"s\",\"size\":\"1\"}", "{\"id\":\"s\",\"size\":2}",
     "{\"id\":\"s\",\"size\":1}", ESTALE, "size was changed elsewhere to 2" WAYS_ON, "size"},
    {&kind_providers, default_provider,
     "{\"id\":\"sp1\",\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"c\","
     "\"secretAccessKey\":\"SECRET/1\"}}",
     "{\"s3Config\":{\"bucket\":\"b\",\"accessKey\":\"AK2\"}}", ESTALE,
     "s3Config.bucket was changed elsewhere to \"c\"" WAYS_ON, "s3Config.bucket"},
    {&kind_providers, default_provider,
     "{\"id\":\"sp1\",\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"c\","
     "\"secretAccessKey\":\"SECRET/1\"}}",
     "{\"s3Config\":{\"bucket\":\"b\"}}", 0,
     "{\"isTeamDefault\":false,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\","
     "\"bucket\":\"b\",\"secretAccessKey\":\"SECRET/1\"}}",
     ""},
    {&kind_providers, "{\"id\":\"sp1\",\"name\":\"old\"}", default_provider,
     "{\"name\":\"s3\",\"s3Config\":{\"bucket\":\"z\"}}", 0,
     "{\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"z\","
     "\"secretAccessKey\":\"SECRET/1\"}}",
     ""},
};

/* holds: conflict-1 conflict-3 */
START_TEST(a_key_with_an_older_value_is_a_conflict)
{
    const struct conflict_row *row = &conflict_rows[_i];
    struct record *current = make_record(row->kind, D, row->current);
    struct record *older = make_record(row->kind, D, row->older);
    struct json_object *old = record_parse(older);
    struct past past = {0};
    struct seen_list nothing = {0};
    struct document_past known = {&past, &nothing};
    struct document_change change;
    struct problem problem = {0};

    remember(&past, 1, DIGEST_ROOT, old);
    int result = document_edit(D, current, &known, row->text, strlen(row->text), &change, &problem);
    ck_assert_int_eq(result, row->err == 0 ? 0 : -1);
    ck_assert_int_eq(problem.err, row->err);
    ck_assert_str_eq(row->err == 0 ? buf_text(&change.body) : problem.message, row->message);
    ck_assert_str_eq(problem.details, row->details);
    document_change_finish(&change);
    json_object_put(old);
    record_unref(current);
    record_unref(older);
    free(past.values);
}
END_TEST

/* The bucket was b1 in version 1, b2 in version 2 and 3, and is b1 again since version 4, which is
 * the present one; and the text has b2, or b0, which it never was. */
#define BUCKET     digest_key(digest_key(DIGEST_ROOT, "s3Config"), "bucket")
#define ACCESS_KEY digest_key(digest_key(DIGEST_ROOT, "s3Config"), "accessKey")
#define WHOLE(version)   \
    {                    \
        version, 0, true \
    }
#define PART(version)     \
    {                     \
        version, 0, false \
    }

static const struct author_row {
    const char *bucket;
    struct seen seen[4]; /* by who wrote the text */
    bool more;
    uint64_t since;
    bool conflict;
} author_rows[] = {
    {"b0", {{0}}, false, 0, false},
    {"b2", {{0}}, false, 0, true},
    {"b2", {PART(4)}, false, 0, true},
    {"b2", {WHOLE(4)}, false, 0, false},
    {"b2", {WHOLE(1), WHOLE(4)}, false, 0, false}, /* b1, and b1 */
    {"b2", {WHOLE(2), WHOLE(4)}, false, 0, true},
    {"b2", {PART(3), WHOLE(4)}, false, 0, true},
    {"b2", {WHOLE(3)}, false, 0, true},
    {"b2", {WHOLE(4)}, true, 0, true},
    {"b2", {WHOLE(1), WHOLE(4)}, false, 2, true}, /* what version 1 had is not known any more */
    {"b2", {WHOLE(4)}, false, 2, false},
    {"b2", {{4, 0, true}, {2, 1, true}}, false, 0, false}, /* another key's file */
};

/* holds: conflict-4 */
START_TEST(an_older_value_may_be_newly_meant)
{
    const struct author_row *row = &author_rows[_i];
    struct record *current = make_record(
        &kind_providers, D,
        "{\"id\":\"p\",\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b1\","
        "\"secretAccessKey\":\"SECRET/1\"}}");
    struct json_object *b1 = json_object_new_string("b1");
    struct json_object *b2 = json_object_new_string("b2");
    struct old_value values[] = {{BUCKET, digest_value(b1), 1, true, true},
                                 {ACCESS_KEY, digest_value(b2), 2, true, true},
                                 {BUCKET, digest_value(b2), 3, true, true}};
    struct past past = {values, COUNT(values), row->since};
    struct seen seen[4];
    struct seen_list read = {seen, 0, row->more};
    struct document_past known = {&past, &read};
    struct document_change change;
    struct problem problem = {0};
    char text[100];

    current->version = 4;
    while (row->seen[read.count].version != 0) {
        seen[read.count] = row->seen[read.count];
        read.count++;
    }
    snprintf(text, sizeof text, "{\"name\":\"n\",\"s3Config\":{\"bucket\":\"%s\"}}", row->bucket);
    document_edit(D, current, &known, text, strlen(text), &change, &problem);
    ck_assert_int_eq(problem.err, row->conflict ? ESTALE : 0);
    document_change_finish(&change);
    json_object_put(b1);
    json_object_put(b2);
    record_unref(current);
}
END_TEST

void add_conflict_tests(TCase *tests)
{
    tcase_add_loop_test(tests, a_key_with_an_older_value_is_a_conflict, 0, COUNT(conflict_rows));
    tcase_add_loop_test(tests, an_older_value_may_be_newly_meant, 0, COUNT(author_rows));
}
