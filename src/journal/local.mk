# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/journal/libjournal.a
src_journal_libjournal_a_SOURCES = \
  src/journal/book.c src/journal/book.h \
  src/journal/changes.c \
  src/journal/errno_names.c \
  src/journal/internal.h \
  src/journal/journal.c src/journal/journal.h \
  src/journal/line.c src/journal/line.h src/journal/line_secrets.c \
  src/journal/seen.c \
  src/journal/roll.c src/journal/roll.h src/journal/roll_internal.h

unit_tests += tests/unit/test_journal
tests_unit_test_journal_SOURCES = tests/unit/test_journal.c
tests_unit_test_journal_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_journal_LDADD = src/journal/libjournal.a src/cache/libcache.a src/document/libdocument.a src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
