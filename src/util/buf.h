/* SPDX-License-Identifier: MIT */
/* A growing buffer of bytes; always followed by a NUL that is not counted. Not thread-safe. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL while nothing was ever stored; else NUL-terminated */
    size_t size_bytes;
    size_t capacity_bytes;
};

#define BUF_EMPTY ((struct buf){NULL, 0, 0})

void buf_finish(struct buf *buf); /* frees; the buffer is empty and usable again */
/* Each returns false when memory ran out; the buffer is then as it was. */
bool buf_append(struct buf *buf, const void *data, size_t size_bytes);
bool buf_append_text(struct buf *buf, const char *text);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes the size `size_bytes`: cut, or filled with NULs. */
bool buf_resize(struct buf *buf, size_t size_bytes);
/* Overwrites at `offset`, growing (and filling a hole with NULs) as needed. */
bool buf_write_at(struct buf *buf, size_t offset, const void *data, size_t size_bytes);
/* Gives back what was allocated for more than there is. */
void buf_trim(struct buf *buf);
/* The bytes as a string ("" when empty), owned by the buffer. */
static inline const char *buf_text(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

#endif
