/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "test_document.h"
#include "util/json.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

struct record *make_record(const struct kind *kind, enum dialect dialect, const char *json)
{
    struct json_object *object = NULL;

    ck_assert_msg(json_read(json, strlen(json), &object, NULL) == JSON_OK, "%s", json);
    struct record *record = record_from_json(kind, dialect, object, NULL);
    ck_assert_ptr_nonnull(record);
    json_object_put(object);
    return record;
}

/* --- rendering ------------------------------------------------------------------------------- */

static const struct render_row {
    const struct kind *kind;
    bool show;
    const char *json;
    const char *expected;
} render_rows[] = {
    {&kind_snapshots, false, "{\"name\":\"a/\\u00e9\",\"id\":\"sl1\"}",
     "{\n  \"name\": \"a/\xC3\xA9\",\n  \"id\": \"sl1\"\n}\n"},
    {&kind_drives, false,
     "{\"id\":\"sdv1\",\"size\":123456789012345678901234567890,\"x\":[-0,1.10,1e5]}",
     "{\n  \"id\": \"sdv1\",\n  \"size\": 123456789012345678901234567890,\n"
     "  \"x\": [\n    -0,\n    1.10,\n    1e5\n  ]\n}\n"},
    {&kind_drives, false, "{\"id\":\"sdv1\",\"password\":\"hunter22\"}",
     "{\n  \"id\": \"sdv1\",\n  \"password\": \"********\"\n}\n"},
    {&kind_drives, true, "{\"id\":\"sdv1\",\"password\":\"hunter22\"}",
     "{\n  \"id\": \"sdv1\",\n  \"password\": \"hunter22\"\n}\n"},
    {&kind_drives, false, "{\"id\":\"sdv1\",\"password\":null}",
     "{\n  \"id\": \"sdv1\",\n  \"password\": null\n}\n"},
    {&kind_drives, false, "{\"id\":\"sdv1\",\"x\":[{\"secretKey\":{\"a\":1}}],\"y\":{}}",
     "{\n  \"id\": \"sdv1\",\n  \"x\": [\n    {\n      \"secretKey\": \"********\"\n    }\n  ],\n"
     "  \"y\": {}\n}\n"},
    {&kind_utilization, false, "{\"totalUsage\":\"1\"}", "{\n  \"totalUsage\": \"1\"\n}\n"},
};

START_TEST(documents_show_the_whole_resource_but_its_secrets)
{
    const struct render_row *row = &render_rows[_i];
    struct record *record = make_record(row->kind, DIALECT_DOCS, row->json);
    struct buf out = BUF_EMPTY;

    uint64_t before = json_readings();
    ck_assert(document_render(record, row->show, &out));
    ck_assert_uint_eq(json_readings(), before); /* and nothing is parsed for it */
    ck_assert_str_eq(buf_text(&out), row->expected);
    buf_finish(&out);
    record_unref(record);
}
END_TEST

/* What is shown may be written back as it is: nothing changes, nothing is sent. */
static const struct {
    const struct kind *kind;
    enum dialect dialect;
    const char *json;
} resource_rows[] = {
    {&kind_drives, DIALECT_DOCS, drive},
    {&kind_drives, DIALECT_DOCS, text_drive},
    {&kind_drives, DIALECT_OPENAPI, open_drive},
    {&kind_snapshots, DIALECT_DOCS, snapshot},
    {&kind_snapshots, DIALECT_OPENAPI, open_snapshot},
    {&kind_providers, DIALECT_DOCS, provider},
    {&kind_providers, DIALECT_DOCS, masked_provider},
    {&kind_providers, DIALECT_OPENAPI, open_provider},
    {&kind_utilization, DIALECT_DOCS, utilization},
};

