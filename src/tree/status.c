/* SPDX-License-Identifier: MIT */
/* .paperspacefs/status.json: what is known about the mount, its key and each kind. */
#include "config.h"

#include "cache/guard.h"
#include "tree/draft.h"
#include "tree/leaf_rows.h"
#include "tree/tree_internal.h"
#include "util/json.h"
#include "util/memory.h"

#include <errno.h>
#include <string.h>

#define ACCOUNT_WAIT_MS 2000

static const char *const key_words[] = {
    [KEY_UNTRIED] = "untried",
    [KEY_ACCEPTED] = "accepted",
    [KEY_REFUSED] = "refused",
};

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text[0] == '\0' ? NULL : json_object_new_string(text));
}

/* Who the key belongs to is asked once, and not waited for long. */
static struct api_session account(struct call *call, struct tree *tree, bool wait)
{
    struct api_session session = {0};

    pthread_mutex_lock(&tree->vfs.lock);
    bool ask = wait && !tree->session_asked && cancel_may_wait(call->cancel);
    tree->session_asked = tree->session_asked || ask;
    pthread_mutex_unlock(&tree->vfs.lock);
    if (ask) {
        struct problem ignored;
        int64_t deadline_ms = call->cancel->deadline_ms;
        int64_t end_ms = clock_now_ms(&clock_system) + ACCOUNT_WAIT_MS;
        cancel_set_deadline(call->cancel, end_ms < deadline_ms ? end_ms : deadline_ms);
        bool answered = api_session(tree->config.api, call->cancel, &session, &ignored) == 0;
        cancel_set_deadline(call->cancel, deadline_ms);
        pthread_mutex_lock(&tree->vfs.lock);
        tree->session = session;
        tree->session_asked = answered;
        pthread_mutex_unlock(&tree->vfs.lock);
    }
    pthread_mutex_lock(&tree->vfs.lock);
    session = tree->session;
    pthread_mutex_unlock(&tree->vfs.lock);
    return session;
}

static struct json_object *describe_key(struct tree *tree)
{
    struct journal_key key = journal_key_state(tree->config.journal);
    struct json_object *object = json_object_new_object();
    char since[CLOCK_ISO_SIZE];

    clock_format_iso(key.since_ms, since);
    add_text(object, "state", key_words[key.state]);
    add_text(object, "since", since);
    return object;
}

static struct json_object *describe_guard(struct tree *tree)
{
    struct guard_state state = guard_state(tree->config.guard);
    struct json_object *object = json_object_new_object();
    char until[CLOCK_ISO_SIZE] = "";

    if (state.allowed > 0)
        clock_format_iso(state.until_ms, until);
    json_object_object_add(object, "limit", json_object_new_int64(state.limit));
    json_object_object_add(object, "spent", json_object_new_int64(state.spent));
    json_object_object_add(object, "allowed", json_object_new_int64(state.allowed));
    add_text(object, "until", until);
    return object;
}

/* Why the last request of a kind failed: which, with which status, and the words. */
static void add_problem(struct json_object *object, const struct kind *kind,
                        const struct problem *problem)
{
    bool named = strncmp(problem->message, "GET ", 4) == 0;
    struct buf words = BUF_EMPTY;
    bool ok =
        problem->message[0] == '\0' ||
        ((problem->status == 0 || buf_printf(&words, "HTTP %ld%s%s: ", problem->status,
                                             problem->code[0] == '\0' ? "" : " ", problem->code)) &&
         (named || buf_printf(&words, "GET %s: ", kind->path)) &&
         buf_append_text(&words, problem->message));

    add_text(object, "problem", ok ? buf_text(&words) : problem->message);
    buf_finish(&words);
}

static struct json_object *describe_kind(struct tree *tree, const struct kind *kind)
{
    struct json_object *object = json_object_new_object();
    struct cache_status status;

