# SPDX-License-Identifier: MIT
# What the program is told: command line, defaults, keys.
noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
src_config_libconfig_a_SOURCES = \
  src/config/credentials.c src/config/credentials.h \
  src/config/defaults.c src/config/defaults.h \
  src/config/key.c src/config/key.h \
  src/config/key_shape.c src/config/key_shape.h \
  src/config/mount_helper.c src/config/mount_helper.h \
  src/config/mistakes.c src/config/mistakes.h \
  src/config/options.c src/config/options.h \
  src/config/options_table.c src/config/options_table.h \
  src/config/options_url.c src/config/options_url.h \
  src/config/options_values.c src/config/options_values.h \
  src/config/secret_file.c src/config/secret_file.h \
  src/config/text_file.c src/config/text_file.h \
  src/config/toml.c src/config/toml.h

unit_tests += tests/unit/test_options
tests_unit_test_options_SOURCES = tests/unit/test_options.c tests/unit/test_defaults.c tests/unit/test_options_meaning.c tests/unit/test_options.h
tests_unit_test_options_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_options_LDADD = src/config/libconfig.a src/tree/libtree.a src/vfs/libvfs.a src/journal/libjournal.a src/cache/libcache.a src/document/libdocument.a \
  src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)

# The API that the key is given to is made up by the test.
unit_tests += tests/unit/test_key
tests_unit_test_key_SOURCES = tests/unit/test_key.c tests/unit/test_key_client.c tests/unit/test_key.h
tests_unit_test_key_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_key_LDADD = src/config/libconfig.a src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS)

unit_tests += tests/unit/test_mount_helper
tests_unit_test_mount_helper_SOURCES = tests/unit/test_mount_helper.c
tests_unit_test_mount_helper_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_mount_helper_LDADD = src/config/libconfig.a src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_toml
tests_unit_test_toml_SOURCES = tests/unit/test_toml.c
tests_unit_test_toml_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_toml_LDADD = src/config/libconfig.a src/util/libutil.a $(CHECK_LIBS)
