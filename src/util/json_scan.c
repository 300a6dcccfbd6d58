/* SPDX-License-Identifier: MIT */
/*
 * The grammar of RFC 8259, byte by byte. json-c's own idea of it is looser, so that every text
 * passes here first. One pass, no allocation; what is open is a number of levels and a bit for
 * each of them, so that nothing recurses. Who wants to know what is in the text hears of it on the
 * way (util/json_sink.h).
 */
#include "config.h"

#include "util/json_sink.h"
#include "util/utf8.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TEXT_OF(x)   #x
#define NUMBER_OF(x) TEXT_OF(x)

enum want {
    WANT_VALUE,
    WANT_ELEMENT_OR_END, /* behind '[' */
    WANT_KEY_OR_END,     /* behind '{' */
    WANT_KEY,            /* behind ',' in an object */
    WANT_COLON,
    WANT_COMMA_OR_END,
    WANT_NOTHING
};

struct scanner {
    const unsigned char *text;
    size_t size;
    size_t at;
    enum want want;
    unsigned depth;
    uint64_t arrays;     /* bit n: the level n + 1 is an array */
    size_t values_left;  /* how many more there may be */
    const char *message; /* what is wrong, where it is */
    struct json_sink *sink;
};

static enum json_result refuse(struct scanner *s, const char *message)
{
    s->message = message;
    return JSON_INVALID;
}

static enum json_result cut_off(struct scanner *s)
{
    s->message = "the JSON text is not complete";
    return JSON_INCOMPLETE;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(unsigned char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* --- tokens ---------------------------------------------------------------------------------- */

static enum json_result scan_utf8(struct scanner *s)
{
    int size = utf8_character((const char *)s->text + s->at, s->size - s->at);

    if (size <= 0)
        return size == 0 ? cut_off(s) : refuse(s, "invalid UTF-8");
    s->at += (size_t)size;
    return JSON_OK;
}

/* Behind a backslash. json-c keeps keys as C strings, so that none may hold a NUL. */
static enum json_result scan_escape(struct scanner *s, bool key)
{
    if (s->at == s->size)
        return cut_off(s);
    unsigned char c = s->text[s->at];
    if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
        return refuse(s, "an unknown escape in a string");
    s->at++;
    if (c != 'u')
        return JSON_OK;
    for (size_t i = 0; i < 4; i++, s->at++) {
        if (s->at == s->size)
            return cut_off(s);
        if (!is_hex(s->text[s->at]))
            return refuse(s, "\\u without four hex digits");
    }
    if (key && memcmp(s->text + s->at - 4, "0000", 4) == 0)
        return refuse(s, "a NUL in a key");
    return JSON_OK;
}

static enum json_result scan_character(struct scanner *s, bool key)
{
    unsigned char c = s->text[s->at];

    if (c >= 0x80)
        return scan_utf8(s);
    if (c < 0x20)
        return refuse(s, "a control character in a string");
    s->at++;
    return c == '\\' ? scan_escape(s, key) : JSON_OK;
}

static enum json_result scan_string(struct scanner *s, bool key)
{
    enum json_result result = JSON_OK;

    s->at++;
    while (result == JSON_OK && s->at < s->size && s->text[s->at] != '"')
        result = scan_character(s, key);
    if (result != JSON_OK)
        return result;
    if (s->at == s->size)
        return cut_off(s);
    s->at++;
    return JSON_OK;
}

/* At least one digit. */
static enum json_result scan_digits(struct scanner *s)
{
    size_t start = s->at;

    while (s->at < s->size && is_digit(s->text[s->at]))
        s->at++;
    if (s->at > start)
        return JSON_OK;
    return s->at == s->size ? cut_off(s) : refuse(s, "a malformed number");
}

static bool take(struct scanner *s, const char *any_of)
{
    if (s->at == s->size || s->text[s->at] == '\0' || strchr(any_of, s->text[s->at]) == NULL)
        return false;
    s->at++;
    return true;
}

/* A number or a word ends where no more of it could follow. */
static enum json_result scan_delimiter(struct scanner *s, const char *message)
{
    if (s->at == s->size || is_space(s->text[s->at]) ||
        (s->text[s->at] != '\0' && strchr(",]}", s->text[s->at]) != NULL))
        return JSON_OK;
    return refuse(s, message);
}

static enum json_result scan_number(struct scanner *s)
{
    enum json_result result = JSON_OK;

    take(s, "-");
    if (!take(s, "0"))
        result = scan_digits(s);
    if (result == JSON_OK && take(s, "."))
        result = scan_digits(s);
    if (result == JSON_OK && take(s, "eE")) {
        take(s, "+-");
        result = scan_digits(s);
    }
    return result == JSON_OK ? scan_delimiter(s, "a malformed number") : result;
}

static enum json_result scan_word(struct scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t left = s->size - s->at;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = strlen(words[i]);

        if (memcmp(s->text + s->at, words[i], left < size ? left : size) != 0)
            continue;
        s->at += left < size ? left : size;
        return left < size ? cut_off(s) : scan_delimiter(s, "an unknown word");
    }
    return refuse(s, "a value is expected");
}

/* --- structure ------------------------------------------------------------------------------- */

/* Tells the sink of the token that begins at `start` and ends here. */
static enum json_result tell(struct scanner *s, enum json_event event, size_t start)
{
    const struct json_slice token = {(const char *)s->text + start, s->at - start};

