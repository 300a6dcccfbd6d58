/* SPDX-License-Identifier: MIT */
/* The record of requests received, for tests. The lock is held. */
#ifndef EMULATOR_EMU_RECORD_H
#define EMULATOR_EMU_RECORD_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

#define EMU_NOT_RECORDED UINT64_MAX

/*
 * Notes a request that has arrived in full, its status still null. Returns a
 * number for emu_record_status(), which takes EMU_NOT_RECORDED too.
 */
uint64_t emu_record_add(struct emulator *emulator, const struct emu_request *request);

/* Notes the status of the answer; 0 for a connection closed in its place. */
void emu_record_status(struct emulator *emulator, uint64_t number, int status);

/* Answers all that is recorded. */
void emu_record_list(const struct emulator *emulator, struct emu_answer *answer);

/* Forgets all. */
void emu_record_clear(struct emulator *emulator);

#endif
