/* SPDX-License-Identifier: MIT */
/* The command line: arguments with 0xFF between them; then a URL by itself. */
#include "config.h"

#include "fuzz.h"
#include "http/http.h"
#include "config/options.h"
#include "util/log.h"

#include <string.h>

#define ARGUMENTS 16

static void parse(const uint8_t *data, size_t size)
{
    char *argv[ARGUMENTS + 1] = {strdup("paperspacefs")};
    int argc = 1;
    struct options options;
    struct problem problem = {0};

    while (size > 0 && argc < ARGUMENTS)
        argv[argc++] = fuzz_text(&data, &size, NULL);
    if (options_parse(argc, argv, &options, &problem) == 0)
        options_finish(&options);
    else
        FUZZ_CHECK(problem.message[0] != '\0');
    for (int i = 0; i < argc; i++)
        free(argv[i]);
}

/* A URL that is taken stays what it is when it is looked at again. */
static void check_url(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(&data, &size, NULL);
    char *url = NULL, *again = NULL;
    struct problem problem = {0};

    if (http_check_url(text, &url, &problem) == 0) {
        const char *host = strstr(url, "://") + 3;
        FUZZ_CHECK(strpbrk(url, "?#\n ") == NULL);
        FUZZ_CHECK(memchr(host, '@', strcspn(host, "/")) == NULL);
        FUZZ_CHECK(http_check_url(url, &again, &problem) == 0);
        FUZZ_CHECK(strcmp(url, again) == 0);
    }
    free(url);
    free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    log_set_level(LOG_LEVEL_ERROR);
    unsetenv("PAPERSPACE_API_URL");
    parse(data, size);
    check_url(data, size);
    return 0;
}
