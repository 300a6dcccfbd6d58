/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/unescape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One escape that begins at a place: how many bytes it has there, and what it stands for. */
struct step {
    size_t taken; /* 0: there is none */
    size_t given;
    unsigned char bytes[4];
};

/* --- numbers and characters --------------------------------------------------------------------
 */

static int digit_value(unsigned char c, unsigned base)
{
    int value = isdigit(c) ? c - '0' : isalpha(c) ? tolower(c) - 'a' + 10 : 99;

    return value < (int)base ? value : -1;
}

/* Reads at most `most` digits; returns how many there are. */
static size_t read_number(const unsigned char *text, size_t size, unsigned base, size_t most,
                          uint32_t *out)
{
    size_t count = 0;

    *out = 0;
    while (count < size && count < most && digit_value(text[count], base) >= 0) {
        uint32_t digit = (uint32_t)digit_value(text[count], base);

        *out = *out > 0x110000 ? *out : *out * base + digit;
        count++;
    }
    return count;
}

/* A character as UTF-8. */
static struct step give_character(size_t taken, uint32_t code)
{
    struct step step = {.taken = taken};
    unsigned char *out = step.bytes;

    if (code < 0x80) {
        out[step.given++] = (unsigned char)code;
    } else if (code < 0x800) {
        out[step.given++] = (unsigned char)(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        out[step.given++] = (unsigned char)(0xE0 | code >> 12);
        out[step.given++] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
    } else {
        out[step.given++] = (unsigned char)(0xF0 | (code >> 18 & 7));
        out[step.given++] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
        out[step.given++] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
    }
    if (code >= 0x80)
        out[step.given++] = (unsigned char)(0x80 | (code & 0x3F));
    return step;
}

static struct step give_byte(size_t taken, uint32_t byte)
{
    return (struct step){.taken = taken, .given = 1, .bytes = {(unsigned char)byte}};
}

static const struct step no_step = {0};

/* --- backslashes -------------------------------------------------------------------------------
 */

/* \uD83D\uDE00 is one character in JSON. */
static struct step read_unit(const unsigned char *text, size_t size)
{
    uint32_t high, low;

    if (read_number(text + 2, size - 2, 16, 4, &high) != 4)
        return no_step;
    bool pair = high >= 0xD800 && high < 0xDC00 && size >= 12 && text[6] == '\\' &&
                text[7] == 'u' && read_number(text + 8, 4, 16, 4, &low) == 4 && low >= 0xDC00 &&
                low < 0xE000;
    return pair ? give_character(12, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
                : give_character(6, high);
}

/* \u{2F} */
static struct step read_braces(const unsigned char *text, size_t size)
{
    uint32_t code;
    size_t digits = read_number(text + 3, size - 3, 16, 8, &code);
    bool closed = digits > 0 && 3 + digits < size && text[3 + digits] == '}';

    return closed ? give_character(4 + digits, code) : no_step;
}

static struct step step_json(const unsigned char *text, size_t size)
{
    static const char names[] = "abfnrtve0\"\\/'?";
    static const char means[] = "\a\b\f\n\r\t\v\033\0\"\\/'?";
    uint32_t number;

    if (size < 2 || text[0] != '\\')
        return no_step;
    if (text[1] == 'u')
        return size > 2 && text[2] == '{' ? read_braces(text, size) : read_unit(text, size);
    if (text[1] == 'U' && read_number(text + 2, size - 2, 16, 8, &number) == 8)
        return give_character(10, number);
    if (text[1] == 'x') {
        size_t digits = read_number(text + 2, size - 2, 16, 2, &number);
        return digits > 0 ? give_byte(2 + digits, number) : no_step;
    }
    size_t digits = read_number(text + 1, size - 1, 8, 3, &number);
    if (digits > 1)
        return give_byte(1 + digits, number);
    const char *name = text[1] == '\0' ? NULL : strchr(names, text[1]);
    return name == NULL ? no_step : give_byte(2, (unsigned char)means[name - names]);
}

static struct step step_backslash(const unsigned char *text, size_t size)
{
    return size >= 2 && text[0] == '\\' ? give_byte(2, text[1]) : no_step;
}

/* --- URLs and HTML -----------------------------------------------------------------------------
 */

static struct step step_percent(const unsigned char *text, size_t size)
{
    uint32_t number;

