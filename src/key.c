/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "key.h"

#include "util/clock.h"
#include "util/log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE    "PAPERSPACE_API_KEY"
#define KEY_MAX     4096
#define RECENTLY_MS 5000 /* requests that were under way with the old key end within that */

struct key {
    char *file;           /* NULL: never read again */
    pthread_mutex_t lock; /* guards the rest; held while the API's own lock is taken */
    char *text;
    int64_t changed_ms; /* monotonic; only if `changed` */
    bool changed;
};

static void wipe_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* The first line of `text` without blanks around it, in place. NULL and the reason when it can't
 * be a key. */
static char *pick_key(char *text, const char **reason)
{
    char *end = text + strcspn(text, "\n");

    while (isspace((unsigned char)*text) && text < end)
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    *reason = "there is no key in its first line";
    if (text == end)
        return NULL;
    *reason = "its first line holds control characters, which no key does";
    for (const char *c = text; c < end; c++)
        if (iscntrl((unsigned char)*c))
            return NULL;
    return text;
}

static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while (used < size && (got = read(fd, out + used, size - used)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            used += (size_t)got;
    }
    return (ssize_t)used;
}

static void warn_if_readable(const char *file, const struct stat *st)
{
    if (S_ISREG(st->st_mode) && (st->st_mode & S_IROTH) != 0)
        log_warning("%s: other users can read the key: chmod 600 %s", file, file);
}

/* Reads the open file into `text` (KEY_MAX + 2 bytes); NULL or what is wrong with it. */
static const char *read_text(int fd, const char *file, bool first, char *text)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return strerror(errno);
    if (S_ISDIR(st.st_mode))
        return "it is a directory";
    if (first)
        warn_if_readable(file, &st);
    ssize_t size = read_all(fd, text, KEY_MAX + 1);
    if (size < 0)
        return strerror(errno);
    if (size > KEY_MAX)
        return "it is longer than 4096 bytes, so it holds no key";
    if (memchr(text, '\0', (size_t)size) != NULL)
        return "it holds control characters, which no key does";
    text[size] = '\0';
    return NULL;
}

/* A copy of the key in `file`; NULL with `problem` set. Only the first time it waits for whoever
 * writes into a pipe, and warns. */
static char *read_file(const char *file, bool first, struct problem *problem)
{
    char text[KEY_MAX + 2] = "";
    char *key = NULL;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | (first ? 0 : O_NONBLOCK));
    const char *reason = fd < 0 ? strerror(errno) : read_text(fd, file, first, text);

    if (fd >= 0)
        close(fd);
    if (reason == NULL && (key = pick_key(text, &reason)) != NULL) {
        key = strdup(key);
        reason = "out of memory";
    }
    explicit_bzero(text, sizeof text);
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

static char *key_from_variable(char *value, struct problem *problem)
{
    const char *reason;

    if (value == NULL || value[0] == '\0') {
        problem_set(problem, PROBLEM_INVALID,
                    "no API key: name its file with -o key_file=FILE, or set " VARIABLE
                    " in the environment");
        return NULL;
    }
    char *key = pick_key(value, &reason);
    if (key == NULL) {
        problem_set(problem, PROBLEM_INVALID, VARIABLE ": no key can be read: %s", reason);
        return NULL;
    }
    return strdup(key);
}

/* Takes over `text`. */
static struct key *make_key(char *text, const char *file)
{
    struct key *key = calloc(1, sizeof *key);
    char *copy = file != NULL ? strdup(file) : NULL;

    if (key == NULL || text == NULL || (file != NULL && copy == NULL)) {
        wipe_free(text);
        free(copy);
        free(key);
        return NULL;
    }
    pthread_mutex_init(&key->lock, NULL);
    key->text = text;
    key->file = copy;
    return key;
}

struct key *key_create(const char *file, struct problem *problem)
{
    char *variable = take_variable();

    *problem = (struct problem){0};
    char *text =
        file != NULL ? read_file(file, true, problem) : key_from_variable(variable, problem);
    wipe_free(variable);
    struct key *key = text != NULL ? make_key(text, file) : NULL;
    if (key == NULL && problem->kind == PROBLEM_NONE)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return key;
}

struct key *key_create_fixed(const char *text)
{
    return make_key(strdup(text), NULL);
}

void key_destroy(struct key *key)
{
    if (key == NULL)
        return;
    wipe_free(key->text);
    free(key->file);
    pthread_mutex_destroy(&key->lock);
    free(key);
}

void key_give(struct key *key, struct api *api)
{
    pthread_mutex_lock(&key->lock);
    api_set_key(api, key->text);
    pthread_mutex_unlock(&key->lock);
}

/* With the lock held; takes over `text`. */
static void adopt(struct key *key, char *text, struct api *api)
{
    if (strcmp(text, key->text) == 0) {
        wipe_free(text);
        return;
    }
    wipe_free(key->text);
    key->text = text;
    key->changed = true;
    key->changed_ms = clock_now_ms(&clock_system);
    api_set_key(api, text);
    log_info("%s: another key was read", key->file);
}

bool key_reload(struct key *key, struct api *api)
{
    struct problem problem;

    if (key->file == NULL)
        return false;
    char *text = read_file(key->file, false, &problem);
    if (text == NULL)
        log_warning("%s; the old key stays", problem.message);
    pthread_mutex_lock(&key->lock);
    if (text != NULL)
        adopt(key, text, api);
    bool fresh = key->changed && clock_now_ms(&clock_system) - key->changed_ms < RECENTLY_MS;
    pthread_mutex_unlock(&key->lock);
    return fresh;
}
