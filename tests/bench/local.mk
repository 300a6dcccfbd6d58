# SPDX-License-Identifier: MIT
# Times, side by side; nothing is asserted. Options: make bench BENCH='--help'.
if UNIT_TESTS
noinst_PROGRAMS += tests/bench/nullfs tests/bench/calls
endif
tests_bench_nullfs_SOURCES = tests/bench/nullfs.c tests/bench/null_tree.c tests/bench/null_tree.h
tests_bench_nullfs_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
tests_bench_nullfs_LDADD = $(FUSE3_LIBS)
tests_bench_calls_SOURCES = tests/bench/calls.c

EXTRA_DIST += tests/bench/bench.py tests/bench/columns.py tests/bench/rows.py tests/bench/start.py
.PHONY: bench bench-start
bench: all
	@top_builddir='$(abs_top_builddir)' python3 -B $(srcdir)/tests/bench/bench.py $(BENCH)
# From the start to a mount that can be used.
bench-start: all
	@top_builddir='$(abs_top_builddir)' python3 -B $(srcdir)/tests/bench/start.py $(BENCH)
