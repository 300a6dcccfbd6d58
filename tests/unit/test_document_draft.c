/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/document.h"

#include "run_tests.h"
#include "util/json.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define D            DIALECT_DOCS
#define O            DIALECT_OPENAPI

static void add_peer(struct record_list *peers, const struct kind *kind, const char *json)
{
    struct json_object *object = NULL;

    ck_assert_int_eq(json_read(json, strlen(json), &object, NULL), JSON_OK);
    struct record *record = record_from_json(kind, D, object, NULL);
    ck_assert_ptr_nonnull(record);
    ck_assert(record_list_add(peers, record));
    json_object_put(object);
}

/* Resources that are there already, for drives and for providers. */
static struct record_list make_peers(const struct kind *kind)
{
    struct record_list peers = RECORD_LIST_EMPTY;

    if (kind == &kind_drives) {
        add_peer(&peers, kind,
                 "{\"id\":\"sdv1\",\"name\":\"data\",\"size\":\"250\",\"networkId\":\"nwhoe4ox\","
                 "\"region\":\"ny2\",\"password\":\"hunter22\",\"future\":{\"a\":1}}");
        add_peer(&peers, kind,
                 "{\"id\":\"sdv2\",\"name\":\"a/b\",\"size\":\"268435456000\","
                 "\"networkId\":\"nwhoe4ox\",\"region\":\"ca1\"}");
        add_peer(&peers, kind, "{\"id\":\"sdv3\",\"name\":\"\",\"networkId\":\"nw2\"}");
    } else {
        add_peer(&peers, kind,
                 "{\"id\":\"sp1\",\"name\":\"main\",\"s3Config\":{\"accessKey\":\"AK\","
                 "\"bucket\":\"b\\u00e9 \\\"x\\\"\",\"region\":\"ny2\","
                 "\"secretAccessKey\":\"SECRET/1\",\"forcePathStyle\":true}}");
    }
    return peers;
}

/* --- taking values --------------------------------------------------------------------------- */

static const struct apply_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *before;
    const char *text;
    const char *after;
} apply_rows[] = {
    {&kind_drives, D, "", "{}", "{}"},
    {&kind_drives, D, "", "{\"size\":500,\"region\":\"ny2\"}", "{\"size\":500,\"region\":\"ny2\"}"},
    {&kind_drives, D, "{\"size\":500}", "{\"size\":250,\"region\":\"x\"}",
     "{\"size\":250,\"region\":\"x\"}"},
    {&kind_drives, D, "{\"size\":500,\"region\":\"x\"}", "{\"size\":null}", "{\"region\":\"x\"}"},
    {&kind_drives, D, "", "{\"region\":null}", "{}"},
    {&kind_drives, D, "", "{\"size\":1000000}", "{\"size\":1000000}"},
    /* the name, read-only keys and what only peers have are ignored */
    {&kind_drives, D, "", "{\"name\":\"other\",\"id\":\"sdv1\",\"dtCreated\":5,\"password\":\"x\"}",
     "{}"},
    {&kind_drives, D, "", "{\"name\":5,\"password\":\"****\",\"future\":{\"a\":2,\"b\":3}}", "{}"},
    /* a size as the server writes it */
    {&kind_drives, D, "", "{\"size\":\"250\"}", "{\"size\":250}"},
    {&kind_providers, D, "", "{\"s3Config\":{\"bucket\":\"b\",\"region\":null}}",
     "{\"s3Config\":{\"bucket\":\"b\"}}"},
    {&kind_providers, D, "{\"s3Config\":{\"bucket\":\"b\"}}",
     "{\"s3Config\":{\"accessKey\":\"A\",\"forcePathStyle\":false},\"isTeamDefault\":true}",
     "{\"s3Config\":{\"bucket\":\"b\",\"accessKey\":\"A\"},\"isTeamDefault\":true}"},
    {&kind_providers, D, "{\"s3Config\":{\"bucket\":\"b\"}}", "{\"s3Config\":{\"bucket\":null}}",
     "{}"},
    {&kind_providers, D, "{\"s3Config\":{\"bucket\":\"b\"}}", "{\"s3Config\":null}", "{}"},
    {&kind_providers, D, "{\"s3Config\":{\"secretAccessKey\":\"S\"}}",
     "{\"s3Config\":{\"bucket\":\"b\",\"secretAccessKey\":\"********\"}}",
     "{\"s3Config\":{\"secretAccessKey\":\"S\",\"bucket\":\"b\"}}"},
    {&kind_providers, O, "", "{\"type\":\"s3\",\"secretKey\":\"S\"}",
     "{\"type\":\"s3\",\"secretKey\":\"S\"}"},
};

