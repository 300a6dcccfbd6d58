/* SPDX-License-Identifier: MIT */
/* Long lists, which are fetched from both ends, while others change what is listed. */
#include "config.h"

#include "api/api.h"
#include "instrumented.h"
#include "run_tests.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE      "http://127.0.0.1:1/v1"
#define PAGE      API_PAGE_LIMIT
#define ITEMS_MAX 4000
#define FRONT     "/snapshots?limit=120"

/* A server with a list; what happens to it is up to the test. */
struct server {
    pthread_mutex_t lock;      /* guards all of it */
    unsigned order[ITEMS_MAX]; /* the numbers of all there ever were, newest first */
    size_t count;
    bool gone[ITEMS_MAX]; /* by number */
    bool late[ITEMS_MAX]; /* likewise: it was not there from the beginning */
    unsigned front_pages; /* asked for so far */
    unsigned rear_pages;
    unsigned front_of_list; /* of the list that is fetched */
    unsigned rear_awaited;  /* the front's tenth page waits until so many were, 3 s at most */
    /* Happens before the answer to a page. */
    void (*change)(struct server *server, bool rear);
    unsigned latency_ms; /* of pages behind the eighth */
    bool ignores_order;
    bool refuses_order;
    bool repeats;     /* each page begins with the last item of the one before */
    bool circles;     /* the rear's cursor comes back */
    bool foreign;     /* the rear lists something else, for ever */
    bool no_ids;      /* the rear's first item has none */
    bool rear_fails;  /* with 503, always */
    bool rear_waits;  /* and does not answer */
    size_t tied_from; /* so many of the front's order are equal to it: the rear has them in the */
    size_t tied;      /* same order */
    unsigned seed;
};

static void server_init_as(struct server *server, const struct server *is, size_t count)
{
    *server = *is;
    server->count = count;
    server->seed = 1;
    pthread_mutex_init(&server->lock, NULL);
    for (size_t i = 0; i < count; i++)
        server->order[i] = (unsigned)i;
}

static void server_init(struct server *server, size_t count)
{
    server_init_as(server, &(struct server){.count = 0}, count);
}

/* The number at a place in the order that a request asks for. */
static unsigned number_at(const struct server *server, bool rear, size_t place)
{
    size_t front = server->count - 1 - place;
    size_t tie = front - server->tied_from;

    if (!rear || server->ignores_order)
        return server->order[place];
    if (front < server->tied_from || tie >= server->tied)
        return server->order[front];
    return server->order[server->tied_from + server->tied - 1 - tie];
}

static size_t place_of(const struct server *server, bool rear, unsigned number)
{
    size_t place = 0;

    while (place < server->count && number_at(server, rear, place) != number)
        place++;
    return place;
}

static void print_item(struct buf *body, unsigned number, bool has_id)
{
    ck_assert(buf_printf(body, "%s{%s", body->data[body->size_bytes - 1] == '[' ? "" : ",",
                         has_id ? "" : "\"name\":\"none\"},{"));
    ck_assert(
        buf_printf(body, "\"id\":\"s%u\",\"name\":\"n%u\",\"machineId\":\"m\"}", number, number));
}

static void print_page(struct server *server, bool rear, const char *after, struct buf *body)
{
    size_t place = after == NULL ? 0 : place_of(server, rear, (unsigned)atoi(after));
    unsigned shown = 0;
    unsigned last = 0;

    place += after != NULL && !server->repeats;
    ck_assert(buf_append_text(body, "{\"items\":["));
    for (; place < server->count && shown < PAGE; place++) {
        last = number_at(server, rear, place);
        if (server->gone[last])
            continue;
        print_item(body, last, !(rear && server->no_ids && shown == 0));
        shown++;
    }
    if (place < server->count)
        ck_assert(buf_printf(body, "],\"nextPage\":\"%u\"}", rear && server->circles ? 0 : last));
    else
        ck_assert(buf_append_text(body, "],\"hasMore\":false}"));
}

static void print_foreign(const struct server *server, struct buf *body)
{
    ck_assert(buf_append_text(body, "{\"items\":["));
    for (unsigned i = 0; i < PAGE; i++)
        print_item(body, 1000000 + server->rear_pages * PAGE + i, true);
    ck_assert(buf_printf(body, "],\"nextPage\":\"f%u\"}", server->rear_pages));
}

