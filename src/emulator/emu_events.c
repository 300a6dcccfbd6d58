/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_events.h"

#include "emulator/ids.h"
#include "emulator/kinds.h"

#include <stdlib.h>
#include <string.h>

#define ERROR_TEXT "The machine did not answer"

/* An unfinished event. */
struct emu_event {
    struct emu_event *next;
    const struct emu_action *action;
    struct emu_item *item;
    char *snapshot;
    int64_t since; /* when it came into its state */
    bool started;  /* in progress */
};

static const char *const filters[] = {"machineId", NULL};
static const char *const orders[] = {"dtCreated", NULL};

const struct emu_kind emu_events = {
    .noun = "machine event",
    .path = "machine-events",
    .prefix = "me",
    .id_length = 12,
    .shapes = {[EMU_DOCS] = {.routes = emu_routes_read,
                             .paged = true,
                             .filters = filters,
                             .orders = orders,
                             .view = emu_view_document}},
};

static struct json_object *new_document(struct emulator *emulator, const struct emu_action *action,
                                        struct json_object *snapshot, int64_t now)
{
    struct json_object *doc = json_object_new_object();
    char id[EMU_ID_SIZE], date[EMU_DATE_SIZE];

    emu_id_new(emulator, &emu_events, id);
    emu_date_text(now, date);
    emu_json_put_string(doc, "id", id);
    emu_json_put_string(doc, "name", action->name);
    emu_json_put_string(doc, "state", "new");
    emu_json_share(doc, snapshot, "machineId");
    emu_json_put_string(doc, "dtCreated", date);
    emu_json_put(doc, "dtStarted", NULL);
    emu_json_put(doc, "dtFinished", NULL);
    emu_json_put(doc, "error", NULL);
    return doc;
}

static void event_free(struct emu_event *event)
{
    if (event == NULL)
        return;
    free(event->snapshot);
    free(event);
}

static struct emu_event *event_new(const struct emu_action *action, const struct emu_item *snapshot,
                                   int64_t now)
{
    struct emu_event *event = calloc(1, sizeof *event);

    if (event == NULL)
        return NULL;
    event->action = action;
    event->since = now;
    event->snapshot = strdup(snapshot->id);
    if (event->snapshot != NULL)
        return event;
    event_free(event);
    return NULL;
}

static void append(struct emulator *emulator, struct emu_event *event)
{
    struct emu_event **end = &emulator->events;

    while (*end != NULL)
        end = &(*end)->next;
    *end = event;
}

struct emu_item *emu_event_start(struct emulator *emulator, const struct emu_action *action,
                                 const struct emu_item *snapshot)
{
    int64_t now = emu_now(emulator);
    struct emu_event *event = event_new(action, snapshot, now);

    if (event == NULL)
        return NULL;
    event->item = emu_collection_add(emu_items(emulator, &emu_events),
                                     new_document(emulator, action, snapshot->doc, now), now);
    if (event->item != NULL) {
        append(emulator, event);
        return event->item;
    }
    event_free(event);
    return NULL;
}

struct emu_item *emu_event_pending(const struct emulator *emulator, const struct emu_action *action,
                                   const char *snapshot)
{
    for (const struct emu_event *event = emulator->events; event != NULL; event = event->next)
        if (event->action == action && strcmp(event->snapshot, snapshot) == 0)
            return event->item;
    return NULL;
}

bool emu_event_busy(const struct emulator *emulator, const char *machine)
{
    for (const struct emu_event *event = emulator->events; event != NULL; event = event->next) {
        const char *other = json_string_member(event->item->doc, "machineId");

        if (other != NULL && machine != NULL && strcmp(other, machine) == 0)
            return true;
    }
    return false;
}

static void put_state(struct emu_event *event, const char *state, const char *date_key)
{
    char date[EMU_DATE_SIZE];

    emu_date_text(event->since, date);
    emu_json_put_string(event->item->doc, "state", state);
    emu_json_put_string(event->item->doc, date_key, date);
}

static void end_event(struct emulator *emulator, struct emu_event *event)
{
    const struct emu_behaviour *behaviour = &emulator->behaviour;
    bool error = behaviour->event_fails || behaviour->event_error_null;

    put_state(event, error ? "error" : "done", "dtFinished");
    if (behaviour->event_fails)
        emu_json_put_string(event->item->doc, "error", ERROR_TEXT);
    else if (event->action->finish != NULL)
        event->action->finish(emulator, event->snapshot);
}

/* One state further if its time has come; true once it has ended. */
static bool advance(struct emulator *emulator, struct emu_event *event, int64_t now)
{
    while (now - event->since >= emulator->behaviour.event_ms) {
        event->since += emulator->behaviour.event_ms;
        if (event->started) {
            end_event(emulator, event);
            return true;
        }
        event->started = true;
        put_state(event, "in progress", "dtStarted");
    }
    return false;
}

void emu_events_settle(struct emulator *emulator)
{
    struct emu_event **at = &emulator->events;
    int64_t now = emulator->events != NULL ? emu_now(emulator) : 0;

    while (*at != NULL) {
        struct emu_event *event = *at;

        if (!advance(emulator, event, now)) {
            at = &event->next;
            continue;
        }
        *at = event->next;
        event_free(event);
    }
}

void emu_events_finish(struct emulator *emulator)
{
    while (emulator->events != NULL) {
        struct emu_event *event = emulator->events;

        emulator->events = event->next;
        event_free(event);
    }
}