    cache_get_status(tree->config.cache, kind, &status);
    json_object_object_add(object, "online", json_object_new_boolean(status.online));
    json_object_object_add(object, "age_s",
                           status.age_ms < 0 ? NULL : json_object_new_int64(status.age_ms / 1000));
    json_object_object_add(object, "stale", json_object_new_boolean(status.stale));
    json_object_object_add(object, "count",
                           status.known ? json_object_new_int64((int64_t)status.count) : NULL);
    json_object_object_add(object, "skipped", json_object_new_int64((int64_t)status.skipped));
    json_object_object_add(
        object, "requests",
        json_object_new_int64((int64_t)journal_request_count(tree->config.journal, kind)));
    json_object_object_add(object, "drafts", draft_names(tree, kind));
    add_problem(object, kind, &status.problem);
    return object;
}

static struct json_object *describe_kinds(struct tree *tree)
{
    struct json_object *kinds = json_object_new_object();

    for (size_t i = 0; kinds_all[i] != NULL; i++) {
        const struct kind *kind = kinds_all[i];
        if (cache_has(tree->config.cache, kind))
            json_object_object_add(kinds, kind->plural != NULL ? kind->plural : kind->noun,
                                   describe_kind(tree, kind));
    }
    return kinds;
}

static const struct {
    const char *key;
    enum journal_name name;
} total_rows[] = {
    {"errors", JOURNAL_ERRORS},
    {"changes", JOURNAL_CHANGES},
    {"requests", JOURNAL_REQUESTS},
};

/* What there was of each since the start; of those who wait, how many there are. */
static struct json_object *describe_totals(struct tree *tree)
{
    const struct waiting_room *room = tree->config.room;
    struct json_object *totals = json_object_new_object();

    for (size_t i = 0; i < sizeof total_rows / sizeof total_rows[0]; i++)
        json_object_object_add(totals, total_rows[i].key,
                               json_object_new_int64((int64_t)journal_entries(tree->config.journal,
                                                                              total_rows[i].name)));
    json_object_object_add(
        totals, "waiting",
        json_object_new_int64(room == NULL ? 0 : (int64_t)waiting_room_count(room)));
    return totals;
}

/* What a remount, which changes none of them, compares with. */
static struct json_object *list_options(const char *options)
{
    struct json_object *list = json_object_new_array();

    for (const char *at = options; at != NULL && *at != '\0'; at += *at == '\n') {
        size_t size = strcspn(at, "\n");
        json_object_array_add(list, json_object_new_string_len(at, (int)size));
        at += size;
    }
    return list;
}

static void add_date(struct json_object *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE] = "";

    if (wall_ms > 0)
        clock_format_iso(wall_ms, text);
    add_text(object, key, text);
}

int status_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct tree *tree = tree_of(dir);
    struct api_session session = account(call, tree, wait);
    struct json_object *status = json_object_new_object();

    add_text(status, "version", PACKAGE_VERSION);
    add_text(status, "url", tree->config.url);
    add_text(status, "dialect",
             api_dialect_known(tree->config.api) ? dialect_rows[api_dialect(tree->config.api)].name
                                                 : "");
    json_object_object_add(status, "read_only", json_object_new_boolean(vfs_read_only(&tree->vfs)));
    json_object_object_add(status, "options", list_options(tree->config.options));
    add_text(status, "team", session.team);
    add_text(status, "user", session.user);
    json_object_object_add(status, "key", describe_key(tree));
    json_object_object_add(status, "totals", describe_totals(tree));
    add_date(status, "last_answer", journal_last_answer_ms(tree->config.journal));
    json_object_object_add(status, "resident_bytes",
                           json_object_new_int64((int64_t)memory_resident_bytes()));
    if (tree->config.guard != NULL)
        json_object_object_add(status, "guard", describe_guard(tree));
    json_object_object_add(status, "kinds", describe_kinds(tree));
    bool ok = json_print_pretty(out, status) && buf_append_text(out, "\n");
    json_object_put(status);
    return ok ? 0 : -ENOMEM;
}
