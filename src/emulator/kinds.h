/* SPDX-License-Identifier: MIT */
/* The kinds of resources: their rows and the operations on them. */
#ifndef EMULATOR_KINDS_H
#define EMULATOR_KINDS_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Bits of a set of dialects. */
#define EMU_DOCS    1u
#define EMU_OPENAPI 2u

/* What a masked secret is answered as; in a request it is a value like any other. */
#define EMU_MASK "********"

extern const struct emu_kind emu_docs_drives;
extern const struct emu_kind emu_openapi_drives;
extern const struct emu_kind emu_docs_snapshots;
extern const struct emu_kind emu_openapi_snapshots;
extern const struct emu_kind emu_docs_providers;
extern const struct emu_kind emu_openapi_providers;
extern const struct emu_kind emu_docs_events;

/* An operation answers one request; the lock is held. */
typedef void emu_operation(struct emulator *emulator, enum emu_kind_id kind,
                           const struct emu_request *request, struct emu_answer *answer);

/* For every kind, by its rows (kind.c). */
emu_operation emu_kind_list;
emu_operation emu_kind_get;
emu_operation emu_kind_create;
emu_operation emu_kind_update;
emu_operation emu_kind_delete;

/* Snapshots. In docs they answer {data, event} and act later. */
emu_operation emu_snapshot_create;
emu_operation emu_snapshot_delete;
emu_operation emu_snapshot_restore;
emu_operation emu_snapshot_restore_at_once;

/* Without resources of their own (account.c); kind is not used. */
emu_operation emu_utilization_get;
emu_operation emu_session_get;

/* The item that the path names; NULL with the answer set to 404. */
struct emu_item *emu_kind_find(struct emulator *emulator, enum emu_kind_id kind,
                               const struct emu_request *request, struct emu_answer *answer);

/*
 * Makes a resource from a valid body, with a new id and the current date;
 * NULL without memory.
 */
struct emu_item *emu_kind_make(struct emulator *emulator, enum emu_kind_id kind,
                               struct json_object *body);

/* The view of most kinds: the document as it is. */
struct json_object *emu_view_document(struct emulator *emulator, const struct emu_item *item,
                                      bool listed);

/* The change of most kinds: each key of the body replaces that of the document. */
void emu_change_keys(struct emulator *emulator, struct emu_item *item, struct json_object *body);

/* Whether the request has the account's key. Needs no lock. */
bool emu_account_admits(const struct emulator *emulator, const struct emu_request *request);

#endif
