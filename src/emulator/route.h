/* SPDX-License-Identifier: MIT */
/* From a request to the operation that answers it. */
#ifndef EMULATOR_ROUTE_H
#define EMULATOR_ROUTE_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Answers one API request. The lock is held. */
void emu_route(struct emulator *emulator, const struct emu_request *request,
               struct emu_answer *answer);

#endif
