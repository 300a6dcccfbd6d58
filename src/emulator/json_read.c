/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_json.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct json_reader {
    const char *at;
    const char *end;
    int depth;
};

static bool read_value(struct json_reader *reader, json_object **out);

static bool more(const struct json_reader *reader)
{
    return reader->at < reader->end;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(struct json_reader *reader)
{
    while (more(reader) && *reader->at != '\0' && strchr(" \t\r\n", *reader->at) != NULL)
        reader->at++;
}

static bool take(struct json_reader *reader, char wanted)
{
    if (!more(reader) || *reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct json_reader *reader, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static bool take_digits(struct json_reader *reader)
{
    const char *start = reader->at;

    while (more(reader) && is_digit(*reader->at))
        reader->at++;
    return reader->at > start;
}

/* Moves past one number token; *integer tells its form. */
static bool scan_number(struct json_reader *reader, bool *integer)
{
    *integer = true;
    take(reader, '-');
    if (!take(reader, '0') && !take_digits(reader))
        return false;
    if (take(reader, '.')) {
        *integer = false;
        if (!take_digits(reader))
            return false;
    }
    if (!take(reader, 'e') && !take(reader, 'E'))
        return true;
    *integer = false;
    if (!take(reader, '+'))
        take(reader, '-');
    return take_digits(reader);
}

static json_object *new_number(const char *text, bool integer)
{
    long long value;

    errno = 0;
    value = strtoll(text, NULL, 10);
    if (integer && errno == 0 && strcmp(text, "-0") != 0)
        return json_object_new_int64(value);
    return json_object_new_double_s(strtod(text, NULL), text);
}

static bool read_number(struct json_reader *reader, json_object **out)
{
    const char *start = reader->at;
    bool integer;
    char *text;

    if (!scan_number(reader, &integer))
        return false;
    text = strndup(start, (size_t)(reader->at - start));
    if (!text)
        return false;
    *out = new_number(text, integer);
    free(text);
    return *out != NULL;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = memchr(digits, c | 0x20, sizeof(digits) - 1);

    if (is_digit(c))
        return c - '0';
    return found && c >= 'A' ? (int)(found - digits) : -1;
}

/* The four hex digits after \u. */
static bool take_hex4(struct json_reader *reader, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = more(reader) ? hex_value(*reader->at) : -1;

        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
        reader->at++;
    }
    return true;
}

static char *put_utf8(char *to, uint32_t code)
{
    static const struct {
        uint32_t limit;
        uint32_t lead;
        int rest;
    } forms[] = {
        {0x80, 0x00, 0},
        {0x800, 0xC0, 1},
        {0x10000, 0xE0, 2},
        {0x110000, 0xF0, 3},
    };
    size_t i = 0;

    while (code >= forms[i].limit)
        i++;
    *to++ = (char)(forms[i].lead | code >> (6 * forms[i].rest));
    for (int rest = forms[i].rest; rest-- > 0;)
        *to++ = (char)(0x80 | (code >> (6 * rest) & 0x3F));
    return to;
}

/* A \u escape, with its second half; a lone half becomes U+FFFD. */
static bool take_unicode(struct json_reader *reader, char **to)
{
    struct json_reader ahead;
    uint32_t code, low;

    if (!take_hex4(reader, &code))
        return false;
    if (code < 0xD800 || code > 0xDFFF) {
        *to = put_utf8(*to, code);
        return true;
    }
    ahead = *reader;
    if (code < 0xDC00 && take_word(&ahead, "\\u") && take_hex4(&ahead, &low) && low >= 0xDC00 &&
        low <= 0xDFFF) {
        *reader = ahead;
        *to = put_utf8(*to, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        return true;
    }
    *to = put_utf8(*to, 0xFFFD);
    return true;
}

static bool take_escape(struct json_reader *reader, char **to)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (take(reader, 'u'))
        return take_unicode(reader, to);
    if (!more(reader))
        return false;
    found = memchr(names, *reader->at, sizeof(names) - 1);
    if (!found)
        return false;
    reader->at++;
    *(*to)++ = values[found - names];
    return true;
}

/* The rest of a string after its quote; the decoded text never grows. */
static bool scan_string(struct json_reader *reader, char **to)
{
    while (more(reader)) {
        unsigned char c = (unsigned char)*reader->at;

        if (c < 0x20)
            return false;
        reader->at++;
        if (c == '"')
            return true;
        if (c != '\\')
            *(*to)++ = (char)c;
        else if (!take_escape(reader, to))
            return false;
    }
    return false;
}

static size_t raw_length(const struct json_reader *reader)
{
    const char *at = reader->at;

    while (at < reader->end && *at != '"')
        at += *at == '\\' && at + 1 < reader->end ? 2 : 1;
    return (size_t)(at - reader->at);
}

static char *read_text(struct json_reader *reader, size_t *length)
{
    char *text, *to;

    if (!take(reader, '"'))
        return NULL;
    text = to = malloc(raw_length(reader) + 1);
    if (!text)
        return NULL;
    if (!scan_string(reader, &to)) {
        free(text);
        return NULL;
    }
    *to = '\0';
    *length = (size_t)(to - text);
    return text;
}

static bool read_string(struct json_reader *reader, json_object **out)
{
    size_t length;
    char *text = read_text(reader, &length);

    if (!text)
        return false;
    *out = length <= INT32_MAX ? json_object_new_string_len(text, (int)length) : NULL;
    free(text);
    return *out != NULL;
}

static bool read_member(struct json_reader *reader, json_object *object)
{
    json_object *value = NULL;
    size_t length;
    char *key = read_text(reader, &length);
    bool good;

    if (!key)
        return false;
    skip_space(reader);
    good = strlen(key) == length && take(reader, ':') && read_value(reader, &value);
    if (good)
        emu_json_put(object, key, value);
    free(key);
    return good;
}

static bool read_element(struct json_reader *reader, json_object *array)
{
    json_object *value = NULL;

    if (!read_value(reader, &value))
        return false;
    if (json_object_array_add(array, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* What follows the opening bracket, up to and with the closing one. */
static bool read_list(struct json_reader *reader, json_object *list, char close,
                      bool (*read)(struct json_reader *, json_object *))
{
    skip_space(reader);
    if (take(reader, close))
        return true;
    do {
        skip_space(reader);
        if (!read(reader, list))
            return false;
        skip_space(reader);
    } while (take(reader, ','));
    return take(reader, close);
}

static bool read_nested(struct json_reader *reader, json_object **out)
{
    bool array = *reader->at++ == '[';
    json_object *list = array ? json_object_new_array() : json_object_new_object();
    bool good;

    if (!list || ++reader->depth > EMU_JSON_DEPTH) {
        json_object_put(list);
        return false;
    }
    good = array ? read_list(reader, list, ']', read_element)
                 : read_list(reader, list, '}', read_member);
    reader->depth--;
    if (good)
        *out = list;
    else
        json_object_put(list);
    return good;
}

static bool read_word(struct json_reader *reader, json_object **out)
{
    if (take_word(reader, "null")) {
        *out = NULL;
        return true;
    }
    if (take_word(reader, "true"))
        *out = json_object_new_boolean(1);
    else if (take_word(reader, "false"))
        *out = json_object_new_boolean(0);
    else
        return false;
    return *out != NULL;
}

static bool read_value(struct json_reader *reader, json_object **out)
{
    skip_space(reader);
    if (!more(reader))
        return false;
    if (*reader->at == '{' || *reader->at == '[')
        return read_nested(reader, out);
    if (*reader->at == '"')
        return read_string(reader, out);
    if (*reader->at == '-' || is_digit(*reader->at))
        return read_number(reader, out);
    return read_word(reader, out);
}

/* Length of the UTF-8 sequence at the start of text; 0 if it is none. */
static size_t utf8_sequence(const unsigned char *text, size_t length)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t bytes;
    } forms[] = {
        {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    size_t i = 0;

    while (i < sizeof(forms) / sizeof(forms[0]) &&
           (text[0] < forms[i].first || text[0] > forms[i].last))
        i++;
    if (i == sizeof(forms) / sizeof(forms[0]) || length < forms[i].bytes)
        return 0;
    if (forms[i].bytes > 1 && (text[1] < forms[i].low || text[1] > forms[i].high))
        return 0;
    for (size_t n = 2; n < forms[i].bytes; n++)
        if ((text[n] & 0xC0) != 0x80)
            return 0;
    return forms[i].bytes;
}

static bool utf8_valid(const char *text, size_t length, size_t *offset)
{
    size_t step;

    for (*offset = 0; *offset < length; *offset += step) {
        step = utf8_sequence((const unsigned char *)text + *offset, length - *offset);
        if (!step)
            return false;
    }
    return true;
}

bool emu_json_parse(const char *text, size_t length, json_object **out, size_t *offset)
{
    struct json_reader reader = {.at = text, .end = text + length};

    *out = NULL;
    if (!utf8_valid(text, length, offset))
        return false;
    if (read_value(&reader, out)) {
        skip_space(&reader);
        if (!more(&reader))
            return true;
        json_object_put(*out);
        *out = NULL;
    }
    *offset = (size_t)(reader.at - text);
    return false;
}
