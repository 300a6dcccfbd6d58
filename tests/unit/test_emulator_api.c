/* SPDX-License-Identifier: MIT */
/* The API in both dialects. */
#include "config.h"

#include "test_emulator_client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVE    "{\"name\":\"x\",\"size\":50,\"region\":\"ny2\",\"networkId\":\"nw1\"}"
#define S3       "\"s3Config\":{\"accessKey\":\"A\",\"bucket\":\"b\",\"secretAccessKey\":\"s\"}"
#define PROVIDER "{\"name\":\"p\",\"storageProviderType\":\"s3\",\"isTeamDefault\":true," S3 "}"

/* A create; the new id goes to id. */
static void create(const char *path, const char *body, long status, const char *where, char *id)
{
    struct reply reply = request("POST", path, body);

    ck_assert_msg(reply.status == status, "%s: %s", path, reply.text);
    snprintf(id, 40, "%s", text_of(&reply, where));
    ck_assert_str_ne(id, "");
    reply_free(&reply);
}

static void expect_wrong_field(const char *method, const char *path, const char *body,
                               const char *field)
{
    struct reply reply = request(method, path, body);
    json_object *details = member(&reply, "details");

    ck_assert_int_eq(reply.status, 400);
    ck_assert_str_eq(text_of(&reply, "code"), "BAD_REQUEST");
    ck_assert_msg(json_object_object_get_ex(details, field, NULL), "%s: %s", field, reply.text);
    reply_free(&reply);
}

/* holds: emulator-2 */
START_TEST(a_wrong_key_is_401_everywhere)
{
    static const char *const paths[] = {"/shared-drives", "/snapshots/slqafgu4n6gxge",
                                        "/storage-providers/utilization"};
    static const char *const keys[] = {NULL, "", "wrong", "demo-key2", "demo-ke"};

    for (size_t i = 0; i < 3; i++)
        for (size_t n = 0; n < 5; n++) {
            struct reply reply = request_with_key(keys[n], paths[i]);

            ck_assert_int_eq(reply.status, 401);
            ck_assert_str_eq(text_of(&reply, "code"), "UNAUTHORIZED");
            reply_free(&reply);
        }
}
END_TEST

START_TEST(session_is_null_for_a_wrong_key)
{
    struct reply reply = request_with_key("wrong", "/auth/session");

    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.text, "null");
    reply_free(&reply);
    ck_assert_str_eq(get_text("/auth/session", "team.namespace"), "demo-team");
}
END_TEST

START_TEST(session_is_404_in_openapi)
{
    expect("GET", "/auth/session", NULL, 404, NULL);
    expect("GET", "/machine-events", NULL, 404, NULL);
}
END_TEST

START_TEST(unknown_paths_are_404_and_methods_405)
{
    expect("GET", "/nothing", NULL, 404, NULL);
    expect("GET", "/shared-drives/", NULL, 404, NULL);
    expect("GET", "/shared-drives/sdvkpg3v2v/more", NULL, 404, NULL);
    expect("GET", "/shared-drives/sdnone", NULL, 404, NULL);
    expect("DELETE", "/snapshots/slnone", NULL, 404, NULL);
    expect("PATCH", "/shared-drives", "{}", 405, NULL);
    expect("POST", "/storage-providers/utilization", "{}", 405, NULL);
    expect("GET", "/shared-drives/%zz", NULL, 400, NULL);
}
END_TEST

/* holds: emulator-1 */
START_TEST(drives_live_in_docs)
{
    char id[40], path[80], answer[80];

    create("/shared-drives", DRIVE, 200, "id", id);
    ck_assert_str_eq(get_text("/shared-drives", "items.0.id"), id);
    snprintf(path, sizeof(path), "/shared-drives/%s", id);
    ck_assert_str_eq(get_text(path, "dtCreated"), "2027-01-15T08:00:00.000Z");
    ck_assert_str_ne(get_text(path, "password"), "");
    expect("PUT", path, "{\"name\":\"y\"}", 200, NULL);
    ck_assert_str_eq(get_text(path, "name"), "y");
    expect_wrong_field("PUT", path, "{\"name\":\"z\",\"size\":100}", "size");
    ck_assert_str_eq(get_text(path, "name"), "y");
    snprintf(answer, sizeof(answer), "{\"id\":\"%s\"}", id);
    expect("DELETE", path, NULL, 200, answer);
    expect("GET", path, NULL, 404, NULL);
}
END_TEST

