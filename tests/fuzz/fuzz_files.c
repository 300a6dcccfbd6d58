/* SPDX-License-Identifier: MIT */
/* Files that the program reads at its start: TOML of the official client, and defaults=FILE. */
#include "config.h"

#include "config/defaults.h"
#include "fuzz.h"
#include "config/toml.h"
#include "util/log.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_toml(const char *text)
{
    struct toml toml = {0};
    struct problem problem = {0};

    if (toml_read(text, &toml, &problem) != 0) {
        FUZZ_CHECK(problem.message[0] != '\0');
        return;
    }
    for (size_t i = 0; i < toml.count; i++)
        FUZZ_CHECK(toml_find(&toml, toml.entries[i].table, toml.entries[i].key) != NULL);
    toml_finish(&toml);
}

/* It reads files only; this one is in memory. */
static void read_defaults(const char *text, size_t length, int dialect)
{
    int fd = memfd_create("defaults", MFD_CLOEXEC);
    struct defaults defaults = {0};
    struct problem problem = {0};
    char path[40];

    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, text, length) == (ssize_t)length);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (defaults_read(path, dialect, &defaults, &problem) == 0)
        defaults_finish(&defaults);
    else
        FUZZ_CHECK(problem.message[0] != '\0');
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int dialect = fuzz_byte(&data, &size) % 3 - 1;
    size_t length;

    log_set_level(LOG_LEVEL_ERROR);
    char *text = fuzz_text(&data, &size, &length);
    read_toml(text);
    read_defaults(text, length, dialect);
    free(text);
    return 0;
}