/* The rear takes a twentieth more. */
static void take_time(struct server *server, bool rear)
{
    pthread_mutex_lock(&server->lock);
    long ns = (long)(rand_r(&server->seed) % 300) * 1000;
    ns += server->front_pages >= 8 ? server->latency_ms * 1000000L : 0;
    pthread_mutex_unlock(&server->lock);
    nanosleep(&(struct timespec){.tv_nsec = rear ? ns + ns / 20 : ns}, NULL);
}

static bool must_wait(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    bool wait = server->front_of_list >= 9 && server->rear_pages < server->rear_awaited;
    pthread_mutex_unlock(&server->lock);
    return wait;
}

/* The rear has a thread of its own, which may come late. */
static void await_rear(struct server *server, const char *url)
{
    if (strstr(url, "order=asc") != NULL || strstr(url, "after=") == NULL)
        return; /* of a list's first page the server counts the one before yet */
    for (unsigned ms = 0; ms < 3000 && must_wait(server); ms++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static int answer(struct server *server, const char *url, struct http_response *response)
{
    bool rear = strstr(url, "&order=asc") != NULL;
    const char *after = strstr(url, "after=");

    ck_assert(strncmp(url, BASE FRONT, strlen(BASE FRONT)) == 0);
    if (server->change != NULL)
        server->change(server, rear);
    server->front_of_list = rear || after != NULL ? server->front_of_list : 0;
    server->front_of_list += !rear;
    server->front_pages += !rear;
    server->rear_pages += rear;
    response->status = rear && server->refuses_order ? 400 : rear && server->rear_fails ? 503 : 200;
    if (rear && server->foreign)
        print_foreign(server, &response->body);
    else if (response->status == 200)
        print_page(server, rear, after == NULL ? NULL : after + strlen("after="), &response->body);
    return 0;
}

static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    struct server *server = ctx;

    *response = (struct http_response){.retry_after_ms = -1};
    take_time(server, strstr(request->url, "order=asc") != NULL);
    await_rear(server, request->url);
    if (server->rear_waits && strstr(request->url, "order=asc") != NULL)
        cancel_sleep(cancel, CANCEL_NEVER);
    if (cancel_reason(cancel) != CANCEL_NONE)
        return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted");
    pthread_mutex_lock(&server->lock);
    int rc = answer(server, request->url, response);
    pthread_mutex_unlock(&server->lock);
    return rc;
}

static struct api *api_of(struct server *server, size_t max_items)
{
    struct api *api = api_create(&(struct api_config){.base_url = BASE,
                                                      .transport = {perform, server},
                                                      .clock = &clock_system,
                                                      .timeout_ms = 20000,
                                                      .backoff_ms = 1,
                                                      .max_list_items = max_items,
                                                      .forced_dialect = DIALECT_DOCS});

    ck_assert_ptr_nonnull(api);
    return api;
}

static int list(struct api *api, struct record_list *records, struct problem *problem)
{
    struct cancel cancel;

    *problem = (struct problem){.kind = PROBLEM_NONE};
    *records = RECORD_LIST_EMPTY;
    cancel_init(&cancel, NULL, clock_now_ms(&clock_system) + 20000);
    int rc = api_list(api, &kind_snapshots, &cancel, NULL, NULL, records, problem);
    cancel_finish(&cancel);
    return rc;
}

/* All that was there all the time is listed, once, in the server's order, and nothing twice. */
static void check_list(const struct server *server, const struct record_list *records)
{
    static bool seen[ITEMS_MAX];
    size_t place = 0;

    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < records->count; i++) {
        unsigned number = (unsigned)atoi(records->records[i]->id + 1);
        ck_assert_uint_lt(number, server->count);
        ck_assert_msg(!seen[number], "s%u is there twice", number);
        seen[number] = true;
        if (server->gone[number] || server->late[number])
            continue;
        size_t found = place_of(server, false, number);
        ck_assert_msg(place == 0 || found > place, "s%u is in the wrong place", number);
        place = found;
    }
    for (size_t i = 0; i < server->count; i++)
        ck_assert_msg(seen[i] || server->gone[i] || server->late[i], "s%zu is missing", i);
}

