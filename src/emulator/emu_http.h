/* SPDX-License-Identifier: MIT */
/* The HTTP server; only http.c and response.c know libmicrohttpd. */
#ifndef EMULATOR_EMU_HTTP_H
#define EMULATOR_EMU_HTTP_H

#include "emulator/core.h"

/*
 * Listens on 127.0.0.1 and serves with a thread per connection; sets url and
 * daemon. False with a message in err. The lock is not held.
 */
bool emu_http_start(struct emulator *emulator, uint16_t port, char *err, size_t err_size);

/* Ends all connections and threads; stopping has been set. No lock held. */
void emu_http_stop(struct emulator *emulator);

#endif
