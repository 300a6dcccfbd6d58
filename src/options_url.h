/* SPDX-License-Identifier: MIT */
/* Which API's addresses may be configured. */
#ifndef OPTIONS_URL_H
#define OPTIONS_URL_H

#include "util/problem.h"

/* As http_check_url; and plain http goes to this machine only, said here in words rather than at
 * the first request. May ask the resolver, for http only. */
int options_check_url(const char *url, char **out, struct problem *problem);

#endif
