/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/toml.h"

#include "util/utf8.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct toml_reader {
    const char *at; /* the NUL at the end of the text included */
    unsigned line;
    const char *table; /* of the header above; owned by an entry */
    struct toml *out;
    struct problem *problem;
};

static int refuse(const struct toml_reader *reader, const char *what)
{
    problem_set(reader->problem, PROBLEM_INVALID, "%u: %s", reader->line, what);
    return -1;
}

static int no_memory(const struct toml_reader *reader)
{
    problem_set(reader->problem, PROBLEM_NO_MEMORY, "out of memory");
    return -1;
}

/* --- characters ---- */

static bool is_line_end(const char *at)
{
    return *at == '\n' || (*at == '\r' && at[1] == '\n');
}

static bool is_allowed(const char *at)
{
    return *at == '\t' || is_line_end(at) || !iscntrl((unsigned char)*at);
}

/* What no place of a text may hold. */
static int check_characters(const char *text, struct problem *problem)
{
    struct toml_reader reader = {.at = text, .line = 1, .problem = problem};
    int size;

    for (; *reader.at != '\0'; reader.at += size) {
        size = utf8_character(reader.at, strnlen(reader.at, 4));
        if (size <= 0)
            return refuse(&reader, "invalid UTF-8");
        if (!is_allowed(reader.at))
            return refuse(&reader, "a control character");
        reader.line += *reader.at == '\n';
    }
    return 0;
}

static void skip_blanks(struct toml_reader *reader)
{
    reader->at += strspn(reader->at, " \t");
}

/* Behind an entry only blanks and a comment may stand. */
static int end_line(struct toml_reader *reader)
{
    skip_blanks(reader);
    if (*reader->at == '#')
        while (*reader->at != '\0' && !is_line_end(reader->at))
            reader->at++;
    if (*reader->at != '\0' && !is_line_end(reader->at))
        return refuse(reader, "the end of the line, or a comment, is wanted here");
    reader->at += strspn(reader->at, "\r");
    reader->at += *reader->at == '\n';
    reader->line++;
    return 0;
}

/* --- strings ---- */

static bool read_hex(const char *at, size_t digits, uint32_t *out)
{
    char text[9] = "";
    size_t i;

    for (i = 0; i < digits && isxdigit((unsigned char)at[i]); i++)
        text[i] = at[i];
    *out = (uint32_t)strtoul(text, NULL, 16);
    return i == digits;
}

/* Returns how many bytes it takes; 0: it is no character that a string here can hold. */
static size_t put_utf8(char *out, uint32_t c)
{
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0x00, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(marks[more] | c >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3F));
    return more + 1;
}

static int read_unicode(struct toml_reader *reader, size_t digits, char **out)
{
    uint32_t c;

    if (!read_hex(reader->at + 1, digits, &c))
        return refuse(reader, "hexadecimal digits are missing in an escape");
    size_t size = put_utf8(*out, c);
    if (size == 0)
        return refuse(reader, "an escape that is no character");
    *out += size;
    reader->at += 1 + digits;
    return 0;
}

/* Behind a backslash. */
static int read_escape(struct toml_reader *reader, char **out)
{
    static const char names[] = "btnfr\"\\", means[] = "\b\t\n\f\r\"\\";
    const char *name = *reader->at == '\0' ? NULL : strchr(names, *reader->at);

    if (*reader->at == 'u' || *reader->at == 'U')
        return read_unicode(reader, *reader->at == 'u' ? 4 : 8, out);
    if (name == NULL)
        return refuse(reader, "an unknown escape");
    *(*out)++ = means[name - names];
    reader->at++;
    return 0;
}

/* Behind the quote, up to behind the other one. What is meant is never longer than the text. */
static int read_quoted(struct toml_reader *reader, char quote, char *out)
{
    while (*reader->at != quote) {
        if (*reader->at == '\0' || is_line_end(reader->at))
            return refuse(reader, "a string without its end");
        if (quote == '"' && *reader->at == '\\') {
            reader->at++;
            if (read_escape(reader, &out) != 0)
                return -1;
        } else {
            *out++ = *reader->at++;
        }
    }
    reader->at++;
    return 0;
}

static void wipe_free(char *text, size_t size)
{
    if (text != NULL)
        explicit_bzero(text, size);
    free(text);
}

static int read_string(struct toml_reader *reader, char **out)
{
    char quote = *reader->at;
    size_t size = strcspn(reader->at, "\n") + 1;

    if (reader->at[1] == quote && reader->at[2] == quote)
        return refuse(reader, "strings of many lines are not understood");
    char *text = calloc(1, size);
    if (text == NULL)
        return no_memory(reader);
    reader->at++;
    if (read_quoted(reader, quote, text) == 0) {
        *out = text;
        return 0;
    }
    wipe_free(text, size);
    return -1;
}

/* --- keys and values ---- */

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static int take_span(struct toml_reader *reader, size_t size, char **out)
{
    *out = strndup(reader->at, size);
    reader->at += size;
    return *out != NULL ? 0 : no_memory(reader);
}

