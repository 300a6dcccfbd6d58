# SPDX-License-Identifier: MIT
# The program: what is above all rooms.
bin_PROGRAMS += paperspacefs
paperspacefs_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
paperspacefs_SOURCES = \
  src/backend.c src/backend.h \
  src/check_mode.c src/check_mode.h \
  src/credentials.c src/credentials.h \
  src/daemon.c src/daemon.h \
  src/defaults.c src/defaults.h \
  src/demo.c src/demo.h \
  src/key.c src/key.h \
  src/key_shape.c src/key_shape.h \
  src/main.c \
  src/options.c src/options.h \
  src/options_table.c src/options_table.h \
  src/options_url.c src/options_url.h \
  src/options_values.c src/options_values.h \
  src/secret_file.c src/secret_file.h \
  src/text_file.c src/text_file.h \
  src/toml.c src/toml.h
paperspacefs_LDADD = src/fs/libfs.a src/tree/libtree.a src/journal/libjournal.a src/cache/libcache.a src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/emulator/libemulator.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(MICROHTTPD_LIBS) $(JSONC_LIBS)

dist_man_MANS += man/paperspacefs.1

check_PROGRAMS += tests/unit/test_options
tests_unit_test_options_SOURCES = tests/unit/test_options.c \
  src/defaults.c src/key_shape.c src/options.c src/options_table.c src/options_url.c \
  src/options_values.c src/text_file.c
tests_unit_test_options_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_options_LDADD = src/tree/libtree.a src/journal/libjournal.a src/cache/libcache.a src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)

# The API that the key is given to is made up by the test.
check_PROGRAMS += tests/unit/test_key
tests_unit_test_key_SOURCES = tests/unit/test_key.c \
  src/credentials.c src/key.c src/key_shape.c src/secret_file.c src/text_file.c src/toml.c
tests_unit_test_key_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_key_LDADD = src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS)

check_PROGRAMS += tests/unit/test_toml
tests_unit_test_toml_SOURCES = tests/unit/test_toml.c src/toml.c
tests_unit_test_toml_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_toml_LDADD = src/util/libutil.a $(CHECK_LIBS)
