/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/text.h"

#include "util/utf8.h"
#include "util/words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void text_copy(char *out, size_t size_bytes, const char *text)
{
    size_t used = 0;

    while (*text != '\0') {
        int size = utf8_character(text, strnlen(text, 4));
        size_t step = size > 0 ? (size_t)size : 1;
        if (used + step >= size_bytes)
            break;
        memcpy(out + used, text, step);
        used += step;
        text += step;
    }
    out[words_clean(out, used)] = '\0';
}

static bool starts_with(const char *at, const char *end, const char *prefix)
{
    size_t size = strlen(prefix);

    return (size_t)(end - at) >= size && strncasecmp(at, prefix, size) == 0;
}

/* Behind the next `mark`, or the end. */
static const char *behind(const char *at, const char *end, const char *mark)
{
    for (; at < end; at++)
        if (starts_with(at, end, mark))
            return at + strlen(mark);
    return end;
}

/* Where the text goes on behind the tag at `at`; `at` itself when there is no tag. */
static const char *skip_tag(const char *at, const char *end)
{
    static const struct {
        const char *start;
        const char *mark;
    } blocks[] = {{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}};

    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (starts_with(at, end, blocks[i].start)) {
            const char *inner = behind(at, end, blocks[i].mark);
            return i == 0 ? inner : behind(inner, end, ">");
        }
    if (end - at >= 2 && *at == '<' &&
        (isalpha((unsigned char)at[1]) || at[1] == '/' || at[1] == '!' || at[1] == '?'))
        return behind(at, end, ">");
    return at;
}

static const char *read_entity(const char *at, const char *end, char *out)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},   {"&quot;", '"'},
                    {"&#39;", '\''}, {"&#x27;", '\''}, {"&nbsp;", ' '}, {"&#x2F;", '/'}};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (starts_with(at, end, entities[i].name)) {
            *out = entities[i].character;
            return at + strlen(entities[i].name);
        }
    *out = *at;
    return at + 1;
}

bool text_words(struct buf *out, const char *text, size_t size_bytes)
{
    const char *end = text + size_bytes;
    bool gap = false;

    while (text < end) {
        const char *next = skip_tag(text, end);
        if (next != text) {
            gap = true;
            text = next;
            continue;
        }
        char character;
        text = read_entity(text, end, &character);
        if (character == '\0' || isspace((unsigned char)character)) {
            gap = true;
            continue;
        }
        if (gap && out->size_bytes > 0 && !buf_append(out, " ", 1))
            return false;
        gap = false;
        if (!buf_append(out, &character, 1))
            return false;
    }
    return true;
}

bool text_has_word(const char *text, const char *const *words)
{
    while (*text != '\0') {
        size_t size = 0;
        while (isalpha((unsigned char)text[size]) &&
               !(size > 0 && islower((unsigned char)text[size - 1]) &&
                 isupper((unsigned char)text[size])))
            size++;
        for (size_t i = 0; size > 0 && words[i] != NULL; i++)
            if (strlen(words[i]) == size && strncasecmp(text, words[i], size) == 0)
                return true;
        text += size > 0 ? size : 1;
    }
    return false;
}
