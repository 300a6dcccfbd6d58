/* SPDX-License-Identifier: MIT */
/*
 * A text written to a document: kind and dialect are the first bytes, then the resource as the
 * server has it, then the text (0xFF between them).
 */
#include "config.h"

#include "fuzz.h"
#include "document/document.h"
#include "util/json.h"

#include <string.h>

static struct record *read_record(const struct kind *kind, enum dialect dialect, const char *text,
                                  size_t length)
{
    struct json_object *object = NULL;
    struct problem problem = {0};

    if (json_read(text, length, &object, NULL) != JSON_OK)
        return NULL;
    struct record *record = record_from_json(kind, dialect, object, &problem);
    json_object_put(object);
    return record;
}

/* What is to be sent is JSON; what was refused says why. */
static void look_at(int result, struct document_change *change, const struct problem *problem)
{
    struct json_object *object = NULL;

    if (result != 0) {
        FUZZ_CHECK(problem->err != 0 && problem->message[0] != '\0');
        return;
    }
    if (change->changed)
        FUZZ_CHECK(json_read(change->body.data, change->body.size_bytes, &object, NULL) == JSON_OK);
    json_object_put(object);
    document_change_finish(change);
}

static void edit(enum dialect dialect, struct record *record, const char *text, size_t length)
{
    struct document_change change = {0};
    struct problem problem = {0};

    look_at(document_edit(dialect, record, NULL, text, length, &change, &problem), &change,
            &problem);
}

/* A document as it is shown is an edit that changes nothing. */
static void write_back(enum dialect dialect, struct record *record)
{
    struct document_change change = {0};
    struct problem problem = {0};
    struct buf text = BUF_EMPTY;

    FUZZ_CHECK(document_render(record, false, &text));
    if (document_edit(dialect, record, NULL, text.data, text.size_bytes, &change, &problem) == 0) {
        FUZZ_CHECK(!change.changed);
        document_change_finish(&change);
    }
    buf_finish(&text);
}

static void draft(const struct kind *kind, enum dialect dialect, const char *text, size_t length)
{
    struct record_list peers = RECORD_LIST_EMPTY;
    struct buf values = BUF_EMPTY, missing = BUF_EMPTY;
    struct document_change change = {0};
    struct problem problem = {0};

    if (document_draft_apply(kind, dialect, &peers, text, length, &values, &problem) == 0 &&
        document_draft_body(kind, dialect, "fresh", 5, values.size_bytes > 0 ? values.data : "",
                            NULL, &change, &missing))
        look_at(0, &change, &problem);
    buf_finish(&values);
    buf_finish(&missing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct kind *kind = kinds_all[fuzz_byte(&data, &size) % KINDS_COUNT];
    enum dialect dialect = fuzz_byte(&data, &size) % DIALECT_COUNT;
    size_t resource_length, length;
    char *resource = fuzz_text(&data, &size, &resource_length);
    char *text = fuzz_text(&data, &size, &length);
    struct record *record = read_record(kind, dialect, resource, resource_length);

    if (record != NULL) {
        edit(dialect, record, text, length);
        write_back(dialect, record);
    }
    if (kind->shapes[dialect].fields != NULL && !kind->singleton)
        draft(kind, dialect, text, length);
    record_unref(record);
    free(resource);
    free(text);
    return 0;
}
