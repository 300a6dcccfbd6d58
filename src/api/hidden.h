/* SPDX-License-Identifier: MIT */
/*
 * What the words of an answer may not show: the keys, and every secret that the call is about, in
 * what is sent and in the resource as it is known, before and after. Private to this room.
 */
#ifndef API_HIDDEN_H
#define API_HIDDEN_H

#include "util/scrub.h"
#include "util/words.h"

#include <pthread.h>
#include <stdbool.h>

struct exchange;

/* Secrets that were sent of late, since a server need not answer them: whoever they were sent for
 * may still be told of them. Thread-safe. */
#define SENT_REMEMBERED 64
#define SENT_MAX_BYTES  4096 /* of one secret; a longer one is not remembered */

struct sent_secret {
    char *path; /* of the call; NULL: free */
    char *secret;
};

struct sent_secrets {
    pthread_mutex_t lock; /* a leaf */
    struct sent_secret ring[SENT_REMEMBERED];
    unsigned next;
};

void sent_secrets_init(struct sent_secrets *sent);
void sent_secrets_finish(struct sent_secrets *sent); /* wipes them */
/* Remembers the secrets in the call's body. */
void sent_secrets_note(struct sent_secrets *sent, const struct exchange *call);

struct hidden {
    struct word_list secrets;
    struct word_list open; /* what is shown anyway: the path, keys' names, other values */
};

/* What is to be hidden of the words of an answer to `call`; hidden_finish it. False: no memory, or
 * not all of it is known: nothing of the words may be shown. */
bool hidden_of_call(const struct exchange *call, struct hidden *out);
struct scrub hidden_scrub(const struct hidden *hidden);
void hidden_finish(struct hidden *hidden);

/* Hides it in the text of an array that came with an answer; all of it when memory runs out. */
void hidden_scrub_text(const struct exchange *call, char *text, size_t size_bytes);

#endif
