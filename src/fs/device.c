/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/device.h"

#include "fs/fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define IN_A_CONTAINER "a container is started with --device /dev/fuse --cap-add SYS_ADMIN for it"

static int explain(int err, struct problem *problem)
{
    if (err == ENOENT || err == ENODEV || err == ENXIO)
        return problem_set(
            problem, PROBLEM_INVALID,
            "/dev/fuse is not there: load the module with modprobe fuse; " IN_A_CONTAINER);
    if (err == EACCES)
        return problem_set(problem, PROBLEM_INVALID,
                           "/dev/fuse may not be opened by you: it is everybody's as a rule "
                           "(chmod 666 /dev/fuse), or a group's; " IN_A_CONTAINER);
    if (err == EPERM)
        return problem_set(problem, PROBLEM_INVALID,
                           "/dev/fuse may not be opened here, not even by root: " IN_A_CONTAINER);
    return problem_set(problem, PROBLEM_INVALID, "/dev/fuse can't be opened: %s", strerror(err));
}

/* Its numbers are the same on every machine. */
static bool is_fuse(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(10, 229);
}

int device_check(struct problem *problem)
{
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

    if (fd < 0 && errno != EISDIR)
        return explain(errno, problem);
    bool fuse = fd >= 0 && is_fuse(fd);
    if (fd >= 0)
        close(fd);
    return fuse ? 0
                : problem_set(problem, PROBLEM_INVALID,
                              "/dev/fuse is something else than that device: as root, make it with "
                              "mknod -m 666 /dev/fuse c 10 229; " IN_A_CONTAINER);
}

const char *device_library_version(void)
{
    return fuse_pkgversion();
}
