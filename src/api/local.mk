# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/api/libapi.a
src_api_libapi_a_SOURCES = \
  src/api/answer.c \
  src/api/answer.h \
  src/api/api.c \
  src/api/api.h \
  src/api/attempt.c \
  src/api/attempt.h \
  src/api/call.c \
  src/api/call.h \
  src/api/memo.c \
  src/api/memo.h \
  src/api/modify.c \
  src/api/described.c src/api/described.h \
  src/api/details.c \
  src/api/details.h \
  src/api/dialect.c \
  src/api/dialect.h \
  src/api/event.c \
  src/api/event.h \
  src/api/events.c \
  src/api/get.c \
  src/api/hidden.c \
  src/api/hidden.h \
  src/api/idset.c \
  src/api/idset.h \
  src/api/items.c \
  src/api/items.h \
  src/api/list.c \
  src/api/page.c \
  src/api/page.h \
  src/api/path.c \
  src/api/path.h \
  src/api/rear.c \
  src/api/rear.h \
  src/api/record.c \
  src/api/record.h \
  src/api/revalidate.c \
  src/api/revalidate.h \
  src/api/secrets.c \
  src/api/secrets.h \
  src/api/share.c \
  src/api/share.h \
  src/api/tags.c \
  src/api/tags.h \
  src/api/text.c \
  src/api/text.h \
  src/api/visit.c \
  src/api/visit.h

api_test_fake = tests/unit/api_fake.c tests/unit/api_fake.h
api_test_libs = src/api/libapi.a src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(CURL_LIBS) $(JSONC_LIBS)

unit_tests += tests/unit/test_record
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_record_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_answer
tests_unit_test_api_answer_SOURCES = tests/unit/test_api_answer.c
tests_unit_test_api_answer_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_answer_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_unchanged
tests_unit_test_api_unchanged_SOURCES = tests/unit/test_api_unchanged.c $(api_test_fake)
tests_unit_test_api_unchanged_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_unchanged_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_refresh
tests_unit_test_api_refresh_SOURCES = tests/unit/test_api_refresh.c $(api_test_fake)
tests_unit_test_api_refresh_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_refresh_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_list
tests_unit_test_api_list_SOURCES = tests/unit/test_api_list.c tests/unit/test_api_pages.c tests/unit/test_api_list.h $(api_test_fake)
tests_unit_test_api_list_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_list_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_ends
tests_unit_test_api_ends_SOURCES = tests/unit/test_api_ends.c
tests_unit_test_api_ends_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_ends_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_endless
tests_unit_test_api_endless_SOURCES = tests/unit/test_api_endless.c
tests_unit_test_api_endless_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_endless_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_change
tests_unit_test_api_change_SOURCES = tests/unit/test_api_change.c tests/unit/test_api_get.c tests/unit/test_api_events.c tests/unit/test_api_change.h $(api_test_fake)
tests_unit_test_api_change_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_change_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_retry
tests_unit_test_api_retry_SOURCES = tests/unit/test_api_retry.c tests/unit/test_api_key.c tests/unit/test_api_retry.h $(api_test_fake)
tests_unit_test_api_retry_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_retry_LDADD = $(api_test_libs)

unit_tests += tests/unit/test_api_bounds
tests_unit_test_api_bounds_SOURCES = tests/unit/test_api_bounds.c tests/unit/instrumented.h
tests_unit_test_api_bounds_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_bounds_LDADD = $(api_test_libs)
