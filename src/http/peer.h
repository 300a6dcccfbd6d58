/* SPDX-License-Identifier: MIT */
/* Who answers at an https address, without a request: for --check. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a connection came. */
enum http_stage {
    HTTP_STAGE_NAME,    /* the name, or the proxy's, is not known */
    HTTP_STAGE_CONNECT, /* nobody answers at the address, or the proxy refuses */
    HTTP_STAGE_TLS,     /* no handshake, or a certificate that is not accepted */
    HTTP_STAGE_DONE,
};

struct http_peer {
    enum http_stage stage;
    char address[64];  /* that was connected to, the proxy's if there is one; "": none */
    char tls[64];      /* "TLSv1.3 / TLS_AES_256_GCM_SHA384"; "": not known */
    char issuer[256];  /* of its certificate, foreign words; "": not known */
    int64_t expires_s; /* when that ends, seconds since 1970; 0: not known */
    char words[256];   /* libcurl's, when it was not done; foreign words may be in it */
};

/* Connects to `url` (https) as a request would, verifies, and closes again: no byte of a request is
 * sent. `ca_file` as in http_config. Blocks, at most `timeout_ms`; after http_create. False: no
 * memory, and `out` says nothing. */
bool http_peer_look(const char *url, const char *ca_file, int64_t timeout_ms,
                    struct http_peer *out);

/* libcurl's version and what it is built with that matters here: "7.88.1 (OpenSSL/3.0.15, nghttp2/
 * 1.52.0)". Any thread. */
void http_library_version(char *out, size_t size);

#endif
