/* SPDX-License-Identifier: MIT */
/* The command line, -o options and the environment, as one struct that is constant afterwards. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/defaults.h"
#include "tree/tree.h"
#include "util/log.h"
#include "util/problem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum options_mode {
    OPTIONS_MOUNT,
    OPTIONS_REMOUNT,
    OPTIONS_CHECK,
    OPTIONS_WHY,
    OPTIONS_HELP,
    OPTIONS_VERSION,
};

/* How long the kernel may believe in names: as long as it can be told, or always for a moment. */
enum options_names { NAMES_AUTO, NAMES_LEASE };

struct options {
    enum options_mode mode;
    bool foreground;
    bool debug; /* implies foreground, and log_level debug */
    bool demo;
    bool json;    /* of --check: for scripts */
    bool verbose; /* of --version: with the libraries */
    bool read_only;
    bool writable; /* of a remount: `rw` was said last */
    /* The options after -o that say something, as they were given, one a line, but for ro and rw;
     * of a remount all those that it would have to change. NULL: none. */
    char *given;
    char *source;         /* a URL or a label, as it was given; NULL: none was */
    char *url;            /* checked, no slash at its end; NULL with --demo */
    char *mount_point;    /* as it was given; with --check the mount to look at, or NULL; with --why
                           * the path that is asked about; NULL with --help and --version */
    char *key_file;       /* absolute; NULL: the key is from elsewhere */
    char *team;           /* whose key of the official client's file; or NULL */
    char *ca_file;        /* absolute, or NULL */
    char *kernel_options; /* FUSE's own, as after -o; or NULL */
    int forced_dialect;   /* an enum dialect; -1: found out */
    int secrets;          /* an enum secrets_mode */
    int restore_backup;   /* an enum restore_backup */
    int dry_run;          /* an enum cache_sending */
    int log_level;        /* an enum log_level */
    int names;            /* an enum options_names */
    int64_t ttl_ms;
    int64_t stale_ms;
    int64_t timeout_ms;
    int64_t guard; /* points of a burst; 0: no limit */
    int64_t connections;
    int64_t max_threads;
    int64_t max_idle_threads;
    int64_t max_read; /* bytes of one read request; 0: the kernel's own limit */
    int64_t uid;      /* the owner that is shown */
    int64_t gid;
    int64_t umask;
    char *defaults_file;      /* absolute, or NULL */
    struct defaults defaults; /* what it holds */
};

/* Reads them all. Returns 0 (options_finish is due), or -1 with `problem` in words for the user;
 * a value that might be a secret is never in them. Before any thread is started. */
int options_parse(int argc, char **argv, struct options *out, struct problem *problem);
void options_finish(struct options *options);

void options_print_help(FILE *out);
void options_print_version(FILE *out);

#endif
