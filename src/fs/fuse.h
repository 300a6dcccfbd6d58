/* SPDX-License-Identifier: MIT */
/* libfuse's low-level API, of one version, for this room only. */
#ifndef FS_FUSE_H
#define FS_FUSE_H

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 14)
#include <fuse_lowlevel.h>

#endif
