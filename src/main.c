/* SPDX-License-Identifier: MIT */
/* Wiring: options → session → daemon → backend → mount → loop, and back in reverse. */
#include "config.h"

#include "backend.h"
#include "check_mode.h"
#include "daemon.h"
#include "demo.h"
#include "doctor/machine.h"
#include "key_open.h"
#include "notify.h"
#include "remount_mode.h"
#include "why_mode.h"
#include "fs/device.h"
#include "fs/mountpoint.h"
#include "fs/session.h"
#include "fs/watcher.h"
#include "config/key.h"
#include "config/mount_helper.h"
#include "config/options.h"
#include "util/log.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mount, from its start to its end; what is not there (yet) is NULL. */
struct mount {
    const struct options *options;
    struct key *key;
    struct mountpoint point;
    struct session *session;
    struct daemon daemon;
    struct backend backend;
    struct notify notify;
};

static int complain(const struct problem *problem)
{
    log_complain("%s", problem->message);
    return EXIT_FAILURE;
}

/* What mount(8) and df show as the device. */
static const char *mount_source(const struct options *options)
{
    if (options->source != NULL)
        return options->source;
    return options->demo ? "demo" : options->url;
}

static int make_session(struct mount *mount, struct problem *problem)
{
    const struct options *options = mount->options;
    const struct session_config config = {
        .source = mount_source(options),
        .kernel_options = options->kernel_options,
        .read_only = options->read_only,
        .debug = options->debug,
        .leases = options->names == NAMES_LEASE,
        .max_threads = (unsigned)options->max_threads,
        .max_idle_threads = (unsigned)options->max_idle_threads,
        .max_read = (unsigned)options->max_read,
        .timeout_ms = options->timeout_ms,
    };

    mount->session = session_create(&config, problem);
    return mount->session != NULL ? 0 : -1;
}

/* Up to the fork: nothing here may start a thread. */
static int prepare(struct mount *mount, struct problem *problem)
{
    if (mountpoint_prepare(mount->options->mount_point, &mount->point, problem) != 0 ||
        device_check(problem) != 0 || make_session(mount, problem) != 0)
        return -1;
    return mount->options->foreground ? 0 : daemon_start(&mount->daemon, problem);
}

static void on_hangup(void *ctx)
{
    struct mount *mount = ctx;

    backend_refresh(&mount->backend);
}

static void on_look(void *ctx)
{
    struct mount *mount = ctx;

    notify_status(&mount->notify);
}

static int build(struct mount *mount, const char *url, struct problem *problem)
{
    const struct backend_config config = {
        .options = mount->options,
        .url = url,
        .mount_point = mount->point.path,
        .key = mount->key,
        .read_only = session_read_only,
        .read_only_ctx = mount->session,
        .belief = session_belief(mount->session),
    };

    if (backend_init(&mount->backend, &config, problem) != 0)
        return -1;
    if (!session_attach(mount->session, tree_vfs(mount->backend.tree), &mount->backend.group,
                        &mount->backend.room))
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    const struct session_events events = {.on_hangup = on_hangup, .on_look = on_look, .ctx = mount};
    return session_start(mount->session, &events, problem);
}

static void hint(const char *url)
{
    char words[300];

    backend_hint(url, words, sizeof words);
    log_error("%s: there is no such API: each kind is answered by 404; %s", url, words);
}

/* Whether the first request lets the mount live: only a key that is not accepted, no API at all,
 * and a signal end it. Returns the exit status then, else -1. */
static int judge(const struct problem *problem, bool nothing_there, const char *url)
{
    if (problem->kind == PROBLEM_INTERRUPTED)
        return EXIT_SUCCESS;
    if (problem->kind == PROBLEM_UNAUTHORIZED) {
        log_error("the key is not accepted by %s: %s", url, problem->message);
        return EXIT_FAILURE;
    }
    if (nothing_there) {
        hint(url);
        return EXIT_FAILURE;
    }
    if (problem->status != 0)
        log_warning("%s: the list of %s: HTTP %ld%s%s: %s; mounted all the same", url,
                    kinds_all[0]->plural, problem->status, problem->code[0] != '\0' ? " " : "",
                    problem->code, problem->message);
    else
        log_warning("%s: %s; mounted all the same", url, problem->message);
    return -1;
}