START_TEST(a_draft_takes_what_is_given)
{
    const struct apply_row *row = &apply_rows[_i];
    struct record_list peers = make_peers(row->kind);
    struct buf values = BUF_EMPTY;
    struct problem problem;

    ck_assert(buf_append_text(&values, row->before));
    ck_assert_msg(document_draft_apply(row->kind, row->dialect, &peers, row->text,
                                       strlen(row->text), &values, &problem) == 0,
                  "%s: %s", row->text, problem.message);
    ck_assert_str_eq(buf_text(&values), row->after);
    buf_finish(&values);
    record_list_finish(&peers);
}
END_TEST

static const struct refusal_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *text;
    const char *message;
    const char *details;
} refusal_rows[] = {
    {&kind_drives, D, "{\"size\":250", "the JSON object is not complete", ""},
    {&kind_drives, D, "{\"a\":1,\"a\":2}", "line 1: two equal keys: a", ""},
    {&kind_drives, D, "[1]", "a JSON object is expected", ""},
    {&kind_drives, D, "{\"size\":100,\"siez\":250}", "drive.json: there is no key siez", "siez"},
    {&kind_drives, O, "{\"networkId2\":\"x\"}", "drive.json: there is no key networkId2",
     "networkId2"},
    {&kind_drives, D, "{\"region\":5}", "region must be a string", "region"},
    {&kind_drives, D, "{\"size\":2.5}", "size must be an integer", "size"},
    {&kind_drives, D, "{\"size\":\"big\"}", "size must be an integer", "size"},
    {&kind_drives, D, "{\"size\":1000001}", "size is given in GB; 1000001 looks like bytes",
     "size"},
    {&kind_drives, D, "{\"size\":\"268435456000\"}",
     "size is given in GB; 268435456000 looks like bytes", "size"},
    {&kind_drives, D, "{\"size\":99999999999999999999999}",
     "size is given in GB; 99999999999999999999999 looks like bytes", "size"},
    {&kind_providers, D, "{\"isTeamDefault\":1,\"s3Config\":[]}",
     "isTeamDefault must be true or false", "isTeamDefault, s3Config"},
    {&kind_providers, D, "{\"s3Config\":{\"foo\":1}}",
     "provider.json: there is no key s3Config.foo", "s3Config.foo"},
    {&kind_providers, D, "{\"s3Config\":{\"bucket\":\"b\",\"secretAccessKey\":\"****\"}}",
     "s3Config.secretAccessKey is masked: a secret can't be copied, it has to be given",
     "s3Config.secretAccessKey"},
};

START_TEST(a_refused_text_leaves_the_draft_as_it_was)
{
    const struct refusal_row *row = &refusal_rows[_i];
    struct record_list peers = make_peers(row->kind);
    struct buf values = BUF_EMPTY;
    struct problem problem = {0};

    ck_assert(buf_append_text(&values, "{\"region\":\"kept\"}"));
    ck_assert_int_eq(document_draft_apply(row->kind, row->dialect, &peers, row->text,
                                          strlen(row->text), &values, &problem),
                     -1);
    ck_assert_int_eq(problem.err, EINVAL);
    ck_assert_str_eq(problem.message, row->message);
    ck_assert_str_eq(problem.details, row->details);
    ck_assert_str_eq(buf_text(&values), "{\"region\":\"kept\"}");
    buf_finish(&values);
    record_list_finish(&peers);
}
END_TEST

START_TEST(without_peers_integers_are_integers)
{
    struct buf values = BUF_EMPTY;
    struct problem problem;

    ck_assert_int_eq(
        document_draft_apply(&kind_drives, D, NULL, "{\"size\":\"250\"}", 14, &values, &problem),
        -1);
    ck_assert_str_eq(problem.message, "size must be an integer");
    ck_assert_uint_eq(values.size_bytes, 0);
    ck_assert_int_eq(document_draft_apply(&kind_drives, D, NULL, "{\"x\":1}", 7, &values, NULL),
                     -1);
}
END_TEST

