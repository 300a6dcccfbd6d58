/* SPDX-License-Identifier: MIT */
/* An HTTP answer that is no success, as a problem: one table of statuses, every shape of error. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include "api/text.h"
#include "http/http.h"
#include "util/scrub.h"
#include "util/problem.h"

#include <stdbool.h>

/* Fills `problem` from an answer outside of 200 to 299: kind, status, and what the body says in
 * any of the shapes {code, message, details}, {issues: [{message}]}, {error: {…}}, {error: "…"},
 * HTML, other text or nothing. A refusal of a POST or PUT that speaks of a quota, limit or plan
 * is PROBLEM_QUOTA. `hidden` is taken out of the words (scrub_foreign). Returns whether the message
 * is the API's own; else it is the first words of a text, or the standard phrase of the status. */
bool answer_problem(enum http_method method, const struct http_response *response,
                    const struct scrub *hidden, struct problem *problem);

#endif
