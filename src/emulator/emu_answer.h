/* SPDX-License-Identifier: MIT */
/*
 * The answer to one request, while it is being made. Plain memory, owned by
 * the thread that answers: no lock is needed.
 */
#ifndef EMULATOR_EMU_ANSWER_H
#define EMULATOR_EMU_ANSWER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMU_ANSWER_HEADERS 16

struct emu_header {
    char *name;
    char *value;
};

struct emu_answer {
    int status; /* 0 until there is one */
    char *body; /* malloc'd; NULL: none */
    size_t length;
    char *content_type; /* malloc'd; NULL: JSON where there is a body */
    struct emu_header headers[EMU_ANSWER_HEADERS];
    size_t header_count;
    bool legacy_errors;  /* `issues` in place of `details` */
    bool closed;         /* close the connection without answering */
    bool raw;            /* the body is all that is sent, status line included; then close */
    long truncate;       /* send only so many bytes of the body; -1: all */
    unsigned delay_ms;   /* between the operation and its answer */
    unsigned trickle_ms; /* between two bytes of the body; 0: none */

    /* What follows the body: malloc'd; without a unit nothing. */
    struct {
        char *unit; /* not empty */
        char *suffix;
        int64_t count; /* of units; negative: without end, and no suffix */
    } flood;
};

void emu_answer_init(struct emu_answer *answer);
void emu_answer_finish(struct emu_answer *answer);

/* A header more; those beyond EMU_ANSWER_HEADERS are dropped. */
void emu_answer_header(struct emu_answer *answer, const char *name, const char *value);

/* Status and text, in place of what was there; text NULL: no body. */
void emu_answer_text(struct emu_answer *answer, int status, const char *text);

/* Status and JSON. Takes over value; NULL is the literal null. */
void emu_answer_json(struct emu_answer *answer, int status, struct json_object *value);

/* An error of the API, with the code that belongs to the status. */
void emu_answer_error(struct emu_answer *answer, int status, const char *message);

/* 400 PARSE_ERROR: the body is wrong at that byte. */
void emu_answer_unparsable(struct emu_answer *answer, size_t offset);

/*
 * 400 BAD_REQUEST with the fields that are wrong: an object of field names
 * and what is wrong with each. Takes over details.
 */
void emu_answer_invalid(struct emu_answer *answer, struct json_object *details);

/* The same for one field or query parameter. */
void emu_answer_invalid_field(struct emu_answer *answer, const char *field, const char *problem);

#endif
