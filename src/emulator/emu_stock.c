/* SPDX-License-Identifier: MIT */
/* What the emulator has of each kind. */
#include "config.h"

#include "emulator/kinds.h"

const struct emu_shape *emu_shape(const struct emulator *emulator, const struct emu_kind *kind)
{
    return &kind->shapes[emulator->dialect->id];
}

struct emu_stock *emu_stock(struct emulator *emulator, const struct emu_kind *kind)
{
    struct emu_stock *stock = emulator->stocks;

    while (stock->kind != kind)
        stock++;
    return stock;
}

struct emu_collection *emu_items(struct emulator *emulator, const struct emu_kind *kind)
{
    return &emu_stock(emulator, kind)->items;
}

void emu_id_new(struct emulator *emulator, const struct emu_kind *kind, char id[EMU_ID_SIZE])
{
    do
        emu_id_from(++emulator->ids, kind->prefix, kind->id_length, id);
    while (emu_collection_find(emu_items(emulator, kind), id) != NULL);
}
