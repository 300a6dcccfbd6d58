/* SPDX-License-Identifier: MIT */
/*
 * Whose connection a request takes: each kind has a share for what it reads and, where it can be
 * changed, one for its changes; the events (and the session) have one of their own. So what hangs
 * for one of them leaves the others theirs; http knows shares as numbers.
 */
#ifndef API_SHARE_H
#define API_SHARE_H

#include "http/http.h"
#include "kinds/kind.h"

#include <stddef.h>

/* How many shares there are: for http_config. */
size_t api_shares(void);
/* The share of a request: below api_shares(). `kind` NULL: events and the session. */
size_t api_share(const struct kind *kind, enum http_method method);

#endif
