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
    const struct kind *kind; /* whose object it is at */
    bool has_secret;
    struct problem *problem;
};

/* Each returns false. */
static bool refuse(const struct check *check, const struct key_path *path, const char *what)
{
    problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: %s: %s", check->path,
                key_words(path).text, what);
    return false;
}

static bool refuse_type(const struct check *check, const struct key_path *path, const char *wanted)
{
    problem_set(check->problem, PROBLEM_INVALID, "defaults=%s: %s: %s is wanted", check->path,
                key_words(path).text, wanted);
    return false;
}

/* --- fields ---- */

static bool check_key(const struct visitor *visitor, const struct visit *key)
{
    struct check *check = visitor->ctx;
    const struct field *field = key->field;
    struct json_view value = key->at[0];

    if (field == NULL)
        return refuse(check, &key->path, "there is no such field");
    if ((field->flags & FIELD_CREATE) == 0)
        return refuse(check, &key->path, "it can't be given for a new one");
    if (!field_accepts(field, value))
        return refuse_type(check, &key->path, field_type_words(field));
    if (field_looks_like_bytes(field, value))
        return refuse(check, &key->path, "sizes are in GB, that looks like bytes");
    if ((field->flags & FIELD_SECRET) == 0)
        return true;
    check->has_secret = true;
    return !document_is_masked(value) ||
           refuse(check, &key->path, "that is only the mask of a secret");
}

static bool enter(const struct visitor *visitor, struct visit *key)
{
    return check_key(visitor, key);
}

static bool nests(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return key->field != NULL && key->field->members != NULL;
}

/* Which API there is may not be known yet: any of them may know the field so. The problem is that
 * of the first that knows the key, else of the first. */
static bool check_in_dialects(struct check *check, const struct visit *key)
{
    const struct visitor visitor = {
        .nests = nests, .leaf = check_key, .enter = enter, .ctx = check};
    struct problem kept = {0};
    bool known = false;

    for (int i = 0; i < DIALECT_COUNT; i++) {
        const struct field *fields = check->kind->shapes[i].fields;
        struct visit there = *key;
        if (check->dialect >= 0 && check->dialect != i)
            continue;
        there.field = field_find(fields, key->path.key, strlen(key->path.key));
        if (visit_key(&visitor, &there))
            return true;
        if (kept.kind == PROBLEM_NONE || (there.field != NULL && !known))
            kept = *check->problem;
        known = known || there.field != NULL;
    }
    *check->problem = kept;
    return false;
}

/* --- kinds ---- */

static bool check_machine(struct check *check, const struct visit *key)
{
    const char *machine_key = check->kind->machine_key;
    struct buf id = BUF_EMPTY;

    if (machine_key == NULL || strcmp(machine_key, key->path.key) != 0)
        return true;
    bool valid = json_view_text(key->at[0], &id) && id_is_valid(buf_text(&id));
    buf_finish(&id);
    return valid || refuse(check, &key->path, "that is no ID of a machine");
}

static bool check_member(const struct visitor *visitor, const struct visit *key)
{
    struct check *check = visitor->ctx;

    if (strcmp(key->path.key, "name") == 0)
        return refuse(check, &key->path, "the name is that of the directory");
    return check_in_dialects(check, key) && check_machine(check, key);
}

static int take_kind(struct check *check, const struct kind *kind, struct json_object *object,
                     struct defaults *out)
{
    const struct visitor visitor = {.leaf = check_member, .ctx = check};
    const struct visit file = {.up = NULL};
    const struct visit root = {
        .path = {NULL, kind->plural}, .up = &file, .at = {json_view_of(object)}};
    struct buf text = BUF_EMPTY;

    check->kind = kind;
    if (!json_object_is_type(object, json_type_object))
        refuse_type(check, &root.path, "an object");
    else if (visit_all(&visitor, NULL, &root) && json_print(&text, object))
        out->of[kind_index(kind)] = text.data;
    return text.data == NULL ? -1 : 0;
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
            return refuse(check, &path, "nothing of that name can be created") ? 0 : -1;
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