static void expect_list(struct api *api, const struct server *server)
{
    struct record_list records;
    struct problem problem;

    ck_assert_msg(list(api, &records, &problem) == 0, "%s", problem.message);
    check_list(server, &records);
    record_list_finish(&records);
}

/* --- nothing happens -------------------------------------------------------------------------- */

static const size_t counts[] = {0, 1, 119, 120, 959, 960, 961, 1079, 1080, 1081, 1200, 1321, 3999};

/* holds: cost-1 */
START_TEST(a_long_list_costs_at_most_two_pages_more)
{
    size_t pages = (counts[_i] + PAGE - 1) / PAGE;

    for (unsigned seed = 1; seed <= (is_instrumented() ? 1 : 10); seed++) {
        struct server server;
        server_init(&server, counts[_i]);
        server.seed = seed;
        struct api *api = api_of(&server, 0);
        expect_list(api, &server);
        if (pages <= 8) {
            ck_assert_uint_eq(server.rear_pages, 0);
            ck_assert_uint_eq(server.front_pages, pages + (pages == 0));
        } else {
            ck_assert_uint_le(server.front_pages + server.rear_pages, pages + 2);
        }
        api_destroy(api);
    }
}
END_TEST

/* Half of what comes after the eighth page comes from the rear. */
START_TEST(both_ends_are_fetched_at_the_same_time)
{
    struct server server;

    server_init(&server, 3999);
    struct api *api = api_of(&server, 0);
    expect_list(api, &server);
    ck_assert_uint_ge(server.rear_pages, 3);
    api_destroy(api);
}
END_TEST

/* It is the rear's second page that ends it, and comes right behind the front's. */
START_TEST(no_page_is_asked_for_that_the_rear_makes_needless)
{
    struct server server;

    server_init(&server, 12 * PAGE - 20);
    server.latency_ms = 400;
    struct api *api = api_of(&server, 0);
    expect_list(api, &server);
    ck_assert_uint_eq(server.rear_pages, 2);
    ck_assert_uint_eq(server.front_pages, 10);
    api_destroy(api);
}
END_TEST

/* --- something does --------------------------------------------------------------------------- */

static void add(struct server *server, size_t place)
{
    unsigned number = (unsigned)server->count;

    memmove(server->order + place + 1, server->order + place,
            (server->count - place) * sizeof server->order[0]);
    server->order[place] = number;
    server->late[number] = true;
    server->count++;
}

static void add_new(struct server *server, bool rear)
{
    (void)rear;
    for (unsigned i = 0; i < 5; i++)
        add(server, 0);
}

/* As from a server whose clocks differ. */
static void add_anywhere(struct server *server, bool rear)
{
    (void)rear;
    for (unsigned i = 0; i < 5; i++)
        add(server, (size_t)rand_r(&server->seed) % server->count);
}

static void remove_anywhere(struct server *server, bool rear)
{
    (void)rear;
    for (unsigned i = 0; i < 20; i++)
        server->gone[(size_t)rand_r(&server->seed) % server->count] = true;
}

/* All of the oldest, with what the rear has had, and all that a cursor names. */
static void remove_rear(struct server *server, bool rear)
{
    for (size_t i = 0; rear && server->rear_pages == 2 && i < 500; i++)
        server->gone[server->order[server->count - 1 - i]] = true;
}

static void remove_middle(struct server *server, bool rear)
{
    for (size_t i = 1000; rear && server->rear_pages == 3 && i < server->count - 300; i++)
        server->gone[server->order[i]] = true;
}

static void all_of_it(struct server *server, bool rear)
{
    if (server->count + 10 < ITEMS_MAX) {
        add_new(server, rear);
        add_anywhere(server, rear);
    }
    remove_anywhere(server, rear);
}

static const struct {
    const char *what;
    void (*change)(struct server *server, bool rear);
    bool repeats;
} happenings[] = {
    {"added in front", add_new, false},
    {"added anywhere", add_anywhere, false},
    {"removed anywhere", remove_anywhere, false},
    {"the oldest removed", remove_rear, false},
    {"where the ends would meet removed", remove_middle, false},
    {"repeated", NULL, true},
    {"repeated, added and removed", all_of_it, true},
};

