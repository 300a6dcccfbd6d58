# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/cache/libcache.a
src_cache_libcache_a_SOURCES = \
  src/cache/cache.c src/cache/cache.h \
  src/cache/cache_internal.h \
  src/cache/change.c \
  src/cache/collection.c \
  src/cache/create.c \
  src/cache/events.c \
  src/cache/fetch.c \
  src/cache/history.c \
  src/cache/lookup.c \
  src/cache/merge.c \
  src/cache/names.c \
  src/cache/probe.c \
  src/cache/read.c src/cache/refetch.c \
  src/cache/tombstone.c
