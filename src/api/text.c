/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SECRET_MIN_BYTES 4

/* The length of the UTF-8 character at `text` (NUL-terminated); 0: it is none. */
static size_t character_bytes(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return size;
}

void text_copy(char *out, size_t size_bytes, const char *text)
{
    size_t used = 0;

    while (*text != '\0') {
        size_t size = character_bytes(text);
        size_t step = size == 0 ? 1 : size;
        if (used + step >= size_bytes)
            break;
        if (size == 0)
            out[used] = '?';
        else if (size == 1 && iscntrl((unsigned char)*text))
            out[used] = ' ';
        else
            memcpy(out + used, text, size);
        used += step;
        text += step;
    }
    out[used] = '\0';
}

/* Writes asterisks into `shown` wherever `secret` stands in `original`, both of the same size. */
static void hide(char *shown, const struct buf *original, const char *secret)
{
    size_t size = secret == NULL ? 0 : strlen(secret);
    const char *end = original->data + original->size_bytes;
    const char *found = original->data;

    if (size < SECRET_MIN_BYTES)
        return;
    while ((found = memmem(found, (size_t)(end - found), secret, size)) != NULL) {
        memset(shown + (found - original->data), '*', size);
        found++;
    }
}

bool text_scrub(struct buf *text, const struct text_secrets *secrets)
{
    struct buf original = BUF_EMPTY;

    if (text->size_bytes == 0)
        return true;
    if (!buf_append(&original, text->data, text->size_bytes)) {
        buf_resize(text, 0);
        return false;
    }
    hide(text->data, &original, secrets->key);
    for (size_t i = 0; secrets->values != NULL && secrets->values[i] != NULL; i++)
        hide(text->data, &original, secrets->values[i]);
    explicit_bzero(original.data, original.size_bytes);
    buf_finish(&original);
    return true;
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
