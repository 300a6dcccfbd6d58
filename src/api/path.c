/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/path.h"

#include "http/http.h"
#include "util/file_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *path_join(const char *base, const char *id, const char *tail, struct problem *problem)
{
    char *segment = http_escape(id);
    char *path = NULL;

    if (segment == NULL ||
        asprintf(&path, "%s%s%s%s", base, *id == '\0' ? "" : "/", segment, tail) < 0) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        path = NULL;
    }
    free(segment);
    return path;
}

/* Whether base/id is where another kind lives. */
static bool is_taken(const char *base, const char *id)
{
    size_t size = strlen(base);

    for (size_t i = 0; kinds_all[i] != NULL; i++) {
        const char *path = kinds_all[i]->path;
        if (strncmp(path, base, size) == 0 && path[size] == '/' && strcmp(path + size + 1, id) == 0)
            return true;
    }
    return false;
}

char *path_of(const struct kind *kind, const char *id, const char *tail, struct problem *problem)
{
    if (id == NULL)
        return path_join(kind->path, "", tail, problem);
    if (!id_is_valid(id)) {
        problem_set(problem, PROBLEM_INVALID, "what was given as the id of a %s is none",
                    kind->noun);
        return NULL;
    }
    if (is_taken(kind->path, id)) {
        problem_set(problem, PROBLEM_NOT_FOUND, "%s/%s is no %s", kind->path, id, kind->noun);
        return NULL;
    }
    return path_join(kind->path, id, tail, problem);
}