/* --- the body of the create ------------------------------------------------------------------ */

static const struct body_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *values;
    const char *defaults;
    const char *body; /* NULL: not complete */
    const char *missing;
} body_rows[] = {
    {&kind_drives, D, "", NULL, NULL, "size, networkId, region"},
    {&kind_drives, O, "", NULL, NULL, "size, region, privateNetworkId"},
    {&kind_drives, D, "{\"size\":250,\"region\":\"ny2\"}", NULL, NULL, "networkId"},
    {&kind_drives, D, "{\"size\":250,\"region\":\"ny2\",\"networkId\":\"nw\"}", NULL,
     "{\"name\":\"a/b\",\"size\":250,\"networkId\":\"nw\",\"region\":\"ny2\"}", ""},
    {&kind_drives, D, "{\"size\":250,\"region\":\"ny2\"}",
     "{\"networkId\":\"nw\",\"region\":\"ca1\",\"name\":\"no\",\"username\":\"u\",\"x\":1}",
     "{\"name\":\"a/b\",\"size\":250,\"networkId\":\"nw\",\"region\":\"ny2\"}", ""},
    {&kind_drives, D, "", "{\"networkId\":5,\"region\":null,\"size\":2000000}", NULL,
     "size, networkId, region"},
    {&kind_snapshots, D, "", NULL, NULL, "machineId"},
    {&kind_snapshots, D, "", "{\"machineId\":\"ps1\"}", "{\"name\":\"a/b\",\"machineId\":\"ps1\"}",
     ""},
    {&kind_providers, D, "", NULL, NULL,
     "s3Config.accessKey, s3Config.bucket, s3Config.secretAccessKey"},
    {&kind_providers, D, "{\"s3Config\":{\"bucket\":\"b\",\"secretAccessKey\":\"S/1\"}}",
     "{\"s3Config\":{\"accessKey\":\"A\",\"bucket\":\"other\",\"region\":\"ny2\"}}",
     "{\"name\":\"a/b\",\"s3Config\":{\"accessKey\":\"A\",\"bucket\":\"b\",\"region\":\"ny2\","
     "\"secretAccessKey\":\"S/1\"},\"storageProviderType\":\"s3\"}",
     ""},
    {&kind_providers, D,
     "{\"storageProviderType\":\"gcs\",\"isTeamDefault\":false,\"s3Config\":{\"accessKey\":\"A\","
     "\"bucket\":\"b\",\"secretAccessKey\":\"S\"}}",
     NULL,
     "{\"isTeamDefault\":false,\"name\":\"a/b\",\"s3Config\":{\"accessKey\":\"A\","
     "\"bucket\":\"b\",\"secretAccessKey\":\"S\"},\"storageProviderType\":\"gcs\"}",
     ""},
    {&kind_providers, D, "{\"s3Config\":{\"accessKey\":\"A\",\"bucket\":\"b\"}}",
     "{\"s3Config\":{\"secretAccessKey\":\"****\"}}", NULL, "s3Config.secretAccessKey"},
    {&kind_providers, O, "{\"secretKey\":\"S\"}", NULL, NULL, "type"},
    {&kind_providers, O, "{\"type\":\"gcs\",\"secretKey\":\"S\"}", NULL,
     "{\"name\":\"a/b\",\"type\":\"gcs\",\"secretKey\":\"S\"}", ""},
};

START_TEST(a_draft_is_complete_when_nothing_required_is_missing)
{
    const struct body_row *row = &body_rows[_i];
    struct document_change change;
    struct buf missing = BUF_EMPTY;

    ck_assert_int_eq(document_draft_body(row->kind, row->dialect, "a/b", 3, row->values,
                                         row->defaults, &change, &missing),
                     row->body != NULL);
    ck_assert_str_eq(buf_text(&missing), row->missing);
    ck_assert_int_eq(change.changed, row->body != NULL);
    ck_assert_str_eq(buf_text(&change.body), row->body == NULL ? "" : row->body);
    document_change_finish(&change);
    buf_finish(&missing);
}
END_TEST

