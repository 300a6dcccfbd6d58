/* SPDX-License-Identifier: MIT */
/*
 * Faults that a test asks for: answers that are late, wrong, cut or missing.
 * A rule is used by a request in three steps: it is taken on arrival, its
 * delay is waited for without the lock, then it shapes the answer.
 */
#ifndef EMULATOR_FAULT_H
#define EMULATOR_FAULT_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Appends the rule in the request's body. The lock is held here and below. */
void emu_fault_add(struct emulator *emulator, const struct emu_request *request,
                   struct emu_answer *answer);

/* Answers all rules with their hits. */
void emu_fault_list(const struct emulator *emulator, struct emu_answer *answer);

/* Drops all rules; those in use live on until they are released. */
void emu_fault_clear(struct emulator *emulator);

/*
 * The first rule that hits this request, counted and referenced, or NULL. To
 * be given back with emu_fault_release(), which takes NULL too.
 */
struct emu_fault *emu_fault_take(struct emulator *emulator, const struct emu_request *request);
void emu_fault_release(struct emu_fault *fault);

/* How long to wait before anything is done. NULL: 0. Needs no lock. */
unsigned emu_fault_delay_ms(const struct emu_fault *fault);

/* Whether the operation is carried out all the same. NULL: yes. */
bool emu_fault_applies(const struct emu_fault *fault);

/* Puts the fault into an answer (or into none: status 0). NULL changes nothing. */
void emu_fault_shape(const struct emu_fault *fault, struct emu_answer *answer);

#endif
