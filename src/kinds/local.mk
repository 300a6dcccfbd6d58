# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/kinds/libkinds.a
src_kinds_libkinds_a_SOURCES = \
  src/kinds/drives.c \
  src/kinds/kind.h \
  src/kinds/kinds.c \
  src/kinds/providers.c \
  src/kinds/snapshots.c \
  src/kinds/utilization.c

unit_tests += tests/unit/test_kinds
tests_unit_test_kinds_SOURCES = tests/unit/test_kinds.c
tests_unit_test_kinds_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_kinds_LDADD = src/kinds/libkinds.a src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS)
