/* SPDX-License-Identifier: MIT */
/* What this room needs to know of a URL; see http.h for the rest. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

/* False for http. The scheme may be in capitals. */
bool url_is_https(const char *url);
/* Writes host, or host:port when `with_port`; "?" when `url` has none. */
void url_host(const char *url, bool with_port, char *out, size_t size);

#endif
