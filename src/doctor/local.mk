# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/doctor/libdoctor.a
src_doctor_libdoctor_a_SOURCES = \
  src/doctor/machine.c src/doctor/machine.h \
  src/doctor/report.c src/doctor/report.h

unit_tests += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c
tests_unit_test_doctor_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_doctor_LDADD = src/doctor/libdoctor.a src/fs/libfs.a src/http/libhttp.a src/util/libutil.a \
  $(FUSE3_LIBS) $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)
