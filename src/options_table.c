/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "options_table.h"

#include "cache/guard.h"
#include "key_shape.h"
#include "kinds/kind.h"

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 14)
#include <fuse_opt.h>

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

struct choice {
    const char *name; /* NULL ends a table */
    int value;
};

static const struct choice dialects[] = {
    {"auto", -1}, {"docs", DIALECT_DOCS}, {"openapi", DIALECT_OPENAPI}, {NULL, 0}};
static const struct choice secrets[] = {
    {"fields", SECRETS_FIELDS}, {"hide", SECRETS_HIDE}, {"show", SECRETS_SHOW}, {NULL, 0}};
static const struct choice backups[] = {
    {"no", RESTORE_BACKUP_NO}, {"yes", RESTORE_BACKUP_YES}, {NULL, 0}};
static const struct choice dry_runs[] = {{"pretend", CACHE_PRETENDS}, {NULL, 0}};
static const struct choice levels[] = {{"error", LOG_LEVEL_ERROR},
                                       {"warning", LOG_LEVEL_WARNING},
                                       {"info", LOG_LEVEL_INFO},
                                       {"debug", LOG_LEVEL_DEBUG},
                                       {NULL, 0}};

struct row;
typedef int set_option(struct options *options, const struct row *row, const char *value,
                       struct problem *problem);

struct row {
    const char *name;
    const char *value; /* what help calls the value; NULL: takes none */
    const char *help;  /* NULL: not in the help */
    set_option *set;
    size_t offset;
    int64_t min, max;             /* of numbers, in the unit that is given */
    const struct choice *choices; /* of words */
};

static void *member(struct options *options, const struct row *row)
{
    return (char *)options + row->offset;
}

static int wrong(const struct row *row, const char *value, const char *wanted,
                 struct problem *problem)
{
    return problem_set(problem, PROBLEM_INVALID, "%s=%s: wrong value, %s is wanted", row->name,
                       key_shape_words(value), wanted);
}

static int wrong_number(const struct row *row, const char *value, const char *unit,
                        struct problem *problem)
{
    char wanted[100];

    snprintf(wanted, sizeof wanted, "%s from %" PRId64 " to %" PRId64, unit, row->min, row->max);
    return wrong(row, value, wanted, problem);
}

/* Digits, and up to three after a point: 1.5 is 1500. */
static bool parse_thousandths(const char *text, int64_t *out)
{
    char *end;
    int64_t whole, part = 0;

    if (!isdigit((unsigned char)text[0]) || strlen(text) > 15)
        return false;
    whole = strtoll(text, &end, 10);
    if (*end == '.') {
        const char *digits = end + 1;
        for (int64_t unit = 100; unit > 0 && isdigit((unsigned char)*digits); unit /= 10)
            part += unit * (*digits++ - '0');
        if (digits == end + 1 || *digits != '\0')
            return false;
    } else if (*end != '\0') {
        return false;
    }
    *out = whole * 1000 + part;
    return true;
}

static int set_seconds(struct options *options, const struct row *row, const char *value,
                       struct problem *problem)
{
    int64_t ms;

    if (!parse_thousandths(value, &ms) || ms < row->min * 1000 || ms > row->max * 1000)
        return wrong_number(row, value, "a number of seconds", problem);
    *(int64_t *)member(options, row) = ms;
    return 0;
}

static int set_number(struct options *options, const struct row *row, const char *value,
                      struct problem *problem)
{
    char *end;
    int64_t number = strtoll(value, &end, 10);

    if (!isdigit((unsigned char)value[0]) || *end != '\0' || number < row->min || number > row->max)
        return wrong_number(row, value, "a number", problem);
    *(int64_t *)member(options, row) = number;
    return 0;
}

static int set_octal(struct options *options, const struct row *row, const char *value,
                     struct problem *problem)
{
    char *end;
    int64_t number = strtoll(value, &end, 8);

    if (!isdigit((unsigned char)value[0]) || *end != '\0' || number > row->max)
        return wrong(row, value, "an octal number from 0 to 777", problem);
    *(int64_t *)member(options, row) = number;
    return 0;
}

static int set_word(struct options *options, const struct row *row, const char *value,
                    struct problem *problem)
{
    char wanted[100] = "one of";

    for (const struct choice *choice = row->choices; choice->name != NULL; choice++) {
        size_t used = strlen(wanted);
        if (strcmp(choice->name, value) == 0) {
            *(int *)member(options, row) = choice->value;
            return 0;
        }
        snprintf(wanted + used, sizeof wanted - used, " %s", choice->name);
    }
    return wrong(row, value, wanted, problem);
}

static bool is_file(const struct row *row)
{
    return strcmp(row->value, "FILE") == 0;
}

/* Whether a key stands where the name of its file belongs. */
static bool is_key_itself(const struct row *row, const char *value)
{
    return is_file(row) && strchr(value, '/') == NULL && key_shape_words(value) != value &&
           access(value, F_OK) != 0;
}

static int set_name(struct options *options, const struct row *row, const char *value,
                    struct problem *problem)
{
    char **name = member(options, row);

