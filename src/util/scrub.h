/* SPDX-License-Identifier: MIT */
/*
 * Secrets taken out of words that are to be shown. Pure; any thread.
 *
 * Who is sent a secret may send it back: as it stands or escaped, for another program than this
 * one, whole or a part of it. So what counts is what a text says once its escapes are read
 * (util/unescape.h), also those within others, two deep.
 */
#ifndef UTIL_SCRUB_H
#define UTIL_SCRUB_H

#include "util/buf.h"

#include <stdbool.h>

#define SCRUB_RUN_BYTES 8           /* a shorter part of a secret tells nothing */
#define SCRUB_MAX_BYTES (64 * 1024) /* of a text; the rest is cut off, far more than is shown */

/* Both end with NULL, or are NULL themselves. A secret that is empty or a mask (only '*', or
 * "****" in it) is none. `open`: what is shown anyway, such as the path and other values. */
struct scrub {
    const char *const *secrets;
    const char *const *open;
};

/* For words of somebody else: replaces each run of SCRUB_RUN_BYTES or more that the text shares
 * with a secret, and each whole secret that is shorter, by "********"; but not a run that is also a
 * part of one of the open texts. A secret of less than four bytes counts where it stands alone,
 * between other characters than letters and digits. False: no memory; the text is empty then. */
bool scrub_foreign(struct buf *text, const struct scrub *scrub);
/* For words of our own, paths, ids and dates: replaces whole secrets only. */
bool scrub_own(struct buf *text, const struct scrub *scrub);

#endif
