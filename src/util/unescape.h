/* SPDX-License-Identifier: MIT */
/*
 * What a text says once its escapes are read: in JSON, C and the shell (backslashes), in URLs and
 * forms (percent, plus), in HTML, in base64. Pure; any thread.
 */
#ifndef UTIL_UNESCAPE_H
#define UTIL_UNESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reading of a text: bytes, and for each where it stands in the text that was first given. */
struct reading {
    unsigned char *bytes;
    uint32_t *from; /* offset of its first byte there */
    uint32_t *to;   /* offset behind its last one */
    size_t size;
};

enum escape {
    ESCAPE_JSON,      /* \/ \n \u002F \x2f \57, as in JSON and C */
    ESCAPE_BACKSLASH, /* \X is X, as in a shell */
    ESCAPE_PERCENT,   /* %2F */
    ESCAPE_FORM,      /* the same, and + is a space */
    ESCAPE_HTML,      /* &amp; &#47; &#x2F; also without the semicolon */
    ESCAPE_BASE64,    /* in the alphabets of RFC 4648, 4 and 5; and as if one, two or three
                         characters were lost before it, since a text may be cut anywhere */
    ESCAPE_BASE64_1,
    ESCAPE_BASE64_2,
    ESCAPE_BASE64_3,
    ESCAPES
};

/* The text as it stands; at most UINT32_MAX bytes. False: no memory. reading_finish it. */
bool reading_plain(struct reading *out, const char *text, size_t size);
/* Gets `of` with one kind of escape read, for as long as the call. What is no whole escape stays;
 * what is no base64 becomes one NUL, and so does base64 that says fewer than `least` bytes. False
 * ends it. */
typedef bool reading_function(void *ctx, const struct reading *reading, enum escape escape);
/* Calls `look` for each kind of escape of which there is any. False: it did so, or no memory. */
bool reading_unescape(const struct reading *of, size_t least, reading_function *look, void *ctx);
void reading_finish(struct reading *reading); /* wipes and frees; empty again */

#endif
