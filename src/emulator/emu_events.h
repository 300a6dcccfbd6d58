/* SPDX-License-Identifier: MIT */
/*
 * Machine events: what a snapshot's create, delete and restore begin. An
 * event is `new`, then `in progress`, then `done` or `error`; time moves it,
 * and what it does to the snapshot happens when it is done. Nothing runs in
 * the background: emu_events_settle() catches up before a request is served.
 */
#ifndef EMULATOR_EMU_EVENTS_H
#define EMULATOR_EMU_EVENTS_H

#include "emulator/core.h"

struct emu_action {
    const char *name;
    /* What success does to the snapshot; NULL: nothing. */
    void (*finish)(struct emulator *emulator, const char *snapshot);
};

/* Begins an event; its item is in the events' collection. NULL without memory. */
struct emu_item *emu_event_start(struct emulator *emulator, const struct emu_action *action,
                                 const struct emu_item *snapshot);

/* The unfinished event of that action on that snapshot, or NULL. */
struct emu_item *emu_event_pending(const struct emulator *emulator, const struct emu_action *action,
                                   const char *snapshot);

/* Whether some event of the machine is unfinished. */
bool emu_event_busy(const struct emulator *emulator, const char *machine);

/* Brings all events to where they are by now. */
void emu_events_settle(struct emulator *emulator);

/* Frees the unfinished ones. */
void emu_events_finish(struct emulator *emulator);

#endif