START_TEST(a_create_tells_its_secrets)
{
    struct document_change change;
    struct buf missing = BUF_EMPTY;

    ck_assert(document_draft_body(&kind_providers, O, "p", 1,
                                  "{\"type\":\"s3\",\"secretKey\":\"S/12\"}", NULL, &change,
                                  &missing));
    ck_assert_str_eq(change.secrets[0], "S/12");
    ck_assert_ptr_null(change.secrets[1]);
    document_change_finish(&change);
}
END_TEST

/* --- what a draft shows ---------------------------------------------------------------------- */

START_TEST(its_document_has_every_field_that_can_be_given)
{
    struct buf out = BUF_EMPTY;

    ck_assert(document_render_draft(&kind_drives, D, "a/b", 3, "{\"size\":250}",
                                    "{\"region\":\"ny2\"}", false, &out));
    ck_assert_str_eq(buf_text(&out), "{\n"
                                     "  \"name\": \"a/b\",\n"
                                     "  \"size\": 250,\n"
                                     "  \"networkId\": null,\n"
                                     "  \"region\": \"ny2\"\n"
                                     "}\n");
    buf_finish(&out);
}
END_TEST

static const char draft_text[] = "{\n"
                                 "  \"isTeamDefault\": null,\n"
                                 "  \"name\": \"p\",\n"
                                 "  \"s3Config\": {\n"
                                 "    \"accessKey\": \"A\",\n"
                                 "    \"bucket\": null,\n"
                                 "    \"endpoint\": null,\n"
                                 "    \"region\": null,\n"
                                 "    \"retainData\": null,\n"
                                 "    \"secretAccessKey\": \"********\",\n"
                                 "    \"signatureVersion\": null\n"
                                 "  },\n"
                                 "  \"storageProviderType\": \"s3\"\n"
                                 "}\n";

START_TEST(its_document_can_be_written_back)
{
    struct buf values = BUF_EMPTY;
    struct buf out = BUF_EMPTY;

    ck_assert(buf_append_text(&values, "{\"s3Config\":{\"secretAccessKey\":\"S\","
                                       "\"accessKey\":\"A\"}}"));
    ck_assert(document_render_draft(&kind_providers, D, "p", 1, values.data, NULL, false, &out));
    ck_assert_str_eq(buf_text(&out), draft_text);
    ck_assert_int_eq(
        document_draft_apply(&kind_providers, D, NULL, out.data, out.size_bytes, &values, NULL), 0);
    ck_assert_str_eq(buf_text(&values), "{\"s3Config\":{\"secretAccessKey\":\"S\","
                                        "\"accessKey\":\"A\"},\"storageProviderType\":\"s3\"}");
    buf_finish(&values);
    buf_finish(&out);
}
END_TEST

START_TEST(a_secret_of_the_defaults_stays_out_of_its_document)
{
    static const char defaults[] = "{\"type\":\"s3\",\"secretKey\":\"S/12\"}";
    struct buf values = BUF_EMPTY;
    struct buf out = BUF_EMPTY;
    struct buf missing = BUF_EMPTY;
    struct document_change change;

    ck_assert(document_render_draft(&kind_providers, O, "p", 1, "", defaults, false, &out));
    ck_assert_ptr_nonnull(strstr(out.data, "\"secretKey\": null"));
    ck_assert_int_eq(
        document_draft_apply(&kind_providers, O, NULL, out.data, out.size_bytes, &values, NULL), 0);
    ck_assert(
        document_draft_body(&kind_providers, O, "p", 1, values.data, defaults, &change, &missing));
    ck_assert_ptr_nonnull(strstr(change.body.data, "\"secretKey\":\"S/12\""));
    document_change_finish(&change);
    buf_finish(&values);
    buf_finish(&out);
}
END_TEST

