/* SPDX-License-Identifier: MIT */
/* paperspace-emulator: the API on loopback as a program of its own. */
#include "config.h"

#include "emulator/emulator.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "paperspace-emulator"

static const char help[] =
    "Usage: " PROGRAM " [OPTION]...\n"
    "Serve the Paperspace storage API on 127.0.0.1, from memory.\n"
    "\n"
    "  --port N          TCP port (default 0: a free one)\n"
    "  --dialect NAME    docs (default) or openapi\n"
    "  --key KEY         the API key to accept (default " EMULATOR_DEFAULT_KEY ")\n"
    "  --populate N      N generated snapshots in place of the sample's\n"
    "  --data FILE       initial state from a JSON file in place of the sample\n"
    "  --latency MS      answer each request MS milliseconds later\n"
    "  --etag            answers to GET have an ETag, and If-None-Match is honoured\n"
    "  --control         serve /_control, for tests: requests received, faults\n"
    "  -h, --help        print this help\n"
    "  -V, --version     print the version\n"
    "\n"
    "It prints 'listening on URL' when it is ready. SIGTERM or SIGINT ends it.\n";

/* What main() is to do with the command line. */
enum verdict { SERVE, SUCCEED, FAIL };

enum option_id { PORT = 256, DIALECT, KEY, POPULATE, DATA, LATENCY, ETAG, CONTROL };

static const struct option options[] = {
    {"port", required_argument, NULL, PORT},
    {"dialect", required_argument, NULL, DIALECT},
    {"key", required_argument, NULL, KEY},
    {"populate", required_argument, NULL, POPULATE},
    {"data", required_argument, NULL, DATA},
    {"latency", required_argument, NULL, LATENCY},
    {"etag", no_argument, NULL, ETAG},
    {"control", no_argument, NULL, CONTROL},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static enum verdict read_number(const char *name, unsigned long least, unsigned long most,
                                unsigned long *number)
{
    char *end;

    errno = 0;
    *number = strtoul(optarg, &end, 10);
    if (*optarg >= '0' && *optarg <= '9' && !*end && !errno && *number >= least && *number <= most)
        return SERVE;
    fprintf(stderr, PROGRAM ": --%s wants a number from %lu to %lu, not '%s'\n", name, least, most,
            optarg);
    return FAIL;
}

static enum verdict print(const char *text)
{
    return fputs(text, stdout) < 0 || fflush(stdout) ? FAIL : SUCCEED;
}

/* An option that takes a number. */
static enum verdict read_numeric(int option, struct emulator_config *config)
{
    unsigned long number = 0;
    enum verdict verdict;

    switch (option) {
    case PORT:
        verdict = read_number("port", 0, 65535, &number);
        config->port = (uint16_t)number;
        return verdict;
    case POPULATE:
        verdict = read_number("populate", 1, EMULATOR_MAX_POPULATE, &number);
        config->populate = number;
        return verdict;
    default:
        verdict = read_number("latency", 0, 3600000, &number);
        config->latency_ms = (unsigned)number;
        return verdict;
    }
}

static enum verdict read_option(int option, struct emulator_config *config)
{
    switch (option) {
    case PORT:
    case POPULATE:
    case LATENCY:
        return read_numeric(option, config);
    case DIALECT:
        config->dialect = optarg;
        return SERVE;
    case KEY:
        config->key = optarg;
        return SERVE;
    case DATA:
        config->data_file = optarg;
        return SERVE;
    case ETAG:
        config->etag = true;
        return SERVE;
    case CONTROL:
        config->control = true;
        return SERVE;
    case 'h':
        return print(help);
    case 'V':
        return print(PROGRAM " " PACKAGE_VERSION "\n");
    default:
        fputs("Try '" PROGRAM " --help'.\n", stderr);
        return FAIL;
    }
}

static enum verdict read_arguments(int argc, char **argv, struct emulator_config *config)
{
    enum verdict verdict = SERVE;
    int option;

    while (verdict == SERVE && (option = getopt_long(argc, argv, "hV", options, NULL)) != -1)
        verdict = read_option(option, config);
    if (verdict == SERVE && optind < argc) {
        fprintf(stderr, PROGRAM ": unexpected argument '%s'\n", argv[optind]);
        return FAIL;
    }
    return verdict;
}

/* Serves until one of the signals comes, which all threads block. */
static int serve(const struct emulator_config *config, const sigset_t *signals)
{
    char err[512];
    struct emulator *emulator = emulator_start(config, err, sizeof err);
    int number;

    if (emulator == NULL) {
        fprintf(stderr, PROGRAM ": %s\n", err);
        return EXIT_FAILURE;
    }
    printf("listening on %s\n", emulator_url(emulator));
    fflush(stdout);
    sigwait(signals, &number);
    emulator_stop(emulator);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct emulator_config config = {0};
    enum verdict verdict = read_arguments(argc, argv, &config);
    sigset_t signals;

    if (verdict != SERVE)
        return verdict == SUCCEED ? EXIT_SUCCESS : EXIT_FAILURE;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return serve(&config, &signals);
}
