/* SPDX-License-Identifier: MIT */
/*
 * One request, as received and taken apart. Owned by the thread that serves
 * its connection: no lock is needed.
 */
#ifndef EMULATOR_REQUEST_H
#define EMULATOR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer body is answered with 413. */
#define EMU_BODY_LIMIT ((size_t)1 << 20)

#define EMU_SEGMENTS 4

struct emu_parameter {
    const char *name; /* both percent-decoded, borrowed from the request */
    const char *value;
};

struct emu_request {
    char *target;       /* path and query as received */
    const char *path;   /* in target: without /v1, with the query */
    size_t path_length; /* of path up to its query */
    bool in_api;        /* it had /v1 */
    bool malformed;     /* wrong percent-encoding, or a NUL */

    char *segments[EMU_SEGMENTS]; /* of the path, decoded */
    size_t segment_count;         /* may exceed EMU_SEGMENTS */
    struct emu_parameter *parameters;
    size_t parameter_count;
    char *decoded; /* what segments and parameters point into */

    char *method;
    char *authorization; /* NULL if there was none */
    char *user_agent;    /* NULL if there was none */
    char *if_none_match; /* likewise */
    uint64_t connection;

    char *body; /* as received, not NUL-terminated */
    size_t body_length;
    size_t body_room;
    bool body_too_large; /* what came beyond EMU_BODY_LIMIT was dropped */
};

/* A request for that target, NULL without memory. */
struct emu_request *emu_request_new(const char *target);
void emu_request_free(struct emu_request *request);

/* Appends to the body; false without memory. */
bool emu_request_body(struct emu_request *request, const char *data, size_t size);

/* The first query parameter of that name, NULL if there is none. */
const char *emu_request_parameter(const struct emu_request *request, const char *name);

/* The id in the path, which is its second segment. */
const char *emu_request_id(const struct emu_request *request);

#endif
