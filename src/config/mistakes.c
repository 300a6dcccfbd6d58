/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/mistakes.h"

#include "config/key_shape.h"
#include "config/options_url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- options ---- */

#define A_FILE "put the key into a file that only you can read, and name that with key_file=FILE"

static const struct {
    const char *name; /* as spelled_like compares */
    const char *hint;
} hints[] = {
    {"key", A_FILE},
    {"apikey", A_FILE},
    {"token", A_FILE},
    {"password", A_FILE},
    {"secret", A_FILE},
    {"paperspaceapikey", A_FILE},
    {"keyfile", "did you mean key_file=FILE?"},
    {"readonly", "did you mean ro?"},
    {"ca", "did you mean cacert=FILE?"},
    {"cafile", "did you mean cacert=FILE?"},
    {"endpoint", "did you mean url=URL?"},
    {"apiurl", "did you mean url=URL?"},
    {"loglevel", "did you mean log=LEVEL?"},
    {"foreground", "did you mean -f?"},
    {"debug", "did you mean -d?"},
    {"cache", "did you mean ttl=SECONDS?"},
    {"insecure", "a certificate is always verified: name that of a private CA with cacert=FILE"},
};

/* A name without what people spell differently. */
static void plain(const char *name, char *out, size_t size)
{
    size_t used = 0;

    for (; *name != '\0' && used + 1 < size; name++)
        if (isalnum((unsigned char)*name))
            out[used++] = (char)tolower((unsigned char)*name);
    out[used] = '\0';
}

static bool spelled_like(const char *name, const char *text)
{
    char a[64], b[64];

    plain(name, a, sizeof a);
    plain(text, b, sizeof b);
    return strcmp(a, b) == 0;
}

void mistake_hint(const char *name, mistake_names *names, char *out, size_t size)
{
    const char *meant;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (spelled_like(name, hints[i].name)) {
            snprintf(out, size, "%s", hints[i].hint);
            return;
        }
    if (isblank((unsigned char)name[0]))
        snprintf(out, size, "options have commas between them, and no blanks");
    for (size_t i = 0; (meant = names(i)) != NULL; i++)
        if (out[0] == '\0' && spelled_like(name, meant))
            snprintf(out, size, "did you mean %s?", meant);
}

/* --- arguments ---- */

static bool names_an_option(const char *arg, mistake_names *names)
{
    size_t size = strcspn(arg, "=");
    const char *name;

    for (size_t i = 0; (name = names(i)) != NULL; i++)
        if (strlen(name) == size && memcmp(name, arg, size) == 0)
            return true;
    return arg[size] == '=';
}

/* The list that an argument gives, and in `*next` what stands behind it; NULL: none. */
static const char *list_at(char **argv, const char **next)
{
    bool apart = strcmp(argv[0], "-o") == 0;

    *next = NULL;
    if (strncmp(argv[0], "-o", 2) != 0 || argv[1] == NULL)
        return NULL;
    *next = apart ? argv[2] : argv[1];
    return apart ? argv[1] : argv[0] + 2;
}

int mistake_in_lists(int argc, char **argv, mistake_names *names, struct problem *problem)
{
    const char *next;

    for (int i = 1; i < argc && argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        const char *list = list_at(argv + i, &next);
        size_t size = list != NULL ? strlen(list) : 0;
        if (next == NULL || size == 0 || list[size - 1] != ',' || !names_an_option(next, names))
            continue;
        char *name = strndup(next, strcspn(next, "="));
        problem_set(problem, PROBLEM_INVALID,
                    "-o: a blank stands behind a comma, so that %s is none of the options; write "
                    "them without blanks",
                    name != NULL ? key_shape_words(name) : "what follows");
        free(name);
        return -1;
    }
    return 0;
}

bool names_directory(const char *path)
{
    struct statx st;

    return statx(AT_FDCWD, path, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0 &&
           S_ISDIR(st.stx_mode);
}

int mistake_in_order(const char *source, const char *mount_point, struct problem *problem)
{
    bool swapped =
        strchr(source, '/') != NULL && names_directory(source) && access(mount_point, F_OK) != 0;

    if (!options_is_url(mount_point) && !swapped)
        return 0;
    return problem_set(problem, PROBLEM_INVALID,
                       "the mount point comes last: paperspacefs [options] SOURCE MOUNTPOINT");
}
