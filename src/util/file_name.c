/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/file_name.h"

#include "util/digest.h"
#include "util/utf8.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

static int hex_value(char c)
{
    static const char digits[] = "0123456789ABCDEFabcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    if (at == NULL)
        return -1;
    return (int)(at - digits) < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

static bool hex_pair(const char *text, size_t size_bytes)
{
    return size_bytes >= 2 && hex_value(text[0]) >= 0 && hex_value(text[1]) >= 0;
}

/* Whether the character at `at` can't stand for itself. */
static bool needs_code(const char *name, size_t name_bytes, size_t at, size_t size)
{
    unsigned char c = (unsigned char)name[at];

    if (utf8_is_control(name + at, size))
        return true;
    if (c == '.')
        return name_bytes == 1 || (name_bytes == 2 && name[0] == '.' && name[1] == '.');
    if (c == '%')
        return hex_pair(name + at + 1, name_bytes - at - 1);
    return c == '/';
}

/* How many bytes from `at` on stand for themselves, each a character, at most `limit_bytes`. */
static size_t plain_run(const char *name, size_t name_bytes, size_t at, size_t limit_bytes)
{
    size_t end = at;

    while (end < name_bytes && end - at < limit_bytes && name[end] >= 0x20 && name[end] < 0x7F &&
           name[end] != '.' && name[end] != '%' && name[end] != '/')
        end++;
    return end - at;
}

/* Each byte of a character, as %XX. */
static bool append_code(struct buf *out, const char *bytes, size_t size)
{
    bool ok = true;

    for (size_t i = 0; ok && i < size; i++)
        ok = buf_printf(out, "%%%02X", (unsigned char)bytes[i]);
    return ok;
}

/* Appends as many whole characters, encoded, as fit into `limit_bytes`. */
static bool encode(const char *name, size_t name_bytes, size_t limit_bytes, struct buf *out)
{
    bool ok = true;

    for (size_t at = 0; ok && at < name_bytes;) {
        size_t plain = plain_run(name, name_bytes, at, limit_bytes);
        int character = plain > 0 ? (int)plain : utf8_character(name + at, name_bytes - at);
        size_t size = character > 0 ? (size_t)character : 1;
        bool code = plain == 0 && needs_code(name, name_bytes, at, size);
        size_t cost = code ? 3 * size : size;

        if (cost > limit_bytes)
            break;
        ok = code ? append_code(out, name + at, size) : buf_append(out, name + at, size);
        limit_bytes -= cost;
        at += size;
    }
    return ok;
}

bool name_encode(const char *name, size_t name_bytes, struct buf *out)
{
    return encode(name, name_bytes, SIZE_MAX, out);
}

static bool decode_bytes(const char *file_name, struct buf *out)
{
    bool ok = true;

    while (ok && *file_name != '\0') {
        size_t plain = strcspn(file_name, "%");
        bool code = plain == 0 && hex_pair(file_name + 1, strnlen(file_name + 1, 2));

        if (code) {
            char c = (char)(hex_value(file_name[1]) * 16 + hex_value(file_name[2]));
            ok = buf_append(out, &c, 1);
        } else {
            ok = buf_append(out, file_name, plain > 0 ? plain : 1);
        }
        file_name += code ? 3 : plain > 0 ? plain : 1;
    }
    return ok;
}

bool name_decode(const char *file_name, struct buf *out)
{
    size_t before = out->size_bytes;
    struct buf again = BUF_EMPTY;
    bool ok = decode_bytes(file_name, out) &&
              name_encode(buf_text(out) + before, out->size_bytes - before, &again) &&
              strcmp(buf_text(&again), file_name) == 0 &&
              utf8_is_valid(buf_text(out) + before, out->size_bytes - before);

    buf_finish(&again);
    if (!ok)
        buf_resize(out, before);
    return ok;
}

/* --- ids ---------------------------------------------------------------------------------------
 */

#define ID_MAX_BYTES     100 /* in a file name; beside it there is always room for some of the name */
#define HASHED_ID_DIGITS 16

/* What is different from a name's encoding is replaced in it: those bytes stand for themselves
 * there. */
static bool encode_id(const char *id, struct buf *out)
{
    struct buf plain = BUF_EMPTY;
    bool ok = name_encode(id, strlen(id), &plain);

    for (const char *at = buf_text(&plain); ok && *at != '\0';) {
        size_t same = at == buf_text(&plain) && *at == '#' ? 0 : strcspn(at, "~");

        ok = same > 0 ? buf_append(out, at, same) : append_code(out, at, 1);
        at += same > 0 ? same : 1;
    }
    buf_finish(&plain);
    return ok;
}

bool id_is_valid(const char *id)
{
    return id[0] != '\0' && strcmp(id, ".") != 0 && strcmp(id, "..") != 0;
}

bool id_encode(const char *id, struct buf *out)
{
    size_t before = out->size_bytes;

    if (!encode_id(id, out))
        return false;
    if (out->size_bytes - before <= ID_MAX_BYTES)
        return true;
    buf_resize(out, before);
    return buf_printf(out, "#%016" PRIx64, digest_key(DIGEST_ROOT, id));
}

bool id_is_hashed(const char *text)
{
    return text[0] == '#' && strspn(text + 1, "0123456789abcdef") == HASHED_ID_DIGITS &&
           text[1 + HASHED_ID_DIGITS] == '\0';
}

bool id_is_spelled(const char *id, const char *text)
{
    struct buf again = BUF_EMPTY;
    bool is = id_encode(id, &again) && strcmp(buf_text(&again), text) == 0;

    buf_finish(&again);
    return is;
}

bool id_decode(const char *text, struct buf *out)
{
    size_t before = out->size_bytes;
    bool ok = text[0] != '\0' && strlen(text) <= ID_MAX_BYTES && decode_bytes(text, out) &&
              strlen(buf_text(out) + before) == out->size_bytes - before &&
              id_is_valid(buf_text(out) + before) && id_is_spelled(buf_text(out) + before, text);

    if (!ok)
        buf_resize(out, before);
    return ok;
}

bool name_with_id(const char *name, size_t name_bytes, const char *id, struct buf *out)
{
    struct buf tail = BUF_EMPTY;
    bool ok = buf_append(&tail, "~", 1) && id_encode(id, &tail) &&
              encode(name, name_bytes, NAME_MAX_BYTES - tail.size_bytes, out) &&
              buf_append(out, tail.data, tail.size_bytes);

    buf_finish(&tail);
    return ok;
}
