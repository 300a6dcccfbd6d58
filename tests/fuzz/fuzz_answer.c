/* SPDX-License-Identifier: MIT */
/*
 * What a server answers, through every call of the API: call, kind and dialect are the first bytes,
 * then the status, then the answers, one after the other (0xFF between them).
 */
#include "config.h"

#include "api/api.h"
#include "fuzz.h"
#include "util/json.h"

#include <string.h>

#define KEY "fuzz-key-0123456789"

/* The pauses between them double, and are real. */
#define EXCHANGES 5

struct peer {
    const uint8_t *data;
    size_t size;
    long status;
    unsigned exchanges;
    int64_t now_ms;
};

static int64_t peer_now_ms(void *ctx)
{
    return ((struct peer *)ctx)->now_ms;
}

/* Answers what the input holds; once it is used up, nothing comes any more. */
static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    struct peer *peer = ctx;
    size_t length;

    (void)request;
    *response = (struct http_response){.retry_after_ms = -1, .progress = HTTP_SENT};
    peer->now_ms += 1000;
    if (peer->size == 0 || peer->exchanges++ == EXCHANGES) {
        cancel_fire(cancel, CANCEL_DEADLINE);
        return problem_set(problem, PROBLEM_TIMEOUT, "no answer");
    }
    char *text = fuzz_text(&peer->data, &peer->size, &length);
    response->status = peer->status;
    FUZZ_CHECK(buf_append(&response->body, text, length));
    free(text);
    return 0;
}

/* Whatever it was, what comes back is whole. */
static void look_at(struct record *record)
{
    if (record == NULL)
        return;
    FUZZ_CHECK(strlen(record->json) == record->json_bytes);
    struct json_object *object = record_parse(record);
    FUZZ_CHECK(object != NULL);
    json_object_put(object);
    record_unref(record);
}

static void list(struct api *api, const struct kind *kind, struct cancel *cancel)
{
    struct record_list records = RECORD_LIST_EMPTY;
    struct problem problem = {0};

    if (api_list(api, kind, cancel, NULL, NULL, &records, &problem) == 0)
        for (size_t i = 0; i < records.count; i++)
            look_at(record_ref(records.records[i]));
    FUZZ_CHECK(strstr(problem.message, KEY) == NULL);
    record_list_finish(&records);
}

static void change(struct api *api, const struct kind *kind, struct cancel *cancel, unsigned call)
{
    static const enum change_verb verbs[] = {
        [2] = CHANGE_CREATE, [3] = CHANGE_UPDATE, [4] = CHANGE_DELETE, [7] = CHANGE_RESTORE};
    struct api_outcome outcome = {.record = NULL};
    struct event event = {0};
    struct event events[4];
    size_t count = 0;
    struct problem problem = {0};

    if (call == 1) {
        (void)api_get(api, kind, kind->singleton ? NULL : "id1", cancel, &outcome.record, &problem);
    } else if (call == 5) {
        (void)api_event(api, "id1", cancel, &event, &problem);
    } else if (call == 6) {
        (void)api_machine_events(api, "ps1", cancel, events, 4, &count, &problem);
    } else {
        const struct api_change change = {
            .verb = verbs[call], .kind = kind, .id = "id1", .body = "{\"name\":\"a\"}"};

        (void)api_change(api, &change, cancel, &outcome, &problem);
    }
    FUZZ_CHECK(count <= 4);
    look_at(outcome.record);
    FUZZ_CHECK(strstr(problem.message, KEY) == NULL);
}

static struct api *make_api(struct peer *peer, const struct clock *clock, int dialect)
{
    struct api_config config = {.base_url = "http://127.0.0.1:1/v1",
                                .transport = {perform, peer},
                                .clock = clock,
                                .timeout_ms = 30000,
                                .backoff_ms = 1,
                                .forced_dialect = dialect};
    struct api *api = api_create(&config);

    FUZZ_CHECK(api != NULL);
    api_set_key(api, KEY);
    return api;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const short statuses[] = {200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500, 503};
    unsigned call = fuzz_byte(&data, &size) % 8;
    const struct kind *kind = kinds_all[fuzz_byte(&data, &size) % KINDS_COUNT];
    int dialect = fuzz_byte(&data, &size) % 3 - 1;
    struct peer peer = {.status = statuses[fuzz_byte(&data, &size) % 12]};
    struct clock clock = {peer_now_ms, peer_now_ms, &peer};
    struct cancel cancel;

    peer.data = data;
    peer.size = size;
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    struct api *api = make_api(&peer, &clock, dialect);
    if (call == 0)
        list(api, kind, &cancel);
    else
        change(api, kind, &cancel, call);
    api_destroy(api);
    cancel_finish(&cancel);
    return 0;
}
