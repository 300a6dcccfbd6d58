/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/credentials.h"

#include "config/key_shape.h"
#include "config/secret_file.h"
#include "config/text_file.h"
#include "config/toml.h"
#include "util/buf.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_BYTES ((size_t)64 << 10)
#define KEYS_TABLE     "keys"

/* --- the files ---- */

static const char *home_directory(void)
{
    const char *home = getenv("HOME");

    if (home != NULL && home[0] == '/')
        return home;
    const struct passwd *user = getpwuid(getuid());
    return user != NULL && user->pw_dir != NULL && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

/* PROBLEM_NOT_FOUND: the user has no home to look in. */
static char *client_file(const char *name, struct problem *problem)
{
    const char *home = home_directory();
    char *path = NULL;

    if (home == NULL) {
        problem_set(problem, PROBLEM_NOT_FOUND, "there is no home directory");
        return NULL;
    }
    if (asprintf(&path, "%s/.paperspace/%s", home, name) < 0) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        return NULL;
    }
    return path;
}

/* The problem becomes FILE:LINE: what is wrong. */
static int read_toml_text(const char *path, const char *text, struct toml *out,
                          struct problem *problem)
{
    struct problem reason;

    if (toml_read(text, out, &reason) == 0)
        return 0;
    return problem_set(problem, reason.kind, "%s:%s", path, reason.message);
}

/* Takes over `text`; NULL: it could not be read, for `reason`. */
static int take_toml(const char *path, char *text, const struct problem *reason, struct toml *out,
                     struct problem *problem)
{
    if (text == NULL)
        return problem_set(problem, reason->kind, "%s: %s", path, reason->message);
    int rc = read_toml_text(path, text, out, problem);
    text_wipe_free(text);
    return rc;
}

/* The file that holds the keys. */
static int read_keys(const char *path, uid_t owner, bool first, struct toml *out,
                     struct problem *problem)
{
    const struct secret_file how = {.owner = owner, .first = first, .holds = "the keys"};
    struct problem reason;
    char *text = secret_file_read(path, FILE_MAX_BYTES, &how, &reason);

    return take_toml(path, text, &reason, out, problem);
}

static int read_config(const char *path, struct toml *out, struct problem *problem)
{
    struct problem reason;
    char *text = text_file_read(path, FILE_MAX_BYTES, 0, NULL, &reason);

    return take_toml(path, text, &reason, out, problem);
}

/* --- the keys of teams ---- */

/* The next key of a team from `*at` on. */
static const struct toml_entry *next_team(const struct toml *toml, size_t *at)
{
    while (*at < toml->count) {
        const struct toml_entry *entry = &toml->entries[(*at)++];
        if (strcmp(entry->table, KEYS_TABLE) == 0)
            return entry;
    }
    return NULL;
}

/* "a, b"; "no team" when there is none. */
static bool list_teams(const struct toml *toml, struct buf *out)
{
    bool ok = true;
    size_t at = 0;
    const struct toml_entry *entry;

    while (ok && (entry = next_team(toml, &at)) != NULL)
        ok = buf_printf(out, "%s%s", out->size_bytes > 0 ? ", " : "", entry->key);
    return ok && (out->size_bytes > 0 || buf_append_text(out, "no team"));
}

static int refuse_team(const char *path, const struct toml *toml, const char *team,
                       struct problem *problem)
{
    struct buf teams = BUF_EMPTY;

    if (!list_teams(toml, &teams))
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    else if (team != NULL)
        problem_set(problem, PROBLEM_INVALID, "%s: no key of the team %s; there are those of %s",
                    path, key_shape_words(team), buf_text(&teams));
    else
        problem_set(problem, PROBLEM_INVALID,
                    "%s: there are keys of %s: name one with -o team=TEAM", path, buf_text(&teams));
    buf_finish(&teams);
    return -1;
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text))
            return true;
    return false;
}

