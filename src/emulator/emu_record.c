/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_record.h"

#include "emulator/ids.h"

#include <stdlib.h>
#include <string.h>

struct emu_record {
    int64_t arrived; /* milliseconds since 1970 */
    int status;      /* -1: not answered yet */
    char *method;
    char *path;
    char *body; /* NULL: none */
    char *user_agent;
    char *if_none_match;
    uint64_t connection;
};

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

/* Room for one more; NULL if there is none, or if nothing is recorded. */
static struct emu_record *next_record(struct emulator *emulator)
{
    size_t room = emulator->record_room ? emulator->record_room * 2 : 64;
    struct emu_record *records;

    if (!emulator->control)
        return NULL;
    if (emulator->record_count < emulator->record_room)
        return &emulator->records[emulator->record_count++];
    records = realloc(emulator->records, room * sizeof *records);
    if (records == NULL)
        return NULL;
    emulator->records = records;
    emulator->record_room = room;
    return &records[emulator->record_count++];
}

uint64_t emu_record_add(struct emulator *emulator, const struct emu_request *request)
{
    struct emu_record *record = next_record(emulator);

    if (record == NULL)
        return EMU_NOT_RECORDED;
    *record = (struct emu_record){
        .arrived = emu_now(emulator),
        .status = -1,
        .method = copy(request->method),
        .path = copy(request->path),
        .user_agent = copy(request->user_agent),
        .if_none_match = copy(request->if_none_match),
        .connection = request->connection,
    };
    if (request->body_length)
        record->body = strndup(request->body, request->body_length);
    return emulator->record_base + emulator->record_count - 1;
}

/* A record that was cleared in the meantime is not found, and not missed. */
void emu_record_status(struct emulator *emulator, uint64_t number, int status)
{
    uint64_t place = number - emulator->record_base;

    if (number != EMU_NOT_RECORDED && number >= emulator->record_base &&
        place < emulator->record_count)
        emulator->records[place].status = status;
}

/* As JSON where it is JSON, else as a string. */
static struct json_object *body_of(const struct emu_record *record)
{
    struct json_object *body;

    if (record->body == NULL)
        return NULL;
    if (json_read(record->body, strlen(record->body), &body, NULL) == JSON_OK)
        return body;
    return json_object_new_string(record->body);
}

static struct json_object *describe(const struct emu_record *record)
{
    struct json_object *object = json_object_new_object();

    emu_json_put_string(object, "method", record->method);
    emu_json_put_string(object, "path", record->path);
    emu_json_put(object, "status", record->status < 0 ? NULL : json_object_new_int(record->status));
    emu_json_put(object, "body", body_of(record));
    emu_json_put_string(object, "userAgent", record->user_agent);
    emu_json_put(object, "ifNoneMatch",
                 record->if_none_match != NULL ? json_object_new_string(record->if_none_match)
                                               : NULL);
    emu_json_put(object, "connection", json_object_new_int64((int64_t)record->connection));
    emu_json_put(object, "time", json_object_new_int64(record->arrived));
    return object;
}

void emu_record_list(const struct emulator *emulator, struct emu_answer *answer)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < emulator->record_count; i++)
        json_object_array_add(list, describe(&emulator->records[i]));
    emu_answer_json(answer, 200, list);
}

static void record_finish(struct emu_record *record)
{
    free(record->method);
    free(record->path);
    free(record->body);
    free(record->user_agent);
    free(record->if_none_match);
}

void emu_record_clear(struct emulator *emulator)
{
    for (size_t i = 0; i < emulator->record_count; i++)
        record_finish(&emulator->records[i]);
    free(emulator->records);
    emulator->records = NULL;
    emulator->record_base += emulator->record_count;
    emulator->record_count = emulator->record_room = 0;
}
