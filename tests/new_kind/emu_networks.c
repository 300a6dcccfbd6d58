/* SPDX-License-Identifier: MIT */
/* Private networks. */
#include "config.h"

#include "emulator/kinds.h"

static const char *const filters[] = {"name", "region", NULL};
static const char *const orders[] = {"dtCreated", "name", NULL};

/* clang-format off */
static const char *const sample[] = {
    EMU_JSON({"id": "nwhoe4ox", "name": "office", "region": "ny2", "network": "10.64.92.0",
          "netmask": "255.255.255.0", "dtCreated": "2025-01-20T09:00:00.000Z", "dtDeleted": null}),
    EMU_JSON({"id": "nwc5t8am", "name": "render farm", "region": "ca1", "network": "10.81.16.0",
          "netmask": "255.255.255.0", "dtCreated": "2025-01-10T09:00:00.000Z", "dtDeleted": null}),
    NULL
};
/* clang-format on */

const struct emu_kind emu_networks = {
    .noun = "private network",
    .path = "private-networks",
    .prefix = "nw",
    .id_length = 6,
    .shapes = {[EMU_DOCS] = {.routes = emu_routes_read,
                             .paged = true,
                             .filters = filters,
                             .orders = orders,
                             .view = emu_view_document,
                             .sample = sample}},
};
