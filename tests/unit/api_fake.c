/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api_fake.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const char *header_value(const struct http_request *request, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        if (strncmp(request->headers[i], name, size) == 0)
            return request->headers[i] + size;
    return "";
}

static bool is_expected(const struct fake_step *step, const struct http_request *request)
{
    if (step->url == NULL ||
        strcmp(header_value(request, "If-None-Match: "),
               step->condition == NULL ? "" : step->condition) != 0 ||
        strncmp(request->url, FAKE_BASE, strlen(FAKE_BASE)) != 0 ||
        strcmp(request->url + strlen(FAKE_BASE), step->url) != 0 ||
        request->method != step->method || (step->sent == NULL) != (request->body == NULL))
        return false;
    return step->sent == NULL || (strlen(step->sent) == request->body_bytes &&
                                  memcmp(step->sent, request->body, request->body_bytes) == 0);
}

static int lose(struct fake *fake, const struct fake_step *step, struct cancel *cancel,
                struct http_response *response, struct problem *problem)
{
    response->status = 0;
    response->progress = step->progress;
    response->permanent = step->permanent;
    response->cut = step->cut;
    if (step->interrupts) {
        cancel_fire(cancel, CANCEL_INTERRUPT);
        return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted");
    }
    if (fake->fault[0] != '\0')
        return problem_set(problem, PROBLEM_NO_MEMORY, "unexpected request");
    return problem_set(problem, step->problem, "the connection was lost");
}

void fake_know(struct fake *fake, const char *json)
{
    struct record *record =
        record_from_text(&kind_drives, DIALECT_DOCS, json_slice_of(json, strlen(json)), NULL);

    record_list_finish(&fake->known);
    if (record == NULL)
        return;
    record->complete = true;
    ck_assert(record_list_add(&fake->known, record));
}

static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    struct fake *fake = ctx;
    const struct fake_step *step = &fake->steps[fake->done];

    *response = (struct http_response){.retry_after_ms = -1, .elapsed_ms = 1};
    snprintf(fake->authorization, sizeof fake->authorization, "%s",
             header_value(request, "Authorization: "));
    fake->clock_ms += fake->step_ms;
    if (!is_expected(step, request)) {
        if (fake->fault[0] == '\0')
            snprintf(fake->fault, sizeof fake->fault, "step %zu: %s %s %s", fake->done,
                     http_method_name(request->method), request->url,
                     request->body == NULL ? "" : request->body);
        return lose(fake, step, cancel, response, problem);
    }
    fake->done++;
    if (step->status == 0)
        return lose(fake, step, cancel, response, problem);
    response->status = step->status;
    if (step->retry_after_ms > 0)
        response->retry_after_ms = step->retry_after_ms;
    if (step->known != NULL)
        fake_know(fake, step->known);
    if (step->etag != NULL)
        snprintf(response->etag, sizeof response->etag, "%s", step->etag);
    if (step->body != NULL)
        ck_assert(buf_append_text(&response->body, step->body));
    return 0;
}

static void on_exchange(void *ctx, const struct api_exchange *exchange)
{
    struct fake *fake = ctx;

    fake->exchanges++;
    fake->last_status = exchange->status;
}

static bool on_unauthorized(void *ctx, const char *refused)
{
    struct fake *fake = ctx;

    snprintf(fake->refused, sizeof fake->refused, "%s", refused);
    fake->unauthorized++;
    if (fake->next_key != NULL)
        api_set_key(fake->api, fake->next_key);
    return fake->next_key != NULL;
}

static struct record *known(void *ctx, const struct kind *kind, const char *id)
{
    struct fake *fake = ctx;
    struct record *found = NULL;

    (void)kind;
    for (size_t i = 0; i < fake->known.count && found == NULL; i++)
        if (strcmp(fake->known.records[i]->id, id) == 0)
            found = record_ref(fake->known.records[i]);
    return found;
}

static bool known_run(void *ctx, const struct kind *kind, const char *id, size_t count,
                      bool backwards, struct record_list *out)
{
    struct fake *fake = ctx;
    size_t i = 0;

    (void)kind;
    ck_assert(!backwards);
    while (i < fake->known.count && strcmp(fake->known.records[i]->id, id) != 0)
        i++;
    if (i + count > fake->known.count)
        return false;
    for (; out->count < count; i++)
        ck_assert(record_list_add(out, record_ref(fake->known.records[i])));
    return true;
}

static int64_t fake_now(void *ctx)
{
    return ((struct fake *)ctx)->clock_ms;
}

static bool sends_none(void *ctx)
{
    (void)ctx;
    return true;
}

static void make_api(struct fake *fake, int dialect, bool reads_only)
{
    const struct api_config config = {
        .base_url = FAKE_BASE,
        .transport = {perform, fake},
        .clock = &fake->clock,
        .timeout_ms = 30000,
        .backoff_ms = 1,
        .forced_dialect = dialect,
        .reads_only = reads_only ? sends_none : NULL,
        .on_exchange = on_exchange,
        .on_unauthorized = on_unauthorized,
        .known = known,
        .known_run = known_run,
        .ctx = fake,
    };
    fake->api = api_create(&config);
    ck_assert_ptr_nonnull(fake->api);
    api_set_key(fake->api, FAKE_KEY);
}

void fake_only_read(struct fake *fake, int dialect)
{
    api_destroy(fake->api);
    make_api(fake, dialect, true);
}

void fake_init(struct fake *fake, int dialect, const struct fake_step *steps)
{
    *fake = (struct fake){.steps = steps};
    fake->clock = (struct clock){fake_now, fake_now, fake};
    make_api(fake, dialect, false);
    cancel_init(&fake->cancel, NULL, CANCEL_NEVER);
}

void fake_finish(struct fake *fake)
{
    size_t count = 0;

    while (fake->steps[count].url != NULL)
        count++;
    ck_assert_str_eq(fake->fault, "");
    ck_assert_uint_eq(fake->done, count);
    ck_assert_uint_eq(fake->exchanges, count);
    record_list_finish(&fake->known);
    api_destroy(fake->api);
    cancel_finish(&fake->cancel);
}