START_TEST(a_document_written_back_changes_nothing)
{
    struct record *record =
        make_record(resource_rows[_i].kind, resource_rows[_i].dialect, resource_rows[_i].json);

    for (int show = 0; show < 2; show++) {
        struct document_change change;
        struct problem problem;
        struct buf text = BUF_EMPTY;

        ck_assert(document_render(record, show != 0, &text));
        ck_assert_msg(document_edit(resource_rows[_i].dialect, record, NULL, text.data,
                                    text.size_bytes, &change, &problem) == 0,
                      "%s", problem.message);
        ck_assert(!change.changed);
        ck_assert_uint_eq(change.body.size_bytes, 0);
        ck_assert_ptr_null(change.secrets);
        document_change_finish(&change);
        buf_finish(&text);
    }
    record_unref(record);
}
END_TEST

/* --- edits ----------------------------------------------------------------------------------- */

static const struct edit_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *current;
    const char *text;
    const char *body; /* "": nothing is to be sent */
} edit_rows[] = {
    /* keys left out stay, only what differs is sent */
    {&kind_drives, D, drive, "{}", ""},
    {&kind_drives, D, drive, "{\"name\":\"archive\"}", "{\"name\":\"archive\"}"},
    {&kind_drives, D, drive, " {\"name\":\"archive\",\"size\":250}\n", "{\"name\":\"archive\"}"},
    {&kind_drives, D, drive, "{\"name\":\"data\"}", ""},
    {&kind_drives, D, drive, "{\"name\":\"a/\\u00e9\\u0000\"}", "{\"name\":\"a/\xC3\xA9\\u0000\"}"},
    {&kind_snapshots, D, snapshot, "{\"name\":\"t\",\"isAutoSnapshot\":false}", "{\"name\":\"t\"}"},
    /* numbers */
    {&kind_drives, D, drive, "{\"size\":250.0}", ""},
    {&kind_drives, D, drive, "{\"size\":2.5e2}", ""},
    {&kind_drives, D, drive, "{\"future\":{\"a\":[1.5,{}]}}", ""},
    {&kind_drives, O, open_drive, "{\"size\":500}", "{\"size\":500}"},
    {&kind_drives, O, open_drive, "{\"size\":123456789012345678901234567890}",
     "{\"size\":123456789012345678901234567890}"},
    {&kind_drives, O, open_drive, "{\"name\":\"x\",\"size\":500}", "{\"name\":\"x\",\"size\":500}"},
    /* a size that the server sent as a decimal string */
    {&kind_drives, D, text_drive, "{\"size\":\"250\"}", ""},
    {&kind_drives, D, text_drive, "{\"size\":250}", ""},
    {&kind_drives, O, open_text_drive, "{\"size\":500}", "{\"size\":500}"},
    {&kind_drives, O, open_text_drive, "{\"size\":\"500\"}", "{\"size\":500}"},
    /* unknown shapes, unchanged */
    {&kind_drives, D, "{\"id\":\"s\",\"dtDeleted\":{}}", "{\"dtDeleted\":{}}", ""},
    {&kind_drives, D, drive, "{\"future\":{\"b\":{}},\"dtDeleted\":null}", ""},
    /* null */
    {&kind_drives, D, drive, "{\"dtDeleted\":null}", ""},
    {&kind_snapshots, O, open_snapshot, "{\"note\":null,\"name\":\"t\"}", "{\"name\":\"t\"}"},
    {&kind_snapshots, O, open_snapshot, "{\"note\":\"n\"}", "{\"note\":\"n\"}"},
    {&kind_providers, O, open_provider, "{\"secretKey\":null,\"region\":null}", ""},
    /* masks */
    {&kind_drives, D, drive, "{\"password\":\"********\"}", ""},
    {&kind_drives, D, drive, "{\"password\":\"*\"}", ""},
    {&kind_drives, D, drive, "{\"password\":\"hu****22\"}", ""},
    {&kind_drives, D, drive, "{\"password\":\"hunter22\"}", ""},
    {&kind_drives, D, drive, "{\"name\":\"****\"}", "{\"name\":\"****\"}"},
    {&kind_drives, D, drive, "{\"name\":\"a****b\"}", "{\"name\":\"a****b\"}"},
    {&kind_providers, D, masked_provider, "{\"s3Config\":{\"secretAccessKey\":\"********\"}}", ""},
    {&kind_providers, O, open_provider, "{\"secretKey\":\"**\"}", ""},
    /* the whole object, merged */
    {&kind_providers, D, provider, "{\"name\":\"n\"}",
     "{\"isTeamDefault\":false,\"name\":\"n\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b\","
     "\"endpoint\":null,"
     "\"region\":\"ny2\",\"retainData\":true,\"secretAccessKey\":\"SECRET/1\","
     "\"forcePathStyle\":true}}"},
    {&kind_providers, D, provider,
     "{\"s3Config\":{\"region\":null,\"endpoint\":\"https://e\",\"secretAccessKey\":\"****\"}}",
     "{\"isTeamDefault\":false,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\","
     "\"bucket\":\"b\",\"endpoint\":\"https://e\",\"region\":null,\"retainData\":true,"
     "\"secretAccessKey\":\"SECRET/1\",\"forcePathStyle\":true}}"},
    {&kind_providers, D, provider, "{\"isTeamDefault\":true,\"s3Config\":{}}",
     "{\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b\","
     "\"endpoint\":null,\"region\":\"ny2\",\"retainData\":true,"
     "\"secretAccessKey\":\"SECRET/1\",\"forcePathStyle\":true}}"},
    {&kind_providers, D, default_provider, "{\"s3Config\":{\"bucket\":\"c\"}}",
     "{\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"c\","
     "\"secretAccessKey\":\"SECRET/1\"}}"},
    {&kind_providers, D, default_provider, "{\"isTeamDefault\":null}",
     "{\"isTeamDefault\":false,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"b\","
     "\"secretAccessKey\":\"SECRET/1\"}}"},
    {&kind_providers, D, bare_provider,
     "{\"s3Config\":{\"accessKey\":\"A\",\"bucket\":\"b\",\"secretAccessKey\":\"S\"}}",
     "{\"isTeamDefault\":false,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"A\","
     "\"bucket\":\"b\",\"secretAccessKey\":\"S\"}}"},
    {&kind_providers, D, masked_provider,
     "{\"s3Config\":{\"bucket\":\"c\",\"secretAccessKey\":\"new\"}}",
     "{\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{\"accessKey\":\"AK\",\"bucket\":\"c\","
     "\"secretAccessKey\":\"new\"}}"},
    {&kind_providers, O, open_provider, "{\"name\":\"q\"}",
     "{\"name\":\"q\",\"type\":\"s3\",\"bucket\":\"b\"}"},
    {&kind_providers, O, open_provider, "{\"accessKey\":\"A\",\"secretKey\":\"S\"}",
     "{\"name\":\"p\",\"type\":\"s3\",\"bucket\":\"b\",\"accessKey\":\"A\",\"secretKey\":\"S\"}"},
    {&kind_providers, O, open_provider, "{\"region\":\"ny2\",\"secretKey\":\"****\"}",
     "{\"name\":\"p\",\"type\":\"s3\",\"bucket\":\"b\",\"region\":\"ny2\"}"},
};

