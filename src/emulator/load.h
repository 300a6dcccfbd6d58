/* SPDX-License-Identifier: MIT */
/*
 * The initial state: the sample, generated snapshots or a file. To be called
 * before the emulator serves, so no lock is needed.
 */
#ifndef EMULATOR_LOAD_H
#define EMULATOR_LOAD_H

#include "emulator/core.h"

/* Fills the collections as configured; false with a message in err. */
bool emu_load(struct emulator *emulator, const struct emulator_config *config, char *err,
              size_t err_size);

#endif
