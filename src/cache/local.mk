# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/cache/libcache.a
src_cache_libcache_a_SOURCES = \
  src/cache/cache.h \
  src/cache/change.c src/cache/change.h \
  src/cache/changed.c \
  src/cache/collection.c src/cache/collection.h \
  src/cache/create.c \
  src/cache/deleted.c \
  src/cache/event_fetch.c src/cache/event_status.c \
  src/cache/own_events.c src/cache/own_events.h \
  src/cache/fetch.c src/cache/fetch.h \
  src/cache/fetch_end.c src/cache/fetch_job.c src/cache/flight.c \
  src/cache/fresh_edit.c \
  src/cache/gone.c \
  src/cache/guard.c src/cache/guard.h \
  src/cache/history.c \
  src/cache/lifecycle.c src/cache/peek.c \
  src/cache/memories.c src/cache/memories.h \
  src/cache/merge.c src/cache/merge_deleted.c \
  src/cache/by_name.c \
  src/cache/noticed.c \
  src/cache/operation.c \
  src/cache/order_dates.c \
  src/cache/patience.c \
  src/cache/past.c \
  src/cache/read.c \
  src/cache/run.c \
  src/cache/sent.c src/cache/sent.h \
  src/cache/read_keys.c \
  src/cache/take.c src/cache/take.h \
  src/cache/shape.c src/cache/state.h src/cache/freshness.c \
  src/cache/tombstone.c \
  src/cache/verbs.c

unit_tests += tests/unit/test_cache
tests_unit_test_cache_SOURCES = \
  tests/unit/test_cache.c \
  tests/unit/test_cache_changing.c \
  tests/unit/test_cache_creating.c \
  tests/unit/test_cache_crowd.c \
  tests/unit/test_cache_editing.c \
  tests/unit/test_cache_endless.c \
  tests/unit/test_cache_events.c \
  tests/unit/test_cache_gate.c \
  tests/unit/test_cache_merging.c \
  tests/unit/test_cache_deletions.c \
  tests/unit/test_cache_outcome.c tests/unit/test_cache_outcome.h \
  tests/unit/test_cache_reading.c \
  tests/unit/test_cache_refreshing.c \
  tests/unit/test_cache_room.c tests/unit/test_cache_room.h tests/unit/instrumented.h \
  tests/unit/test_cache_scale.c \
  tests/unit/test_cache_server.c tests/unit/test_cache_server.h \
  tests/unit/test_cache_server_answers.c tests/unit/test_cache_server_state.h \
  tests/unit/test_cache_stale.c \
  tests/unit/test_cache_unchanged.c
tests_unit_test_cache_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cache_LDADD = src/cache/libcache.a src/document/libdocument.a src/api/libapi.a src/http/libhttp.a \
  src/kinds/libkinds.a src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)

unit_tests += tests/unit/test_workers
tests_unit_test_workers_SOURCES = tests/unit/test_workers.c
tests_unit_test_workers_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_workers_LDADD = src/util/libutil.a $(CHECK_LIBS)

unit_tests += tests/unit/test_guard
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c
tests_unit_test_guard_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_guard_LDADD = src/cache/libcache.a src/document/libdocument.a src/api/libapi.a src/http/libhttp.a \
  src/kinds/libkinds.a src/util/libutil.a $(CHECK_LIBS) $(JSONC_LIBS) $(CURL_LIBS)
