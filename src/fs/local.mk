# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/fs/libfs.a
src_fs_libfs_a_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
src_fs_libfs_a_SOURCES = \
  src/fs/apart.c \
  src/fs/apart.h \
  src/fs/attach.c \
  src/fs/attach.h \
  src/fs/attrs.c \
  src/fs/belief.c src/fs/belief.h \
  src/fs/deferred.c \
  src/fs/deferred.h \
  src/fs/device.c \
  src/fs/device.h \
  src/fs/dirs.c \
  src/fs/files.c \
  src/fs/fuse.h \
  src/fs/handles.c \
  src/fs/handles.h \
  src/fs/interrupts.c src/fs/interrupts.h \
  src/fs/inodes.c \
  src/fs/inodes.h \
  src/fs/mountinfo.c \
  src/fs/mountinfo.h \
  src/fs/mountpoint.c \
  src/fs/mountpoint.h \
  src/fs/entries.c \
  src/fs/op.c \
  src/fs/op.h \
  src/fs/ops.c \
  src/fs/ops.h \
  src/fs/mount_probe.c \
  src/fs/mount_probe.h \
  src/fs/read_only.c \
  src/fs/read_only.h \
  src/fs/session.c \
  src/fs/session.h \
  src/fs/watcher.c \
  src/fs/watcher.h

# The directories that it counts are made up by the test: libtree is not linked.
unit_tests += tests/unit/test_inodes
tests_unit_test_inodes_SOURCES = tests/unit/test_inodes.c
tests_unit_test_inodes_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_inodes_LDADD = src/fs/libfs.a src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_mountpoint
tests_unit_test_mountpoint_SOURCES = tests/unit/test_mountpoint.c
tests_unit_test_mountpoint_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_mountpoint_LDADD = src/fs/libfs.a src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_interrupts
tests_unit_test_interrupts_SOURCES = tests/unit/test_interrupts.c
tests_unit_test_interrupts_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_interrupts_LDADD = src/fs/libfs.a src/util/libutil.a $(CHECK_LIBS)
