/* SPDX-License-Identifier: MIT */
/* How much the account stores. */
#include "config.h"

#include "emulator/kinds.h"

/* clang-format off */
static const char *const docs_sample[] = {
    EMU_JSON({"datasetUsage": "52613349376", "modelUsage": "21474836480",
          "notebookWorkspaceUsage": "3221225472", "remainingFreeStorage": "131432700416",
          "sharedStorageUsage": "6006253056", "totalFreeStorage": "214748364800",
          "totalUsage": "83315664384"}),
    NULL
};

static const char *const openapi_sample[] = {
    EMU_JSON({"teamId": "t4h8d2w6z0", "datasets": 52613349376, "models": 21474836480,
          "notebooks": 3221225472, "sharedStorage": 6006253056}),
    NULL
};
/* clang-format on */

const struct emu_kind emu_utilization = {
    .noun = "utilization",
    .path = "storage-providers/utilization",
    .holds = EMU_ONE,
    .shapes =
        {
            [EMU_DOCS] = {.routes = emu_routes_one, .sample = docs_sample},
            [EMU_OPENAPI] = {.routes = emu_routes_one, .sample = openapi_sample},
        },
};
