/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/device.h"

#include "fs/fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

int device_check(struct problem *problem)
{
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return explain(errno, problem);
    close(fd);
    return 0;
}

const char *device_library_version(void)
{
    return fuse_pkgversion();
}
