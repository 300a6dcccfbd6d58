/* SPDX-License-Identifier: MIT */
/* Which API's addresses may be configured. */
#ifndef CONFIG_OPTIONS_URL_H
#define CONFIG_OPTIONS_URL_H

#include "util/problem.h"

#include <stdbool.h>

/* As http_check_url; and plain http goes to this machine only, said here in words rather than at
 * the first request. May ask the resolver, for http only. */
int options_check_url(const char *url, char **out, struct problem *problem);

/* Whether `text` (or NULL) is meant to be a URL: there is a :// in it. */
bool options_is_url(const char *text);
/* Checks what was given as SOURCE: a URL (which is not looked into here), or a label. Returns 0, or
 * -1 with a problem that does not repeat what may be a secret. Before key_create. */
int options_check_source(const char *source, struct problem *problem);

#endif
