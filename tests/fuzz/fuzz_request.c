/* SPDX-License-Identifier: MIT */
/* What the emulator makes of a request: its target, then its body (0xFF between them). */
#include "config.h"

#include "emulator/emu_json.h"
#include "emulator/request.h"
#include "fuzz.h"

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
    json_object *value = NULL, *again = NULL;
    size_t offset = 0, length;

    if (!emu_json_parse(request->body, request->body_length, &value, &offset)) {
        FUZZ_CHECK(offset <= request->body_length);
        return;
    }
    char *text = emu_json_text(value, &length);
    FUZZ_CHECK(text != NULL);
    FUZZ_CHECK(emu_json_parse(text, length, &again, &offset));
    char *twice = emu_json_text(again, &length);
    FUZZ_CHECK(twice != NULL && strcmp(text, twice) == 0);
    free(text);
    free(twice);
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