    if (s->sink == NULL || s->sink->take(s->sink, event, token))
        return JSON_OK;
    return refuse(s, "out of memory");
}

static void end_value(struct scanner *s)
{
    s->want = s->depth == 0 ? WANT_NOTHING : WANT_COMMA_OR_END;
}

static bool in_array(const struct scanner *s)
{
    return (s->arrays >> (s->depth - 1) & 1) != 0;
}

static enum json_result scan_open(struct scanner *s, bool array)
{
    if (s->depth == JSON_MAX_DEPTH)
        return refuse(s, "nested deeper than " NUMBER_OF(JSON_MAX_DEPTH));
    uint64_t bit = UINT64_C(1) << s->depth++;
    s->arrays = array ? s->arrays | bit : s->arrays & ~bit;
    s->want = array ? WANT_ELEMENT_OR_END : WANT_KEY_OR_END;
    s->at++;
    return tell(s, array ? JSON_OPEN_ARRAY : JSON_OPEN_OBJECT, s->at);
}

static enum json_result scan_close(struct scanner *s)
{
    s->depth--;
    s->at++;
    end_value(s);
    return tell(s, JSON_CLOSE, s->at);
}

static enum json_result scan_value(struct scanner *s)
{
    unsigned char c = s->text[s->at];
    size_t start = s->at;
    enum json_result result;

    if (s->values_left-- == 0) {
        s->message = "more values than are allowed";
        return JSON_TOO_MANY;
    }
    if (c == '{' || c == '[')
        return scan_open(s, c == '[');
    if (c == '"')
        result = scan_string(s, false);
    else if (c == '-' || is_digit(c))
        result = scan_number(s);
    else
        result = scan_word(s);
    if (result != JSON_OK)
        return result;
    end_value(s);
    return tell(s, JSON_SCALAR, start);
}

static enum json_result scan_element_or_end(struct scanner *s)
{
    return s->text[s->at] == ']' ? scan_close(s) : scan_value(s);
}

static enum json_result scan_key(struct scanner *s)
{
    if (s->text[s->at] != '"')
        return refuse(s, "a key in double quotes is expected");
    size_t start = s->at;
    s->want = WANT_COLON;
    enum json_result result = scan_string(s, true);
    return result == JSON_OK ? tell(s, JSON_KEY, start) : result;
}

static enum json_result scan_key_or_end(struct scanner *s)
{
    return s->text[s->at] == '}' ? scan_close(s) : scan_key(s);
}

static enum json_result scan_colon(struct scanner *s)
{
    s->want = WANT_VALUE;
    return take(s, ":") ? JSON_OK : refuse(s, "':' is expected");
}

static enum json_result scan_comma_or_end(struct scanner *s)
{
    bool array = in_array(s);