static const struct missing_row {
    const struct kind *kind;
    const char *values;
    const char *expected;
} missing_rows[] = {
    {&kind_drives, "{\"size\":500}",
     "a%2Fb is a draft: a drive that exists in this mount only.\n"
     "missing: networkId, region\n"
     "networkId: nwhoe4ox, as in data (ny2)\n"
     "networkId: nw2, as in sdv3\n"
     "region: ny2, as in data\n"
     "region: ca1, as in a%2Fb\n"
     "It is created by the write that gives the last of what is missing, to drive.json or to the "
     "field's own file.\n"
     "rm -r of its directory drops the draft.\n"},
    {&kind_drives, "{\"networkId\":\"x\",\"region\":\"y\"}",
     "a%2Fb is a draft: a drive that exists in this mount only.\n"
     "missing: size\n"
     "size: 250, as in data (ny2)\n"
     "It is created by the write that gives the last of what is missing, to drive.json or to the "
     "field's own file.\n"
     "rm -r of its directory drops the draft.\n"},
    {&kind_providers, "",
     "a%2Fb is a draft: a provider that exists in this mount only.\n"
     "missing: s3Config.accessKey, s3Config.bucket, s3Config.secretAccessKey\n"
     "s3Config.accessKey: AK, as in main\n"
     "s3Config.bucket: \"b\xC3\xA9 \\\"x\\\"\", as in main\n"
     "It is created by the write that gives the last of what is missing, to provider.json or to "
     "the field's own file.\n"
     "rm -r of its directory drops the draft.\n"},
    {&kind_drives, "{\"size\":1,\"networkId\":\"x\",\"region\":\"y\"}",
     "a%2Fb is a draft: a drive that exists in this mount only.\n"
     "missing: nothing\n"
     "It is created by writing drive.json or any of its fields once more.\n"
     "rm -r of its directory drops the draft.\n"},
};

/* holds: draft-2 */
START_TEST(what_is_missing_is_told_with_values_in_use)
{
    const struct missing_row *row = &missing_rows[_i];
    struct record_list peers = make_peers(row->kind);
    struct buf out = BUF_EMPTY;

    ck_assert(document_render_missing(row->kind, D, "a/b", 3, row->values, NULL, &peers, &out));
    ck_assert_str_eq(buf_text(&out), row->expected);
    buf_finish(&out);
    record_list_finish(&peers);
}
END_TEST

START_TEST(a_few_values_are_enough)
{
    struct record_list peers = RECORD_LIST_EMPTY;
    struct buf out = BUF_EMPTY;

    for (int i = 0; i < 20; i++) {
        struct buf json = BUF_EMPTY;

        ck_assert(
            buf_printf(&json, "{\"id\":\"s%d\",\"name\":\"n%d\",\"region\":\"r%d\"}", i, i, i / 2));
        add_peer(&peers, &kind_drives, json.data);
        buf_finish(&json);
    }
    ck_assert(document_render_missing(&kind_drives, D, "d", 1, "", NULL, &peers, &out));
    ck_assert_ptr_nonnull(strstr(out.data, "region: r7, as in n14\n"));
    ck_assert_ptr_null(strstr(out.data, "r8"));
    ck_assert_ptr_null(strstr(out.data, "n15"));
    buf_finish(&out);
    record_list_finish(&peers);
}
END_TEST

START_TEST(without_peers_only_the_names_are_told)
{
    struct buf out = BUF_EMPTY;

    ck_assert(document_render_missing(&kind_drives, D, "d", 1, "", "{\"size\":50}", NULL, &out));
    ck_assert_ptr_nonnull(strstr(out.data, "missing: networkId, region\nIt is"));
    buf_finish(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("document_draft");
    TCase *tests = tcase_create("document_draft");

    tcase_add_loop_test(tests, a_draft_takes_what_is_given, 0, COUNT(apply_rows));
    tcase_add_loop_test(tests, a_refused_text_leaves_the_draft_as_it_was, 0, COUNT(refusal_rows));
    tcase_add_test(tests, without_peers_integers_are_integers);
    tcase_add_loop_test(tests, a_draft_is_complete_when_nothing_required_is_missing, 0,
                        COUNT(body_rows));
    tcase_add_test(tests, a_create_tells_its_secrets);
    tcase_add_test(tests, its_document_has_every_field_that_can_be_given);
    tcase_add_test(tests, its_document_can_be_written_back);
    tcase_add_test(tests, a_secret_of_the_defaults_stays_out_of_its_document);
    tcase_add_loop_test(tests, what_is_missing_is_told_with_values_in_use, 0, COUNT(missing_rows));
    tcase_add_test(tests, a_few_values_are_enough);
    tcase_add_test(tests, without_peers_only_the_names_are_told);
    suite_add_tcase(suite, tests);
    return run_tests(srunner_create(suite));
}