START_TEST(what_others_do_between_pages_loses_nothing)
{
    for (unsigned seed = 1; seed <= (is_instrumented() ? 2 : 20); seed++) {
        struct server server;
        server_init(&server, 2500);
        server.change = happenings[_i].change;
        server.repeats = happenings[_i].repeats;
        server.seed = seed;
        server.rear_awaited = 1;
        struct api *api = api_of(&server, 0);
        expect_list(api, &server);
        ck_assert_uint_ge(server.rear_pages, 1);
        api_destroy(api);
    }
}
END_TEST

/* --- the rear is no help ---------------------------------------------------------------------- */

static const struct {
    const char *what;
    struct server is;
    bool given_up; /* for good, after three lists */
} useless[] = {
    {"the order is ignored", {.ignores_order = true}, true},
    {"the order is refused", {.refuses_order = true}, true},
    {"another list", {.foreign = true}, true},
    {"no end", {.circles = true}, true},
    {"many are equal to the order", {.tied_from = 300, .tied = 1900}, true},
    {"all are", {.tied_from = 0, .tied = 2500}, true},
    {"an item without an id", {.no_ids = true}, true},
    {"it fails", {.rear_fails = true}, false},
    {"it is silent", {.rear_waits = true}, false},
};

START_TEST(a_rear_that_is_no_help_does_no_harm)
{
    struct server server;

    server_init_as(&server, &useless[_i].is, 2500);
    struct api *api = api_of(&server, 0);
    unsigned lists = 0;
    bool asked = true;
    while (asked && lists < (useless[_i].given_up ? 12 : 4)) {
        unsigned before = server.rear_pages;
        server.rear_awaited = lists < 3 && !server.rear_waits ? before + 1 : 0;
        expect_list(api, &server);
        asked = server.rear_pages > before;
        lists++;
    }
    if (useless[_i].given_up) /* after three, or one more where the rear was late */
        ck_assert_msg(!asked && lists > 3, "%s", useless[_i].what);
    ck_assert_uint_eq(server.front_pages, lists * 21);
    api_destroy(api);
}
END_TEST

/* --- bounds, and the end ---------------------------------------------------------------------- */

START_TEST(the_bounds_are_those_of_one_list)
{
    static const struct {
        size_t max;
        bool foreign;
        int rc;
    } rows[] = {{2500, false, 0}, {2499, false, -1}, {2500, true, 0}, {1500, true, -1}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct server server;
        struct record_list records;
        struct problem problem;
        server_init(&server, 2500);
        server.foreign = rows[i].foreign;
        struct api *api = api_of(&server, rows[i].max);
        ck_assert_int_eq(list(api, &records, &problem), rows[i].rc);
        if (rows[i].rc == 0)
            check_list(&server, &records);
        else
            ck_assert_int_eq(problem.kind, PROBLEM_TOO_LARGE);
        record_list_finish(&records);
        api_destroy(api);
    }
}
END_TEST

static bool until_the_tenth(void *ctx, size_t items)
{
    (void)ctx;
    return items < 10 * (size_t)PAGE;
}

START_TEST(a_list_that_nobody_wants_ends_at_both_ends)
{
    struct server server;
    struct record_list records = RECORD_LIST_EMPTY;
    struct problem problem;
    struct cancel cancel;

    server_init(&server, 3999);
    server.rear_waits = true;
    struct api *api = api_of(&server, 0);
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    ck_assert_int_eq(
        api_list(api, &kind_snapshots, &cancel, until_the_tenth, NULL, &records, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    cancel_finish(&cancel);
    api_destroy(api);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_ends");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_long_list_costs_at_most_two_pages_more, 0,
                        sizeof counts / sizeof counts[0]);
    tcase_add_test(t, both_ends_are_fetched_at_the_same_time);
    tcase_add_test(t, no_page_is_asked_for_that_the_rear_makes_needless);
    tcase_add_loop_test(t, what_others_do_between_pages_loses_nothing, 0,
                        sizeof happenings / sizeof happenings[0]);
    tcase_add_loop_test(t, a_rear_that_is_no_help_does_no_harm, 0,
                        sizeof useless / sizeof useless[0]);
    tcase_add_test(t, the_bounds_are_those_of_one_list);
    tcase_add_test(t, a_list_that_nobody_wants_ends_at_both_ends);
    suite_add_tcase(s, t);
    return run_tests(srunner_create(s));
}
