# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/http/libhttp.a
src_http_libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
src_http_libhttp_a_SOURCES = \
  src/http/easy.c src/http/easy.h \
  src/http/engine.c src/http/engine.h \
  src/http/http.c src/http/http.h \
  src/http/method.c \
  src/http/outcome.c src/http/outcome.h \
  src/http/peer.c src/http/peer.h \
  src/http/receive.c src/http/receive.h \
  src/http/sockets.c src/http/sockets.h \
  src/http/transfer.c src/http/transfer.h \
  src/http/url.c src/http/url.h

unit_tests += tests/unit/test_http
tests_unit_test_http_SOURCES = tests/unit/test_http.c tests/unit/test_http_etag.c tests/unit/test_http_url.c tests/unit/test_http.h \
  tests/unit/test_http_peer.c tests/unit/test_http_peer.h
tests_unit_test_http_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_http_LDADD = src/http/libhttp.a src/util/libutil.a $(CURL_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_http_wait
tests_unit_test_http_wait_SOURCES = tests/unit/test_http_wait.c \
  tests/unit/test_http_caller.c tests/unit/test_http_caller.h \
  tests/unit/test_http_peer.c tests/unit/test_http_peer.h
tests_unit_test_http_wait_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_http_wait_LDADD = src/http/libhttp.a src/util/libutil.a $(CURL_LIBS) $(CHECK_LIBS)

# It speaks TLS to an API that libmicrohttpd makes up.
if EMULATOR
unit_tests += tests/unit/test_http_tls
endif
tests_unit_test_http_tls_SOURCES = tests/unit/test_http_tls.c
tests_unit_test_http_tls_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(MICROHTTPD_CFLAGS)
tests_unit_test_http_tls_LDADD = src/http/libhttp.a src/util/libutil.a \
  $(CURL_LIBS) $(MICROHTTPD_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_http_bounds
tests_unit_test_http_bounds_SOURCES = tests/unit/test_http_bounds.c \
  tests/unit/test_http_peer.c tests/unit/test_http_peer.h
tests_unit_test_http_bounds_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_http_bounds_LDADD = src/http/libhttp.a src/util/libutil.a $(CURL_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_http_shares
tests_unit_test_http_shares_SOURCES = tests/unit/test_http_shares.c \
  tests/unit/test_http_caller.c tests/unit/test_http_caller.h \
  tests/unit/test_http_peer.c tests/unit/test_http_peer.h
tests_unit_test_http_shares_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_http_shares_LDADD = src/http/libhttp.a src/util/libutil.a $(CURL_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_http_silence
tests_unit_test_http_silence_SOURCES = tests/unit/test_http_silence.c \
  tests/unit/test_http_caller.c tests/unit/test_http_caller.h \
  tests/unit/test_http_peer.c tests/unit/test_http_peer.h
tests_unit_test_http_silence_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_http_silence_LDADD = src/http/libhttp.a src/util/libutil.a $(CURL_LIBS) $(CHECK_LIBS)
