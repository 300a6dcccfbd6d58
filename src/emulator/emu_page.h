/* SPDX-License-Identifier: MIT */
/* Lists: query parameters, filters, order, pages. */
#ifndef EMULATOR_EMU_PAGE_H
#define EMULATOR_EMU_PAGE_H

#include "emulator/kinds.h"

/* The most that `limit` may ask for. */
#define EMU_PAGE_LIMIT 120

struct emu_page {
    struct json_object *items;    /* array, owned */
    const struct emu_item *last;  /* where the next page goes on; NULL: no items */
    const struct emu_item *after; /* what the request named */
    bool more;
};

/* Answers the list of a kind. */
void emu_page_answer(struct emulator *emulator, const struct emu_kind *kind,
                     const struct emu_request *request, struct emu_answer *answer);

#endif
