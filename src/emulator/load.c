/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/load.h"

#include "emulator/ids.h"
#include "emulator/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Generated snapshots are a second apart from here on: 1 January 2021. */
#define POPULATE_START ((int64_t)1609459200000)
#define POPULATE_STEP  1000

/* The kind's key in the data file. */
static const char *key_of(const struct emu_kind *kind)
{
    const char *slash = strrchr(kind->path, '/');

    return slash == NULL ? kind->path : slash + 1;
}

/* When a resource was created; one that does not say so counts as new. */
static int64_t created_of(struct json_object *doc, int64_t now)
{
    const char *date = json_string_member(doc, "dtCreated");
    int64_t created;

    return date != NULL && emu_date_parse(date, &created) ? created : now;
}

static bool add_text(struct emulator *emulator, const struct emu_kind *kind, const char *text)
{
    struct json_object *doc;

    return json_read(text, strlen(text), &doc, NULL) == JSON_OK &&
           emu_collection_add(emu_items(emulator, kind), doc, created_of(doc, POPULATE_START)) !=
               NULL;
}

/* From the last to the first, since what is added later counts as newer. */
static bool load_sample(struct emulator *emulator, const struct emu_kind *kind)
{
    const char *const *texts = emu_shape(emulator, kind)->sample;
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL)
        count++;
    while (count-- > 0)
        if (!add_text(emulator, kind, texts[count]))
            return false;
    return true;
}

/* A kind of one is always there. */
static bool load_sample_document(struct emu_stock *stock, const char *text)
{
    return stock->document != NULL ||
           json_read(text, strlen(text), &stock->document, NULL) == JSON_OK;
}

/* Some two hundred snapshots per machine, at least four machines. */
static size_t machine_count(size_t snapshots)
{
    return snapshots / 200 + 4;
}

static bool populate(struct emulator *emulator, const struct emu_kind *kind, size_t count)
{
    char id[EMU_ID_SIZE], machine[EMU_ID_SIZE], date[EMU_DATE_SIZE];

    for (size_t i = 0; i < count; i++) {
        int64_t created = POPULATE_START + (int64_t)i * POPULATE_STEP;
        struct json_object *doc;

        emu_id_new(emulator, kind, id);
        emu_id_from(i % machine_count(count), "ps", 10, machine);
        emu_date_text(created, date);
        doc = emu_shape(emulator, kind)->populate(i + 1, id, machine, date);
        if (emu_collection_add(emu_items(emulator, kind), doc, created) == NULL)
            return false;
    }
    return true;
}

static bool load_element(struct emulator *emulator, const struct emu_kind *kind,
                         struct json_object *doc, char *problem, size_t size)
{
    const char *id = json_string_member(doc, "id");

    if (id == NULL || !*id)
        snprintf(problem, size, "not an object with a string id");
    else if (emu_collection_find(emu_items(emulator, kind), id) != NULL)
        snprintf(problem, size, "its id %s is there twice", id);
    else if (emu_collection_add(emu_items(emulator, kind), json_object_get(doc),
                                created_of(doc, emu_now(emulator))) != NULL)
        return true;
    else
        snprintf(problem, size, "out of memory");
    return false;
}

static bool load_array(struct emulator *emulator, const struct emu_kind *kind,
                       struct json_object *array, char *problem, size_t size)
{
    char detail[120];
    int used;

    if (!json_object_is_type(array, json_type_array)) {
        snprintf(problem, size, "%s is not an array", key_of(kind));
        return false;
    }
    for (size_t i = json_object_array_length(array); i-- > 0;) {
        if (load_element(emulator, kind, json_object_array_get_idx(array, i), detail,
                         sizeof detail))
            continue;
        used = snprintf(problem, size, "%s[%zu]: %s", key_of(kind), i, detail);
        return used < 0;
    }
    return true;
}

