/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/options.h"

#include "cache/guard.h"
#include "config/key_shape.h"
#include "config/mistakes.h"
#include "config/options_table.h"
#include "config/options_url.h"
#include "util/words.h"

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 14)
#include <fuse_opt.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_URL "https://api.paperspace.com/v1"

/* What is collected while libfuse walks through the arguments. */
struct parse {
    struct options *options;
    struct problem *problem;
    char *positional[2];
    size_t positional_count;
    char *url_option;
    bool remount;
};

static int take_positional(struct parse *parse, const char *arg)
{
    if (parse->positional_count == 2)
        return problem_set(parse->problem, PROBLEM_INVALID, "too many arguments: %s",
                           key_shape_words(arg));
    char *copy = strdup(arg);
    if (copy == NULL)
        return problem_set(parse->problem, PROBLEM_NO_MEMORY, "out of memory");
    parse->positional[parse->positional_count++] = copy;
    return 0;
}

/* Notes an option that says something, made fit to be shown. */
static int keep(struct parse *parse, const char *arg)
{
    char *before = parse->options->given, *all = NULL, *clean = strdup(arg);

    if (clean != NULL) {
        words_clean_text(clean);
        if (asprintf(&all, "%s%s%s", before != NULL ? before : "", before != NULL ? "\n" : "",
                     clean) < 0)
            all = NULL;
        free(clean);
    }
    if (all == NULL)
        return problem_set(parse->problem, PROBLEM_NO_MEMORY, "out of memory");
    parse->options->given = all;
    free(before);
    return 0;
}

static int take_url(struct parse *parse, const char *value)
{
    free(parse->url_option);
    parse->url_option = strdup(value);
    return parse->url_option != NULL
               ? 0
               : problem_set(parse->problem, PROBLEM_NO_MEMORY, "out of memory");
}

/* What a remount takes, and what it is told besides: mount(8) adds all that the mount has already,
 * and that fstab says. */
static int take_for_remount(struct parse *parse, const char *arg)
{
    struct options *options = parse->options;
    bool ro = strcmp(arg, "ro") == 0, rw = strcmp(arg, "rw") == 0;

    if (ro || rw) {
        options->read_only = ro;
        options->writable = rw;
        return 0;
    }
    return option_says_nothing(arg) ? 0 : keep(parse, arg);
}

/* An option as given, the dashes that stand before a long one left out. */
static int take_option(struct parse *parse, const char *arg)
{
    int rc;

    if (parse->remount)
        return take_for_remount(parse, arg);
    if (strncmp(arg, "url=", 4) == 0)
        rc = take_url(parse, arg + 4);
    else
        rc = option_apply(parse->options, arg, parse->problem);
    return rc == 0 && !option_says_nothing(arg) && strcmp(arg, "ro") != 0 ? keep(parse, arg) : rc;
}

/* Whether any option is `remount`, wherever it stands. */
static int look_for_remount(void *data, const char *arg, int key, struct fuse_args *out)
{
    (void)out;
    if (key == FUSE_OPT_KEY_OPT && (strcmp(arg, "remount") == 0 || strcmp(arg, "--remount") == 0))
        *(bool *)data = true;
    return 0;
}

static int find_remount(int argc, char **argv, bool *remount)
{
    struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
    int rc = fuse_opt_parse(&args, remount, NULL, look_for_remount);

    fuse_opt_free_args(&args);
    return rc;
}

/* Called for every argument, and for every part of a -o list. */
static int take(void *data, const char *arg, int key, struct fuse_args *out)
{
    struct parse *parse = data;

    (void)out;
    if (key == FUSE_OPT_KEY_NONOPT)
        return strcmp(arg, "--") == 0 ? 0 : take_positional(parse, arg);
    if (strncmp(arg, "--", 2) == 0 && strchr(arg, '=') == NULL &&
        option_apply_switch(parse->options, arg))
        return 0;
    if (strncmp(arg, "--", 2) == 0)
        return take_option(parse, arg + 2);
    if (option_apply_switch(parse->options, arg))
        return 0;
    return take_option(parse, arg);
}

