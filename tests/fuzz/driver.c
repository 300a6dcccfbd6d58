/* SPDX-License-Identifier: MIT */
/* Runs a target over its corpus, and over each file cut and changed; one test point a file. */
#include "config.h"

#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#define FILE_MAX_BYTES 65536

/* So many places of a file, at the most, are cut or changed. */
#define PLACES 400

/* In memory of exactly that size, so that a sanitizer sees what reads beyond it. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    FUZZ_CHECK(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_varied(uint8_t *data, size_t size)
{
    static const uint8_t bytes[] = {0, '"', '\\', '{', 0x7F, 0x80, 0xE2, 0xFF};
    size_t step = size / PLACES + 1;

    run(data, size);
    for (size_t at = 0; at < size; at += step) {
        uint8_t before = data[at];

        run(data, at);
        data[at] = bytes[at / step % sizeof(bytes)];
        run(data, size);
        data[at] = before;
    }
}

static void run_file(const char *path)
{
    static uint8_t data[FILE_MAX_BYTES];
    FILE *file = fopen(path, "rb");

    FUZZ_CHECK(file != NULL);
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run_varied(data, size);
}

/* The program's name without its directory and fuzz_. */
static const char *target_name(const char *program)
{
    const char *slash = strrchr(program, '/');
    const char *base = slash != NULL ? slash + 1 : program;

    return strncmp(base, "fuzz_", 5) == 0 ? base + 5 : base;
}

static unsigned run_directory(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    unsigned count = 0;
    char path[PATH_MAX];

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        FUZZ_CHECK(snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) <
                   (int)sizeof(path));
        run_file(path);
        printf("ok %u - %s and what is near it\n", ++count, entry->d_name);
    }
    if (entries != NULL)
        closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    const char *source = getenv("top_srcdir");
    char directory[PATH_MAX];

    (void)argc;
    snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s", source != NULL ? source : ".",
             target_name(argv[0]));
    unsigned count = run_directory(directory);
    printf("1..%u\n", count);
    if (count == 0)
        fprintf(stderr, "no corpus in %s\n", directory);
    return count > 0 ? 0 : 1;
}
