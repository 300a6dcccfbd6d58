/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/defaults.h"

#include "config/text_file.h"
#include "document/parts.h"
#include "util/log.h"
#include "util/file_name.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define PIPE_WAIT_MS   30000

/* One look through the file. */
struct check {
    const char *path;
    int dialect;
    bool has_secret;
    struct problem *problem;
};

static int refuse(const struct check *check, const struct key_path *path, const char *what)
{
    return problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: %s: %s", check->path,
                       key_words(path).text, what);
}

static int refuse_type(const struct check *check, const struct key_path *path, const char *wanted)
{
    return problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: %s: %s is wanted",
                       check->path, key_words(path).text, wanted);
}

/* --- fields ---- */

static int check_members(struct check *check, const struct key_path *up, const struct field *fields,
                         struct json_object *object);

static int check_type(struct check *check, const struct key_path *path, const struct field *field,
                      struct json_object *value)
{
    if (value == NULL || !field_accepts(field, value))
        return refuse_type(check, path, field_type_words(field));
    if (field_looks_like_bytes(field, value))
        return refuse(check, path, "sizes are in GB, that looks like bytes");
    if ((field->flags & FIELD_SECRET) == 0)
        return 0;
    check->has_secret = true;
    return document_is_masked(value) ? refuse(check, path, "that is only the mask of a secret") : 0;
}

static int check_field(struct check *check, const struct key_path *path, const struct field *fields,
                       struct json_object *value)
{
    const struct field *field = field_find(fields, path->key, strlen(path->key));

    if (field == NULL)
        return refuse(check, path, "there is no such field");
    if ((field->flags & FIELD_CREATE) == 0)
        return refuse(check, path, "it can't be given for a new one");
    int rc = check_type(check, path, field, value);
    if (rc == 0 && field->members != NULL)
        rc = check_members(check, path, field->members, value);
    return rc;
}

static int check_members(struct check *check, const struct key_path *up, const struct field *fields,
                         struct json_object *object)
{
    json_object_object_foreach (object, key, value) {
        const struct key_path path = {up, key};

        if (check_field(check, &path, fields, value) != 0)
            return -1;
    }
    return 0;
}

/* --- kinds ---- */

/* Which API there is may not be known yet: any of them may know the field so. The problem is that
 * of the first that knows the key, else of the first. */
static int check_in_dialects(struct check *check, const struct kind *kind,
                             const struct key_path *path, struct json_object *value)
{
    struct problem kept = {0};
    bool known = false;

    for (int i = 0; i < DIALECT_COUNT; i++) {
        const struct field *fields = kind->shapes[i].fields;
        if (check->dialect >= 0 && check->dialect != i)
            continue;
        if (check_field(check, path, fields, value) == 0)
            return 0;
        bool knows = field_find(fields, path->key, strlen(path->key)) != NULL;
        if (kept.kind == PROBLEM_NONE || (knows && !known))
            kept = *check->problem;
        known = known || knows;
    }
    *check->problem = kept;
    return -1;
}

static int check_machine(struct check *check, const struct kind *kind, const struct key_path *path,
                         struct json_object *value)
{
    if (kind->machine_key == NULL || strcmp(kind->machine_key, path->key) != 0 ||
        id_is_valid(json_object_get_string(value)))
        return 0;
    return refuse(check, path, "that is no ID of a machine");
}

static int check_member(struct check *check, const struct kind *kind, const struct key_path *path,
                        struct json_object *value)
{
    if (strcmp(path->key, "name") == 0)
        return refuse(check, path, "the name is that of the directory");
    if (check_in_dialects(check, kind, path, value) != 0)
        return -1;
    return check_machine(check, kind, path, value);
}

static int take_kind(struct check *check, const struct kind *kind, struct json_object *object,
                     struct defaults *out)
{
    const struct key_path up = {NULL, kind->plural};
    struct buf text = BUF_EMPTY;

    if (!json_object_is_type(object, json_type_object))
        return refuse_type(check, &up, "an object");
    json_object_object_foreach (object, key, value) {
        const struct key_path path = {&up, key};

        if (check_member(check, kind, &path, value) != 0)
            return -1;
    }
    if (!json_print(&text, object))
        return problem_set(check->problem, PROBLEM_NO_MEMORY, "out of memory");
    out->of[kind_index(kind)] = text.data;
    return 0;
}

static const struct kind *find_kind(const char *plural)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (kinds_all[i]->create != CREATE_NOT && kinds_all[i]->plural != NULL &&
            strcmp(kinds_all[i]->plural, plural) == 0)
            return kinds_all[i];
    return NULL;
}

static int take_kinds(struct check *check, struct json_object *file, struct defaults *out)
{
    json_object_object_foreach (file, key, value) {
        const struct kind *kind = find_kind(key);
        const struct key_path path = {NULL, key};

        if (kind == NULL)
            return refuse(check, &path, "nothing of that name can be created");
        if (take_kind(check, kind, value, out) != 0)
            return -1;
    }
    return 0;
}

/* --- the file ---- */

/* Words for a fault never repeat what the file holds but for keys. */
static int parse(const struct check *check, const char *text, struct json_object **out)
{
    struct json_fault fault;
    enum json_result result = json_read(text, strlen(text), out, &fault);

    if (result == JSON_OK && json_object_is_type(*out, json_type_object))
        return 0;
    if (result == JSON_OK)
        json_object_put(*out);
    if (result == JSON_INVALID)
        return problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: line %u: %s", check->path,
                           fault.line, fault.message);
    return problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: %s", check->path,
                       result == JSON_OK ? "one JSON object is wanted" : "the JSON has no end");
}

static int take_text(struct check *check, const char *text, struct defaults *out)
{
    struct json_object *file;

    if (parse(check, text, &file) != 0)
        return -1;
    int rc = take_kinds(check, file, out);
    json_object_put(file);
    return rc;
}

int defaults_read(const char *path, int dialect, struct defaults *out, struct problem *problem)
{
    struct check check = {.path = path, .dialect = dialect, .problem = problem};
    struct stat st;
    struct problem cause;
    char *text = text_file_read(path, FILE_MAX_BYTES, PIPE_WAIT_MS, &st, &cause);

    *out = (struct defaults){0};
    if (text == NULL)
        return problem_set(problem, cause.kind, "defaults=%s: can't be read: %s", path,
                           cause.message);
    int rc = take_text(&check, text, out);
    text_wipe_free(text);
    if (rc != 0)
        defaults_finish(out);
    else if (check.has_secret && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
        log_warning("%s: other users can read the secrets: chmod 600 %s", path, path);
    return rc;
}

void defaults_finish(struct defaults *defaults)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        text_wipe_free(defaults->of[i]);
    *defaults = (struct defaults){0};
}
