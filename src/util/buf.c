/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_finish(struct buf *buf)
{
    free(buf->data);
    *buf = BUF_EMPTY;
}

static bool reserve(struct buf *buf, size_t size_bytes)
{
    if (size_bytes < buf->capacity_bytes)
        return true;
    if (size_bytes > SIZE_MAX / 2 - 64)
        return false;
    size_t capacity = buf->capacity_bytes < 64 ? 64 : buf->capacity_bytes;
    while (capacity <= size_bytes)
        capacity *= 2;
    char *data = realloc(buf->data, capacity);
    if (data == NULL)
        return false;
    buf->data = data;
    buf->capacity_bytes = capacity;
    return true;
}

bool buf_resize(struct buf *buf, size_t size_bytes)
{
    if (!reserve(buf, size_bytes))
        return false;
    if (size_bytes > buf->size_bytes)
        memset(buf->data + buf->size_bytes, 0, size_bytes - buf->size_bytes);
    buf->size_bytes = size_bytes;
    buf->data[size_bytes] = '\0';
    return true;
}

bool buf_write_at(struct buf *buf, size_t offset, const void *data, size_t size_bytes)
{
    if (offset > SIZE_MAX - size_bytes)
        return false;
    if (offset + size_bytes > buf->size_bytes && !buf_resize(buf, offset + size_bytes))
        return false;
    if (size_bytes > 0)
        memcpy(buf->data + offset, data, size_bytes);
    return true;
}

bool buf_append(struct buf *buf, const void *data, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX - buf->size_bytes || !reserve(buf, buf->size_bytes + size_bytes))
        return false;
    if (size_bytes > 0)
        memcpy(buf->data + buf->size_bytes, data, size_bytes);
    buf->size_bytes += size_bytes;
    buf->data[buf->size_bytes] = '\0';
    return true;
}

bool buf_append_text(struct buf *buf, const char *text)
{
    return buf_append(buf, text, strlen(text));
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    bool ok = size >= 0 && reserve(buf, buf->size_bytes + (size_t)size + 1);
    if (ok) {
        vsnprintf(buf->data + buf->size_bytes, (size_t)size + 1, format, again);
        buf->size_bytes += (size_t)size;
    }
    va_end(again);
    va_end(args);
    return ok;
}

void buf_trim(struct buf *buf)
{
    char *data = buf->data == NULL ? NULL : realloc(buf->data, buf->size_bytes + 1);

    if (data == NULL)
        return;
    buf->data = data;
    buf->capacity_bytes = buf->size_bytes + 1;
}
