/* SPDX-License-Identifier: MIT */
/* The tests' own interface, /_control; see paperspace-emulator(1). */
#ifndef EMULATOR_EMU_CONTROL_H
#define EMULATOR_EMU_CONTROL_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Whether the request is for this interface. Needs no lock. */
bool emu_control_wants(const struct emulator *emulator, const struct emu_request *request);

/* Answers it. The lock is held. */
void emu_control_answer(struct emulator *emulator, const struct emu_request *request,
                        struct emu_answer *answer);

#endif
