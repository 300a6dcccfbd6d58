/* SPDX-License-Identifier: MIT */
/* Names to file names and back: what is encoded decodes to itself, and fits. */
#include "config.h"

#include "fuzz.h"
#include "util/file_name.h"
#include "util/utf8.h"

#include <string.h>

static void there_and_back(const char *name, size_t length)
{
    struct buf file_name = BUF_EMPTY, again = BUF_EMPTY;

    FUZZ_CHECK(name_encode(name, length, &file_name));
    FUZZ_CHECK(file_name.size_bytes == 0 || strpbrk(file_name.data, "/\n\x1b\x7f") == NULL);
    if (length > 0 && file_name.size_bytes > 0 && name_decode(file_name.data, &again)) {
        FUZZ_CHECK(again.size_bytes == length);
        FUZZ_CHECK(memcmp(again.data, name, length) == 0);
    } else {
        FUZZ_CHECK(length == 0 || !utf8_is_valid(name, length));
    }
    buf_finish(&file_name);
    buf_finish(&again);
}

static void with_id(const char *name, size_t length)
{
    struct buf out = BUF_EMPTY;

    FUZZ_CHECK(name_with_id(name, length, "sdvkpg3v2v", &out));
    FUZZ_CHECK(out.size_bytes <= NAME_MAX_BYTES);
    FUZZ_CHECK(strcmp(out.data + out.size_bytes - strlen("~sdvkpg3v2v"), "~sdvkpg3v2v") == 0);
    buf_finish(&out);
}

/* A file name that is taken for one is what its name would be shown as. */
static void spelling(const char *file_name)
{
    struct buf name = BUF_EMPTY, again = BUF_EMPTY;

    if (name_decode(file_name, &name) && name.size_bytes > 0) {
        FUZZ_CHECK(name_encode(name.data, name.size_bytes, &again));
        FUZZ_CHECK(strcmp(again.data, file_name) == 0);
    }
    buf_finish(&name);
    buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    there_and_back(text, size);
    if (utf8_is_valid(text, size))
        with_id(text, size);
    spelling(text);
    free(text);
    return 0;
}
