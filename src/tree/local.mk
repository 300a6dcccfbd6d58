# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/tree/libtree.a
src_tree_libtree_a_SOURCES = \
  src/tree/changing.c src/tree/changing.h \
  src/tree/collection_dir.c src/tree/collection_dir.h \
  src/tree/control.c \
  src/tree/control_allow.c \
  src/tree/document_file.c src/tree/document_file.h \
  src/tree/draft.c src/tree/draft.h \
  src/tree/draft_files.c \
  src/tree/draft_gone.c \
  src/tree/draft_list.c \
  src/tree/draft_make.c \
  src/tree/ensure.c src/tree/ensure.h \
  src/tree/event_files.c \
  src/tree/field_file.c \
  src/tree/field_keys.c src/tree/field_keys.h \
  src/tree/field_memo.c src/tree/field_memo.h \
  src/tree/field_walk.c src/tree/field_walk.h \
  src/tree/fields.c src/tree/fields.h \
  src/tree/hooks.c src/tree/hooks.h \
  src/tree/journal_files.c src/tree/journal_files.h \
  src/tree/kind_dir.c \
  src/tree/known.c src/tree/known.h \
  src/tree/leaf_rows.h \
  src/tree/local_groups.c src/tree/local_groups.h \
  src/tree/members.c src/tree/members.h \
  src/tree/nested.c src/tree/nested.h \
  src/tree/readme.c \
  src/tree/pins.c src/tree/pins.h \
  src/tree/record_date.c src/tree/record_date.h \
  src/tree/record_failure.c \
  src/tree/renamed.c src/tree/renamed.h \
  src/tree/resolve.c src/tree/resolve.h \
  src/tree/resource.c src/tree/resource.h \
  src/tree/resource_place.c \
  src/tree/restore.c \
  src/tree/root.c \
  src/tree/shown.c src/tree/shown.h \
  src/tree/smb_files.c \
  src/tree/statfs.c \
  src/tree/status.c \
  src/tree/tree.c src/tree/tree.h \
  src/tree/tree_internal.h \
  src/tree/view_dir.c

unit_tests += tests/unit/test_names
tests_unit_test_names_SOURCES = tests/unit/test_names.c tests/unit/test_names_listing.c tests/unit/test_names.h
tests_unit_test_names_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_names_LDADD = src/tree/libtree.a src/vfs/libvfs.a src/journal/libjournal.a src/cache/libcache.a \
  src/document/libdocument.a src/api/libapi.a src/kinds/libkinds.a src/http/libhttp.a \
  src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)

if EMULATOR
unit_tests += tests/unit/test_tree tests/unit/test_tree_saving tests/unit/test_tree_listing \
  tests/unit/test_tree_members
endif
tests_unit_test_tree_saving_SOURCES = tests/unit/test_tree_saving.c \
  tests/unit/tree_fixture.c tests/unit/tree_fixture.h tests/unit/tree_fixture_ops.c
tests_unit_test_tree_saving_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tree_saving_LDADD = $(tests_unit_test_tree_LDADD)
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c \
  tests/unit/test_tree_events.c tests/unit/test_tree_numbers.c \
  tests/unit/tree_fixture.c tests/unit/tree_fixture.h tests/unit/tree_fixture_ops.c
tests_unit_test_tree_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tree_LDADD = src/tree/libtree.a src/vfs/libvfs.a src/journal/libjournal.a src/cache/libcache.a src/document/libdocument.a \
  src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a src/emulator/libemulator.a src/util/libutil.a \
  $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS) $(MICROHTTPD_LIBS)

tests_unit_test_tree_listing_SOURCES = tests/unit/test_tree_listing.c \
  tests/unit/tree_fixture.c tests/unit/tree_fixture.h tests/unit/tree_fixture_ops.c
tests_unit_test_tree_listing_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tree_listing_LDADD = $(tests_unit_test_tree_LDADD)

tests_unit_test_tree_members_SOURCES = tests/unit/test_tree_members.c \
  tests/unit/tree_fixture.c tests/unit/tree_fixture.h tests/unit/tree_fixture_ops.c
tests_unit_test_tree_members_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tree_members_LDADD = $(tests_unit_test_tree_LDADD)