/* holds: emulator-1 */
START_TEST(drives_live_in_openapi)
{
    char id[40], path[80];

    create("/shared-drives",
           "{\"name\":\"x\",\"size\":50,\"region\":\"ny2\",\"privateNetworkId\":\"nw1\"}", 201,
           "id", id);
    snprintf(path, sizeof(path), "/shared-drives/%s", id);
    expect("PUT", path, "{\"size\":100}", 200, NULL);
    ck_assert_str_eq(get_text(path, "size"), "100");
    ck_assert_str_eq(get_text("/shared-drives", "0.id"), id);
    expect("DELETE", path, NULL, 204, "");
    ck_assert_int_eq(bare_length("/shared-drives"), 4);
}
END_TEST

START_TEST(bodies_are_validated)
{
    struct reply reply = request("POST", "/shared-drives", "{");

    ck_assert_int_eq(reply.status, 400);
    ck_assert_str_eq(text_of(&reply, "code"), "PARSE_ERROR");
    reply_free(&reply);
    expect_wrong_field("POST", "/shared-drives", "{}", "name");
    expect_wrong_field("POST", "/shared-drives", "[]", "body");
    expect_wrong_field("POST", "/shared-drives", "{\"size\":\"50\"}", "size");
    expect_wrong_field("POST", "/shared-drives", "{\"size\":1.5}", "size");
    expect_wrong_field("POST", "/shared-drives", "{\"size\":0}", "size");
    expect_wrong_field("POST", "/shared-drives", "{\"size\":9223372036854775808}", "size");
    expect_wrong_field("POST", "/shared-drives", "{\"colour\":\"red\"}", "colour");
    expect_wrong_field("POST", "/snapshots", "{\"name\":\"a\",\"machineId\":\"\"}", "machineId");
    expect_wrong_field("POST", "/storage-providers", "{\"storageProviderType\":\"gcs\"}",
                       "storageProviderType");
    expect_wrong_field("POST", "/storage-providers", "{\"s3Config\":{\"region\":\"moon\"}}",
                       "s3Config.region");
    expect_wrong_field("POST", "/storage-providers", "{\"s3Config\":{\"endpoint\":\"x\"}}",
                       "s3Config.endpoint");
}
END_TEST

START_TEST(a_large_body_is_413)
{
    size_t size = 1200000;
    char *body = malloc(size + 1);

    memset(body, ' ', size);
    body[size] = '\0';
    expect("POST", "/shared-drives", body, 413, NULL);
    free(body);
    expect("GET", "/shared-drives", NULL, 200, NULL);
}
END_TEST

