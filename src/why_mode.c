/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "why_mode.h"

#include "running.h"
#include "util/json.h"
#include "util/log.h"
#include "util/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_UNKNOWN 2

/* --- where it is ---- */

/* Takes the last name off a path, in place; what it was is in front of `rest` then. False: there is
 * nothing to take. */
static bool climb(char *path, struct buf *rest)
{
    struct buf longer = BUF_EMPTY;
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    if (size == 0 || strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
        return false;
    char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    bool ok = buf_printf(&longer, "/%s%s", name, buf_text(rest));
    buf_finish(rest);
    *rest = longer;
    if (slash == NULL)
        strcpy(path, ".");
    else
        slash[slash == path ? 1 : 0] = '\0';
    return ok;
}

/* Finds the mount, from the deepest directory on that there is a way to. What is left of the path
 * goes into `rest`. */
static int find_mount(const char *given, struct mountpoint_ours *ours, struct buf *rest,
                      struct problem *problem)
{
    char *path = strdup(given);
    struct problem higher = {.kind = PROBLEM_NONE};

    *problem = higher;
    if (path == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    int rc = mountpoint_find(path, ours, problem);
    if (rc != 0)
        higher = *problem;
    while (rc != 0 && higher.kind == PROBLEM_NOT_FOUND && climb(path, rest))
        rc = mountpoint_find(path, ours, &higher);
    if (rc != 0 && higher.kind != PROBLEM_NOT_FOUND)
        *problem = higher;
    free(path);
    return rc;
}

/* The path within the mount, as the journals have it: no slash at either end. */
static bool path_within(const struct mountpoint_ours *ours, const struct buf *rest, struct buf *out)
{
    const char *point = ours->mount.point;
    size_t size = strcmp(point, "/") == 0 ? 0 : strlen(point);
    bool ok = buf_printf(out, "%s%s", ours->path + size, buf_text(rest));
    char *text = ok ? strdup(buf_text(out) + strspn(buf_text(out), "/")) : NULL;

    if (text == NULL)
        return false;
    words_clean_text(text);
    buf_resize(out, 0);
    ok = buf_append_text(out, text);
    free(text);
    return ok;
}

/* --- what went wrong there ---- */

static bool is_at_or_below(const char *path, const char *place)
{
    size_t size = strlen(place);

    path += strspn(path, "/");
    return size == 0 ||
           (strncmp(path, place, size) == 0 && (path[size] == '\0' || path[size] == '/'));
}

static const char *text_of(struct json_object *object, const char *key)
{
    const char *text = json_string_member(object, key);

    return text != NULL ? text : "";
}

/* As last-error has it. */
static void print(struct json_object *error)
{
    int64_t status = json_object_get_int64(json_member(error, "status"));
    const char *code = text_of(error, "code"), *details = text_of(error, "details");
    char http[32] = "";

    if (status != 0)
        snprintf(http, sizeof http, " HTTP %" PRId64, status);
    log_print("%s %s %s: %s:%s%s%s%s %s%s%s%s", text_of(error, "time"), text_of(error, "op"),
              text_of(error, "path"), text_of(error, "errno"), http, code[0] != '\0' ? " " : "",
              code, http[0] != '\0' || code[0] != '\0' ? ":" : "", text_of(error, "message"),
              details[0] != '\0' ? " (" : "", details, details[0] != '\0' ? ")" : "");
}

/* Prints one line of a journal if it is about the place. */
static bool print_if_there(const char *line, const char *place)
{
    struct json_object *error = NULL;
    bool there = json_read(line, strlen(line), &error, NULL) == JSON_OK &&
                 is_at_or_below(text_of(error, "path"), place);

    if (there)
        print(error);
    json_object_put(error);
    return there;
}

/* From the newest line on, which is the last one. */
static bool print_newest(const char *journal, const char *place)
{
    char *text = strdup(journal);
    bool found = false;

    for (size_t end = text != NULL ? strlen(text) : 0; end > 0 && !found;) {
        text[end] = '\0';
        while (end > 0 && text[end - 1] == '\n')
            text[--end] = '\0';
        while (end > 0 && text[end - 1] != '\n')
            end--;
        found = text[end] != '\0' && print_if_there(text + end, place);
    }
    free(text);
    return found;
}

/* In the journal, and in what it was before it was begun anew. */
static int look(const struct mountpoint_ours *ours, const char *place, struct problem *problem)
{
    static const char *const journals[] = {"errors.jsonl", "errors.jsonl.1"};
    bool found = false;

    for (size_t i = 0; i < sizeof journals / sizeof journals[0] && !found; i++) {
        struct buf text = BUF_EMPTY;
        int rc = running_read(ours, journals[i], &text, problem);
        found = rc == 0 && print_newest(buf_text(&text), place);
        buf_finish(&text);
        if (rc != 0)
            return i == 0 ? -1 : 1; /* the older one need not be there */
    }
    return found ? 0 : 1;
}

static int ask(const struct mountpoint_ours *ours, const struct buf *rest, struct problem *problem)
{
    struct buf place = BUF_EMPTY;
    int rc = path_within(ours, rest, &place)
                 ? look(ours, buf_text(&place), problem)
                 : problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");

    buf_finish(&place);
    return rc;
}

int why_mode_run(const struct options *options)
{
    struct mountpoint_ours ours = {.fd = -1};
    struct problem problem = {.kind = PROBLEM_NONE};
    struct buf rest = BUF_EMPTY;
    int rc = find_mount(options->mount_point != NULL ? options->mount_point : ".", &ours, &rest,
                        &problem);

    if (rc == 0) {
        rc = ask(&ours, &rest, &problem);
        mountpoint_ours_finish(&ours);
    }
    buf_finish(&rest);
    if (rc < 0)
        log_complain("%s", problem.message);
    return rc < 0 ? EXIT_UNKNOWN : rc;
}
