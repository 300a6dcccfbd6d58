/* SPDX-License-Identifier: MIT */
/* ETags of what is read, and answers of 304 to who has it already. The lock is held. */
#ifndef EMULATOR_ETAG_H
#define EMULATOR_ETAG_H

#include "emulator/core.h"
#include "emulator/emu_answer.h"
#include "emulator/request.h"

/* Where they are switched on, and the answer is a 200 to a GET: gives it an ETag, or, where the
 * request names that in If-None-Match, makes it a 304. */
void emu_etag_add(struct emulator *emulator, const struct emu_request *request,
                  struct emu_answer *answer);

#endif
