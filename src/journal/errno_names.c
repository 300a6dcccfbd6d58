/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/journal.h"

#include <errno.h>

static const struct {
    int err;
    const char *name;
} errno_names[] = {
    {0, "NOTE"},
    {EDQUOT, "EDQUOT"},
    {EINVAL, "EINVAL"},
    {EACCES, "EACCES"},
    {EPERM, "EPERM"},
    {ENOENT, "ENOENT"},
    {EEXIST, "EEXIST"},
    {EBUSY, "EBUSY"},
    {ESTALE, "ESTALE"},
    {EFBIG, "EFBIG"},
    {EAGAIN, "EAGAIN"},
    {EIO, "EIO"},
    {EPROTO, "EPROTO"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {EHOSTUNREACH, "EHOSTUNREACH"},
    {EINTR, "EINTR"},
    {EROFS, "EROFS"},
    {ENOSPC, "ENOSPC"},
    {ENOTEMPTY, "ENOTEMPTY"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {EBADMSG, "EBADMSG"},
    {ENOMEM, "ENOMEM"},
    {ENOTDIR, "ENOTDIR"},
    {EISDIR, "EISDIR"},
    {EBADF, "EBADF"},
};

const char *errno_name(int err)
{
    for (size_t i = 0; i < sizeof errno_names / sizeof errno_names[0]; i++)
        if (errno_names[i].err == err)
            return errno_names[i].name;
    return "E?";
}
