/* SPDX-License-Identifier: MIT */
/* A page that the server need not send again: what is known of it, before it is asked for, and what
 * is to be remembered of it, after. Private to this room; of one walk, in its thread. */
#ifndef API_REVALIDATE_H
#define API_REVALIDATE_H

#include "api/page.h"

/* Before the next page is asked for, with that query: where it is remembered, and its records are
 * still known as they were, sets walk->known and call.validator; else there is none. */
void revalidate_prepare(struct page_walk *walk, const char *query);
/* After the page was taken: remembers it, where its answer had an ETag and all its items are
 * resources; else forgets what was remembered. One that is unchanged stays remembered. */
void revalidate_note(struct page_walk *walk, size_t skipped_before);
/* Lets go what was prepared. */
void revalidate_drop(struct page_walk *walk);

#endif