START_TEST(an_edit_sends_what_differs)
{
    const struct edit_row *row = &edit_rows[_i];
    struct record *current = make_record(row->kind, row->dialect, row->current);
    struct document_change change;
    struct problem problem;

    ck_assert_msg(document_edit(row->dialect, current, NULL, row->text, strlen(row->text), &change,
                                &problem) == 0,
                  "%s: %s", row->text, problem.message);
    ck_assert_str_eq(buf_text(&change.body), row->body);
    ck_assert_int_eq(change.changed, row->body[0] != '\0');
    document_change_finish(&change);
    record_unref(current);
}
END_TEST

static const struct refusal_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *current;
    const char *text;
    int err;
    const char *message;
    const char *details;
} refusal_rows[] = {
    /* no JSON object */
    {&kind_drives, D, drive, "", EINVAL, "the JSON object is not complete", ""},
    {&kind_drives, D, drive, " \n", EINVAL, "the JSON object is not complete", ""},
    {&kind_drives, D, drive, "{\"name\":\"x\"", EINVAL, "the JSON object is not complete", ""},
    {&kind_drives, D, drive, "[]", EINVAL, "a JSON object is expected", ""},
    {&kind_drives, D, drive, "null", EINVAL, "a JSON object is expected", ""},
    {&kind_drives, D, drive, "\"x\"", EINVAL, "a JSON object is expected", ""},
    {&kind_drives, D, drive, "{\n\"name\":\"x\",\n\"name\":\"y\"}", EINVAL,
     "line 3: two equal keys: name", ""},
    {&kind_drives, D, drive, "{\n'a':1}", EINVAL, "line 2: a key in double quotes is expected", ""},
    {&kind_drives, D, drive, "{\"name\":\"\xFF\"}", EINVAL, "line 1: invalid UTF-8", ""},
    {&kind_drives, D, drive, "{} {}", EINVAL, "line 1: something follows the JSON text", ""},
    /* read-only */
    {&kind_drives, D, drive, "{\"size\":500}", EINVAL,
     "drive.json: size can't be changed (read-only); it is 250", "size"},
    {&kind_drives, D, text_drive, "{\"size\":\"500\"}", EINVAL,
     "drive.json: size can't be changed (read-only); it is \"250\"", "size"},
    {&kind_drives, D, drive, "{\"size\":null}", EINVAL,
     "drive.json: size can't be changed (read-only); it is 250", "size"},
    {&kind_drives, D, drive, "{\"password\":\"other1\"}", EINVAL,
     "drive.json: password can't be changed (read-only)", "password"},
    {&kind_drives, D, drive, "{\"dtDeleted\":\"2026\"}", EINVAL,
     "drive.json: dtDeleted can't be changed (read-only); it is null", "dtDeleted"},
    {&kind_drives, D, drive, "{\"future\":1}", EINVAL,
     "drive.json: future can't be changed (read-only); it is {\"a\":[1.50,{}],\"b\":{}}", "future"},
    {&kind_drives, D, drive, "{\"future\":{\"a\":[]}}", EINVAL,
     "drive.json: future.a can't be changed (read-only); it is [1.50,{}]", "future.a"},
    {&kind_utilization, D, utilization, "{\"totalUsage\":\"9\"}", EINVAL,
     "utilization.json: totalUsage can't be changed (read-only); it is \"123\"", "totalUsage"},
    {&kind_providers, D, provider, "{\"storageProviderType\":\"s3\"}", EINVAL,
     "provider.json: storageProviderType can't be changed (read-only)", "storageProviderType"},
    {&kind_drives, D, drive, "{\"id\":\"x\",\"name\":\"y\",\"region\":\"z\",\"foo\":1}", EINVAL,
     "drive.json: id can't be changed (read-only); it is \"sdvkpg3v2v\"", "id, region, foo"},
    {&kind_drives, D, "{\"id\":\"s\",\"x\":{\"password\":\"hunter22\"}}", "{\"x\":1}", EINVAL,
     "drive.json: x can't be changed (read-only); it is {\"password\":\"********\"}", "x"},
    /* unknown keys */
    {&kind_drives, D, drive, "{\"nmae\":\"x\"}", EINVAL, "drive.json: there is no key nmae",
     "nmae"},
    {&kind_drives, D, drive, "{\"nmae\":null}", EINVAL, "drive.json: there is no key nmae", "nmae"},
    {&kind_drives, D, drive, "{\"secretKey\":\"****\"}", EINVAL,
     "drive.json: there is no key secretKey", "secretKey"},
    {&kind_drives, D, drive, "{\"a\\nb\":1}", EINVAL, "drive.json: there is no key a b", "a b"},
    {&kind_providers, D, provider, "{\"s3Config\":{\"foo\":1}}", EINVAL,
     "provider.json: there is no key s3Config.foo", "s3Config.foo"},
    {&kind_drives, D, drive, "{\"future\":{\"c\":1}}", EINVAL,
     "drive.json: there is no key future.c", "future.c"},
    {&kind_drives, D, drive, "{\"s3Config\":{\"bucket\":1}}", EINVAL,
     "drive.json: there is no key s3Config", "s3Config"},
    /* types */
    {&kind_drives, D, drive, "{\"name\":5}", EINVAL, "name must be a string", "name"},
    {&kind_drives, D, drive, "{\"name\":{\"a\":1}}", EINVAL, "name must be a string", "name"},
    {&kind_drives, D, drive, "{\"name\":null}", EINVAL, "name can't be null", "name"},
    {&kind_drives, O, open_drive, "{\"size\":\"500\"}", EINVAL, "size must be an integer", "size"},
    {&kind_drives, O, open_drive, "{\"size\":500.5}", EINVAL, "size must be an integer", "size"},
    {&kind_drives, O, open_drive, "{\"size\":true}", EINVAL, "size must be an integer", "size"},
    {&kind_drives, O, open_text_drive, "{\"size\":\"50x\"}", EINVAL, "size must be an integer",
     "size"},
    {&kind_providers, D, provider, "{\"isTeamDefault\":\"yes\"}", EINVAL,
     "isTeamDefault must be true or false", "isTeamDefault"},
    {&kind_providers, D, provider, "{\"s3Config\":\"x\"}", EINVAL, "s3Config must be an object",
     "s3Config"},
    {&kind_providers, D, provider, "{\"s3Config\":null}", EINVAL, "s3Config can't be null",
     "s3Config"},
    {&kind_providers, D, provider, "{\"s3Config\":{\"secretAccessKey\":5}}", EINVAL,
     "s3Config.secretAccessKey must be a string", "s3Config.secretAccessKey"},
    {&kind_providers, D, provider, "{\"s3Config\":{\"bucket\":null}}", EINVAL,
     "s3Config.bucket can't be null", "s3Config.bucket"},
    /* what the API requires, and nobody has */
    {&kind_providers, D, bare_provider, "{\"name\":\"n\"}", EPERM,
     "s3Config.accessKey must be given too: the API takes a provider only as a whole, and the "
     "server has none",
     "s3Config.accessKey, s3Config.bucket, s3Config.secretAccessKey"},
    {&kind_providers, O, typeless_provider, "{\"name\":\"n\"}", EPERM,
     "type must be given too: the API takes a provider only as a whole, and the server has none",
     "type"},
    /* a secret that nobody knows */
    {&kind_providers, D, masked_provider, "{\"name\":\"n\"}", EPERM,
     "s3Config.secretAccessKey must be given too: the API takes a provider only as a whole, and "
     "the server does not tell this secret",
     "s3Config.secretAccessKey"},
    {&kind_providers, D, masked_provider,
     "{\"name\":\"n\",\"s3Config\":{\"secretAccessKey\":\"****\"}}", EPERM,
     "s3Config.secretAccessKey must be given too: the API takes a provider only as a whole, and "
     "the server does not tell this secret",
     "s3Config.secretAccessKey"},
};

