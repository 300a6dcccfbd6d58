/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "doctor/machine.h"

#include "fs/device.h"
#include "http/peer.h"
#include "util/json.h"
#include "util/log.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SYS_ADMIN_BIT 21 /* CAP_SYS_ADMIN */
#define FUSE_CONF     "/etc/fuse.conf"

/* --- who may mount ---- */

/* Whether a line of a file is just `word`; false when it can't be read. */
static bool has_line(const char *path, const char *word)
{
    char line[256];
    bool found = false;
    FILE *file = fopen(path, "re");

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *text = line + strspn(line, " \t");
        size_t size = strcspn(text, " \t\n");
        found = size == strlen(word) && memcmp(text, word, size) == 0;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

static bool has_right_to_mount(void)
{
    unsigned long long capabilities = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return (capabilities >> SYS_ADMIN_BIT & 1) != 0;
}

/* The first of that name in PATH. */
static bool find_program(const char *name, char *out, size_t size)
{
    const char *path = getenv("PATH");

    if (path == NULL)
        path = "/usr/bin:/bin";
    for (const char *at = path; *at != '\0'; at += *at == ':') {
        size_t length = strcspn(at, ":");
        snprintf(out, size, "%.*s/%s", (int)length, at, name);
        if (access(out, X_OK) == 0)
            return true;
        at += length;
    }
    return false;
}

static bool is_setuid_root(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && st.st_uid == 0 && (st.st_mode & S_ISUID) != 0;
}

/* For who has no right to mount it does what is needed; for root only with auto_unmount. */
static bool examine_fusermount(struct report *report, bool needed)
{
    enum report_state bad = needed ? REPORT_BAD : REPORT_NOTE;
    char path[PATH_MAX];

    if (!find_program("fusermount3", path, sizeof path)) {
        report_hint(report_add(report, "fusermount3", bad, "not in PATH"),
                    "install the package fuse3%s", needed ? "" : "; auto_unmount needs it");
    } else if (needed && !is_setuid_root(path)) {
        report_hint(report_add(report, "fusermount3", bad, "%s is not setuid root", path),
                    "chown root:root %s; chmod 4755 %s", path, path);
    } else if (needed && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        report_hint(report_add(report, "fusermount3", bad, "%s may not gain rights here", path),
                    "NoNewPrivileges is set, by a unit or a container: mount outside of it");
    } else {
        report_add(report, "fusermount3", REPORT_WELL, "%s", path);
        return true;
    }
    return !needed;
}

static bool examine_device(struct report *report)
{
    struct problem problem;

    if (device_check(&problem) == 0) {
        report_add(report, "/dev/fuse", REPORT_WELL, "can be opened");
        return true;
    }
    const char *colon = strstr(problem.message, ": ");
    struct report_row *row =
        report_add(report, "/dev/fuse", REPORT_BAD, "%.*s",
                   colon != NULL ? (int)(colon - problem.message) : (int)strlen(problem.message),
                   problem.message);
    if (colon != NULL)
        report_hint(row, "%s", colon + 2);
    return false;
}

static bool examine_right(struct report *report, bool may)
{
    if (may)
        report_add(report, "mounting", REPORT_WELL, "with one's own right to it");
    else if (geteuid() != 0)
        report_add(report, "mounting", REPORT_WELL, "by way of fusermount3");
    else
        report_hint(
            report_add(report, "mounting", REPORT_BAD, "root may not mount here"),
            "a container is started with --cap-add SYS_ADMIN --device /dev/fuse for it (and "
            "with --security-opt apparmor=unconfined where AppArmor is)");
    return may || geteuid() != 0;
}

static void examine_others(struct report *report)
{
    if (has_line(FUSE_CONF, "user_allow_other"))
        report_add(report, "user_allow_other", REPORT_WELL, "set in " FUSE_CONF);
    else
        report_hint(report_add(report, "user_allow_other",
                               geteuid() == 0 ? REPORT_WELL : REPORT_NOTE, "not set in " FUSE_CONF),
                    "only root may use allow_other and allow_root");
}

/* --- versions ---- */

static const struct {
    unsigned major, minor;
    const char *words;
} abilities[] = {
    {6, 16, "epoch, parallel directories, no flush of what was only read"},
    {5, 16, "parallel directories, no flush of what was only read; no epoch (6.16)"},
    {4, 7, "parallel directories; no epoch (6.16)"},
    {0, 0, "older than what this was tried on"},
};

const char *machine_kernel_words(const char *release)
{
    unsigned major = 0, minor = 0;
    size_t i = 0;

    if (sscanf(release, "%u.%u", &major, &minor) < 1)
        return "its version can't be told";
    while (major < abilities[i].major ||
           (major == abilities[i].major && minor < abilities[i].minor))
        i++;
    return abilities[i].words;
}

static void examine_kernel(struct report *report)
{
    struct utsname name;

    if (uname(&name) == 0)
        report_add(report, "kernel", REPORT_WELL, "%s %s (%s)", name.sysname, name.release,
                   machine_kernel_words(name.release));
}

static void examine_libraries(struct report *report)
{
    char curl[128];

    http_library_version(curl, sizeof curl);
    report_add(report, "libraries", REPORT_WELL, "libfuse %s, libcurl %s, json-c %s",
               device_library_version(), curl, json_c_version());
}

bool machine_examine(struct report *report)
{
    bool may = has_right_to_mount();
    bool device = examine_device(report);
    bool right = examine_right(report, may);
    bool helper = examine_fusermount(report, !may && geteuid() != 0);

    examine_others(report);
    examine_kernel(report);
    examine_libraries(report);
    return device && right && helper;
}

void machine_print_versions(void)
{
    struct utsname name = {.sysname = "?"};
    char curl[128];

    uname(&name);
    http_library_version(curl, sizeof curl);
    log_print("libfuse %s", device_library_version());
    log_print("libcurl %s", curl);
    log_print("json-c %s", json_c_version());
    log_print("kernel %s %s", name.sysname, name.release);
}