/* libfuse would complain in its own words about the first. */
static int check_lists(int argc, char **argv, struct problem *problem)
{
    if (argc > 1 && strcmp(argv[argc - 1], "-o") == 0)
        return problem_set(problem, PROBLEM_INVALID, "-o needs an option after it");
    return mistake_in_lists(argc, argv, option_name, problem);
}

static void set_defaults(struct options *options)
{
    *options = (struct options){
        .forced_dialect = -1,
        .secrets = SECRETS_FIELDS,
        .restore_backup = RESTORE_BACKUP_AUTO,
        .dry_run = CACHE_SENDS,
        .guard = GUARD_DEFAULT,
        .log_level = LOG_LEVEL_WARNING,
        .ttl_ms = 30000,
        .stale_ms = 86400000,
        .timeout_ms = 30000,
        .connections = 12,
        .max_threads = 512,
        .max_idle_threads = 10000,
        .uid = (int64_t)getuid(),
        .gid = (int64_t)getgid(),
    };
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static char *take_word(struct parse *parse, size_t at)
{
    char *word = parse->positional[at];

    parse->positional[at] = NULL;
    return word;
}

static int take_mount_point(struct parse *parse, size_t count)
{
    const char *point = count > 0 ? parse->positional[count - 1] : NULL;

    if (point == NULL)
        return problem_set(parse->problem, PROBLEM_INVALID, "no mount point is given");
    if (count == 1 && options_is_url(point))
        return problem_set(parse->problem, PROBLEM_INVALID,
                           "no mount point is given after the source");
    if (strchr(point, '/') == NULL && key_shape_words(point) != point && access(point, F_OK) != 0)
        return problem_set(parse->problem, PROBLEM_INVALID, "there is no such mount point %s",
                           KEY_SHAPE_HIDDEN);
    parse->options->mount_point = take_word(parse, count - 1);
    return 0;
}

/* Whether the one word after --check is a mount point rather than a SOURCE. */
static bool is_mount_point(const char *word)
{
    return !options_is_url(word) && (word[0] == '/' || word[0] == '.' || names_directory(word));
}

/* The words that --check and --why take: at most one of each is a path. */
static int place_asked(struct parse *parse, size_t count)
{
    bool check = parse->options->mode == OPTIONS_CHECK;

    if (count == 2 && !check)
        return problem_set(parse->problem, PROBLEM_INVALID, "too many arguments: %s",
                           key_shape_words(parse->positional[1]));
    if (count == 1 && (!check || is_mount_point(parse->positional[0])))
        parse->options->mount_point = take_word(parse, 0);
    return 0;
}

/* SOURCE MOUNTPOINT, or MOUNTPOINT alone; --check and --why need none. */
static int place_positional(struct parse *parse)
{
    enum options_mode mode = parse->options->mode;
    bool asks = mode == OPTIONS_CHECK || mode == OPTIONS_WHY;
    size_t count = parse->positional_count;

    if (asks && place_asked(parse, count) != 0)
        return -1;
    const char *source = count == 2 || (asks && count == 1) ? parse->positional[0] : NULL;
    if (count == 2 && mode == OPTIONS_MOUNT && !parse->remount &&
        mistake_in_order(source, parse->positional[1], parse->problem) != 0)
        return -1;
    if (source != NULL && !parse->remount && options_check_source(source, parse->problem) != 0)
        return -1;
    if (!asks && take_mount_point(parse, count) != 0)
        return -1;
    if (source != NULL)
        parse->options->source = take_word(parse, 0);
    return 0;
}

/* The address that was given, in the order of precedence; NULL: none. */
static const char *given_url(const struct parse *parse)
{
    if (options_is_url(parse->options->source))
        return parse->options->source;
    return parse->url_option;
}

static int choose_url(struct parse *parse)
{
    const char *url = given_url(parse);
    const char *from_environment = getenv("PAPERSPACE_API_URL");

    if (parse->options->demo)
        return url == NULL ? 0
                           : problem_set(parse->problem, PROBLEM_INVALID,
                                         "--demo brings its own API: give no URL with it");
    if (url == NULL)
        url = is_set(from_environment) ? from_environment : DEFAULT_URL;
    return options_check_url(url, &parse->options->url, parse->problem);
}

static int make_absolute(char **path, struct problem *problem)
{
    char *joined = NULL;

    if (*path == NULL || (*path)[0] == '/')
        return 0;
    char *here = getcwd(NULL, 0); /* a daemon leaves it */
    if (here == NULL || asprintf(&joined, "%s/%s", here, *path) < 0)
        joined = NULL;
    free(here);
    if (joined == NULL)
        return problem_set(problem, PROBLEM_INVALID, "%s: can't be made an absolute path", *path);
    free(*path);
    *path = joined;
    return 0;
}

static int check_ca_file(const struct options *options, struct problem *problem)
{
    if (options->ca_file == NULL || access(options->ca_file, R_OK) == 0)
        return 0;
    return problem_set(problem, PROBLEM_INVALID, "cacert=%s: can't be read: %m", options->ca_file);
}

static int read_defaults(struct options *options, struct problem *problem)
{
    if (options->defaults_file == NULL)
        return 0;
    return defaults_read(options->defaults_file, options->forced_dialect, &options->defaults,
                         problem);
}

static int complete(struct parse *parse)
{
    struct options *options = parse->options;

    if (options->mode == OPTIONS_HELP || options->mode == OPTIONS_VERSION)
        return 0;
    if (parse->remount) {
        options->mode = OPTIONS_REMOUNT;
        return place_positional(parse);
    }
    if (options->json && options->mode != OPTIONS_CHECK)
        return problem_set(parse->problem, PROBLEM_INVALID, "--json goes with --check only");
    if (options->mode == OPTIONS_WHY)
        return place_positional(parse);
    if (options->demo && options->mode == OPTIONS_CHECK)
        return problem_set(parse->problem, PROBLEM_INVALID,
                           "--demo and --check do not go together");
    if (options->debug) {
        options->foreground = true;
        options->log_level = LOG_LEVEL_DEBUG;
    }
    if (place_positional(parse) != 0 || choose_url(parse) != 0)
        return -1;
    if (make_absolute(&options->key_file, parse->problem) != 0 ||
        make_absolute(&options->ca_file, parse->problem) != 0 ||
        make_absolute(&options->defaults_file, parse->problem) != 0)
        return -1;
    if (check_ca_file(options, parse->problem) != 0)
        return -1;
    return read_defaults(options, parse->problem);
}

int options_parse(int argc, char **argv, struct options *out, struct problem *problem)
{
    struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
    struct parse parse = {.options = out, .problem = problem};

    *problem = (struct problem){0};
    set_defaults(out);
    int rc = check_lists(argc, argv, problem);
    if (rc == 0)
        rc = find_remount(argc, argv, &parse.remount);
    if (rc == 0)
        rc = fuse_opt_parse(&args, &parse, NULL, take);
    if (rc == 0)
        rc = complete(&parse);
    else if (problem->kind == PROBLEM_NONE)
        problem_set(problem, PROBLEM_NO_MEMORY, "the options can't be read");
    fuse_opt_free_args(&args);
    free(parse.positional[0]);
    free(parse.positional[1]);
    free(parse.url_option);
    if (rc != 0)
        options_finish(out);
    return rc;
}

void options_finish(struct options *options)
{
    free(options->given);
    free(options->source);
    free(options->url);
    free(options->mount_point);
    free(options->key_file);
    free(options->team);
    free(options->ca_file);
    free(options->defaults_file);
    defaults_finish(&options->defaults);
    free(options->kernel_options);
    *options = (struct options){0};
}