/* holds: edit-4 edit-5 edit-6 edit-7 edit-8 */
START_TEST(an_edit_is_refused_in_words)
{
    const struct refusal_row *row = &refusal_rows[_i];
    struct record *current = make_record(row->kind, row->dialect, row->current);
    struct document_change change;
    struct problem problem = {0};

    ck_assert_int_eq(
        document_edit(row->dialect, current, NULL, row->text, strlen(row->text), &change, &problem),
        -1);
    ck_assert_str_eq(problem.message, row->message);
    ck_assert_str_eq(problem.details, row->details);
    ck_assert_int_eq(problem.err, row->err);
    ck_assert_int_ne(problem.kind, PROBLEM_NONE);
    ck_assert(!change.changed);
    ck_assert_uint_eq(change.body.size_bytes, 0);
    ck_assert_int_eq(
        document_edit(row->dialect, current, NULL, row->text, strlen(row->text), &change, NULL),
        -1);
    record_unref(current);
}
END_TEST

/* holds: edit-10 */
START_TEST(over_one_mebibyte_is_too_large)
{
    struct record *current = make_record(&kind_drives, D, drive);
    struct document_change change;
    struct problem problem;
    struct buf text = BUF_EMPTY;

    ck_assert(buf_append_text(&text, "{}"));
    ck_assert(buf_resize(&text, DOCUMENT_MAX_BYTES));
    memset(text.data + 2, ' ', DOCUMENT_MAX_BYTES - 2);
    ck_assert_int_eq(document_edit(D, current, NULL, text.data, text.size_bytes, &change, &problem),
                     0);
    ck_assert(buf_append(&text, "\n", 1));
    ck_assert_int_eq(document_edit(D, current, NULL, text.data, text.size_bytes, &change, &problem),
                     -1);
    ck_assert_int_eq(problem.err, EFBIG);
    ck_assert_int_eq(problem.kind, PROBLEM_TOO_LARGE);
    buf_finish(&text);
    record_unref(current);
}
END_TEST

