/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/utf8.h"

/* Well-formed sequences by their first byte, and what the second may be (Unicode, table 3-7). */
static const struct sequence {
    unsigned char first, last, low, high;
    unsigned char bytes;
} rows[] = {
    {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static const struct sequence *row_of(unsigned char first)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (first >= rows[i].first && first <= rows[i].last)
            return &rows[i];
    return NULL;
}

int utf8_character(const char *text, size_t size_bytes)
{
    const struct sequence *row = size_bytes == 0 ? NULL : row_of((unsigned char)text[0]);

    if (row == NULL)
        return size_bytes == 0 ? 0 : -1;
    for (size_t i = 1; i < row->bytes; i++) {
        if (i == size_bytes)
            return 0;
        unsigned char c = (unsigned char)text[i];
        if (c < (i == 1 ? row->low : 0x80) || c > (i == 1 ? row->high : 0xBF))
            return -1;
    }
    return row->bytes;
}

size_t utf8_plain(const char *text, size_t size_bytes)
{
    size_t at = 0;

    while (at < size_bytes && text[at] >= 0x20 && text[at] < 0x7F)
        at++;
    return at;
}

size_t utf8_cut(const char *text, size_t size_bytes, size_t limit_bytes)
{
    size_t left = size_bytes < limit_bytes ? size_bytes : limit_bytes;
    size_t at = 0;
    int size = 1;

    while (size > 0 && at < left) {
        at += utf8_plain(text + at, left - at);
        size = utf8_character(text + at, left - at);
        at += size > 0 ? (size_t)size : 0;
    }
    return at;
}

bool utf8_is_valid(const char *text, size_t size_bytes)
{
    return utf8_cut(text, size_bytes, size_bytes) == size_bytes;
}

unsigned utf8_code(const char *character, size_t size_bytes)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned code = (unsigned char)character[0] & masks[size_bytes];

    for (size_t i = 1; i < size_bytes; i++)
        code = code << 6 | ((unsigned char)character[i] & 0x3Fu);
    return code;
}

bool utf8_is_control(const char *character, size_t size_bytes)
{
    static const struct {
        unsigned first, last;
    } ranges[] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

    unsigned code = utf8_code(character, size_bytes);

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}
