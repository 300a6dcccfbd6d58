# SPDX-License-Identifier: MIT
# The emulator: a library, the program on top of it, and its unit test.

EMULATOR_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(JSONC_CFLAGS)
EMULATOR_LIBS = src/emulator/libemulator.a $(MICROHTTPD_LIBS) $(JSONC_LIBS) -lpthread

noinst_LIBRARIES += src/emulator/libemulator.a
src_emulator_libemulator_a_CPPFLAGS = $(EMULATOR_CPPFLAGS)
src_emulator_libemulator_a_SOURCES = \
	src/emulator/account.c \
	src/emulator/answer.c src/emulator/answer.h \
	src/emulator/behaviour.c src/emulator/behaviour.h \
	src/emulator/control.c src/emulator/control.h \
	src/emulator/core.h \
	src/emulator/cursor.c src/emulator/cursor.h \
	src/emulator/dialect.c \
	src/emulator/drives.c \
	src/emulator/emulator.c src/emulator/emulator.h \
	src/emulator/events.c src/emulator/events.h \
	src/emulator/fault.c src/emulator/fault.h \
	src/emulator/http.c src/emulator/http.h \
	src/emulator/ids.c src/emulator/ids.h \
	src/emulator/json.c src/emulator/json.h \
	src/emulator/json_read.c \
	src/emulator/kind.c src/emulator/kinds.h \
	src/emulator/load.c src/emulator/load.h \
	src/emulator/page.c src/emulator/page.h \
	src/emulator/providers.c \
	src/emulator/record.c src/emulator/record.h \
	src/emulator/request.c src/emulator/request.h \
	src/emulator/response.c src/emulator/response.h \
	src/emulator/route.c src/emulator/route.h \
	src/emulator/sample.h \
	src/emulator/sample_docs.c \
	src/emulator/sample_openapi.c \
	src/emulator/snapshots.c \
	src/emulator/store.c src/emulator/store.h \
	src/emulator/validate.c src/emulator/validate.h

bin_PROGRAMS += paperspace-emulator
paperspace_emulator_CPPFLAGS = $(EMULATOR_CPPFLAGS)
paperspace_emulator_SOURCES = src/emulator/main.c
paperspace_emulator_LDADD = $(EMULATOR_LIBS)

dist_man_MANS += man/paperspace-emulator.1

check_PROGRAMS += tests/unit/test_emulator
tests_unit_test_emulator_CPPFLAGS = $(EMULATOR_CPPFLAGS) $(CURL_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_emulator_SOURCES = \
	tests/unit/test_emulator.c \
	tests/unit/test_emulator_api.c \
	tests/unit/test_emulator_client.c tests/unit/test_emulator_client.h \
	tests/unit/test_emulator_control.c \
	tests/unit/test_emulator_json.c
tests_unit_test_emulator_LDADD = $(EMULATOR_LIBS) $(CURL_LIBS) $(CHECK_LIBS)
