/* SPDX-License-Identifier: MIT */
/* A transfer as an easy handle: all options and callbacks. The http thread only. */
#ifndef HTTP_EASY_H
#define HTTP_EASY_H

#include "http/transfer.h"

/* Makes transfer->easy, ready to be added to the multi, with what is left of the time.
 * Else transfer->easy is NULL, and the code says why. */
CURLcode easy_create(struct transfer *transfer);
/* The transfer that a handle belongs to. */
struct transfer *easy_transfer(CURL *easy);

#endif