    if (value[0] == '\0' || is_key_itself(row, value))
        return wrong(row, value, is_file(row) ? "the name of a file" : "a name", problem);
    free(*name);
    *name = strdup(value);
    return *name != NULL ? 0 : problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

static int set_dry_run(struct options *options, const struct row *row, const char *value,
                       struct problem *problem)
{
    (void)row;
    (void)value;
    (void)problem;
    options->dry_run = CACHE_PLANS;
    return 0;
}

static int set_read_only(struct options *options, const struct row *row, const char *value,
                         struct problem *problem)
{
    (void)row;
    (void)value;
    (void)problem;
    options->read_only = true;
    return 0;
}

/* FUSE's own. */
static int set_kernel(struct options *options, const struct row *row, const char *value,
                      struct problem *problem)
{
    (void)value; /* none of them takes one */
    if (fuse_opt_add_opt(&options->kernel_options, row->name) == 0)
        return 0;
    return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

/* What mount(8) and fstab pass for themselves, and what holds anyway. */
static int ignore(struct options *options, const struct row *row, const char *value,
                  struct problem *problem)
{
    (void)options;
    (void)row;
    (void)value;
    (void)problem;
    return 0;
}

#define AT(field) .offset = offsetof(struct options, field)
#define KERNEL(name)                                \
    {                                               \
        name, NULL, NULL, set_kernel, 0, 0, 0, NULL \
    }
#define IGNORED(name)                           \
    {                                           \
        name, NULL, NULL, ignore, 0, 0, 0, NULL \
    }
#define HEADING(words)                         \
    {                                          \
        NULL, NULL, words, NULL, 0, 0, 0, NULL \
    }

static const struct row rows[] = {
    HEADING("The API"),
    {"url", "URL", "where the API is, if SOURCE does not say it", NULL, 0, 0, 0, NULL},
    {"key_file", "FILE", "file whose first line is the API key", set_name, AT(key_file), .min = 0},
    {"team", "NAME", "the team whose key of ~/.paperspace/credentials.toml is taken", set_name,
     AT(team), .min = 0},
    {"cacert", "FILE", "PEM file of a private CA, in place of the system's", set_name, AT(ca_file),
     .min = 0},
    {"dialect", "auto|docs|openapi", "how the API speaks (default auto: found out)", set_word,
     AT(forced_dialect), .choices = dialects},
    {"timeout", "SECONDS", "the longest that an operation takes (default 30)", set_seconds,
     AT(timeout_ms), .min = 1, .max = 86400},
    {"connections", "N", "requests at once (default 12)", set_number, AT(connections), .min = 1,
     .max = 256},
    HEADING("What is kept"),
    {"ttl", "SECONDS", "how long a listing is fresh (default 30)", set_seconds, AT(ttl_ms),
     .min = 0, .max = YEAR_S},
    {"stale", "SECONDS", "how long it may be shown when the API can't be reached (default 86400)",
     set_seconds, AT(stale_ms), .min = 0, .max = YEAR_S},
    HEADING("What is shown and allowed"),
    {"ro", NULL, "nothing can be changed", set_read_only, 0, 0, 0, NULL},
    {"dry_run", NULL, "nothing is sent: each change fails, and is in .paperspacefs/plan.jsonl",
     set_dry_run, 0, 0, 0, NULL},
    {"dry_run", "pretend", "the same, but each change seems to succeed, so that a script goes on",
     set_word, AT(dry_run), .choices = dry_runs},
    {"guard", "POINTS",
     "what a burst of deletions and restores may cost (default 20; 0: any)\n"
     "                                 snapshot 1, drive or provider 15, restore 20",
     set_number, AT(guard), .min = 0, .max = GUARD_POINTS_MAX},
    {"secrets", "fields|hide|show", "secrets: files that are not listed (default), none, or shown",
     set_word, AT(secrets), .choices = secrets},
    {"defaults", "FILE", "JSON: for each kind, fields that new resources get", set_name,
     AT(defaults_file), .min = 0},
    {"restore_backup", "yes|no",
     "whether a restore takes a safety snapshot first (default: where the API can)", set_word,
     AT(restore_backup), .choices = backups},
    {"uid", "N", "owner of all files (default: who mounts)", set_number, AT(uid), .min = 0,
     .max = UINT32_MAX - 1},
    {"gid", "N", "their group", set_number, AT(gid), .min = 0, .max = UINT32_MAX - 1},
    {"umask", "OCTAL", "permission bits that are taken away (default 0)", set_octal, AT(umask),
     .min = 0, .max = 0777},
    HEADING("The daemon"),
    {"log", "error|warning|info|debug", "what is logged (default warning)", set_word, AT(log_level),
     .choices = levels},
    {"max_threads", "N", "operations at once (default 512)", set_number, AT(max_threads), .min = 8,
     .max = 10000},
    HEADING("FUSE"),
    {"allow_other", NULL, "let other users in", set_kernel, 0, 0, 0, NULL},
    {"allow_root", NULL, "let root in", set_kernel, 0, 0, 0, NULL},
    {"auto_unmount", NULL, "unmount when the daemon dies", set_kernel, 0, 0, 0, NULL},
    {"max_read", "BYTES", "the largest read request (default: the kernel's)", set_number,
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
static const struct row *find_row(const char *name, size_t size, bool with_value)
{
    const struct row *found = NULL;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
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

/* Only the name is repeated: what follows might be a key that was given by mistake. */
static int unknown(const char *arg, size_t size, struct problem *problem)
{
    char *name = strndup(arg, size);

    if (name == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    problem_set(problem, PROBLEM_INVALID, "unknown option: %s", key_shape_words(name));
    free(name);
    return -1;
}

int option_apply(struct options *options, const char *arg, struct problem *problem)
{
    size_t size = strcspn(arg, "=");
    const char *value = arg[size] == '=' ? arg + size + 1 : NULL;
    const struct row *row = find_row(arg, size, value != NULL);

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

static void print_row(FILE *out, const struct row *row)
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
          "       paperspacefs --check [options] [SOURCE]\n"
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
          "  --check                        try URL and key, say what is found, mount nothing\n"
          "  -h, --help                     this text\n"
          "  -V, --version                  the version\n",
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
