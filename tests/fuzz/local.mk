# SPDX-License-Identifier: MIT
# Fuzz targets: over their corpus in `make check`; with --enable-fuzzers programs of libFuzzer, which
# scripts/fuzz.sh builds and runs.
FUZZ_TARGETS = tests/fuzz/fuzz_answer tests/fuzz/fuzz_document tests/fuzz/fuzz_files \
  tests/fuzz/fuzz_names tests/fuzz/fuzz_options tests/fuzz/fuzz_scrub
if EMULATOR
FUZZ_TARGETS += tests/fuzz/fuzz_request
endif
if FUZZERS
fuzz_driver =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_driver = tests/fuzz/driver.c
fuzz_ldflags = $(AM_LDFLAGS)
endif
unit_tests += $(FUZZ_TARGETS)

.PHONY: print-fuzzers
print-fuzzers:
	@echo $(FUZZ_TARGETS)

fuzz_api_libs = src/api/libapi.a src/kinds/libkinds.a src/http/libhttp.a src/util/libutil.a \
  $(CURL_LIBS) $(JSONC_LIBS)
fuzz_tree_libs = src/config/libconfig.a src/tree/libtree.a src/vfs/libvfs.a src/journal/libjournal.a src/cache/libcache.a \
  src/document/libdocument.a $(fuzz_api_libs)

tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz_answer.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_answer_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_answer_LDADD = $(fuzz_api_libs)

tests_fuzz_fuzz_document_SOURCES = tests/fuzz/fuzz_document.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_document_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_document_LDADD = $(fuzz_tree_libs)

tests_fuzz_fuzz_files_SOURCES = tests/fuzz/fuzz_files.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_files_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_files_LDADD = $(fuzz_tree_libs)

tests_fuzz_fuzz_names_SOURCES = tests/fuzz/fuzz_names.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_names_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_names_LDADD = $(fuzz_tree_libs)

tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_options_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS)
tests_fuzz_fuzz_options_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_options_LDADD = $(fuzz_tree_libs) $(FUSE3_LIBS)

tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_request_CPPFLAGS = $(EMULATOR_CPPFLAGS)
tests_fuzz_fuzz_request_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_request_LDADD = $(EMULATOR_LIBS)

tests_fuzz_fuzz_scrub_SOURCES = tests/fuzz/fuzz_scrub.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_fuzz_scrub_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_scrub_LDADD = $(fuzz_api_libs)

EXTRA_DIST += tests/fuzz/driver.c tests/fuzz/corpus scripts/fuzz.sh
