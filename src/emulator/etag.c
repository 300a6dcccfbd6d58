/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/etag.h"

#include "util/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ETAG_SIZE 32

/* False: there are none. */
static bool print_etag(struct emulator *emulator, const struct emu_answer *answer,
                       char etag[ETAG_SIZE])
{
    const char *form = emulator->behaviour.etag;

    if (form == NULL || strcmp(form, "none") == 0)
        return false;
    uint64_t digest = strcmp(form, "changing") == 0 ? ++emulator->etags
                                                    : digest_text(answer->body, answer->length);
    const char *quote = strcmp(form, "bare") == 0 ? "" : "\"";

    snprintf(etag, ETAG_SIZE, "%s%s%016" PRIx64 "%s", strcmp(form, "weak") == 0 ? "W/" : "", quote,
             digest, quote);
    return true;
}

/* Weakly, as If-None-Match compares; of a list of them, the one that is meant. */
static bool is_named(const char *if_none_match, const char *etag)
{
    const char *opaque = strchr(etag, '"');

    return if_none_match != NULL && opaque != NULL &&
           (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, opaque) != NULL);
}

void emu_etag_add(struct emulator *emulator, const struct emu_request *request,
                  struct emu_answer *answer)
{
    char etag[ETAG_SIZE];

    if (strcmp(request->method, "GET") != 0 || answer->status != 200 || answer->body == NULL ||
        !print_etag(emulator, answer, etag))
        return;
    if (is_named(request->if_none_match, etag))
        emu_answer_text(answer, 304, NULL);
    emu_answer_header(answer, "ETag", etag);
}
