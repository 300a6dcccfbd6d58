/* SPDX-License-Identifier: MIT */
/* What must be known before a name in a kind's or group's directory can mean something. */
#include "config.h"

#include "tree/ensure.h"

#include "vfs/failure.h"
#include "tree/resolve.h"
#include "tree/tree_internal.h"
#include "util/file_name.h"

#include <errno.h>
#include <string.h>

/* Names that tools ask for on their own account; no request is spent on them. */
static bool is_probe(const char *name)
{
    static const char *const endings[] = {"~", ".swp", ".swx", ".bak", ".orig", ".tmp"};
    size_t size = strlen(name);

    if (name[0] == '.' || strcmp(name, "4913") == 0)
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (size > ending && strcmp(name + size - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

int ensure_listing(struct call *call, struct dir *dir, enum cache_need need)
{
    struct cache *cache = tree_of(dir)->config.cache;

    if (cache_ensure(cache, dir->kind, need, call->cancel, &call->problem) < 0)
        return call_problem_errno(call, false);
    return 0;
}

int ensure_lookup(struct call *call, struct dir *dir, const char *name)
{
    return ensure_listing(call, dir, is_probe(name) ? CACHE_ANY : CACHE_LOOKUP);
}

int check_not_gone(struct call *call, const struct dir *dir, const char *name)
{
    struct buf id = BUF_EMPTY;
    int rc = 0;

    if (name_id_of_gone(tree_of(dir)->config.cache, dir->kind, name, &id))
        rc = call_fail(call, EPERM, "this name means the %s %s, which is gone: choose another",
                       dir->kind->noun, buf_text(&id));
    buf_finish(&id);
    return rc;
}

int check_new_name(struct call *call, struct dir *dir, const char *name)
{
    struct buf decoded = BUF_EMPTY;
    bool canonical = name_decode(name, &decoded);

    buf_finish(&decoded);
    if (!canonical)
        return call_fail(call, EPERM,
                         "this spelling would be listed differently: see README, names");
    if (name_is_taken(tree_of(dir)->config.cache, dir->kind, dir->machine_id, name, NULL))
        return call_fail(call, EEXIST, "the name is taken");
    return check_not_gone(call, dir, name);
}

void kind_names_date(struct dir *dir, const char *machine_id, struct date *date)
{
    int64_t ms = cache_names_ms(tree_of(dir)->config.cache, dir->kind, machine_id);

    if (ms > date->ms)
        *date = (struct date){.ms = ms};
}
