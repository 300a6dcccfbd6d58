/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/options_table.h"

#include "cache/guard.h"
#include "config/key_shape.h"
#include "config/mistakes.h"
#include "kinds/kind.h"
#include "config/options_values.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_S 31536000

/* --- switches ---- */

static const struct {
    const char *name;
    size_t offset; /* of a bool that becomes true; or of the mode */
    enum options_mode mode;
    bool sets_mode;
} switches[] = {
    {"-f", offsetof(struct options, foreground), 0, false},
    {"-d", offsetof(struct options, debug), 0, false},
    {"--demo", offsetof(struct options, demo), 0, false},
    {"--check", 0, OPTIONS_CHECK, true},
    {"--json", offsetof(struct options, json), 0, false},
    {"--why", 0, OPTIONS_WHY, true},
    {"-v", offsetof(struct options, verbose), 0, false},
    {"-h", 0, OPTIONS_HELP, true},
    {"--help", 0, OPTIONS_HELP, true},
    {"-V", 0, OPTIONS_VERSION, true},
    {"--version", 0, OPTIONS_VERSION, true},
};

bool option_apply_switch(struct options *options, const char *arg)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strcmp(switches[i].name, arg) != 0)
            continue;
        if (switches[i].sets_mode)
            options->mode = switches[i].mode;
        else
            *(bool *)((char *)options + switches[i].offset) = true;
        return true;
    }
    return false;
}

/* --- options with a row ---- */

static const struct option_choice dialects[] = {
    {"auto", -1}, {"docs", DIALECT_DOCS}, {"openapi", DIALECT_OPENAPI}, {NULL, 0}};
static const struct option_choice secrets[] = {
    {"fields", SECRETS_FIELDS}, {"hide", SECRETS_HIDE}, {"show", SECRETS_SHOW}, {NULL, 0}};
static const struct option_choice backups[] = {
    {"no", RESTORE_BACKUP_NO}, {"yes", RESTORE_BACKUP_YES}, {NULL, 0}};
static const struct option_choice dry_runs[] = {{"pretend", CACHE_PRETENDS}, {NULL, 0}};
static const struct option_choice names[] = {
    {"auto", NAMES_AUTO}, {"lease", NAMES_LEASE}, {NULL, 0}};
static const struct option_choice levels[] = {{"error", LOG_LEVEL_ERROR},
                                              {"warning", LOG_LEVEL_WARNING},
                                              {"info", LOG_LEVEL_INFO},
                                              {"debug", LOG_LEVEL_DEBUG},
                                              {NULL, 0}};

#define AT(field) .offset = offsetof(struct options, field)
#define KERNEL(name)                                       \
    {                                                      \
        name, NULL, NULL, option_set_kernel, 0, 0, 0, NULL \
    }
#define IGNORED(name)                                  \
    {                                                  \
        name, NULL, NULL, option_ignore, 0, 0, 0, NULL \
    }
#define HEADING(words)                         \
    {                                          \
        NULL, NULL, words, NULL, 0, 0, 0, NULL \
    }