/* A copy of the team's key. */
static char *copy_key(const char *path, const struct toml *toml, const char *team,
                      struct problem *problem)
{
    const struct toml_entry *entry = toml_find(toml, KEYS_TABLE, team);
    const char *wrong = NULL;

    if (entry == NULL) {
        refuse_team(path, toml, team, problem);
        return NULL;
    }
    if (entry->type != TOML_STRING)
        wrong = "is no string";
    else if (entry->value[0] == '\0')
        wrong = "is empty";
    else if (has_control_character(entry->value))
        wrong = "holds control characters";
    if (wrong != NULL) {
        problem_set(problem, PROBLEM_INVALID, "%s:%u: the key of the team %s %s", path, entry->line,
                    team, wrong);
        return NULL;
    }
    char *key = strdup(entry->value);
    if (key == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return key;
}

/* --- which team ---- */

static int copy_text(const char *text, char **out, struct problem *problem)
{
    *out = strdup(text);
    return *out != NULL ? 0 : problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

static int take_team(const char *path, const struct toml *config, char **out,
                     struct problem *problem)
{
    const struct toml_entry *entry = toml_find(config, "", "team");

    /* The client writes a team that is not set as a table. */
    if (entry == NULL || entry->type == TOML_TABLE || entry->value[0] == '\0')
        return 0;
    if (entry->type != TOML_STRING)
        return problem_set(problem, PROBLEM_INVALID, "%s:%u: team is no string", path, entry->line);
    return copy_text(entry->value, out, problem);
}

/* What config.toml says; `*out` stays NULL when it says nothing. */
static int configured_team(char **out, struct problem *problem)
{
    struct toml config;
    char *path = client_file("config.toml", problem);

    if (path == NULL)
        return -1;
    int rc = read_config(path, &config, problem);
    if (rc == 0) {
        rc = take_team(path, &config, out, problem);
        toml_finish(&config);
    } else if (problem->kind == PROBLEM_NOT_FOUND) {
        rc = 0;
    }
    free(path);
    return rc;
}

static int only_team(const char *path, const struct toml *toml, char **out, struct problem *problem)
{
    size_t at = 0;
    const struct toml_entry *entry = next_team(toml, &at);

    if (entry == NULL || next_team(toml, &at) != NULL)
        return refuse_team(path, toml, NULL, problem);
    return copy_text(entry->key, out, problem);
}

static int settle_team(const char *path, const struct toml *toml, const char *team, char **out,
                       struct problem *problem)
{
    *out = NULL;
    if (team != NULL)
        return copy_text(team, out, problem);
    if (configured_team(out, problem) != 0)
        return -1;
    return *out != NULL ? 0 : only_team(path, toml, out, problem);
}

/* --- */

static char *find_key(const char *team, uid_t owner, struct credentials *out,
                      struct problem *problem)
{
    struct toml toml;
    char *key = NULL;

    out->file = client_file("credentials.toml", problem);
    if (out->file == NULL || read_keys(out->file, owner, true, &toml, problem) != 0)
        return NULL;
    if (settle_team(out->file, &toml, team, &out->team, problem) == 0)
        key = copy_key(out->file, &toml, out->team, problem);
    toml_finish(&toml);
    return key;
}

char *credentials_find(const char *team, uid_t owner, struct credentials *out,
                       struct problem *problem)
{
    *out = (struct credentials){0};
    char *key = find_key(team, owner, out, problem);

    if (key == NULL)
        credentials_finish(out);
    return key;
}

char *credentials_read(const struct credentials *credentials, uid_t owner, struct problem *problem)
{
    struct toml toml;

    if (read_keys(credentials->file, owner, false, &toml, problem) != 0)
        return NULL;
    char *key = copy_key(credentials->file, &toml, credentials->team, problem);
    toml_finish(&toml);
    return key;
}

void credentials_finish(struct credentials *credentials)
{
    free(credentials->file);
    free(credentials->team);
    *credentials = (struct credentials){0};
}
