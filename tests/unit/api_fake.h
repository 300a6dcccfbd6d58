/* SPDX-License-Identifier: MIT */
/* A transport that answers from a script: expected requests and what becomes of them. */
#ifndef TESTS_API_FAKE_H
#define TESTS_API_FAKE_H

#include "api/api.h"

#include <stdbool.h>
#include <stddef.h>

#define FAKE_BASE "http://127.0.0.1:1/v1"
#define FAKE_KEY  "key-0123456789abcdef"

/* One expected request and its answer. A step without a status is lost: `problem`, `progress`. */
struct fake_step {
    enum http_method method;
    const char *url;  /* behind the base, with the query */
    const char *sent; /* the expected body; NULL: none */
    long status;
    const char *body; /* NULL: empty */
    enum problem_kind problem;
    enum http_progress progress;
    int64_t retry_after_ms; /* 0: none */
    const char *etag;       /* of the answer; NULL: none */
    const char *condition;  /* the expected If-None-Match; NULL: none */
    const char *known;      /* what is known from then on, as by fake_know; NULL: as before */
    bool interrupts;        /* fires the token while it runs */
    bool permanent;         /* trying again can't help */
    bool cut;               /* an answer was cut short */
};

struct fake {
    struct record_list known; /* what known and known_run find */
    struct api *api;
    struct cancel cancel;
    const struct fake_step *steps; /* ends with a step without url */
    size_t done;
    char fault[512];         /* the first request that was not as expected; "" if none */
    char authorization[128]; /* of the newest request */
    size_t exchanges;        /* counted by on_exchange */
    long last_status;
    const char *next_key;  /* on_unauthorized sets this key; NULL: unchanged */
    unsigned unauthorized; /* calls of on_unauthorized */
    char refused[64];      /* the key that the newest of them was for */
    int64_t clock_ms;      /* the API's clock; each request takes step_ms of it */
    int64_t step_ms;
    struct clock clock;
};

/* Starts a fake with an API of `dialect` (-1: unknown) that plays `steps`. */
void fake_init(struct fake *fake, int dialect, const struct fake_step *steps);
/* Makes that drive all that is known; "": nothing is. */
void fake_know(struct fake *fake, const char *json);
/* Gives it an API instead that sends no change (reads_only). */
void fake_only_read(struct fake *fake, int dialect);
/* Checks that all steps were played and nothing else; frees. */
void fake_finish(struct fake *fake);

#endif
