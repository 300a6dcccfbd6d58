/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_control.h"

#include "emulator/behaviour.h"
#include "emulator/fault.h"
#include "emulator/emu_record.h"
#include "emulator/validate.h"

#include <string.h>

static void list_records(struct emulator *emulator, const struct emu_request *request,
                         struct emu_answer *answer)
{
    (void)request;
    emu_record_list(emulator, answer);
}

static void clear_records(struct emulator *emulator, const struct emu_request *request,
                          struct emu_answer *answer)
{
    (void)request;
    emu_record_clear(emulator);
    emu_answer_text(answer, 204, NULL);
}

static void list_faults(struct emulator *emulator, const struct emu_request *request,
                        struct emu_answer *answer)
{
    (void)request;
    emu_fault_list(emulator, answer);
}

static void clear_faults(struct emulator *emulator, const struct emu_request *request,
                         struct emu_answer *answer)
{
    (void)request;
    emu_fault_clear(emulator);
    emu_answer_text(answer, 204, NULL);
}

static const char *const silences[] = {"open", "all", "none", NULL};

static const struct emu_field silence_fields[] = {
    {.name = "connections", .types = EMU_STRING, .required = true, .values = silences},
    {.name = NULL},
};

static void silence(struct emulator *emulator, const struct emu_request *request,
                    struct emu_answer *answer)
{
    struct json_object *body = emu_validate_body(request, silence_fields, answer);
    const char *which;

    if (body == NULL)
        return;
    which = json_string_member(body, "connections");
    emulator->silent_connections = strcmp(which, "open") == 0  ? emulator->connections
                                   : strcmp(which, "all") == 0 ? UINT64_MAX
                                                               : 0;
    json_object_put(body);
    emu_answer_text(answer, 204, NULL);
}

static const struct {
    const char *method;
    const char *path;
    void (*answer)(struct emulator *emulator, const struct emu_request *request,
                   struct emu_answer *answer);
} operations[] = {
    {"GET", "requests", list_records},  {"DELETE", "requests", clear_records},
    {"GET", "faults", list_faults},     {"POST", "faults", emu_fault_add},
    {"DELETE", "faults", clear_faults}, {"POST", "config", emu_behaviour_change},
    {"POST", "silence", silence},
};

bool emu_control_wants(const struct emulator *emulator, const struct emu_request *request)
{
    return emulator->control && !request->in_api && request->segment_count == 2 &&
           strcmp(request->segments[0], "_control") == 0;
}

void emu_control_answer(struct emulator *emulator, const struct emu_request *request,
                        struct emu_answer *answer)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].method, request->method) == 0 &&
            strcmp(operations[i].path, request->segments[1]) == 0) {
            operations[i].answer(emulator, request, answer);
            return;
        }
    emu_answer_error(answer, 404, "No such control operation");
}