/* What the document requires, and what it lets be null: no key is, unless it says so. */
START_TEST(openapi_holds_to_its_document)
{
    static const struct {
        const char *method, *path, *body, *field;
    } rows[] = {
        {"POST", "/shared-drives", "{\"size\":5,\"region\":\"r\",\"privateNetworkId\":\"n\"}",
         "name"},
        {"POST", "/shared-drives", "{\"name\":\"d\",\"region\":\"r\",\"privateNetworkId\":\"n\"}",
         "size"},
        {"POST", "/shared-drives", "{\"name\":\"d\",\"size\":5,\"privateNetworkId\":\"n\"}",
         "region"},
        {"POST", "/shared-drives", "{\"name\":\"d\",\"size\":5,\"region\":\"r\"}",
         "privateNetworkId"},
        {"PUT", "/shared-drives/sdvkpg3v2v", "{\"name\":null}", "name"},
        {"PUT", "/shared-drives/sdvkpg3v2v", "{\"size\":\"5\"}", "size"},
        {"PUT", "/shared-drives/sdvkpg3v2v", "{\"size\":1.5}", "size"},
        {"POST", "/snapshots", "{\"name\":\"s\"}", "machineId"},
        {"POST", "/snapshots", "{\"machineId\":\"m\"}", "name"},
        {"POST", "/snapshots", "{\"name\":\"s\",\"machineId\":\"m\",\"note\":null}", "note"},
        {"PUT", "/snapshots/slqafgu4n6gxge", "{\"note\":null}", "note"},
        {"POST", "/storage-providers", "{\"name\":\"p\"}", "type"},
        {"POST", "/storage-providers", "{\"type\":\"s3\"}", "name"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze", "{\"name\":\"p\"}", "type"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze", "{\"name\":\"p\",\"type\":\"ftp\"}", "type"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         "{\"name\":\"p\",\"type\":\"s3\",\"bucket\":null}", "bucket"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         "{\"name\":\"p\",\"type\":\"s3\",\"secretKey\":null}", "secretKey"},
    };

    emulator_with((struct emulator_config){.dialect = "openapi"});
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_wrong_field(rows[i].method, rows[i].path, rows[i].body, rows[i].field);
}
END_TEST

/* What is unset is left out. */
START_TEST(openapi_answers_no_key_that_was_not_given)
{
    static const char *const keys[] = {"note", NULL, "bucket", "region"};
    char id[40];

    emulator_with((struct emulator_config){.dialect = "openapi"});
    create("/snapshots", "{\"name\":\"s\",\"machineId\":\"psx\"}", 201, "id", id);
    create("/storage-providers", "{\"name\":\"p\",\"type\":\"s3\"}", 201, "id", id);
    for (int i = 0; i < 4; i++) {
        struct reply reply = request("GET", i < 2 ? "/snapshots" : "/storage-providers", NULL);
        json_object *newest = json_object_array_get_idx(reply.json, 0);
        ck_assert(json_object_is_type(newest, json_type_object));
        if (keys[i])
            ck_assert(!json_object_object_get_ex(newest, keys[i], NULL));
        reply_free(&reply);
    }
}
END_TEST

START_TEST(docs_holds_to_its_document)
{
#define CONFIG(members) "{\"isTeamDefault\":false,\"name\":\"p\",\"s3Config\":{" members "}}"
    static const struct {
        const char *method, *path, *body, *field;
    } rows[] = {
        {"PUT", "/shared-drives/sdvkpg3v2v", "{}", "name"},
        {"PUT", "/shared-drives/sdvkpg3v2v", "{\"name\":null}", "name"},
        {"PUT", "/snapshots/slqafgu4n6gxge", "{}", "name"},
        {"POST", "/snapshots/slqafgu4n6gxge/restore", "{\"createSnapshotBeforeRestore\":null}",
         "createSnapshotBeforeRestore"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze", "{\"isTeamDefault\":false,\"name\":\"p\"}",
         "s3Config"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         CONFIG("\"bucket\":\"b\",\"secretAccessKey\":\"s\""), "s3Config.accessKey"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         CONFIG("\"accessKey\":\"a\",\"secretAccessKey\":\"s\""), "s3Config.bucket"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         CONFIG("\"accessKey\":\"a\",\"bucket\":null,\"secretAccessKey\":\"s\""),
         "s3Config.bucket"},
        {"PUT", "/storage-providers/splx4m8r1bq6tze",
         CONFIG("\"accessKey\":\"a\",\"bucket\":\"b\""), "s3Config.secretAccessKey"},
        {"POST", "/storage-providers", "{\"name\":\"p\"," S3 "}", "storageProviderType"},
        {"POST", "/storage-providers",
         "{\"name\":\"p\",\"storageProviderType\":\"s3\",\"isTeamDefault\":null," S3 "}",
         "isTeamDefault"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_wrong_field(rows[i].method, rows[i].path, rows[i].body, rows[i].field);
}
END_TEST

START_TEST(openapi_snapshots_have_a_note)
{
    char id[40], path[80];

    create("/snapshots", "{\"name\":\"s\",\"machineId\":\"psx\",\"note\":\"n\"}", 201, "id", id);
    snprintf(path, sizeof(path), "/snapshots/%s", id);
    expect("PUT", path, "{\"note\":\"m\"}", 200, NULL);
    ck_assert_str_eq(get_text(path, "note"), "m");
    ck_assert_str_eq(get_text(path, "dtCreated"), "2027-01-15T08:00:00.000Z");
    ck_assert_str_eq(get_text(path, "isAutoSnapshot"), "");
    strcat(path, "/restore");
    expect("POST", path, "", 200, "");
    path[strlen(path) - 8] = '\0';
    expect("DELETE", path, NULL, 204, "");
    ck_assert_int_eq(bare_length("/snapshots?machineId=psx"), 0);
}
END_TEST

START_TEST(openapi_providers_never_show_secrets)
{
    char id[40], path[80];
    struct reply reply;

    create("/storage-providers",
           "{\"name\":\"p\",\"type\":\"gcs\",\"bucket\":\"b\",\"accessKey\":\"AK\","
           "\"secretKey\":\"SK\"}",
           201, "id", id);
    snprintf(path, sizeof(path), "/storage-providers/%s", id);
    reply = request("GET", path, NULL);
    ck_assert_ptr_null(strstr(reply.text, "SK"));
    ck_assert_ptr_null(strstr(reply.text, "AK"));
    reply_free(&reply);
    expect("PUT", path, "{\"name\":\"q\",\"type\":\"tape\"}", 400, NULL);
    expect("PUT", path, "{\"name\":\"q\",\"type\":\"s3\"}", 200, NULL);
    ck_assert_str_eq(get_text(path, "bucket"), "");
    ck_assert_str_eq(get_text("/storage-providers/utilization", "teamId"), "t4h8d2w6z0");
    expect("DELETE", path, NULL, 204, "");
}
END_TEST

START_TEST(one_provider_is_the_default)
{
    char id[40], path[80];

    create("/storage-providers", PROVIDER, 200, "id", id);
    snprintf(path, sizeof(path), "/storage-providers/%s", id);
    ck_assert_str_eq(get_text(path, "isTeamDefault"), "true");
    ck_assert_str_eq(get_text("/storage-providers/splx4m8r1bq6tze", "isTeamDefault"), "false");
    expect_wrong_field("PUT", path, "{\"name\":\"p\"," S3 "}", "isTeamDefault");
    expect_wrong_field("PUT", path, PROVIDER, "storageProviderType");
    expect("PUT", path, "{\"name\":\"q\",\"isTeamDefault\":false," S3 "}", 200, NULL);
    ck_assert_str_eq(get_text(path, "isTeamDefault"), "false");
    expect_wrong_field("PUT", "/storage-providers/splgct3arqdh77c", "{\"name\":\"q\"," S3 "}",
                       "isTeamDefault");
    expect_wrong_field("PUT", "/storage-providers/splgct3arqdh77c",
                       "{\"isTeamDefault\":null,\"name\":\"q\"," S3 "}", "isTeamDefault");
    ck_assert_str_eq(get_text("/storage-providers/utilization", "totalUsage"), "83315664384");
}
END_TEST

START_TEST(a_snapshot_is_created_by_an_event)
{
    char id[40], path[80];

    create("/snapshots", "{\"name\":\"s\",\"machineId\":\"psx\"}", 200, "event.id", id);
    snprintf(path, sizeof(path), "/machine-events/%s", id);
    ck_assert_str_eq(get_text(path, "state"), "new");
    ck_assert_str_eq(get_text(path, "name"), "snapshot-create");
    clock_forward(EMULATOR_DEFAULT_EVENT_MS);
    ck_assert_str_eq(get_text(path, "state"), "in progress");
    ck_assert_str_eq(get_text(path, "dtStarted"), "2027-01-15T08:00:00.150Z");
    ck_assert_str_eq(get_text(path, "dtFinished"), "");
    clock_forward(EMULATOR_DEFAULT_EVENT_MS);
    ck_assert_str_eq(get_text(path, "state"), "done");
    ck_assert_str_eq(get_text(path, "dtFinished"), "2027-01-15T08:00:00.300Z");
    ck_assert_int_eq(count_pages("/snapshots?machineId=psx", 5), 1);
    ck_assert_int_eq(count_pages("/machine-events?machineId=psx", 5), 1);
    ck_assert_int_eq(count_pages("/machine-events?machineId=psy", 5), 0);
    expect("POST", "/snapshots", "{\"name\":\"s\",\"machineId\":\"psmissing\"}", 404, NULL);
}
END_TEST

START_TEST(a_deleted_snapshot_goes_when_its_event_is_done)
{
    struct reply reply = request("DELETE", "/snapshots/slqafgu4n6gxge", NULL);

    ck_assert_str_eq(text_of(&reply, "data.id"), "slqafgu4n6gxge");
    ck_assert_str_eq(text_of(&reply, "event.name"), "snapshot-delete");
    expect("DELETE", "/snapshots/slqafgu4n6gxge", NULL, 200, reply.text);
    reply_free(&reply);
    clock_forward(2 * EMULATOR_DEFAULT_EVENT_MS - 1);
    ck_assert_int_eq(count_pages("/snapshots", 3), 8);
    clock_forward(1);
    ck_assert_int_eq(count_pages("/snapshots", 3), 7);
    expect("GET", "/snapshots/slqafgu4n6gxge", NULL, 404, NULL);
}
END_TEST

START_TEST(a_restore_waits_for_its_turn)
{
    const char *path = "/snapshots/slqafgu4n6gxge/restore";
    const char *body = "{\"createSnapshotBeforeRestore\":true}";
    char id[40];

    expect("POST", path, "", 400, NULL);
    expect_wrong_field("POST", path, "{\"createSnapshotBeforeRestore\":1}",
                       "createSnapshotBeforeRestore");
    create(path, body, 200, "event.id", id);
    ck_assert_int_eq(count_pages("/snapshots", 5), 9);
    ck_assert_str_eq(get_text("/snapshots", "items.0.name"), "Before restore of before-upgrade");
    expect("POST", path, "{}", 409, NULL);
    expect("POST", "/snapshots/slz1v6d0pks8ma/restore", "{}", 409, NULL);
    expect("POST", "/snapshots/slt4h9w3jxe2ub/restore", "{}", 200, NULL);
    clock_forward(2 * EMULATOR_DEFAULT_EVENT_MS);
    expect("POST", path, "{}", 200, NULL);
    expect("POST", "/snapshots/slnone/restore", "{}", 404, NULL);
}
END_TEST

static void *one_request(void *arg)
{
    (void)arg;
    expect("GET", "/shared-drives", NULL, 200, NULL);
    return NULL;
}

/* Ten one after the other would take three seconds. */
/* holds: emulator-2 */
START_TEST(latency_is_not_serialised)
{
    pthread_t threads[10];
    struct timespec start, end;

    emulator_with((struct emulator_config){.latency_ms = 300});
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; i < 10; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, one_request, NULL), 0);
    for (size_t i = 0; i < 10; i++)
        pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    ck_assert_int_lt((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000,
                     2000);
}
END_TEST

static TCase *docs_tests(void)
{
    TCase *tests = tcase_create("docs");

    tcase_add_checked_fixture(tests, emulator_docs, emulator_teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_wrong_key_is_401_everywhere);
    tcase_add_test(tests, session_is_null_for_a_wrong_key);
    tcase_add_test(tests, unknown_paths_are_404_and_methods_405);
    tcase_add_test(tests, drives_live_in_docs);
    tcase_add_test(tests, bodies_are_validated);
    tcase_add_test(tests, a_large_body_is_413);
    tcase_add_test(tests, one_provider_is_the_default);
    tcase_add_test(tests, docs_holds_to_its_document);
    tcase_add_test(tests, a_snapshot_is_created_by_an_event);
    tcase_add_test(tests, a_deleted_snapshot_goes_when_its_event_is_done);
    tcase_add_test(tests, a_restore_waits_for_its_turn);
    tcase_add_test(tests, latency_is_not_serialised);
    add_docs_list_tests(tests);
    return tests;
}

static TCase *openapi_tests(void)
{
    TCase *tests = tcase_create("openapi");

    tcase_add_checked_fixture(tests, emulator_openapi, emulator_teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_wrong_key_is_401_everywhere);
    tcase_add_test(tests, session_is_404_in_openapi);
    tcase_add_test(tests, unknown_paths_are_404_and_methods_405);
    tcase_add_test(tests, drives_live_in_openapi);
    tcase_add_test(tests, openapi_snapshots_have_a_note);
    tcase_add_test(tests, openapi_holds_to_its_document);
    tcase_add_test(tests, openapi_answers_no_key_that_was_not_given);
    tcase_add_test(tests, openapi_providers_never_show_secrets);
    add_openapi_list_tests(tests);
    return tests;
}

Suite *suite_api(void)
{
    Suite *suite = suite_create("api");

    suite_add_tcase(suite, docs_tests());
    suite_add_tcase(suite, openapi_tests());
    return suite;
}
