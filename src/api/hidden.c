/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/hidden.h"

#include "api/call.h"
#include "api/secrets.h"
#include "api/text.h"

#include <stdlib.h>
#include <string.h>

/* --- what was sent of late ---------------------------------------------------------------------
 */

static void drop(struct sent_secret *sent)
{
    if (sent->secret != NULL)
        explicit_bzero(sent->secret, strlen(sent->secret));
    free(sent->secret);
    free(sent->path);
    *sent = (struct sent_secret){NULL, NULL};
}

void sent_secrets_init(struct sent_secrets *sent)
{
    *sent = (struct sent_secrets){.next = 0};
    pthread_mutex_init(&sent->lock, NULL);
}

void sent_secrets_finish(struct sent_secrets *sent)
{
    for (size_t i = 0; i < SENT_REMEMBERED; i++)
        drop(&sent->ring[i]);
    pthread_mutex_destroy(&sent->lock);
}

static bool is_known(const struct sent_secrets *sent, const char *path, const char *secret)
{
    for (size_t i = 0; i < SENT_REMEMBERED; i++)
        if (sent->ring[i].secret != NULL && strcmp(sent->ring[i].secret, secret) == 0 &&
            strcmp(sent->ring[i].path, path) == 0)
            return true;
    return false;
}

static void remember(struct sent_secrets *sent, const char *path, const char *secret)
{
    struct sent_secret new = {strdup(path), strdup(secret)};

    if (new.path == NULL || new.secret == NULL || strlen(secret) > SENT_MAX_BYTES) {
        drop(&new);
        return;
    }
    pthread_mutex_lock(&sent->lock);
    if (!is_known(sent, path, secret)) {
        struct sent_secret old = sent->ring[sent->next];
        sent->ring[sent->next] = new;
        new = old;
        sent->next = (sent->next + 1) % SENT_REMEMBERED;
    }
    pthread_mutex_unlock(&sent->lock);
    drop(&new);
}

/* A body, or a record's text, is what json_print has made. */
static bool collect_text(const char *text, struct hidden *out)
{
    return text == NULL || secrets_collect_text(text, strlen(text), &out->secrets, &out->open);
}

void sent_secrets_note(struct sent_secrets *sent, const struct exchange *call)
{
    struct hidden body = {WORD_LIST_EMPTY, WORD_LIST_EMPTY};

    if (call->body != NULL && collect_text(call->body, &body))
        for (size_t i = 0; i < body.secrets.count; i++)
            remember(sent, call->path, body.secrets.texts[i]);
    hidden_finish(&body);
}

/* Whether `path` is `other`, or one above it: what was sent to a list was sent for one of it. */
static bool concerns(const char *path, const char *other)
{
    size_t size = strlen(path);

    return strncmp(path, other, size) == 0 && (other[size] == '\0' || other[size] == '/');
}

static bool add_sent(struct sent_secrets *sent, const char *path, struct word_list *out)
{
    bool ok = true;

    pthread_mutex_lock(&sent->lock);
    for (size_t i = 0; ok && i < SENT_REMEMBERED; i++)
        if (sent->ring[i].path != NULL && concerns(sent->ring[i].path, path))
            ok = word_list_add(out, sent->ring[i].secret);
    pthread_mutex_unlock(&sent->lock);
    return ok;
}

/* --- a call ------------------------------------------------------------------------------------
 */

static bool add_fields(const struct field *fields, struct word_list *open)
{
    bool ok = true;

    for (; ok && fields != NULL && fields->key != NULL; fields++)
        ok = word_list_add(open, fields->key) && add_fields(fields->members, open);
    return ok;
}

/* The paths of the resource's files in the tree: providers/NAME/s3Config/bucket. */
static bool add_paths(const char *above, const struct field *fields, struct word_list *open)
{
    bool ok = true;

    for (; ok && fields != NULL && fields->key != NULL; fields++) {
        struct buf path = BUF_EMPTY;

        ok = buf_printf(&path, "%s/%s", above, fields->key) &&
             word_list_add(open, buf_text(&path)) &&
             add_paths(buf_text(&path), fields->members, open);
        buf_finish(&path);
    }
    return ok;
}

/* Where the kind's resources stand in the tree is said in paths. */
static bool add_kind(const struct exchange *call, const struct record *record,
                     struct word_list *open)
{
    const struct kind *kind = call->kind;
    struct buf path = BUF_EMPTY;

    if (kind == NULL)
        return true;
    const struct field *fields = kind->shapes[dialect_spoken(call->api)].fields;
    bool named = record != NULL && kind->plural != NULL;
    bool ok = add_fields(fields, open) && word_list_add(open, kind->document) &&
              (kind->plural == NULL || word_list_add(open, kind->plural)) &&
              (!named || (buf_printf(&path, "%s/%s", kind->plural, record->name) &&
                          add_paths(buf_text(&path), fields, open)));

    buf_finish(&path);
    return ok;
}

/* The resource as it is known, and where it stands in the tree. */
static bool add_known(const struct exchange *call, struct hidden *out)
{
    const struct api_config *config = &call->api->config;
    bool asked = config->known != NULL && call->kind != NULL && call->id != NULL;
    struct record *record = asked ? config->known(config->ctx, call->kind, call->id) : NULL;
    bool ok =
        (record == NULL || collect_text(record->json, out)) && add_kind(call, record, &out->open);

    record_unref(record);
    return ok;
}

static bool add_all(struct word_list *list, const char *const *texts)
{
    bool ok = true;

    for (; ok && texts != NULL && *texts != NULL; texts++)
        ok = word_list_add(list, *texts);
    return ok;
}

bool hidden_of_call(const struct exchange *call, struct hidden *out)
{
    *out = (struct hidden){WORD_LIST_EMPTY, WORD_LIST_EMPTY};
    return words_list_keys(&out->secrets) &&
           add_sent(&call->api->sent, call->path, &out->secrets) &&
           add_all(&out->secrets, call->secrets) && collect_text(call->body, out) &&
           add_known(call, out) && word_list_add(&out->open, call->path);
}

struct scrub hidden_scrub(const struct hidden *hidden)
{
    return (struct scrub){word_list_texts(&hidden->secrets), word_list_texts(&hidden->open)};
}

void hidden_finish(struct hidden *hidden)
{
    word_list_finish(&hidden->secrets);
    word_list_finish(&hidden->open);
}

void hidden_scrub_text(const struct exchange *call, char *text, size_t size_bytes)
{
    struct hidden hidden;
    struct buf words = BUF_EMPTY;

    bool ok = hidden_of_call(call, &hidden) && buf_append_text(&words, text);
    const struct scrub scrub = hidden_scrub(&hidden);
    ok = ok && words_make_safe_foreign(&words, &scrub);
    text_copy(text, size_bytes, ok ? buf_text(&words) : "");
    buf_finish(&words);
    hidden_finish(&hidden);
}
