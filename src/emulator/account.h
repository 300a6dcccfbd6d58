/* SPDX-License-Identifier: MIT */
#ifndef EMULATOR_ACCOUNT_H
#define EMULATOR_ACCOUNT_H

#include "emulator/core.h"
#include "emulator/request.h"

/* Whether the request has the account's key. Needs no lock. */
bool emu_account_admits(const struct emulator *emulator, const struct emu_request *request);

#endif
