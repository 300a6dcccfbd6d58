/* SPDX-License-Identifier: MIT */
/*
 * An answer on its way out: whole, cut, flooded, byte by byte, or as raw bytes
 * that need not be HTTP. With http.c the only file that knows libmicrohttpd.
 */
#ifndef EMULATOR_RESPONSE_H
#define EMULATOR_RESPONSE_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"

#include <microhttpd.h>

/*
 * Sends the answer, which stays the caller's, on the connection; called by the
 * thread that serves it, without the lock. What it returns is what libmicrohttpd's
 * handler returns: MHD_NO closes the connection, which is how answers that are
 * closed or raw end. Ends early when the emulator stops.
 */
enum MHD_Result emu_response_send(struct emulator *emulator, struct MHD_Connection *connection,
                                  const struct emu_answer *answer);

/* The connection's socket; -1 if there is none. */
int emu_response_socket(struct MHD_Connection *connection);

#endif