    if (text[0] != '%' || read_number(text + 1, size - 1, 16, 2, &number) != 2)
        return no_step;
    return give_byte(3, number);
}

static struct step step_form(const unsigned char *text, size_t size)
{
    return text[0] == '+' ? give_byte(1, ' ') : step_percent(text, size);
}

static struct step step_named(const unsigned char *text, size_t size)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {
        {"amp", '&'},    {"lt", '<'},           {"gt", '>'},       {"quot", '"'},   {"apos", '\''},
        {"sol", '/'},    {"bsol", '\\'},        {"plus", '+'},     {"equals", '='}, {"lowbar", '_'},
        {"period", '.'}, {"comma", ','},        {"colon", ':'},    {"semi", ';'},   {"excl", '!'},
        {"quest", '?'},  {"num", '#'},          {"dollar", '$'},   {"percnt", '%'}, {"lpar", '('},
        {"rpar", ')'},   {"ast", '*'},          {"midast", '*'},   {"commat", '@'}, {"lsqb", '['},
        {"lbrack", '['}, {"rsqb", ']'},         {"rbrack", ']'},   {"Hat", '^'},    {"grave", '`'},
        {"lcub", '{'},   {"lbrace", '{'},       {"rcub", '}'},     {"rbrace", '}'}, {"verbar", '|'},
        {"vert", '|'},   {"VerticalLine", '|'}, {"NewLine", '\n'}, {"Tab", '\t'},   {"nbsp", ' '},
        {"AMP", '&'},    {"LT", '<'},           {"GT", '>'},       {"QUOT", '"'},
    };

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        size_t length = strlen(entities[i].name);
        if (size > length && memcmp(text + 1, entities[i].name, length) == 0)
            return give_byte(1 + length + (size > 1 + length && text[1 + length] == ';'),
                             (unsigned char)entities[i].character);
    }
    return no_step;
}

static struct step step_html(const unsigned char *text, size_t size)
{
    uint32_t code;

    if (size < 3 || text[0] != '&')
        return no_step;
    if (text[1] != '#')
        return step_named(text, size);
    size_t start = text[2] == 'x' || text[2] == 'X' ? 3 : 2;
    size_t digits = read_number(text + start, size - start, start == 3 ? 16 : 10, 12, &code);
    size_t end = start + digits;
    if (digits == 0 || code > 0x10FFFF)
        return no_step;
    return give_character(end + (end < size && text[end] == ';'), code);
}

/* --- readings ----------------------------------------------------------------------------------
 */

static bool reading_init(struct reading *out, size_t room)
{
    *out = (struct reading){.bytes = malloc(room + 1),
                            .from = malloc((room + 1) * sizeof(uint32_t)),
                            .to = malloc((room + 1) * sizeof(uint32_t))};
    if (out->bytes != NULL && out->from != NULL && out->to != NULL)
        return true;
    reading_finish(out);
    return false;
}

void reading_finish(struct reading *reading)
{
    if (reading->bytes != NULL)
        explicit_bzero(reading->bytes, reading->size);
    free(reading->bytes);
    free(reading->from);
    free(reading->to);
    *reading = (struct reading){.bytes = NULL};
}

static void give(struct reading *out, unsigned char byte, uint32_t from, uint32_t to)
{
    out->bytes[out->size] = byte;
    out->from[out->size] = from;
    out->to[out->size] = to;
    out->size++;
}

bool reading_plain(struct reading *out, const char *text, size_t size)
{
    if (!reading_init(out, size))
        return false;
    for (size_t i = 0; i < size; i++)
        give(out, (unsigned char)text[i], (uint32_t)i, (uint32_t)i + 1);
    return true;
}

/* What stands in `of` from `at` to `end`, as it is. */
static void give_all(struct reading *out, const struct reading *of, size_t at, size_t end)
{
    memcpy(out->bytes + out->size, of->bytes + at, end - at);
    memcpy(out->from + out->size, of->from + at, (end - at) * sizeof *of->from);
    memcpy(out->to + out->size, of->to + at, (end - at) * sizeof *of->to);
    out->size += end - at;
}

/* What escapes begin with, one of two characters, and how one is read. */
struct steps {
    char begin;
    char other;
    struct step (*read)(const unsigned char *text, size_t size);
};

static const struct steps kinds[] = {
    [ESCAPE_JSON] = {'\\', '\\', step_json},     [ESCAPE_BACKSLASH] = {'\\', '\\', step_backslash},
    [ESCAPE_PERCENT] = {'%', '%', step_percent}, [ESCAPE_FORM] = {'%', '+', step_form},
    [ESCAPE_HTML] = {'&', '&', step_html},
};

/* Where the next one may begin: of->size: none does. */
static size_t next_begin(const struct reading *of, size_t at, const struct steps *kind)
{
    while (at < of->size && of->bytes[at] != (unsigned char)kind->begin &&
           of->bytes[at] != (unsigned char)kind->other)
        at++;
    return at;
}

