/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/url.h"

#include "http/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool url_is_https(const char *url)
{
    return strncasecmp(url, "https:", strlen("https:")) == 0;
}

/* A part of a URL, freed by curl_free; NULL when it is not there. */
static char *part(CURLU *url, CURLUPart which)
{
    char *text = NULL;

    return curl_url_get(url, which, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

void url_host(const char *url, bool with_port, char *out, size_t size)
{
    CURLU *parsed = curl_url();
    char *host = NULL;
    char *port = NULL;

    if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
        host = part(parsed, CURLUPART_HOST);
        port = part(parsed, CURLUPART_PORT);
    }
    if (host != NULL && port != NULL && with_port)
        snprintf(out, size, "%s:%s", host, port);
    else
        snprintf(out, size, "%s", host == NULL ? "?" : host);
    curl_free(port);
    curl_free(host);
    curl_url_cleanup(parsed);
}

static const char *fault_words(CURLUcode code)
{
    switch (code) {
    case CURLUE_USER_NOT_ALLOWED:
        return "a URL with a user or password in it is not accepted";
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME:
    case CURLUE_NO_SCHEME:
        return "a URL must begin with https:// or http://";
    default:
        return curl_url_strerror(code);
    }
}

/* Why a parsed base URL is not accepted; NULL: it is. */
static const char *refusal(CURLU *parsed, const char *url)
{
    char *scheme = part(parsed, CURLUPART_SCHEME);
    bool known = scheme != NULL && (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0);

    curl_free(scheme);
    if (!known)
        return fault_words(CURLUE_BAD_SCHEME);
    /* libcurl is content with one slash, and with three. */
    const char *host = strchr(url, ':');
    if (host == NULL || strncmp(host, "://", 3) != 0 || host[3] == '/')
        return "a URL with no host in it is not accepted";
    if (strpbrk(url, "?#") != NULL)
        return "a URL with a query or fragment is not accepted";
    return NULL;
}

static char *copy_without_slashes(const char *url)
{
    size_t size = strlen(url);

    while (size > 0 && url[size - 1] == '/')
        size--;
    return strndup(url, size);
}

int http_check_url(const char *url, char **out, struct problem *problem)
{
    CURLU *parsed = curl_url();
    char *normal = NULL;
    int rc = -1;

    if (parsed == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    const char *words = code != CURLUE_OK ? fault_words(code) : refusal(parsed, url);
    if (words != NULL) {
        problem_set(problem, PROBLEM_INVALID, "%s", words);
        goto out;
    }
    if (curl_url_get(parsed, CURLUPART_URL, &normal, 0) == CURLUE_OK)
        *out = copy_without_slashes(normal);
    if (normal == NULL || *out == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    else
        rc = 0;
out:
    curl_free(normal);
    curl_url_cleanup(parsed);
    return rc;
}

char *http_escape(const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    char *copy = escaped == NULL ? NULL : strdup(escaped);

    curl_free(escaped);
    return copy;
}
