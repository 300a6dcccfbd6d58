/* SPDX-License-Identifier: MIT */
/* How a transfer ended, as an answer or as a problem: the one place where a CURLcode is read. */
#ifndef HTTP_OUTCOME_H
#define HTTP_OUTCOME_H

#include "http/transfer.h"

/* Fills the transfer's result, response and problem from how libcurl ended it. The easy handle,
 * if there is one, still exists. The http thread, without the lock. */
void outcome_fill(struct transfer *transfer, CURLcode code);
/* The problem of a caller that leaves a transfer which is not done: its token fired for `reason`,
 * or (CANCEL_NONE) the request's own time was over. With the http's lock held. Returns -1. */
int outcome_left(const struct transfer *transfer, enum cancel_reason reason,
                 struct problem *problem);

#endif
