/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/handles.h"

#include <stdlib.h>

void handles_init(struct handles *handles)
{
    pthread_mutex_init(&handles->lock, NULL);
    TAILQ_INIT(&handles->open);
}

void handles_clear(struct handles *handles)
{
    while (!TAILQ_EMPTY(&handles->open))
        handle_close(handles, TAILQ_FIRST(&handles->open));
}

void handles_finish(struct handles *handles)
{
    handles_clear(handles);
    pthread_mutex_destroy(&handles->lock);
}

struct handle *handle_open(struct handles *handles)
{
    struct handle *handle = calloc(1, sizeof *handle);

    if (handle == NULL)
        return NULL;
    pthread_mutex_lock(&handles->lock);
    TAILQ_INSERT_TAIL(&handles->open, handle, link);
    pthread_mutex_unlock(&handles->lock);
    return handle;
}

void handle_close(struct handles *handles, struct handle *handle)
{
    if (handle == NULL)
        return;
    pthread_mutex_lock(&handles->lock);
    TAILQ_REMOVE(&handles->open, handle, link);
    pthread_mutex_unlock(&handles->lock);
    if (handle->file != NULL)
        vfs_release(handle->file);
    if (handle->listing != NULL)
        listing_close(handle->listing);
    free(handle);
}
