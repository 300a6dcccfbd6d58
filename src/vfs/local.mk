# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/vfs/libvfs.a
src_vfs_libvfs_a_SOURCES = \
  src/vfs/actors.c src/vfs/actors.h \
  src/vfs/again.c src/vfs/again.h \
  src/vfs/attr.c src/vfs/attr.h \
  src/vfs/author.c src/vfs/author.h \
  src/vfs/birth.c src/vfs/birth.h \
  src/vfs/content.c src/vfs/content.h \
  src/vfs/dates.c src/vfs/dates.h \
  src/vfs/deeds.c src/vfs/deeds.h \
  src/vfs/dir.c src/vfs/dir.h \
  src/vfs/dir_cache.c src/vfs/dir_cache.h \
  src/vfs/dir_path.c \
  src/vfs/failure.c src/vfs/failure.h \
  src/vfs/file.c src/vfs/file.h \
  src/vfs/file_commit.c \
  src/vfs/file_read.c \
  src/vfs/file_stage.c \
  src/vfs/finish.c src/vfs/finish.h \
  src/vfs/ino.c src/vfs/ino.h \
  src/vfs/leaf.c src/vfs/leaf.h \
  src/vfs/lease.c src/vfs/lease.h \
  src/vfs/linger.c src/vfs/linger.h \
  src/vfs/listing.c src/vfs/listing.h \
  src/vfs/lookup.c src/vfs/lookup.h \
  src/vfs/moved.c src/vfs/moved.h src/vfs/number.h \
  src/vfs/open_dir.c \
  src/vfs/operations.c \
  src/vfs/overlay.c src/vfs/overlay.h \
  src/vfs/place.c \
  src/vfs/process.c src/vfs/process.h \
  src/vfs/rebound.c src/vfs/rebound.h \
  src/vfs/roles.c \
  src/vfs/saving.c src/vfs/saving.h \
  src/vfs/scratch.c src/vfs/scratch.h \
  src/vfs/scratch_data.c \
  src/vfs/scratch_join.c \
  src/vfs/scratch_set.c src/vfs/scratch_set.h \
  src/vfs/staged.c src/vfs/staged.h \
  src/vfs/truncated.c src/vfs/truncated.h \
  src/vfs/vfs.c src/vfs/vfs.h \
  src/vfs/vfs_internal.h

unit_tests += tests/unit/test_vfs
tests_unit_test_vfs_SOURCES = tests/unit/test_vfs.c tests/unit/test_vfs.h \
  tests/unit/test_vfs_names.c tests/unit/test_vfs_deeds.c tests/unit/test_vfs_crowd.c \
  tests/unit/test_vfs_processes.c tests/unit/test_vfs_staged.c tests/unit/test_vfs_states.c \
  tests/unit/vfs_toy.c tests/unit/vfs_toy.h tests/unit/vfs_toy_ops.c
tests_unit_test_vfs_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_vfs_LDADD = src/vfs/libvfs.a src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_scratch
tests_unit_test_scratch_SOURCES = tests/unit/test_scratch.c
tests_unit_test_scratch_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_scratch_LDADD = $(tests_unit_test_vfs_LDADD)
