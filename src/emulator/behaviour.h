/* SPDX-License-Identifier: MIT */
/* Switches that a test can turn while the emulator runs. */
#ifndef EMULATOR_BEHAVIOUR_H
#define EMULATOR_BEHAVIOUR_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Applies the switches in the request's body: all of them or, if one is wrong, none. */
void emu_behaviour_change(struct emulator *emulator, const struct emu_request *request,
                          struct emu_answer *answer);

void emu_behaviour_finish(struct emulator *emulator);

#endif
