/* SPDX-License-Identifier: MIT */
/*
 * The opaque cursors of the docs dialect: base64 of two bytes and the id of
 * the last item seen. The two bytes make it begin with a plus sign and a
 * slash, so that a client which forgets to percent-encode it notices.
 */
#ifndef EMULATOR_CURSOR_H
#define EMULATOR_CURSOR_H

/* The cursor after that item, malloc'd; NULL without memory. */
char *emu_cursor_encode(const char *id);

/* The id in a cursor, malloc'd; NULL if it is no cursor, or without memory. */
char *emu_cursor_decode(const char *cursor);

#endif