static bool load_one(struct emu_stock *stock, struct json_object *value, char *problem, size_t size)
{
    if (!json_object_is_type(value, json_type_object)) {
        snprintf(problem, size, "%s is not an object", key_of(stock->kind));
        return false;
    }
    stock->document = json_object_get(value);
    return true;
}

/* What has the kind of a key; NULL if this dialect has none such. */
static struct emu_stock *find_stock(struct emulator *emulator, const char *key)
{
    for (size_t i = 0; i < emulator->stock_count; i++) {
        const struct emu_kind *kind = emulator->stocks[i].kind;

        if (kind->holds != EMU_NONE && emu_shape(emulator, kind)->routes != NULL &&
            strcmp(key_of(kind), key) == 0)
            return &emulator->stocks[i];
    }
    return NULL;
}

static bool load_member(struct emulator *emulator, const char *key, struct json_object *value,
                        char *problem, size_t size)
{
    struct emu_stock *stock = find_stock(emulator, key);

    if (stock == NULL) {
        snprintf(problem, size, "unknown key %s", key);
        return false;
    }
    return stock->kind->holds == EMU_ONE ? load_one(stock, value, problem, size)
                                         : load_array(emulator, stock->kind, value, problem, size);
}

static bool load_document(struct emulator *emulator, struct json_object *root, char *problem,
                          size_t size)
{
    if (!json_object_is_type(root, json_type_object)) {
        snprintf(problem, size, "not a JSON object");
        return false;
    }
    json_object_object_foreach (root, key, value) {
        if (!load_member(emulator, key, value, problem, size))
            return false;
    }
    return true;
}

static bool load_text(struct emulator *emulator, const char *text, size_t length, char *problem,
                      size_t size)
{
    struct json_object *root;
    struct json_fault fault;
    bool good;

    if (json_read(text, length, &root, &fault) != JSON_OK) {
        snprintf(problem, size, "not valid JSON in line %u", fault.line);
        return false;
    }
    good = load_document(emulator, root, problem, size);
    json_object_put(root);
    return good;
}

/* A file's content, malloc'd; NULL with errno set. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;

    if (file == NULL)
        return NULL;
    errno = 0;
    for (*length = 0; !feof(file) && !ferror(file);) {
        char *bigger = realloc(text, room = room * 2 + 65536);

        if (bigger == NULL)
            break;
        text = bigger;
        *length += fread(text + *length, 1, room - *length, file);
    }
    if (!feof(file)) {
        free(text);
        text = NULL;
        errno = errno ? errno : EIO;
    }
    fclose(file);
    return text;
}

static bool load_file(struct emulator *emulator, const char *path, char *err, size_t err_size)
{
    char problem[200];
    size_t length;
    char *text = read_file(path, &length);
    bool good;

    if (text == NULL) {
        snprintf(err, err_size, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    good = load_text(emulator, text, length, problem, sizeof problem);
    if (!good)
        snprintf(err, err_size, "%s: %s", path, problem);
    free(text);
    return good;
}

/* What no data file has said: all that is there without one. */
static bool load_rest(struct emulator *emulator, const struct emulator_config *config,
                      struct emu_stock *stock)
{
    const struct emu_shape *shape = emu_shape(emulator, stock->kind);

    if (shape->sample != NULL && stock->kind->holds == EMU_ONE)
        return load_sample_document(stock, shape->sample[0]);
    if (config->data_file != NULL)
        return true;
    if (config->populate > 0 && shape->populate != NULL)
        return populate(emulator, stock->kind, config->populate);
    return load_sample(emulator, stock->kind);
}

bool emu_load(struct emulator *emulator, const struct emulator_config *config, char *err,
              size_t err_size)
{
    bool good = true;

    if (config->data_file != NULL && !load_file(emulator, config->data_file, err, err_size))
        return false;
    for (size_t i = 0; good && i < emulator->stock_count; i++)
        good = load_rest(emulator, config, &emulator->stocks[i]);
    if (!good)
        snprintf(err, err_size, "out of memory");
    return good;
}
