/* SPDX-License-Identifier: MIT */
/* Bodies of requests against rows of fields. */
#ifndef EMULATOR_VALIDATE_H
#define EMULATOR_VALIDATE_H

#include "emulator/emu_answer.h"
#include "emulator/core.h"
#include "emulator/request.h"

/* Checks for struct emu_field. */
const char *emu_check_positive(struct json_object *value);
const char *emu_check_not_negative(struct json_object *value);
const char *emu_check_id(struct json_object *value);
const char *emu_check_uri(struct json_object *value);
const char *emu_check_header_map(struct json_object *value);
const char *emu_check_string_list(struct json_object *value);

/* Can be an id: anything but "", "." and "..". */
bool emu_is_id(const char *text);

/*
 * The object in the request's body, valid by the fields, owned by the caller;
 * NULL with the answer set to what is wrong with it.
 */
struct json_object *emu_validate_body(const struct emu_request *request,
                                      const struct emu_field *fields, struct emu_answer *answer);

/*
 * What is wrong with an object by the fields: an object of field names (a
 * nested one as s3Config.region) and problems; NULL if it is valid.
 */
struct json_object *emu_validate(struct json_object *body, const struct emu_field *fields);

#endif