static int serve(struct mount *mount, const char *url)
{
    struct problem problem;
    bool nothing_there;
    int status = -1;

    if (backend_try(&mount->backend, mount->options->timeout_ms, &nothing_there, &problem) != 0)
        status = judge(&problem, nothing_there, url);
    if (status >= 0)
        return status;
    /* Only now, so that nobody meets a mount that does not answer yet. */
    if (session_mount(mount->session, &mount->point, &problem) != 0)
        return complain(&problem);
    if (!daemon_ready(&mount->daemon))
        return EXIT_FAILURE;
    notify_ready(&mount->notify, &mount->backend);
    int rc = session_serve(mount->session);
    notify_stopping(&mount->notify);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* From the fork on. Returns the exit status. */
static int run_backend(struct mount *mount, const char *url)
{
    struct problem problem;
    int status;

    if (build(mount, url, &problem) == 0)
        status = serve(mount, url);
    else
        status = complain(&problem);
    session_stop(mount->session);
    session_unmount(mount->session);
    session_detach(mount->session);
    notify_end(&mount->notify);
    backend_finish(&mount->backend);
    return status;
}

static int run_demo(struct mount *mount)
{
    struct problem problem;
    struct demo *demo = demo_start(mount->options, mount->key, &problem);

    if (demo == NULL)
        return complain(&problem);
    int status = run_backend(mount, demo_url(demo));
    demo_stop(demo);
    return status;
}

static int run_mount(const struct options *options, struct key *key)
{
    struct mount mount = {.options = options, .key = key, .point = MOUNTPOINT_NONE};
    struct problem problem;
    int status;

    daemon_stay(&mount.daemon);
    if (prepare(&mount, &problem) != 0) {
        status = complain(&problem);
    } else {
        watcher_block_signals();
        status = options->demo ? run_demo(&mount) : run_backend(&mount, options->url);
    }
    session_destroy(mount.session);
    daemon_finish(&mount.daemon);
    mountpoint_finish(&mount.point);
    return status;
}

static int run_with_key(const struct options *options)
{
    struct problem problem;
    struct key *key = key_open(options, &problem);

    if (key == NULL)
        return complain(&problem);
    int status = run_mount(options, key);
    key_destroy(key);
    return status;
}

static int print_version(const struct options *options)
{
    options_print_version(stdout);
    if (options->verbose)
        machine_print_versions();
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_help(const struct options *options)
{
    (void)options;
    options_print_help(stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int (*const modes[])(const struct options *) = {
    [OPTIONS_MOUNT] = run_with_key,   [OPTIONS_REMOUNT] = remount_mode_run,
    [OPTIONS_CHECK] = check_mode_run, [OPTIONS_WHY] = why_mode_run,
    [OPTIONS_HELP] = print_help,      [OPTIONS_VERSION] = print_version,
};

static int run(const struct options *options)
{
    log_set_level((enum log_level)options->log_level);
    daemon_keep_secrets();
    if (options->mode != OPTIONS_MOUNT && options->mode != OPTIONS_CHECK)
        key_forget_variable();
    return modes[options->mode](options);
}

int main(int argc, char **argv)
{
    struct mount_helper helper;
    struct options options;
    struct problem problem;

    memory_setup();
    if (mount_helper_rewrite(&argc, argv, &helper, &problem) != 0 ||
        options_parse(argc, argv, &options, &problem) != 0) {
        complain(&problem);
        log_complain("try paperspacefs --help");
        return EXIT_FAILURE; /* MOUNT_HELPER_USAGE, too */
    }
    int status = helper.fake ? EXIT_SUCCESS : run(&options);
    options_finish(&options);
    return mount_helper_status(&helper, status);
}
