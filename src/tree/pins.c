/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/pins.h"

#include "tree/known.h"
#include "tree/record_date.h"
#include "vfs/failure.h"

static bool shows_resource(const struct dir *dir)
{
    return dir->kind != NULL && dir_id(dir) != NULL && !dir_ops(dir)->draft;
}

void *pin_of(struct dir *dir)
{
    struct dir *resource = dir_resource(dir);
    struct record *record = shows_resource(resource) ? resource_record(resource) : NULL;

    if (record == NULL || record->complete)
        return record;
    record_unref(record);
    return NULL;
}

void pin_drop(void *pin)
{
    record_unref(pin);
}

bool pin_is_watched(const struct dir *dir, void *pin)
{
    return cache_was_changed_elsewhere(tree_of(dir)->config.cache, pin);
}

struct date pin_date(const struct dir *dir, void *pin)
{
    return record_date(tree_of(dir), pin);
}

int pin_freshen(struct call *call, struct dir *dir, void *pin)
{
    struct dir *resource = dir_resource(dir);
    struct record *pinned = pin;
    struct record *before = resource_record(resource);
    struct record *now = NULL;
    int rc = cache_read(tree_of(dir)->config.cache, resource->kind, dir_id(resource), call->cancel,
                        &now, &call->problem);

    if (rc < 0)
        rc = call_problem_errno(call, false);
    else if (now != before && before == pinned)
        rc = PIN_CHANGED;
    call->version = pinned->version;
    record_unref(now);
    record_unref(before);
    return rc;
}

struct record *pin_record(const struct call *call)
{
    return call == NULL || call->pin == NULL ? NULL : record_ref(call->pin);
}
