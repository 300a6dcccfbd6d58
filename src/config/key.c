/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/key.h"

#include "config/credentials.h"
#include "config/key_shape.h"
#include "config/secret_file.h"
#include "config/text_file.h"
#include "util/log.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE "PAPERSPACE_API_KEY"
#define KEY_MAX  ((size_t)4096)

struct key {
    char *file;                     /* of key_file=; or NULL */
    uid_t owner;                    /* who may own what it is read from, as in key_create */
    struct credentials credentials; /* zeroed: it is not from there */
    pthread_mutex_t lock;           /* guards the rest; held while the API's own lock is taken */
    char *text;
};

/* A copy of the first line of `text` without blanks around it. NULL and the reason when it can't be
 * a key. */
static char *copy_key(const char *text, const char **reason)
{
    text = text_without_mark(text);
    const char *end = text + strcspn(text, "\n");

    while (isspace((unsigned char)*text) && text < end)
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *reason = "there is no key in its first line";
    if (text == end)
        return NULL;
    *reason = "its first line holds control characters, which no key does";
    for (const char *c = text; c < end; c++)
        if (iscntrl((unsigned char)*c))
            return NULL;
    *reason = "its first line is NAME=value, and the key alone belongs there";
    if (key_shape_is_assignment(text, (size_t)(end - text)))
        return NULL;
    *reason = "out of memory";
    return strndup(text, (size_t)(end - text));
}

/* Takes over `text`; a copy of the key in it, or NULL and the reason. */
static char *take_key(char *text, const char **reason)
{
    char *key = copy_key(text, reason);

    text_wipe_free(text);
    return key;
}

/* A copy of the key in `file`; NULL with `problem` set. */
static char *read_file(const char *file, uid_t owner, bool first, struct problem *problem)
{
    const struct secret_file how = {.owner = owner, .first = first, .holds = "the key"};
    struct problem cause;
    const char *reason = cause.message;
    char *key = secret_file_read(file, KEY_MAX, &how, &cause);

    if (key != NULL)
        key = take_key(key, &reason);
    if (key == NULL)
        problem_set(problem, PROBLEM_INVALID, "key_file=%s: no key can be read: %s", file, reason);
    return key;
}

/* The variable's value, taken out of the environment, where /proc would show it. */
static char *take_variable(void)
{
    char *value = getenv(VARIABLE);
    char *copy = value != NULL ? strdup(value) : NULL;

    if (value != NULL)
        explicit_bzero(value, strlen(value));
    unsetenv(VARIABLE);
    return copy;
}

/* Takes over `value`. */
static char *key_from_variable(char *value, struct problem *problem)
{
    const char *reason;
    char *key = take_key(value, &reason);

    if (key == NULL)
        problem_set(problem, PROBLEM_INVALID, VARIABLE ": no key can be read: %s", reason);
    return key;
}

static char *key_from_client(const struct key_source *source, struct credentials *out,
                             struct problem *problem)
{
    char *key = credentials_find(source->team, source->owner, out, problem);
    struct problem cause = *problem;

    if (key == NULL && cause.kind == PROBLEM_NOT_FOUND)
        problem_set(problem, PROBLEM_INVALID,
                    "no API key: name its file with -o key_file=FILE, or set " VARIABLE
                    " in the environment (%s)",
                    cause.message);
    return key;
}

/* Takes over `text` and `from`; with `text` NULL there is no key. */
static struct key *make_key(char *text, const struct key_source *source, struct credentials *from)
{
    struct key *key = text != NULL ? calloc(1, sizeof *key) : NULL;

    if (key == NULL) {
        text_wipe_free(text);
        credentials_finish(from);
        return NULL;
    }
    pthread_mutex_init(&key->lock, NULL);
    key->text = text;
    key->owner = source->owner;
    key->credentials = *from;
    if (source->file != NULL && (key->file = strdup(source->file)) == NULL) {
        key_destroy(key);
        return NULL;
    }
    return key;
}

/* A team that was named, but is not what settles the key. */
static void warn_of_team(const char *team, const char *where)
{
    if (team != NULL)
        log_warning("team=%s has no effect: the key is from %s", team, where);
}

static char *first_key(const struct key_source *source, struct credentials *from,
                       struct problem *problem)
{
    char *variable = take_variable();

    if (source->file == NULL && variable != NULL && variable[0] != '\0') {
        warn_of_team(source->team, VARIABLE);
        return key_from_variable(variable, problem);
    }
    text_wipe_free(variable);
    if (source->file == NULL)
        return key_from_client(source, from, problem);
    warn_of_team(source->team, "key_file=");
    return read_file(source->file, source->owner, true, problem);
}

struct key *key_create(const struct key_source *source, struct problem *problem)
{
    struct credentials from = {0};

    *problem = (struct problem){0};
    char *text = first_key(source, &from, problem);
    struct key *key = text != NULL ? make_key(text, source, &from) : NULL;
    if (key == NULL && problem->kind == PROBLEM_NONE)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return key;
}

void key_forget_variable(void)
{
    text_wipe_free(take_variable());
}

struct key *key_create_fixed(const char *text)
{
    return make_key(strdup(text), &(struct key_source){0}, &(struct credentials){0});
}

void key_destroy(struct key *key)
{
    if (key == NULL)
        return;
    text_wipe_free(key->text);
    credentials_finish(&key->credentials);
    free(key->file);
    pthread_mutex_destroy(&key->lock);
    free(key);
}

char *key_copy(struct key *key)
{
    pthread_mutex_lock(&key->lock);
    char *text = strdup(key->text);
    pthread_mutex_unlock(&key->lock);
    return text;
}

bool key_is(struct key *key, const char *text)
{
    pthread_mutex_lock(&key->lock);
    bool same = strcmp(key->text, text) == 0;
    pthread_mutex_unlock(&key->lock);
    return same;
}

void key_give(struct key *key, struct api *api)
{
    pthread_mutex_lock(&key->lock);
    api_set_key(api, key->text);
    pthread_mutex_unlock(&key->lock);
}

/* The file that it is read from again; NULL: none. */
static const char *source_file(const struct key *key)
{
    return key->file != NULL ? key->file : key->credentials.file;
}

const char *key_file_of(const struct key *key)
{
    return source_file(key);
}

const char *key_team_of(const struct key *key)
{
    return key->credentials.team;
}

static char *read_again(const struct key *key, struct problem *problem)
{
    return key->file != NULL ? read_file(key->file, key->owner, false, problem)
                             : credentials_read(&key->credentials, key->owner, problem);
}

/* With the lock held; takes over `text`. */
static void adopt(struct key *key, char *text, struct api *api)
{
    if (strcmp(text, key->text) == 0) {
        text_wipe_free(text);
        return;
    }
    text_wipe_free(key->text);
    key->text = text;
    api_set_key(api, text);
    log_info("%s: another key was read", source_file(key));
}

bool key_reload(struct key *key, struct api *api, const char *refused)
{
    struct problem problem;

    if (source_file(key) == NULL)
        return false;
    char *text = read_again(key, &problem);
    if (text == NULL)
        log_warning("%s; the old key stays", problem.message);
    pthread_mutex_lock(&key->lock);
    if (text != NULL)
        adopt(key, text, api);
    bool another = strcmp(key->text, refused) != 0;
    pthread_mutex_unlock(&key->lock);
    return another;
}
