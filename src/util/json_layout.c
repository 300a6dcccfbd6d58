/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/json_layout.h"

#include <string.h>

struct copier {
    struct buf *out;
    const struct json_layout *layout;
    const char *at;
    const char *end;
    size_t level;
};

/* Moves on by that much, and to the next token. */
static void pass(struct copier *copier, size_t size)
{
    copier->at += size;
    while (copier->at < copier->end && strchr(" \t\r\n", *copier->at) != NULL)
        copier->at++;
}

/* Puts the next `size` bytes out as they are. */
static bool copy(struct copier *copier, size_t size)
{
    bool ok = buf_append(copier->out, copier->at, size);

    pass(copier, size);
    return ok;
}

static bool begin_line(struct copier *copier)
{
    static const char blanks[] = "\n                                ";
    size_t left = copier->level * 2;

    if (!copier->layout->pretty)
        return true;
    size_t size = left < sizeof blanks - 2 ? left : sizeof blanks - 2;
    bool ok = buf_append(copier->out, blanks, size + 1);
    for (left -= size; ok && left > 0; left -= 2)
        ok = buf_append(copier->out, "  ", 2);
    return ok;
}

/* A bracket that opens, and, of what is empty, the one that closes. */
static bool open_nested(struct copier *copier)
{
    if (!copy(copier, 1))
        return false;
    if (copier->at < copier->end && (*copier->at == '}' || *copier->at == ']'))
        return copy(copier, 1);
    copier->level++;
    return begin_line(copier);
}

static bool close_nested(struct copier *copier)
{
    copier->level--;
    return begin_line(copier) && copy(copier, 1);
}

/* Behind a key: its colon, and its value if that is hidden. */
static bool follow_key(struct copier *copier, struct json_slice key)
{
    const struct json_layout *layout = copier->layout;

    if (!copy(copier, 1) || (layout->pretty && !buf_append(copier->out, " ", 1)))
        return false;
    if (*copier->at == 'n' || layout->hides == NULL || !layout->hides(key))
        return true;
    pass(copier, json_slice_of(copier->at, (size_t)(copier->end - copier->at)).size_bytes);
    return buf_append_text(copier->out, layout->mask);
}

static bool print_scalar(struct copier *copier)
{
    const struct json_layout *layout = copier->layout;
    struct json_slice token = json_slice_of(copier->at, (size_t)(copier->end - copier->at));

    pass(copier, token.size_bytes);
    bool key = copier->at < copier->end && *copier->at == ':';
    if (layout->say != NULL && !key && *token.text == '"')
        return layout->say(layout->ctx, token, copier->out);
    return buf_append(copier->out, token.text, token.size_bytes) &&
           (!key || follow_key(copier, token));
}

static bool print_token(struct copier *copier)
{
    switch (*copier->at) {
    case '{':
    case '[':
        return open_nested(copier);
    case '}':
    case ']':
        return close_nested(copier);
    case ',':
        return copy(copier, 1) && begin_line(copier);
    default:
        return print_scalar(copier);
    }
}

bool json_lay_out(struct buf *out, struct json_slice value, const struct json_layout *layout)
{
    struct copier copier = {
        .out = out, .layout = layout, .at = value.text, .end = value.text + value.size_bytes};
    bool ok = true;

    pass(&copier, 0);
    while (ok && copier.at < copier.end)
        ok = print_token(&copier);
    return ok;
}
