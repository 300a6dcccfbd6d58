/* SPDX-License-Identifier: MIT */
/* Ids, dates and the clock. */
#ifndef EMULATOR_IDS_H
#define EMULATOR_IDS_H

#include "emulator/core.h"

#define EMU_ID_SIZE   32
#define EMU_DATE_SIZE 40

/* Milliseconds since 1970, by the configured clock. */
int64_t emu_now(struct emulator *emulator);

/*
 * Letters and digits that depend on seed only, after the prefix; cut to
 * EMU_ID_SIZE - 1.
 */
void emu_id_from(uint64_t seed, const char *prefix, int length, char id[EMU_ID_SIZE]);

/* As in 2026-03-18T09:12:44.123Z */
void emu_date_text(int64_t ms, char date[EMU_DATE_SIZE]);

/* The reverse; false if the text is no such date (its fraction may lack). */
bool emu_date_parse(const char *text, int64_t *ms);

#endif
