/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/kinds.h"

#define EMU_KIND_LISTED(name) &emu_##name,

const struct emu_kind *const emu_kinds_all[] = {EMU_KINDS(EMU_KIND_LISTED) NULL};
