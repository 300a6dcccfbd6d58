# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/util/libutil.a
src_util_libutil_a_SOURCES = \
  src/util/address.c src/util/address.h \
  src/util/buf.c src/util/buf.h \
  src/util/cancel.c src/util/cancel.h \
  src/util/clock.c src/util/clock.h \
  src/util/digest.c src/util/digest.h src/util/digest_value.c \
  src/util/file_name.c src/util/file_name.h \
  src/util/json.c src/util/json_print.c src/util/json_scan.c src/util/json.h src/util/json_sink.h \
  src/util/json_compact.c src/util/json_compact.h \
  src/util/json_index.c src/util/json_index.h \
  src/util/json_layout.c src/util/json_layout.h \
  src/util/json_view.c src/util/json_view.h \
  src/util/json_walk.c src/util/json_walk.h \
  src/util/memory.c src/util/memory.h \
  src/util/notices.c src/util/notices.h \
  src/util/log.c src/util/log.h \
  src/util/outbox.c src/util/outbox.h \
  src/util/past.h \
  src/util/problem.c src/util/problem.h \
  src/util/scrub.c src/util/scrub.h \
  src/util/seen_list.c \
  src/util/table.c src/util/table.h \
  src/util/unescape.c src/util/unescape.h \
  src/util/utf8.c src/util/utf8.h \
  src/util/waiting_room.c src/util/waiting_room.h \
  src/util/words.c src/util/words.h \
  src/util/workers.c src/util/workers.h

unit_tests += tests/unit/test_util
tests_unit_test_util_SOURCES = tests/unit/test_util.c tests/unit/test_notices.c tests/unit/test_waiting_room.c tests/unit/test_util.h
tests_unit_test_util_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_util_LDADD = src/util/libutil.a $(JSONC_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c tests/unit/test_json_compact.c \
  tests/unit/test_json_index.c \
  tests/unit/test_json_print.c tests/unit/test_json_values.c tests/unit/test_json.h
tests_unit_test_json_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_json_LDADD = src/util/libutil.a $(JSONC_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_scrub
tests_unit_test_scrub_SOURCES = tests/unit/test_scrub.c tests/unit/test_scrub_long.c tests/unit/test_scrub.h
tests_unit_test_scrub_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_scrub_LDADD = src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_table
tests_unit_test_table_SOURCES = tests/unit/test_table.c
tests_unit_test_table_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_table_LDADD = src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_outbox
tests_unit_test_outbox_SOURCES = tests/unit/test_outbox.c
tests_unit_test_outbox_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_outbox_LDADD = src/util/libutil.a $(CHECK_LIBS)
