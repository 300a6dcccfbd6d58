# SPDX-License-Identifier: MIT
# Names and documents: functions on texts and rows, and what the known listing makes of names.
src_tree_libtree_a_SOURCES += \
  src/tree/document_bodies.c \
  src/tree/document_create.c \
  src/tree/document_draft.c \
  src/tree/document_edit.c \
  src/tree/document_missing.c \
  src/tree/document_parts.c src/tree/document_parts.h \
  src/tree/document_render.c \
  src/tree/document_whole.c src/tree/document_whole.h \
  src/tree/document.h \
  src/tree/names.c src/tree/names.h \
  src/tree/resolve.c

check_PROGRAMS += tests/unit/test_names tests/unit/test_document tests/unit/test_document_draft
tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_names_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_names_LDADD = src/tree/libtree.a src/journal/libjournal.a src/cache/libcache.a src/api/libapi.a \
  src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
tests_unit_test_document_SOURCES = tests/unit/test_document.c
tests_unit_test_document_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_document_LDADD = src/tree/libtree.a src/journal/libjournal.a src/cache/libcache.a src/api/libapi.a \
  src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
tests_unit_test_document_draft_SOURCES = tests/unit/test_document_draft.c
tests_unit_test_document_draft_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_document_draft_LDADD = src/tree/libtree.a src/journal/libjournal.a src/cache/libcache.a src/api/libapi.a \
  src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
