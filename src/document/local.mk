# SPDX-License-Identifier: MIT
# Resources as text: functions on texts and rows.
noinst_LIBRARIES += src/document/libdocument.a
src_document_libdocument_a_SOURCES = \
  src/document/bodies.c \
  src/document/creation.c \
  src/document/document.h \
  src/document/drafted.c \
  src/document/edit.c \
  src/document/missing.c \
  src/document/parts.c src/document/parts.h \
  src/document/render.c \
  src/document/whole.c src/document/whole.h

unit_tests += tests/unit/test_document tests/unit/test_document_draft
tests_unit_test_document_SOURCES = tests/unit/test_document.c tests/unit/test_document.h \
  tests/unit/test_document_bodies.c tests/unit/test_document_conflicts.c
tests_unit_test_document_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_document_LDADD = src/document/libdocument.a src/api/libapi.a \
  src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
tests_unit_test_document_draft_SOURCES = tests/unit/test_document_draft.c
tests_unit_test_document_draft_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_document_draft_LDADD = src/document/libdocument.a src/api/libapi.a \
  src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
