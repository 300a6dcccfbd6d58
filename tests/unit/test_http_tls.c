/* SPDX-License-Identifier: MIT */
/* TLS: whom a request trusts. The server's certificate is made on the spot, for localhost only. */
#include "config.h"

#include "http/http.h"
#include "http/peer.h"
#include "run_tests.h"

#include <arpa/inet.h>
#include <check.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char directory[] = "/tmp/test_http_tls.XXXXXX";
static char certificate_file[64];
static char key_file[64];
static char certificate[8192];
static char key[8192];

static struct MHD_Daemon *server;
static unsigned port;
static atomic_uint requests;
static struct problem problem;
static struct http_response response;

static bool make_certificate(void)
{
    char command[512];

    if (mkdtemp(directory) == NULL)
        return false;
    snprintf(certificate_file, sizeof certificate_file, "%s/cert.pem", directory);
    snprintf(key_file, sizeof key_file, "%s/key.pem", directory);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
             "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout %s -out %s "
             ">/dev/null 2>&1",
             key_file, certificate_file);
    return system(command) == 0;
}

static void remove_certificate(void)
{
    unlink(certificate_file);
    unlink(key_file);
    rmdir(directory);
}

static void read_text(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    static char text[] = "{}";
    struct MHD_Response *whole;

    (void)ctx;
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    (void)size;
    (void)state;
    requests++;
    whole = MHD_create_response_from_buffer(2, text, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result rc = MHD_queue_response(connection, MHD_HTTP_OK, whole);
    MHD_destroy_response(whole);
    return rc;
}

static void begin(const char *priorities)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    requests = 0;
    read_text(certificate_file, certificate, sizeof certificate);
    read_text(key_file, key, sizeof key);
    server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, answer,
                              NULL, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_CERT,
                              certificate, MHD_OPTION_HTTPS_MEM_KEY, key,
                              MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
    ck_assert_ptr_nonnull(server);
    port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static int ask(const char *host, const char *ca_file)
{
    struct http_config config = {.user_agent = "paperspacefs/test",
                                 .ca_file = ca_file,
                                 .max_connections = 2,
                                 .max_answer_bytes = 1000};
    char url[64];
    struct http_request request = {.method = HTTP_GET, .url = url, .timeout_ms = 5000};
    struct http *http = http_create(&config, NULL);
    struct cancel cancel;

    snprintf(url, sizeof url, "https://%s:%u/", host, port);
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    problem = (struct problem){0};
    int rc = http_perform(http, &request, &cancel, &response, &problem);
    http_response_finish(&response);
    cancel_finish(&cancel);
    http_destroy(http);
    return rc;
}

static void expect_refused(const char *words)
{
    ck_assert_int_eq(problem.kind, PROBLEM_UNREACHABLE);
    ck_assert_msg(strstr(problem.message, words) != NULL, "%s", problem.message);
    ck_assert_int_eq(response.progress, HTTP_NOT_SENT);
    ck_assert_uint_eq(requests, 0);
    MHD_stop_daemon(server);
}

/* holds: http-13 */
START_TEST(a_private_ca_is_trusted_when_given)
{
    begin("NORMAL");
    ck_assert_int_eq(ask("localhost", certificate_file), 0);
    ck_assert_int_eq(response.status, 200);
    MHD_stop_daemon(server);
}
END_TEST

/* holds: http-13 errno-11 */
START_TEST(an_unknown_ca_is_refused)
{
    begin("NORMAL");
    ck_assert_int_eq(ask("localhost", NULL), -1);
    expect_refused("TLS certificate not accepted: ");
    ck_assert(response.permanent);
}
END_TEST

/* holds: http-13 */
START_TEST(another_hosts_certificate_is_refused)
{
    begin("NORMAL");
    ck_assert_int_eq(ask("127.0.0.1", certificate_file), -1);
    expect_refused("TLS certificate not accepted: ");
}
END_TEST

START_TEST(a_missing_ca_file_is_said)
{
    begin("NORMAL");
    ck_assert_int_eq(ask("localhost", "/nonexistent/ca.pem"), -1);
    expect_refused("/nonexistent/ca.pem");
}
END_TEST

/* holds: http-13 */
START_TEST(tls_before_1_2_is_refused)
{
    begin("NORMAL:-VERS-ALL:+VERS-TLS1.1");
    ck_assert_int_eq(ask("localhost", certificate_file), -1);
    expect_refused("TLS");
    ck_assert(!response.permanent);
}
END_TEST

/* holds: http-17 */
START_TEST(no_session_key_is_written_down)
{
    char log[64];

    snprintf(log, sizeof log, "%s/keys.log", directory);
    setenv("SSLKEYLOGFILE", log, 1);
    begin("NORMAL");
    ck_assert_int_eq(ask("localhost", certificate_file), 0);
    MHD_stop_daemon(server);
    bool written = unlink(log) == 0;
    ck_assert(!written);
    ck_assert_ptr_null(getenv("SSLKEYLOGFILE"));
}
END_TEST

/* --- what is offered ---- */

/* What the first connection says first, and that it is said to nobody then. */
struct greeting {
    int listener;
    char text[4096];
    ssize_t size_bytes;
};

static void *hear(void *arg)
{
    struct greeting *greeting = arg;
    int fd = accept(greeting->listener, NULL, NULL);

    greeting->size_bytes = recv(fd, greeting->text, sizeof greeting->text, 0);
    close(fd);
    return NULL;
}

/* Protocols as a ClientHello names them (RFC 7301), in that order. */
/* holds: http-5 */
START_TEST(http_2_is_offered)
{
    static const char protocols[] = "\002h2\010http/1.1";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size_bytes = sizeof address;
    struct greeting greeting = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    pthread_t thread;

    ck_assert_int_eq(bind(greeting.listener, (struct sockaddr *)&address, size_bytes), 0);
    ck_assert_int_eq(listen(greeting.listener, 1), 0);
    getsockname(greeting.listener, (struct sockaddr *)&address, &size_bytes);
    port = ntohs(address.sin_port);
    pthread_create(&thread, NULL, hear, &greeting);
    ck_assert_int_eq(ask("127.0.0.1", certificate_file), -1);
    pthread_join(thread, NULL);
    close(greeting.listener);
    ck_assert_int_gt(greeting.size_bytes, 0);
    ck_assert_ptr_nonnull(
        memmem(greeting.text, (size_t)greeting.size_bytes, protocols, sizeof protocols - 1));
}
END_TEST

/* --- who answers, without a request ---- */

static struct http_peer peer;

static void look(const char *host, const char *ca_file)
{
    const struct http_config config = {.user_agent = "t", .max_connections = 1};
    struct http *http = http_create(&config, NULL);
    char url[64];

    snprintf(url, sizeof url, "https://%s:%u/v1", host, port);
    ck_assert(http_peer_look(url, ca_file, 5000, &peer));
    http_destroy(http);
}

START_TEST(a_peer_is_looked_at_without_a_request)
{
    begin("NORMAL");
    look("localhost", certificate_file);
    ck_assert_int_eq(peer.stage, HTTP_STAGE_DONE);
    ck_assert_msg(strncmp(peer.tls, "TLS", 3) == 0, "%s", peer.tls);
    ck_assert_msg(strstr(peer.issuer, "localhost") != NULL, "%s", peer.issuer);
    ck_assert_str_eq(peer.words, "");
    int64_t left_s = peer.expires_s - (int64_t)time(NULL); /* it was made for two days */
    ck_assert(left_s > 86400 && left_s <= 2 * 86400);
    ck_assert_ptr_nonnull(strstr(peer.address, ":"));
    ck_assert_uint_eq(requests, 0);
    MHD_stop_daemon(server);
}
END_TEST

START_TEST(how_far_a_connection_came_is_told)
{
    begin("NORMAL");
    look("localhost", NULL);
    ck_assert_int_eq(peer.stage, HTTP_STAGE_TLS);
    ck_assert_msg(strstr(peer.words, "certificate") != NULL, "%s", peer.words);
    look("127.0.0.1", certificate_file);
    ck_assert_int_eq(peer.stage, HTTP_STAGE_TLS);
    look("host.invalid", certificate_file);
    ck_assert_int_eq(peer.stage, HTTP_STAGE_NAME);
    ck_assert_str_eq(peer.address, "");
    MHD_stop_daemon(server);
    look("localhost", certificate_file);
    ck_assert_int_eq(peer.stage, HTTP_STAGE_CONNECT);
    ck_assert_str_ne(peer.words, "");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http_tls");
    TCase *t = tcase_create("tls");

    tcase_set_timeout(t, 60);
    /* First: it looks at what is done once a process, which without forks is one for all. */
    tcase_add_test(t, no_session_key_is_written_down);
    tcase_add_test(t, a_private_ca_is_trusted_when_given);
    tcase_add_test(t, an_unknown_ca_is_refused);
    tcase_add_test(t, another_hosts_certificate_is_refused);
    tcase_add_test(t, a_missing_ca_file_is_said);
    tcase_add_test(t, tls_before_1_2_is_refused);
    tcase_add_test(t, http_2_is_offered);
    tcase_add_test(t, a_peer_is_looked_at_without_a_request);
    tcase_add_test(t, how_far_a_connection_came_is_told);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    if (!make_certificate()) {
        remove_certificate();
        puts("1..0 # SKIP no openssl to make a certificate with");
        return 0;
    }
    int status = run_tests(srunner_create(suite()));

    remove_certificate();
    return status;
}
