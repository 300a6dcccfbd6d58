# SPDX-License-Identifier: MIT
# The emulator: a library, the program on top of it, and its unit test.

EMULATOR_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(JSONC_CFLAGS)
EMULATOR_LIBS = src/emulator/libemulator.a src/util/libutil.a $(MICROHTTPD_LIBS) $(JSONC_LIBS) -lpthread

if EMULATOR
noinst_LIBRARIES += src/emulator/libemulator.a
bin_PROGRAMS += paperspace-emulator
dist_man_MANS += man/paperspace-emulator.1
unit_tests += tests/unit/test_emulator
else
EXTRA_DIST += man/paperspace-emulator.1
endif

src_emulator_libemulator_a_CPPFLAGS = $(EMULATOR_CPPFLAGS)
src_emulator_libemulator_a_SOURCES = \
	src/emulator/account.c src/emulator/account.h \
	src/emulator/emu_answer.c src/emulator/emu_answer.h \
	src/emulator/behaviour.c src/emulator/behaviour.h \
	src/emulator/emu_control.c src/emulator/emu_control.h \
	src/emulator/core.h \
	src/emulator/cursor.c src/emulator/cursor.h \
	src/emulator/emu_dialect.c \
	src/emulator/emu_drives.c \
	src/emulator/emulator.c src/emulator/emulator.h \
	src/emulator/emu_events.c src/emulator/emu_events.h \
	src/emulator/etag.c src/emulator/etag.h \
	src/emulator/fault.c src/emulator/fault.h \
	src/emulator/emu_http.c src/emulator/emu_http.h \
	src/emulator/ids.c src/emulator/ids.h \
	src/emulator/emu_json.c src/emulator/emu_json.h \
	src/emulator/emu_kinds.c \
	src/emulator/emu_stock.c \
	src/emulator/emu_utilization.c \
	src/emulator/kind.c src/emulator/kinds.h \
	src/emulator/load.c src/emulator/load.h \
	src/emulator/emu_page.c src/emulator/emu_page.h \
	src/emulator/pause.c \
	src/emulator/emu_providers.c \
	src/emulator/emu_record.c src/emulator/emu_record.h \
	src/emulator/request.c src/emulator/request.h \
	src/emulator/response.c src/emulator/response.h \
	src/emulator/route.c src/emulator/route.h \
	src/emulator/emu_snapshots.c \
	src/emulator/store.c src/emulator/store.h \
	src/emulator/validate.c src/emulator/validate.h

paperspace_emulator_CPPFLAGS = $(EMULATOR_CPPFLAGS)
paperspace_emulator_SOURCES = src/emulator/emu_main.c
paperspace_emulator_LDADD = $(EMULATOR_LIBS)

tests_unit_test_emulator_CPPFLAGS = $(EMULATOR_CPPFLAGS) $(CURL_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_emulator_SOURCES = \
	tests/unit/test_emulator.c \
	tests/unit/test_emulator_api.c \
	tests/unit/test_emulator_client.c tests/unit/test_emulator_client.h \
	tests/unit/test_emulator_behaviour.c \
	tests/unit/test_emulator_control.c \
	tests/unit/test_emulator_json.c \
	tests/unit/test_emulator_lists.c
tests_unit_test_emulator_LDADD = $(EMULATOR_LIBS) $(CURL_LIBS) $(CHECK_LIBS)