/* holds: edit-9 */
START_TEST(the_deepest_nesting_is_judged)
{
    struct record *current = make_record(&kind_drives, D, drive);
    struct document_change change;
    struct problem problem;
    struct buf text = BUF_EMPTY;

    for (int i = 0; i <= JSON_MAX_DEPTH; i++)
        ck_assert(buf_append_text(&text, "{\"a\":"));
    ck_assert_int_eq(document_edit(D, current, NULL, text.data, text.size_bytes, &change, &problem),
                     -1);
    ck_assert_int_eq(problem.err, EINVAL);
    ck_assert_str_eq(problem.message, "line 1: nested deeper than 32");
    buf_finish(&text);
    record_unref(current);
}
END_TEST

START_TEST(a_long_key_is_cut_between_characters)
{
    struct record *current = make_record(&kind_drives, D, drive);
    struct document_change change;
    struct problem problem;
    struct buf text = BUF_EMPTY;

    ck_assert(buf_append_text(&text, "{\"x"));
    for (int i = 0; i < 500; i++)
        ck_assert(buf_append_text(&text, "\xE2\x82\xAC"));
    ck_assert(buf_append_text(&text, "\":1}"));
    ck_assert_int_eq(document_edit(D, current, NULL, text.data, text.size_bytes, &change, &problem),
                     -1);
    ck_assert_uint_eq(strlen(problem.details), 127);
    ck_assert(utf8_is_valid(problem.details, strlen(problem.details)));
    ck_assert(utf8_is_valid(problem.message, strlen(problem.message)));
    buf_finish(&text);
    record_unref(current);
}
END_TEST

