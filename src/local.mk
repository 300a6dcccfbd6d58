# SPDX-License-Identifier: MIT
# The program: what is above all rooms.
bin_PROGRAMS += paperspacefs
paperspacefs_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
paperspacefs_SOURCES = \
  src/backend.c src/backend.h \
  src/check_mode.c src/check_mode.h \
  src/daemon.c src/daemon.h \
  src/demo.c src/demo.h \
  src/key.c src/key.h \
  src/main.c \
  src/options.c src/options.h \
  src/options_table.c src/options_table.h \
  src/options_url.c src/options_url.h
paperspacefs_LDADD = src/fs/libfs.a src/tree/libtree.a src/cache/libcache.a src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/emulator/libemulator.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(MICROHTTPD_LIBS) $(JSONC_LIBS)

dist_man_MANS += man/paperspacefs.1

# The API that the key is given to is made up by the test.
check_PROGRAMS += tests/unit/test_options
tests_unit_test_options_SOURCES = tests/unit/test_options.c \
  src/key.c src/options.c src/options_table.c src/options_url.c
tests_unit_test_options_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_options_LDADD = src/http/libhttp.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(CHECK_LIBS)
