/* SPDX-License-Identifier: MIT */
/* The files state, event.json and wait: what this mount's own changes of a resource have come to.
 */
#include "config.h"

#include "vfs/failure.h"
#include "tree/leaf_rows.h"
#include "tree/tree_internal.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

/* The changes that have events, and what a resource is called while one is unfinished. */
static const struct {
    enum change_verb verb;
    const char *unfinished;
} watched[] = {
    {CHANGE_DELETE, "deleting"},
    {CHANGE_RESTORE, "restoring"},
    {CHANGE_CREATE, "creating"},
};
#define WATCHED (sizeof watched / sizeof watched[0])

static bool is_unfinished(const struct cache_event *event)
{
    return event->known && !event->outcome_unknown && !event->answered_whole &&
           (event->event.id[0] == '\0' || event->outcome == EVENT_UNFINISHED);
}

/* The one that counts: unfinished, or else the newest. Returns what it makes the resource. */
static const char *newest(struct dir *dir, struct cancel *cancel, struct cache_event *out)
{
    const char *state = NULL;

    *out = (struct cache_event){.known = false};
    for (size_t i = 0; i < WATCHED; i++) {
        struct cache_event event;
        cache_event(tree_of(dir)->config.cache, dir->kind, dir_id(dir), watched[i].verb, cancel,
                    &event);
        bool newer = event.known && (!out->known || event.sent_ms >= out->sent_ms);
        if (!is_unfinished(out) && (is_unfinished(&event) || newer)) {
            *out = event;
            state = watched[i].unfinished;
        }
    }
    if (is_unfinished(out))
        return state;
    if (out->outcome_unknown)
        return "unknown";
    return out->known && out->outcome == EVENT_FAILED ? "failed" : "ready";
}

int state_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct cache_event event;
    const char *state =
        call->pin != NULL ? "ready" : newest(node.dir, wait ? call->cancel : NULL, &event);

    return buf_printf(out, "%s\n", state) ? 0 : -ENOMEM;
}

bool event_is_idle(struct dir *dir)
{
    return !cache_remembers(tree_of(dir)->config.cache, dir->kind, dir_id(dir));
}

bool event_exists(const struct dir *dir)
{
    struct cache_event event;

    for (size_t i = 0; i < WATCHED; i++) {
        cache_event(tree_of(dir)->config.cache, dir->kind, dir_id(dir), watched[i].verb, NULL,
                    &event);
        if (event.event.id[0] != '\0')
            return true;
    }
    return false;
}

static bool add(struct json_object *object, const char *key, const char *text)
{
    return json_object_object_add(object, key,
                                  text[0] == '\0' ? NULL : json_object_new_string(text)) == 0;
}

int event_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct json_object *object = json_object_new_object();
    struct cache_event event;

    newest(node.dir, wait ? call->cancel : NULL, &event);
    bool ok = object != NULL && add(object, "id", event.event.id) &&
              add(object, "name", event.event.name) && add(object, "state", event.event.state) &&
              add(object, "machineId", event.event.machine_id) &&
              add(object, "dtCreated", event.event.dt_created) &&
              add(object, "dtStarted", event.event.dt_started) &&
              add(object, "dtFinished", event.event.dt_finished) &&
              add(object, "error", event.event.error) && json_print_pretty(out, object) &&
              buf_append_text(out, "\n");
    json_object_put(object);
    return ok ? 0 : -ENOMEM;
}

/* The end of a wait: the state, or why the change failed. */
static int report(struct call *call, const struct cache_event *event, struct buf *out)
{
    const struct event *machine = &event->event;

    if (!event->known)
        return buf_append_text(out, "ready\n") ? 0 : -ENOMEM;
    if (event->outcome_unknown)
        return call_fail(call, EIO,
                         "its outcome is unknown: no event of its machine tells what became of it");
    if (event->outcome == EVENT_FAILED)
        return call_fail(call, EIO, "%s ended as %s: %s", machine->name, machine->state,
                         machine->error[0] == '\0' ? "no reason was given" : machine->error);
    return buf_append_text(out, "done\n") ? 0 : -ENOMEM;
}

/* Asks for what is unfinished, and lets the answer come by itself. */
static void look(struct dir *dir, struct cache_event *event)
{
    struct cancel now;

    cancel_init(&now, NULL, 0);
    newest(dir, &now, event);
    cancel_finish(&now);
}

int wait_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct cache_event event;

    if (!wait)
        return 0; /* its size is not known before it has been waited for */
    if (cancel_reason(call->cancel) != CANCEL_NONE)
        return call_fail(call, EINTR, "interrupted");
    look(node.dir, &event);
    bool open = is_unfinished(&event) || (event.outcome_unknown && event.asking);
    return open ? VFS_NOT_YET : report(call, &event, out);
}
