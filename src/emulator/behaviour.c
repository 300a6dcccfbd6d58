/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/behaviour.h"

#include "emulator/validate.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Eleven days and more: long enough to count as never. */
#define LONGEST_EVENT_MS ((int64_t)1000000000)

static const char *const end_cursors[] = {"null", "absent", "empty", NULL};
static const char *const etag_forms[] = {"none", "strong", "weak", "bare", "changing", NULL};
static const char *const region_forms[] = {"code", "upper", "label", NULL};

static const struct emu_field fields[] = {
    {.name = "clockMs", .types = EMU_INTEGER},
    {.name = "eventMs", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "eventFails", .types = EMU_BOOLEAN},
    {.name = "eventErrorNull", .types = EMU_BOOLEAN},
    {.name = "dropS3ConfigInList", .types = EMU_BOOLEAN},
    {.name = "maskSecrets", .types = EMU_BOOLEAN},
    {.name = "duplicateAcrossPages", .types = EMU_BOOLEAN},
    {.name = "repeatCursor", .types = EMU_BOOLEAN},
    {.name = "ignoreOrder", .types = EMU_BOOLEAN},
    {.name = "strictQuery", .types = EMU_BOOLEAN},
    {.name = "legacyErrors", .types = EMU_BOOLEAN},
    {.name = "etag", .types = EMU_STRING, .values = etag_forms},
    {.name = "endCursor", .types = EMU_STRING, .values = end_cursors},
    {.name = "regions", .types = EMU_STRING, .values = region_forms},
    {.name = "forbid", .types = EMU_ARRAY, .check = emu_check_string_list},
    {.name = NULL},
};

static void set_ms(void *target, struct json_object *value)
{
    int64_t ms = json_object_get_int64(value);

    *(int64_t *)target = ms < LONGEST_EVENT_MS ? ms : LONGEST_EVENT_MS;
}

static void set_switch(void *target, struct json_object *value)
{
    *(bool *)target = json_object_get_boolean(value);
}

static void set_text(void *target, struct json_object *value)
{
    char **text = target;

    free(*text);
    *text = strdup(json_object_get_string(value));
}

static void set_list(void *target, struct json_object *value)
{
    struct json_object **list = target;

    json_object_put(*list);
    *list = json_object_get(value);
}

static const struct {
    const char *name;
    void (*set)(void *target, struct json_object *value);
    size_t offset;
} switches[] = {
    {"clockMs", set_ms, offsetof(struct emu_behaviour, clock_ms)},
    {"eventMs", set_ms, offsetof(struct emu_behaviour, event_ms)},
    {"eventFails", set_switch, offsetof(struct emu_behaviour, event_fails)},
    {"eventErrorNull", set_switch, offsetof(struct emu_behaviour, event_error_null)},
    {"dropS3ConfigInList", set_switch, offsetof(struct emu_behaviour, drop_s3config_in_list)},
    {"maskSecrets", set_switch, offsetof(struct emu_behaviour, mask_secrets)},
    {"duplicateAcrossPages", set_switch, offsetof(struct emu_behaviour, duplicate_across_pages)},
    {"repeatCursor", set_switch, offsetof(struct emu_behaviour, repeat_cursor)},
    {"ignoreOrder", set_switch, offsetof(struct emu_behaviour, ignore_order)},
    {"strictQuery", set_switch, offsetof(struct emu_behaviour, strict_query)},
    {"legacyErrors", set_switch, offsetof(struct emu_behaviour, legacy_errors)},
    {"etag", set_text, offsetof(struct emu_behaviour, etag)},
    {"endCursor", set_text, offsetof(struct emu_behaviour, end_cursor)},
    {"regions", set_text, offsetof(struct emu_behaviour, regions)},
    {"forbid", set_list, offsetof(struct emu_behaviour, forbid)},
};

void emu_behaviour_change(struct emulator *emulator, const struct emu_request *request,
                          struct emu_answer *answer)
{
    struct json_object *body = emu_validate_body(request, fields, answer);
    char *base = (char *)&emulator->behaviour;
    struct json_object *value;

    if (body == NULL)
        return;
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (json_object_object_get_ex(body, switches[i].name, &value))
            switches[i].set(base + switches[i].offset, value);
    json_object_put(body);
    emu_answer_text(answer, 204, NULL);
}

void emu_behaviour_finish(struct emulator *emulator)
{
    free(emulator->behaviour.end_cursor);
    free(emulator->behaviour.etag);
    free(emulator->behaviour.regions);
    json_object_put(emulator->behaviour.forbid);
}