    if (s->text[s->at] == (array ? ']' : '}'))
        return scan_close(s);
    s->want = array ? WANT_VALUE : WANT_KEY;
    if (take(s, ","))
        return JSON_OK;
    return refuse(s, array ? "',' or ']' is expected" : "',' or '}' is expected");
}

static enum json_result (*const steps[])(struct scanner *) = {
    [WANT_VALUE] = scan_value,           [WANT_ELEMENT_OR_END] = scan_element_or_end,
    [WANT_KEY_OR_END] = scan_key_or_end, [WANT_KEY] = scan_key,
    [WANT_COLON] = scan_colon,           [WANT_COMMA_OR_END] = scan_comma_or_end,
};

static atomic_uint_fast64_t readings;

uint64_t json_readings(void)
{
    return atomic_load_explicit(&readings, memory_order_relaxed);
}

void json_note_reading(void)
{
    atomic_fetch_add_explicit(&readings, 1, memory_order_relaxed);
}

static enum json_result scan_text(struct scanner *s)
{
    enum json_result result = JSON_OK;

    json_note_reading();
    while (result == JSON_OK && s->want != WANT_NOTHING) {
        while (s->at < s->size && is_space(s->text[s->at]))
            s->at++;
        result = s->at == s->size ? cut_off(s) : steps[s->want](s);
    }
    return result;
}

enum json_result json_fail_at(const char *text, size_t offset, const char *message,
                              struct json_fault *fault)
{
    if (fault == NULL)
        return JSON_INVALID;
    *fault = (struct json_fault){.offset = offset, .line = 1};
    for (size_t i = 0; i < offset; i++)
        fault->line += text[i] == '\n';
    /* What is cut off may be cut inside of a character. */
    size_t size = utf8_cut(message, strlen(message), sizeof fault->message - 1);
    memcpy(fault->message, message, size);
    return JSON_INVALID;
}

enum json_result json_end_at(const char *text, size_t size_bytes, size_t end,
                             struct json_fault *fault)
{
    while (end < size_bytes && is_space((unsigned char)text[end]))
        end++;
    if (end == size_bytes)
        return JSON_OK;
    json_fail_at(text, end, "something follows the JSON text", fault);
    if (fault != NULL)
        fault->whole = true;
    return JSON_INVALID;
}

enum json_result json_scan_into(const char *text, size_t size_bytes, size_t max_values,
                                struct json_sink *sink, size_t *end, struct json_fault *fault)
{
    struct scanner s = {.text = (const unsigned char *)text,
                        .size = size_bytes,
                        .values_left = max_values,
                        .sink = sink};
    enum json_result result = scan_text(&s);

    if (result == JSON_OK && end != NULL)
        *end = s.at;
    if (result != JSON_OK)
        json_fail_at(text, s.at, s.message, fault);
    return result;
}

enum json_result json_scan(const char *text, size_t size_bytes, size_t *end,
                           struct json_fault *fault)
{
    return json_scan_into(text, size_bytes, SIZE_MAX, NULL, end, fault);
}

enum json_result json_scan_all(const char *text, size_t size_bytes, size_t max_values,
                               struct json_fault *fault)
{
    size_t end = 0;
    enum json_result result = json_scan_into(text, size_bytes, max_values, NULL, &end, fault);

    return result == JSON_OK ? json_end_at(text, size_bytes, end, fault) : result;
}

/* The code unit of an escape \uXXXX at `text`; -1: there is none. */
static int code_unit(const char *text, size_t size)
{
    unsigned unit;

    if (size < 6 || text[0] != '\\' || text[1] != 'u' || sscanf(text + 2, "%4x", &unit) != 1)
        return -1;
    return (int)unit;
}

static bool is_high_half(int unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_half(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

bool json_has_half_character(const char *text, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        if (text[i] != '\\') /* outside of strings there is none */
            continue;
        int unit = code_unit(text + i, size_bytes - i);
        bool pair = is_high_half(unit) && size_bytes - i >= 12 &&
                    is_low_half(code_unit(text + i + 6, size_bytes - i - 6));
        if ((is_high_half(unit) && !pair) || is_low_half(unit))
            return true;
        i += pair ? 11 : unit >= 0 ? 5 : 1;
    }
    return false;
}