static const struct option_row rows[] = {
    HEADING("The API"),
    {"url", "URL", "where the API is, if SOURCE does not say it", NULL, 0, 0, 0, NULL},
    {"key_file", "FILE", "file whose first line is the API key", option_set_name, AT(key_file),
     .min = 0},
    {"team", "NAME", "the team whose key of ~/.paperspace/credentials.toml is taken",
     option_set_name, AT(team), .min = 0},
    {"cacert", "FILE", "PEM file of a private CA, in place of the system's", option_set_name,
     AT(ca_file), .min = 0},
    {"dialect", "auto|docs|openapi", "how the API speaks (default auto: found out)",
     option_set_word, AT(forced_dialect), .choices = dialects},
    {"timeout", "SECONDS", "the longest that an operation takes (default 30)", option_set_seconds,
     AT(timeout_ms), .min = 1, .max = 86400},
    {"connections", "N", "requests at once (default 12)", option_set_number, AT(connections),
     .min = 1, .max = 256},
    HEADING("What is kept"),
    {"ttl", "SECONDS", "how long a listing is fresh (default 30)", option_set_seconds, AT(ttl_ms),
     .min = 0, .max = YEAR_S},
    {"stale", "SECONDS", "how long it may be shown when the API can't be reached (default 86400)",
     option_set_seconds, AT(stale_ms), .min = 0, .max = YEAR_S},
    HEADING("What is shown and allowed"),
    {"ro", NULL, "nothing can be changed", option_set_read_only, 0, 0, 0, NULL},
    {"remount", NULL, "with ro or rw: a mount that is there becomes so; nothing else",
     option_ignore, 0, 0, 0, NULL},
    {"dry_run", NULL, "nothing is sent: each change fails, and is in .paperspacefs/plan.jsonl",
     option_set_dry_run, 0, 0, 0, NULL},
    {"dry_run", "pretend", "the same, but each change seems to succeed, so that a script goes on",
     option_set_word, AT(dry_run), .choices = dry_runs},
    {"guard", "POINTS",
     "what a burst of deletions and restores may cost (default 20; 0: any)\n"
     "                                 snapshot 1, drive or provider 15, restore 20",
     option_set_number, AT(guard), .min = 0, .max = GUARD_POINTS_MAX},
    {"secrets", "fields|hide|show", "secrets: files that are not listed (default), none, or shown",
     option_set_word, AT(secrets), .choices = secrets},
    {"defaults", "FILE", "JSON: for each kind, fields that new resources get", option_set_name,
     AT(defaults_file), .min = 0},
    {"restore_backup", "yes|no",
     "whether a restore takes a safety snapshot first (default: where the API can)",
     option_set_word, AT(restore_backup), .choices = backups},
    {"uid", "N", "owner of all files (default: who mounts)", option_set_number, AT(uid), .min = 0,
     .max = UINT32_MAX - 1},
    {"gid", "N", "their group", option_set_number, AT(gid), .min = 0, .max = UINT32_MAX - 1},
    {"umask", "OCTAL", "permission bits that are taken away (default 0)", option_set_octal,
     AT(umask), .min = 0, .max = 0777},
    HEADING("The daemon"),
    {"log", "error|warning|info|debug", "what is logged (default warning)", option_set_word,
     AT(log_level), .choices = levels},
    {"max_threads", "N", "operations at once (default 512)", option_set_number, AT(max_threads),
     .min = 8, .max = 10000},
    {"max_idle_threads", "N", "threads that wait for operations (default: all there are)",
     option_set_number, AT(max_idle_threads), .min = 1, .max = 10000},
    {"names", "auto|lease",
     "how long the kernel believes in names; lease: as where it can't be told", option_set_word,
     AT(names), .choices = names},
    HEADING("FUSE"),
    {"allow_other", NULL, "let other users in", option_set_kernel, 0, 0, 0, NULL},
    {"allow_root", NULL, "let root in", option_set_kernel, 0, 0, 0, NULL},
    {"auto_unmount", NULL, "unmount when the daemon dies", option_set_kernel, 0, 0, 0, NULL},
    {"max_read", "BYTES", "the largest read request (default: the kernel's)", option_set_number,
     AT(max_read), .min = 4096, .max = 1 << 20},
    KERNEL("exec"),
    KERNEL("noexec"),
    KERNEL("sync"),
    KERNEL("async"),
    KERNEL("dirsync"),
    KERNEL("atime"),
    KERNEL("noatime"),
    IGNORED("rw"),
    IGNORED("dev"),
    IGNORED("nodev"),
    IGNORED("suid"),
    IGNORED("nosuid"),
    IGNORED("default_permissions"),
    IGNORED("defaults"),
    IGNORED("diratime"),
    IGNORED("nodiratime"),
    IGNORED("relatime"),
    IGNORED("norelatime"),
    IGNORED("strictatime"),
    IGNORED("nostrictatime"),
    IGNORED("lazytime"),
    IGNORED("nolazytime"),
    IGNORED("iversion"),
    IGNORED("noiversion"),
    IGNORED("mand"),
    IGNORED("nomand"),
    IGNORED("silent"),
    IGNORED("loud"),
    IGNORED("symfollow"),
    IGNORED("nosymfollow"),
    IGNORED("auto"),
    IGNORED("noauto"),
    IGNORED("nofail"),
    IGNORED("_netdev"),
    IGNORED("user"),
    IGNORED("nouser"),
    IGNORED("users"),
    IGNORED("nousers"),
    IGNORED("owner"),
    IGNORED("noowner"),
    IGNORED("group"),
    IGNORED("nogroup"),
    IGNORED("nonempty"), /* of older versions of libfuse */
    IGNORED("big_writes"),
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* A name may have two rows, with a value and without: `defaults` is also a word of fstab's. */
static const struct option_row *find_row(const char *name, size_t size, bool with_value)
{
    const struct option_row *found = NULL;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct option_row *row = &rows[i];
        if (row->name == NULL || strlen(row->name) != size || memcmp(row->name, name, size) != 0)
            continue;
        if (found == NULL || (row->value != NULL) == with_value)
            found = row;
    }
    return found;
}