/* No escape gives more bytes than it takes, so that `out` has room. */
static bool unescape_steps(struct reading *out, const struct reading *of, const struct steps *kind)
{
    bool differs = false;

    for (size_t at = 0; at < of->size;) {
        size_t begin = next_begin(of, at, kind);

        give_all(out, of, at, begin);
        if (begin == of->size)
            break;
        struct step step = kind->read(of->bytes + begin, of->size - begin);
        for (size_t i = 0; i < step.given; i++)
            give(out, step.bytes[i], of->from[begin], of->to[begin + step.taken - 1]);
        at = begin + (step.taken > 0 ? step.taken : 1);
        if (step.taken == 0)
            give_all(out, of, begin, at);
        differs = differs || step.taken > 0;
    }
    return differs;
}

/* --- base64 ------------------------------------------------------------------------------------
 */

/* What a character stands for, and one more; 0: it is none of any alphabet. */
static const unsigned char sextets[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['-'] = 63,
    ['/'] = 64, ['_'] = 64,
};

/* Up to four characters on their way to three bytes. */
struct quantum {
    uint32_t bits;
    size_t count;
    uint32_t from[4];
    uint32_t to[4];
};

/* Gives the whole bytes that the characters so far make. */
static void end_quantum(struct reading *out, struct quantum *quantum)
{
    uint32_t bits = quantum->bits << (6 * (4 - quantum->count));

    for (size_t i = 0; i + 1 < quantum->count; i++)
        give(out, (unsigned char)(bits >> (16 - 8 * i)), quantum->from[i], quantum->to[i + 1]);
    *quantum = (struct quantum){.bits = 0};
}

static void add_sextet(struct quantum *quantum, const struct reading *of, size_t at)
{
    quantum->bits = quantum->bits << 6 | (sextets[of->bytes[at]] - 1U);
    quantum->from[quantum->count] = of->from[at];
    quantum->to[quantum->count] = of->to[at];
    quantum->count++;
}

/* Where a stretch of base64, which may be broken into lines, ends, and how many characters it has;
 * where none begins here, it is this character. */
static size_t end_of_stretch(const struct reading *of, size_t at, size_t *count)
{
    *count = 0;
    if (sextets[of->bytes[at]] == 0)
        return at + 1;
    for (; at < of->size; at++) {
        if (sextets[of->bytes[at]] != 0)
            (*count)++;
        else if (of->bytes[at] != '\n' && of->bytes[at] != '\r')
            break;
    }
    return at;
}

/* It is read as if `lost` characters had stood before it. */
static void unescape_stretch(struct reading *out, const struct reading *of, size_t at, size_t end,
                             size_t lost)
{
    struct quantum quantum = {.count = lost};

    for (size_t i = 0; i < lost; i++) {
        quantum.from[i] = of->from[at];
        quantum.to[i] = of->to[at];
    }
    for (; at < end; at++) {
        if (sextets[of->bytes[at]] == 0)
            continue;
        add_sextet(&quantum, of, at);
        if (quantum.count == 4)
            end_quantum(out, &quantum);
    }
    if (quantum.count > lost || quantum.count > 1)
        end_quantum(out, &quantum);
}

static bool unescape_base64(struct reading *out, const struct reading *of, size_t lost,
                            size_t least)
{
    bool differs = false;

    for (size_t at = 0; at < of->size;) {
        size_t count;
        size_t end = end_of_stretch(of, at, &count);

        if (count > 0 && (count + lost) * 3 / 4 >= least) {
            unescape_stretch(out, of, at, end, lost);
            differs = true;
        }
        at = end;
        if (at < of->size && out->size > 0 && out->bytes[out->size - 1] != '\0')
            give(out, '\0', of->from[at], of->to[at]);
    }
    return differs;
}

/* Whether it is worth a look at all. */
static bool is_any(const struct reading *of, enum escape escape)
{
    return escape >= ESCAPE_BASE64 || next_begin(of, 0, &kinds[escape]) < of->size;
}

/* `out` is empty without any, and without memory (false). */
static bool unescape(struct reading *out, const struct reading *of, enum escape escape,
                     size_t least)
{
    bool differs;

    if (!is_any(of, escape))
        return true;
    if (!reading_init(out, 2 * of->size + 4))
        return false;
    if (escape < ESCAPE_BASE64)
        differs = unescape_steps(out, of, &kinds[escape]);
    else
        differs = unescape_base64(out, of, (size_t)(escape - ESCAPE_BASE64), least);
    if (!differs)
        reading_finish(out);
    return true;
}

bool reading_unescape(const struct reading *of, size_t least, reading_function *look, void *ctx)
{
    bool ok = true;

    for (int escape = 0; ok && escape < ESCAPES; escape++) {
        struct reading reading = {.bytes = NULL};

        ok = unescape(&reading, of, (enum escape)escape, least);
        if (ok && reading.bytes != NULL)
            ok = look(ctx, &reading, (enum escape)escape);
        if (reading.bytes != NULL)
            reading_finish(&reading);
    }
    return ok;
}
