/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "options_url.h"

#include "http/http.h"
#include "util/address.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether any address of the host is this machine's; true also when it can't be told now: the
 * connection itself is checked again later. */
static bool may_be_loopback(const char *host)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return true;
    bool any = false;
    for (const struct addrinfo *info = found; info != NULL; info = info->ai_next)
        any = any || address_is_loopback(info->ai_addr);
    freeaddrinfo(found);
    return any;
}

/* The host of an address that http_check_url has accepted, without brackets. */
static char *host_of(const char *url)
{
    const char *start = strstr(url, "://") + 3;

    if (*start == '[')
        return strndup(start + 1, strcspn(start + 1, "]"));
    return strndup(start, strcspn(start, ":/"));
}

int options_check_url(const char *url, char **out, struct problem *problem)
{
    if (http_check_url(url, out, problem) != 0)
        return -1;
    if (strncasecmp(*out, "http://", 7) != 0)
        return 0;
    char *host = host_of(*out);
    bool local = host != NULL && may_be_loopback(host);
    free(host);
    if (local)
        return 0;
    problem_set(problem, PROBLEM_INVALID,
                "%s: plain http would show the key to the network; use https (http is for this "
                "machine's own addresses)",
                *out);
    free(*out);
    *out = NULL;
    return -1;
}
