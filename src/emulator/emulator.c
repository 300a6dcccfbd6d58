/* SPDX-License-Identifier: MIT */
/* The life of an emulator. */
#include "config.h"

#include "emulator/emulator.h"

#include "emulator/behaviour.h"
#include "emulator/core.h"
#include "emulator/emu_events.h"
#include "emulator/fault.h"
#include "emulator/emu_http.h"
#include "emulator/kinds.h"
#include "emulator/load.h"
#include "emulator/emu_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool check_config(const struct emulator_config *config, char *err, size_t err_size)
{
    if (emu_dialect_find(config->dialect) == NULL)
        snprintf(err, err_size, "unknown dialect %s (docs and openapi are known)", config->dialect);
    else if (config->key != NULL && !*config->key)
        snprintf(err, err_size, "the key must not be empty");
    else if (config->populate && config->data_file != NULL)
        snprintf(err, err_size, "a data file and generated snapshots exclude each other");
    else if (config->populate > EMULATOR_MAX_POPULATE)
        snprintf(err, err_size, "more than %d snapshots are not generated", EMULATOR_MAX_POPULATE);
    else
        return true;
    return false;
}

static void init_lock(struct emulator *emulator)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&emulator->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&emulator->wakeup, &attributes);
    pthread_condattr_destroy(&attributes);
}

static bool init_stocks(struct emulator *emulator)
{
    emulator->stocks = calloc(EMU_KINDS_COUNT, sizeof *emulator->stocks);
    if (emulator->stocks == NULL)
        return false;
    emulator->stock_count = EMU_KINDS_COUNT;
    for (size_t i = 0; i < EMU_KINDS_COUNT; i++)
        emulator->stocks[i].kind = emu_kinds_all[i];
    return true;
}

static struct emulator *emulator_new(const struct emulator_config *config)
{
    struct emulator *emulator = calloc(1, sizeof *emulator);
    const char *key = config->key != NULL ? config->key : EMULATOR_DEFAULT_KEY;

    if (emulator == NULL)
        return NULL;
    init_lock(emulator);
    emulator->dialect = emu_dialect_find(config->dialect);
    emulator->latency_ms = config->latency_ms;
    emulator->control = config->control;
    if (config->etag)
        emulator->behaviour.etag = strdup("strong");
    emulator->now_ms = config->now_ms;
    emulator->now_arg = config->now_arg;
    emulator->behaviour.event_ms = config->event_ms ? config->event_ms : EMULATOR_DEFAULT_EVENT_MS;
    emulator->key = strdup(key);
    if (emulator->key != NULL && init_stocks(emulator))
        return emulator;
    emulator_stop(emulator);
    return NULL;
}

struct emulator *emulator_start(const struct emulator_config *config, char *err, size_t err_size)
{
    struct emulator *emulator;

    if (!check_config(config, err, err_size))
        return NULL;
    emulator = emulator_new(config);
    if (emulator == NULL) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    if (emu_load(emulator, config, err, err_size) &&
        emu_http_start(emulator, config->port, err, err_size))
        return emulator;
    emulator_stop(emulator);
    return NULL;
}

const char *emulator_url(const struct emulator *emulator)
{
    return emulator->url;
}

/* Frees what the lock covered; no thread is left that could take it. */
static void emulator_free(struct emulator *emulator)
{
    for (size_t i = 0; i < emulator->stock_count; i++) {
        emu_collection_finish(&emulator->stocks[i].items);
        json_object_put(emulator->stocks[i].document);
    }
    free(emulator->stocks);
    emu_events_finish(emulator);
    emu_fault_clear(emulator);
    emu_record_clear(emulator);
    emu_behaviour_finish(emulator);
    pthread_cond_destroy(&emulator->wakeup);
    pthread_mutex_destroy(&emulator->lock);
    free(emulator->key);
    free(emulator);
}

void emulator_stop(struct emulator *emulator)
{
    if (emulator == NULL)
        return;
    pthread_mutex_lock(&emulator->lock);
    emulator->stopping = true;
    pthread_cond_broadcast(&emulator->wakeup);
    pthread_mutex_unlock(&emulator->lock);
    emu_http_stop(emulator);
    emulator_free(emulator);
}
