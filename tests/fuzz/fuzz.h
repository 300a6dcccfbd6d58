/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target is one function from bytes to nothing: it must neither crash, leak, hang, nor find
 * a property broken that it checks by FUZZ_CHECK.
 *
 * Built with clang and --enable-fuzzers a target is a libFuzzer program; else driver.c runs it over
 * its corpus (tests/fuzz/corpus/TARGET/) and over what is left of each file when it is cut or has a
 * byte changed.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's name for a target; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(true_thing)                                                              \
    do {                                                                                    \
        if (!(true_thing)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #true_thing); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

/* The bytes up to the next 0xFF, as text with a NUL behind it, to be freed; moves on. What is taken
 * apart so is readable in a corpus file, since 0xFF is in no UTF-8. */
static inline char *fuzz_text(const uint8_t **data, size_t *size, size_t *length)
{
    size_t end = 0;

    while (end < *size && (*data)[end] != 0xFF)
        end++;
    char *text = malloc(end + 1);
    FUZZ_CHECK(text != NULL);
    for (size_t i = 0; i < end; i++)
        text[i] = (char)(*data)[i];
    text[end] = '\0';
    if (length != NULL)
        *length = end;
    end += end < *size;
    *data += end;
    *size -= end;
    return text;
}

/* The next byte, 0 when there is none. */
static inline uint8_t fuzz_byte(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    (*size)--;
    return *(*data)++;
}

#endif
