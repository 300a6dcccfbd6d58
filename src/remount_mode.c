/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "remount_mode.h"

#include "config/key_shape.h"
#include "fs/attach.h"
#include "fs/mountpoint.h"
#include "running.h"
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- what would have to change ---- */

/* mount(8) passes on all that mountinfo has, and what fstab says if the mount is there: neither is
 * a wish. What is asked for besides can't be had. */

static const struct {
    const char *name;     /* says the same as the absence of */
    const char *opposite; /* this */
} absences[] = {{"exec", "noexec"}, {"async", "sync"}, {"atime", "noatime"}};

/* What the kernel knows of the mount. */
static bool kernel_has(const struct mountinfo *mount, const char *option)
{
    for (size_t i = 0; i < sizeof absences / sizeof absences[0]; i++)
        if (strcmp(absences[i].name, option) == 0)
            return !mountinfo_has_option(mount->options, absences[i].opposite) &&
                   !mountinfo_has_option(mount->super, absences[i].opposite);
    return mountinfo_has_option(mount->options, option) ||
           mountinfo_has_option(mount->super, option);
}

/* What the daemon was started with. */
static bool daemon_has(struct json_object *status, const char *option)
{
    struct json_object *options = json_member(status, "options");
    size_t count =
        json_object_is_type(options, json_type_array) ? json_object_array_length(options) : 0;

    for (size_t i = 0; i < count; i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(options, i)), option) == 0)
            return true;
    return false;
}

static int refuse(const char *option, struct problem *problem)
{
    char *name = strndup(option, strcspn(option, "="));

    problem_set(
        problem, PROBLEM_INVALID,
        "%s: a remount takes ro and rw, and changes nothing else; end the mount and mount it "
        "anew for that",
        name != NULL ? key_shape_words(name) : "an option");
    free(name);
    return -1;
}

/* One option; the daemon is asked only if the kernel does not know it. */
static int check_option(const struct mountpoint_ours *ours, struct json_object **status,
                        const char *option, struct problem *problem)
{
    if (kernel_has(&ours->mount, option))
        return 0;
    if (*status == NULL && (*status = running_status(ours, problem)) == NULL)
        return -1;
    return daemon_has(*status, option) ? 0 : refuse(option, problem);
}

static int check_options(const struct mountpoint_ours *ours, const char *given,
                         struct problem *problem)
{
    struct json_object *status = NULL;
    char *list = given != NULL ? strdup(given) : NULL, *rest = list, *option;
    int rc = 0;

    while (rc == 0 && (option = strsep(&rest, "\n")) != NULL)
        rc = check_option(ours, &status, option, problem);
    json_object_put(status);
    free(list);
    return rc;
}

/* --- doing it ---- */

static int explain(const char *point, struct problem *problem)
{
    if (errno == EPERM)
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: only root can remount: the kernel wants CAP_SYS_ADMIN for it, and "
                           "fusermount3 has no remount; end the mount with fusermount3 -u %s, and "
                           "start it again with -o ro or without",
                           point, point);
    if (errno == EBUSY)
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: files of it are open for writing; see them with fuser -vm %s",
                           point, point);
    return problem_set(problem, PROBLEM_INVALID, "%s: can't be remounted: %s", point,
                       strerror(errno));
}

static int check_place(const struct mountpoint_ours *ours, const char *source,
                       struct problem *problem)
{
    const struct mountinfo *mount = &ours->mount;

    if (strcmp(ours->path, mount->point) != 0)
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: it lies inside a paperspacefs: remount %s", ours->path,
                           mount->point);
    if (source != NULL && strcmp(source, mount->source) != 0)
        return problem_set(
            problem, PROBLEM_INVALID,
            "%s: %s is mounted there: a remount takes ro and rw, and changes nothing "
            "else",
            mount->point, mount->source);
    return 0;
}

static int remount(const struct mountpoint_ours *ours, const struct options *options,
                   struct problem *problem)
{
    if (check_place(ours, options->source, problem) != 0 ||
        check_options(ours, options->given, problem) != 0)
        return -1;
    if (!options->read_only && !options->writable)
        return problem_set(problem, PROBLEM_INVALID, "remount: ro or rw is wanted with it");
    return attach_remount(ours->fd, &ours->mount, options->read_only) == 0
               ? 0
               : explain(ours->mount.point, problem);
}

int remount_mode_run(const struct options *options)
{
    struct mountpoint_ours ours;
    struct problem problem;
    int rc = mountpoint_find(options->mount_point, &ours, &problem);

    if (rc == 0) {
        rc = remount(&ours, options, &problem);
        mountpoint_ours_finish(&ours);
    }
    if (rc == 0)
        return EXIT_SUCCESS;
    log_complain("%s", problem.message);
    return EXIT_FAILURE;
}
