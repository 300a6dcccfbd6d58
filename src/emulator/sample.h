/* SPDX-License-Identifier: MIT */
/*
 * The sample account, one JSON text per resource, newest first, lists ended
 * by NULL; and generated snapshots. All of it is the same in every run.
 */
#ifndef EMULATOR_SAMPLE_H
#define EMULATOR_SAMPLE_H

#include "emulator/core.h"

extern const char *const emu_docs_sample_drives[];
extern const char *const emu_docs_sample_snapshots[];
extern const char *const emu_docs_sample_providers[];
extern const char emu_docs_utilization[];

extern const char *const emu_openapi_sample_drives[];
extern const char *const emu_openapi_sample_snapshots[];
extern const char *const emu_openapi_sample_providers[];
extern const char emu_openapi_utilization[];

/* See struct emu_dialect; owned by the caller. */
struct json_object *emu_docs_populate(size_t number, const char *id, const char *machine,
                                      const char *date);
struct json_object *emu_openapi_populate(size_t number, const char *id, const char *machine,
                                         const char *date);

#endif
