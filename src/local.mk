# SPDX-License-Identifier: MIT
# The program: what is above all rooms.
bin_PROGRAMS += paperspacefs
paperspacefs_CPPFLAGS = $(AM_CPPFLAGS) $(FUSE3_CFLAGS) $(SYSTEMD_CFLAGS)
paperspacefs_SOURCES = \
  src/audit.c src/audit.h \
  src/backend.c src/backend.h \
  src/check_api.c src/check_api.h \
  src/check_mode.c src/check_mode.h \
  src/check_mount.c src/check_mount.h \
  src/daemon.c src/daemon.h \
  src/demo.h \
  src/key_open.c src/key_open.h \
  src/main.c \
  src/notify.c src/notify.h \
  src/remount_mode.c src/remount_mode.h \
  src/running.c src/running.h \
  src/systemd.c src/systemd.h \
  src/why_mode.c src/why_mode.h
if EMULATOR
demo_lib = src/emulator/libemulator.a
paperspacefs_SOURCES += src/demo.c
else
demo_lib =
paperspacefs_SOURCES += src/demo_none.c
endif
paperspacefs_LDADD = src/doctor/libdoctor.a src/config/libconfig.a src/fs/libfs.a src/tree/libtree.a src/vfs/libvfs.a src/journal/libjournal.a src/cache/libcache.a src/document/libdocument.a \
  src/api/libapi.a \
  src/http/libhttp.a src/kinds/libkinds.a $(demo_lib) src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(MICROHTTPD_LIBS) $(JSONC_LIBS)

dist_man_MANS += man/paperspacefs.1 man/paperspacefs.5
