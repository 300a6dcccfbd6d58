/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/api.h"

#include "api/dialect.h"
#include "api/path.h"
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

/* --- one resource ----------------------------------------------------------------------------- */

/* Servers write whole numbers as such, or as decimal strings. */
static bool is_integer(struct json_object *value)
{
    const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value)
                                                                    : json_number_text(value);

    if (text == NULL)
        return false;
    text += *text == '-';
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Whether an answer has all fields of a table; it may have any others. */
static bool has_fields(const struct field *fields, struct json_object *answer)
{
    bool has = true;

    for (; has && fields->key != NULL; fields++) {
        struct json_object *value = json_member(answer, fields->key);
        has = fields->type == FIELD_INTEGER ? is_integer(value)
                                            : json_object_is_type(value, json_type_string);
    }
    return has;
}

/* What has no id is known by its fields: the dialect's, or any's while that is not known. */
static bool is_singleton(const struct exchange *call, struct json_object *answer)
{
    bool known = api_dialect_known(call->api);
    bool is = false;

    for (int d = 0; !is && d < DIALECT_COUNT; d++)
        is = (!known || d == (int)api_dialect(call->api)) &&
             has_fields(call->kind->shapes[d].fields, answer);
    return is;
}

/* Whether a record is what a GET of `id` (NULL: a singleton) asked for. */
static bool is_asked_for(const struct exchange *call, const char *id, const struct record *record,
                         struct json_object *answer)
{
    return id == NULL ? is_singleton(call, answer) : strcmp(record->id, id) == 0;
}

/* The record in the answer to a GET of `id` (NULL: a singleton), which is complete as it is. */
static struct record *read_record(const struct exchange *call, const char *id,
                                  struct json_object *answer, struct problem *problem)
{
    enum dialect dialect = api_dialect(call->api);
    struct problem why = {.kind = PROBLEM_NONE};
    struct record *record =
        record_from_json(call->kind, dialect, dialect_resource(dialect, false, answer), &why);

    if (record == NULL && why.kind == PROBLEM_NO_MEMORY) {
        call_problem(call, problem, PROBLEM_NO_MEMORY, why.message);
        return NULL;
    }
    if (record == NULL || !is_asked_for(call, id, record, answer)) {
        record_unref(record);
        call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is not the resource asked for");
        call_blame_answer(call, problem);
        return NULL;
    }
    record->complete = true;
    return record;
}

/* A GET of `id` (NULL: a singleton). `*nothing`: it does not exist, by a 404 or by `null`, which is
 * no error to who asks for that; NULL: it is one. */
static void get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
                struct record **out, bool *nothing, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(kind, id, "", problem);
    struct exchange call = {.api = api,
                            .kind = kind,
                            .method = HTTP_GET,
                            .path = path,
                            .id = id,
                            .cancel = cancel,
                            .needs_json = true};

    *out = NULL;
    bool answered = path != NULL && call_perform(&call, &answer, problem) == 0;
    if (nothing != NULL)
        *nothing = answered ? answer == NULL : path != NULL && problem->kind == PROBLEM_NOT_FOUND;
    if (answered && (answer != NULL || nothing == NULL))
        *out = read_record(&call, id, answer, problem);
    json_object_put(answer);
    free(path);
}

int api_get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
            struct record **out, struct problem *problem)
{
    get(api, kind, id, cancel, out, NULL, problem);
    return *out == NULL ? -1 : 0;
}

int api_look(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
             struct record **out, struct problem *problem)
{
    bool gone;

    get(api, kind, id, cancel, out, &gone, problem);
    if (gone)
        *problem = (struct problem){.status = problem->status};
    return gone || *out != NULL ? 0 : -1;
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
