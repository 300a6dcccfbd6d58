/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/peer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static const struct {
    CURLoption option;
    long value;
} options[] = {
    {CURLOPT_NOSIGNAL, 1},        {CURLOPT_CONNECT_ONLY, 1},
    {CURLOPT_CERTINFO, 1},        {CURLOPT_VERBOSE, 1}, /* for on_words */
    {CURLOPT_SSL_VERIFYPEER, 1},  {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_HTTPPROXYTUNNEL, 1}, {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
};

static void copy_line(char *out, size_t size, const char *text, size_t length)
{
    const char *end = memchr(text, '\n', length);

    snprintf(out, size, "%.*s", (int)(end != NULL ? end - text : (long)length), text);
}

/* Only here libcurl says which version of TLS was agreed on. */
static int on_words(CURL *easy, curl_infotype type, char *data, size_t size, void *ctx)
{
    static const char begin[] = "SSL connection using ";
    struct http_peer *peer = ctx;

    (void)easy;
    if (type == CURLINFO_TEXT && size > strlen(begin) && memcmp(data, begin, strlen(begin)) == 0)
        copy_line(peer->tls, sizeof peer->tls, data + strlen(begin), size - strlen(begin));
    return 0;
}

static bool set_up(CURL *easy, const char *url, const char *ca_file, int64_t timeout_ms,
                   struct http_peer *peer)
{
    bool ok = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_words) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_DEBUGDATA, peer) == CURLE_OK;

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        ok = ok && curl_easy_setopt(easy, options[i].option, options[i].value) == CURLE_OK;
    if (ok && ca_file != NULL)
        ok = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    return ok;
}

static enum http_stage stage_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return HTTP_STAGE_DONE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_STAGE_NAME;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return HTTP_STAGE_TLS;
    default:
        return HTTP_STAGE_CONNECT;
    }
}

static void read_certificate(CURL *easy, struct http_peer *peer)
{
    struct curl_certinfo *chain = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
        chain->num_of_certs < 1)
        return;
    for (struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next) {
        if (strncmp(line->data, "Issuer:", 7) == 0)
            snprintf(peer->issuer, sizeof peer->issuer, "%s", line->data + 7);
        if (strncmp(line->data, "Expire date:", 12) == 0)
            peer->expires_s = (int64_t)curl_getdate(line->data + 12, NULL);
    }
}

static void read_peer(CURL *easy, CURLcode code, const char *words, struct http_peer *peer)
{
    char *address = NULL;
    long port = 0;

    peer->stage = stage_of(code);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    if (address != NULL && address[0] != '\0')
        snprintf(peer->address, sizeof peer->address, strchr(address, ':') ? "[%s]:%ld" : "%s:%ld",
                 address, port);
    if (code != CURLE_OK)
        snprintf(peer->words, sizeof peer->words, "%s",
                 words[0] != '\0' ? words : curl_easy_strerror(code));
    read_certificate(easy, peer);
}

bool http_peer_look(const char *url, const char *ca_file, int64_t timeout_ms, struct http_peer *out)
{
    char words[CURL_ERROR_SIZE] = "";
    CURL *easy = curl_easy_init();

    *out = (struct http_peer){.stage = HTTP_STAGE_NAME};
    bool ok = easy != NULL && set_up(easy, url, ca_file, timeout_ms, out) &&
              curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words) == CURLE_OK;
    if (ok)
        read_peer(easy, curl_easy_perform(easy), words, out);
    curl_easy_cleanup(easy);
    return ok;
}

void http_library_version(char *out, size_t size)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const char *tls = info->ssl_version, *http2 = NULL;

#if LIBCURL_VERSION_NUM >= 0x073d00
    http2 = info->nghttp2_version;
#endif
    snprintf(out, size, "%s (%s%s%s)", info->version, tls != NULL ? tls : "without TLS",
             http2 != NULL ? ", nghttp2/" : "", http2 != NULL ? http2 : "");
}
