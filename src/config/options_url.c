/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/options_url.h"

#include "http/http.h"
#include "config/key_shape.h"
#include "util/address.h"

#include <ctype.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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

/* --- what stands before the mount point ---- */

#define LABEL_RULE "a label has only letters, digits, - and _"

static bool has_only(const char *text, const char *besides)
{
    for (; *text != '\0'; text++)
        if (!(isascii((unsigned char)*text) && isalnum((unsigned char)*text)) &&
            strchr(besides, *text) == NULL)
            return false;
    return true;
}

/* The host, port and path of what was probably meant to be a URL. */
static const char *without_scheme(const char *source)
{
    const char *rest = source;

    if (strncasecmp(rest, "http", 4) == 0 && rest[strcspn(rest, ":/")] == ':')
        rest += strcspn(rest, ":") + 1;
    return rest + strspn(rest, "/:");
}

/* What mount(8) makes of a label whose name is taken in the present directory. */
static bool is_path_of_here(const char *source)
{
    const char *name = strrchr(source, '/');
    char *here = getcwd(NULL, 0);
    size_t size = here != NULL && here[1] != '\0' ? strlen(here) : 0;
    bool is = here != NULL && name != NULL && (size_t)(name - source) == size &&
              memcmp(source, here, size) == 0 && name[1] != '\0' && access(source, F_OK) == 0;

    free(here);
    return is;
}

/* Only what can't hold a password or a query is repeated. */
static int refuse_source(const char *source, struct problem *problem)
{
    const char *rest = without_scheme(source);

    if (key_shape_words(source) != source)
        return problem_set(problem, PROBLEM_INVALID,
                           "SOURCE looks like a key, and anybody can read what is mounted: it is "
                           "not accepted there; put the key into a file that only you can read, "
                           "and name it with -o key_file=FILE");
    if (rest[0] == '\0' || !has_only(source, ".:/-_~[]"))
        return problem_set(
            problem, PROBLEM_INVALID,
            "SOURCE is neither a URL nor a label: did you mean https://HOST/v1? (" LABEL_RULE ")");
    if (is_path_of_here(source))
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: mount(8) makes a path of a label when a file in the present "
                           "directory is called so: start it elsewhere, or choose another label",
                           source);
    return problem_set(
        problem, PROBLEM_INVALID,
        "%s: this is neither a URL nor a label: did you mean https://%s? (" LABEL_RULE ")", source,
        rest);
}

bool options_is_url(const char *text)
{
    return text != NULL && strstr(text, "://") != NULL;
}

int options_check_source(const char *source, struct problem *problem)
{
    if (options_is_url(source))
        return 0;
    if (source[0] != '\0' && has_only(source, "-_") && key_shape_words(source) == source)
        return 0;
    return refuse_source(source, problem);
}