static int read_key(struct toml_reader *reader, char **out)
{
    size_t size = 0;
    int rc;

    while (isalnum((unsigned char)reader->at[size]) || reader->at[size] == '_' ||
           reader->at[size] == '-')
        size++;
    if (is_quote(*reader->at))
        rc = read_string(reader, out);
    else
        rc = size > 0 ? take_span(reader, size, out) : refuse(reader, "a key is wanted here");
    if (rc != 0)
        return -1;
    skip_blanks(reader);
    return *reader->at != '.' ? 0 : refuse(reader, "dotted keys are not understood");
}

/* A decimal one: no leading zero, and underscores between digits only. */
static bool is_integer(const char *text, size_t size)
{
    size_t at = size > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;

    if (at == size || (text[at] == '0' && size - at > 1))
        return false;
    for (size_t i = at; i < size; i++) {
        bool between = i > at && text[i - 1] != '_' && i + 1 < size;
        if (!isdigit((unsigned char)text[i]) && !(text[i] == '_' && between))
            return false;
    }
    return true;
}

static bool is_boolean(const char *text, size_t size)
{
    return (size == 4 && memcmp(text, "true", 4) == 0) ||
           (size == 5 && memcmp(text, "false", 5) == 0);
}

static int read_value(struct toml_reader *reader, struct toml_entry *entry)
{
    size_t size = strcspn(reader->at, " \t\r\n#");

    if (is_quote(*reader->at)) {
        entry->type = TOML_STRING;
        return read_string(reader, &entry->value);
    }
    if (is_boolean(reader->at, size))
        entry->type = TOML_BOOLEAN;
    else if (is_integer(reader->at, size))
        entry->type = TOML_INTEGER;
    else
        return refuse(reader, "a value is wanted here: a string in quotes, a whole number, true "
                              "or false; nothing else is understood");
    return take_span(reader, size, &entry->value);
}

/* --- entries ---- */

static void finish_entry(struct toml_entry *entry)
{
    if (entry->value != NULL)
        explicit_bzero(entry->value, strlen(entry->value));
    free(entry->table);
    free(entry->key);
    free(entry->value);
}

/* Takes over what the entry owns in any case. */
static int add_entry(struct toml_reader *reader, struct toml_entry *entry)
{
    struct toml *out = reader->out;
    struct toml_entry *grown = NULL;

    if (toml_find(out, entry->table, entry->key) != NULL)
        refuse(reader, "a key that was there before");
    else if ((grown = reallocarray(out->entries, out->count + 1, sizeof *grown)) == NULL)
        no_memory(reader);
    if (grown == NULL) {
        finish_entry(entry);
        return -1;
    }
    out->entries = grown;
    out->entries[out->count++] = *entry;
    return 0;
}

static int read_header(struct toml_reader *reader, struct toml_entry *entry)
{
    reader->at++;
    if (*reader->at == '[')
        return refuse(reader, "arrays of tables are not understood");
    skip_blanks(reader);
    if (read_key(reader, &entry->key) != 0)
        return -1;
    if (*reader->at != ']')
        return refuse(reader, "a table's name without its ]");
    reader->at++;
    entry->type = TOML_TABLE;
    entry->table = strdup("");
    entry->value = strdup("");
    return entry->table != NULL && entry->value != NULL ? 0 : no_memory(reader);
}

static int read_pair(struct toml_reader *reader, struct toml_entry *entry)
{
    entry->table = strdup(reader->table);
    if (entry->table == NULL)
        return no_memory(reader);
    if (read_key(reader, &entry->key) != 0)
        return -1;
    if (*reader->at != '=')
        return refuse(reader, "a = is wanted here");
    reader->at++;
    skip_blanks(reader);
    return read_value(reader, entry);
}

static int read_entry(struct toml_reader *reader)
{
    bool header = *reader->at == '[';
    struct toml_entry entry = {.line = reader->line};

    if ((header ? read_header : read_pair)(reader, &entry) != 0) {
        finish_entry(&entry);
        return -1;
    }
    if (add_entry(reader, &entry) != 0)
        return -1;
    if (header)
        reader->table = entry.key;
    return 0;
}

static int read_line(struct toml_reader *reader)
{
    skip_blanks(reader);
    if (*reader->at != '#' && *reader->at != '\0' && !is_line_end(reader->at) &&
        read_entry(reader) != 0)
        return -1;
    return end_line(reader);
}

int toml_read(const char *text, struct toml *out, struct problem *problem)
{
    struct toml_reader reader = {
        .at = text, .line = 1, .table = "", .out = out, .problem = problem};
    int rc = check_characters(text, problem);

    *out = (struct toml){0};
    while (rc == 0 && *reader.at != '\0')
        rc = read_line(&reader);
    if (rc != 0)
        toml_finish(out);
    return rc;
}

void toml_finish(struct toml *toml)
{
    for (size_t i = 0; i < toml->count; i++)
        finish_entry(&toml->entries[i]);
    free(toml->entries);
    *toml = (struct toml){0};
}

const struct toml_entry *toml_find(const struct toml *toml, const char *table, const char *key)
{
    for (size_t i = 0; i < toml->count; i++)
        if (strcmp(toml->entries[i].table, table) == 0 && strcmp(toml->entries[i].key, key) == 0)
            return &toml->entries[i];
    return NULL;
}