/* Options of any form that are fstab's. */
static bool is_private(const char *arg)
{
    static const char *const beginnings[] = {
        "x-", "X-", "comment=", "user=", "uhelper=", "helper="};

    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (strncmp(arg, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

const char *option_name(size_t i)
{
    for (size_t at = 0; at < ROW_COUNT; at++)
        if (rows[at].name != NULL && i-- == 0)
            return rows[at].name;
    return NULL;
}

/* Only the name is repeated: what follows might be a key that was given by mistake. */
static int unknown(const char *arg, size_t size, struct problem *problem)
{
    char *name = strndup(arg, size);
    char hint[160];

    if (name == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    mistake_hint(name, option_name, hint, sizeof hint);
    problem_set(problem, PROBLEM_INVALID, "unknown option: %s%s%s", key_shape_words(name),
                hint[0] != '\0' ? "; " : "", hint);
    free(name);
    return -1;
}

bool option_says_nothing(const char *arg)
{
    size_t size = strcspn(arg, "=");
    const struct option_row *row = find_row(arg, size, arg[size] == '=');

    return is_private(arg) || *arg == '\0' || (row != NULL && row->set == option_ignore);
}

int option_apply(struct options *options, const char *arg, struct problem *problem)
{
    size_t size = strcspn(arg, "=");
    const char *value = arg[size] == '=' ? arg + size + 1 : NULL;
    const struct option_row *row = find_row(arg, size, value != NULL);

    if (is_private(arg) || *arg == '\0') /* two commas in a row say nothing */
        return 0;
    if (row != NULL && value != NULL && row->value == NULL)
        return problem_set(problem, PROBLEM_INVALID, "%s takes no value", row->name);
    if (row == NULL)
        return unknown(arg, size, problem);
    if (value == NULL && row->value != NULL)
        return problem_set(problem, PROBLEM_INVALID, "%s: a value is wanted: %s=%s", row->name,
                           row->name, row->value);
    return row->set(options, row, value, problem);
}

/* --- help ---- */

static void print_row(FILE *out, const struct option_row *row)
{
    char left[80];

    if (row->name == NULL) {
        fprintf(out, "\n%s:\n", row->help);
        return;
    }
    snprintf(left, sizeof left, "%s%s%s", row->name, row->value != NULL ? "=" : "",
             row->value != NULL ? row->value : "");
    fprintf(out, "  %-30s %s\n", left, row->help);
}

void options_print_help(FILE *out)
{
    fputs("Usage: paperspacefs [options] [SOURCE] MOUNTPOINT\n"
          "       paperspacefs --demo [options] MOUNTPOINT\n"
          "       paperspacefs --check [--json] [options] [SOURCE]\n"
          "       paperspacefs --check [--json] MOUNTPOINT\n"
          "       paperspacefs --why [PATH]\n"
          "\n"
          "Mounts the Paperspace storage API: shared drives, snapshots, storage providers.\n"
          "SOURCE is the URL of the API (default https://api.paperspace.com/v1), or a label.\n"
          "The key is that of key_file=FILE, else of PAPERSPACE_API_KEY in the environment, else\n"
          "of ~/.paperspace/credentials.toml, where Paperspace's own client keeps it.\n"
          "\n"
          "  -f                             stay in the foreground\n"
          "  -d                             log every operation; implies -f\n"
          "  -o OPTION[,OPTION...]          mount options, see below; also as --OPTION\n"
          "  --demo                         mount sample data: no account, no network\n"
          "  --check                        try URL, key and this machine, say what is found and\n"
          "                                 what to do, mount nothing; of a MOUNTPOINT: how it is\n"
          "  --json                         the same for scripts\n"
          "  --why                          the words of the last failure at or below PATH\n"
          "  -h, --help                     this text\n"
          "  -V, --version                  the version\n"
          "  -v                             with --version: the libraries too\n",
          out);
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].help != NULL)
            print_row(out, &rows[i]);
    fputs("\nEnd a mount with: fusermount3 -u MOUNTPOINT\n", out);
}

void options_print_version(FILE *out)
{
    fputs(PACKAGE_NAME " " PACKAGE_VERSION "\n", out);
}
