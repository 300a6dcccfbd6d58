/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MARK        "\xFB\xFF"
#define MARK_LENGTH ((size_t)2)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The i-th letter of base64 for these bytes, which are padded with NULs. */
static char letter_at(const char *plain, size_t i)
{
    const unsigned char *at = (const unsigned char *)plain + i / 4 * 3;
    unsigned bits = (unsigned)(at[0] << 16 | at[1] << 8 | at[2]);

    return letters[bits >> (18 - i % 4 * 6) & 63];
}

static char *encode(const char *plain, size_t length)
{
    size_t padded = (length + 2) / 3 * 4, used = (length * 4 + 2) / 3;
    char *text = calloc(1, padded + 1);

    if (text == NULL)
        return NULL;
    memset(text, '=', padded);
    for (size_t i = 0; i < used; i++)
        text[i] = letter_at(plain, i);
    return text;
}

char *emu_cursor_encode(const char *id)
{
    size_t length = MARK_LENGTH + strlen(id);
    char *plain = calloc(1, length + 3), *cursor;

    if (plain == NULL)
        return NULL;
    memcpy(plain, MARK, MARK_LENGTH);
    memcpy(plain + MARK_LENGTH, id, length - MARK_LENGTH);
    cursor = encode(plain, length);
    free(plain);
    return cursor;
}

/* Adds the six bits of the i-th letter; false if it is no letter of base64. */
static bool add_letter(char *plain, size_t i, char letter)
{
    const char *found = strchr(letters, letter);
    unsigned bits;

    if (found == NULL)
        return false;
    bits = (unsigned)(found - letters) << (18 - i % 4 * 6);
    for (size_t n = 0; n < 3; n++)
        plain[i / 4 * 3 + n] = (char)(plain[i / 4 * 3 + n] | (char)(bits >> (16 - 8 * n)));
    return true;
}

char *emu_cursor_decode(const char *cursor)
{
    size_t length = strcspn(cursor, "="), bytes = length * 3 / 4;
    char *plain = calloc(1, bytes + 4);
    bool good = plain != NULL && bytes > MARK_LENGTH;

    for (size_t i = 0; good && i < length; i++)
        good = add_letter(plain, i, cursor[i]);
    if (!good || memcmp(plain, MARK, MARK_LENGTH) != 0) {
        free(plain);
        return NULL;
    }
    memmove(plain, plain + MARK_LENGTH, bytes - MARK_LENGTH);
    plain[bytes - MARK_LENGTH] = '\0';
    return plain;
}