START_TEST(a_change_tells_its_secrets)
{
    struct record *current = make_record(&kind_providers, D, provider);
    struct document_change change;
    static const char text[] = "{\"s3Config\":{\"secretAccessKey\":\"newsecret\"}}";

    ck_assert_int_eq(document_edit(D, current, NULL, text, strlen(text), &change, NULL), 0);
    ck_assert_ptr_nonnull(change.secrets);
    ck_assert_str_eq(change.secrets[0], "newsecret");
    ck_assert_ptr_null(change.secrets[1]);
    document_change_finish(&change);
    ck_assert_ptr_null(change.secrets);
    ck_assert(!change.changed);
    ck_assert_int_eq(document_edit(D, current, NULL, "{\"name\":\"n\"}", 12, &change, NULL), 0);
    ck_assert_str_eq(change.secrets[0], "SECRET/1");
    document_change_finish(&change);
    record_unref(current);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("document");
    TCase *tests = tcase_create("document");

    tcase_add_loop_test(tests, documents_show_the_whole_resource_but_its_secrets, 0,
                        COUNT(render_rows));
    tcase_add_loop_test(tests, a_document_written_back_changes_nothing, 0, COUNT(resource_rows));
    tcase_add_loop_test(tests, an_edit_sends_what_differs, 0, COUNT(edit_rows));
    tcase_add_loop_test(tests, an_edit_is_refused_in_words, 0, COUNT(refusal_rows));
    tcase_add_test(tests, over_one_mebibyte_is_too_large);
    tcase_add_test(tests, the_deepest_nesting_is_judged);
    tcase_add_test(tests, a_long_key_is_cut_between_characters);
    tcase_add_test(tests, a_change_tells_its_secrets);
    add_conflict_tests(tests);
    add_body_tests(tests);
    suite_add_tcase(suite, tests);
    return run_tests(srunner_create(suite));
}
