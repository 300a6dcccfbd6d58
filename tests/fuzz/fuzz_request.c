/* SPDX-License-Identifier: MIT */
/* What the emulator makes of a request: its target, then its body (0xFF between them). */
#include "config.h"

#include "emulator/request.h"
#include "fuzz.h"
#include "util/json.h"

#include <string.h>

static void look_at(const struct emu_request *request)
{
    for (size_t i = 0; i < request->segment_count && i < EMU_SEGMENTS; i++)
        FUZZ_CHECK(strlen(request->segments[i]) <= strlen(request->target));
    for (size_t i = 0; i < request->parameter_count; i++)
        FUZZ_CHECK(emu_request_parameter(request, request->parameters[i].name) != NULL);
    FUZZ_CHECK(request->path_length <= strlen(request->target));
}

/* JSON that is read and printed is read again as the same. */
static void read_body(const struct emu_request *request)
{
    struct json_object *value = NULL, *again = NULL;
    struct buf text = BUF_EMPTY, twice = BUF_EMPTY;
    struct json_fault fault;

    if (json_read(request->body, request->body_length, &value, &fault) != JSON_OK) {
        FUZZ_CHECK(fault.offset <= request->body_length);
        return;
    }
    FUZZ_CHECK(json_print(&text, value));
    FUZZ_CHECK(json_read(text.data, text.size_bytes, &again, NULL) == JSON_OK);
    FUZZ_CHECK(json_print(&twice, again) && strcmp(text.data, twice.data) == 0);
    buf_finish(&text);
    buf_finish(&twice);
    json_object_put(value);
    json_object_put(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *target = fuzz_text(&data, &size, NULL);
    struct emu_request *request = emu_request_new(target);

    FUZZ_CHECK(request != NULL);
    look_at(request);
    FUZZ_CHECK(emu_request_body(request, (const char *)data, size));
    if (request->body_length > 0)
        read_body(request);
    emu_request_free(request);
    free(target);
    return 0;
}
