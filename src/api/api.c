/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/api.h"

#include "api/dialect.h"
#include "api/text.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

struct api *api_create(const struct api_config *config)
{
    struct api *api = calloc(1, sizeof *api);
    char *base_url = strdup(config->base_url);

    if (api == NULL || base_url == NULL) {
        free(api);
        free(base_url);
        return NULL;
    }
    api->config = *config;
    api->config.base_url = base_url;
    api->base_url = base_url;
    atomic_init(&api->dialect, config->forced_dialect);
    for (size_t i = 0; i <= KINDS_COUNT; i++) {
        atomic_init(&api->refuses_query[i], false);
        atomic_init(&api->one_ended[i], 0);
    }
    pthread_mutex_init(&api->lock, NULL);
    sent_secrets_init(&api->sent);
    memos_init(&api->memos);
    return api;
}

static void drop_key(char *key)
{
    if (key != NULL)
        explicit_bzero(key, strlen(key));
    free(key);
}

void api_destroy(struct api *api)
{
    if (api == NULL)
        return;
    pthread_mutex_destroy(&api->lock);
    sent_secrets_finish(&api->sent);
    memos_finish(&api->memos);
    drop_key(api->key);
    free(api->base_url);
    free(api);
}

void api_set_key(struct api *api, const char *key)
{
    char *copy = key == NULL ? NULL : strdup(key);

    words_add_key(key);
    memos_forget(&api->memos); /* before, so that none is sent with it, */
    pthread_mutex_lock(&api->lock);
    char *old = api->key;
    api->key = copy;
    pthread_mutex_unlock(&api->lock);
    memos_forget(&api->memos); /* and after: what came with the old one till then */
    drop_key(old);
}

enum dialect api_dialect(const struct api *api)
{
    return dialect_spoken(api);
}

bool api_dialect_known(const struct api *api)
{
    return atomic_load(&api->dialect) >= 0;
}

bool api_has(const struct api *api, const struct kind *kind)
{
    return !api_dialect_known(api) || kind_is_in(kind, api_dialect(api));
}

/* --- the session ------------------------------------------------------------------------------ */

static void read_name(char *out, size_t size_bytes, struct json_object *object,
                      const char *const *keys)
{
    const char *text = NULL;

    for (; object != NULL && *keys != NULL && (text == NULL || *text == '\0'); keys++)
        text = json_string_member(object, *keys);
    text_copy(out, size_bytes, text == NULL ? "" : text);
}

static void read_session(struct json_object *answer, struct api_session *session)
{
    static const char *const user_keys[] = {"email", "name", "id", NULL};
    static const char *const team_keys[] = {"namespace", "name", "id", NULL};
    struct json_object *user = answer == NULL ? NULL : json_member(answer, "user");
    struct json_object *team = answer == NULL ? NULL : json_member(answer, "team");

    session->valid = user != NULL || team != NULL;
    session->known = session->valid || answer == NULL;
    read_name(session->user, sizeof session->user, user, user_keys);
    read_name(session->team, sizeof session->team, team, team_keys);
}

int api_session(struct api *api, struct cancel *cancel, struct api_session *session,
                struct problem *problem)
{
    struct json_object *answer = NULL;
    struct problem own;
    struct exchange call = {.api = api,
                            .method = HTTP_GET,
                            .path = dialect_rows[api_dialect(api)].session_path,
                            .cancel = cancel,
                            .needs_json = true,
                            .keyless = true};

    *session = (struct api_session){.known = false};
    if (call.path == NULL)
        return 0;
    if (call_perform(&call, &answer, &own) == 0) {
        read_session(answer, session);
        hidden_scrub_text(&call, session->user, sizeof session->user);
        hidden_scrub_text(&call, session->team, sizeof session->team);
        json_object_put(answer);
        return 0;
    }
    if (own.kind == PROBLEM_NOT_FOUND)
        return 0;
    if (problem != NULL)
        *problem = own;
    return -1;
}
