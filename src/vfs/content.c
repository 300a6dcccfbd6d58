/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/content.h"

#include <stdlib.h>

struct content {
    atomic_uint refs;
    struct serial serial;
    const struct vfs_hooks *hooks;
    void *pin;
};

struct content *content_ref(struct content *content)
{
    if (content != NULL)
        atomic_fetch_add_explicit(&content->refs, 1, memory_order_relaxed);
    return content;
}

void content_unref(struct content *content)
{
    if (content == NULL || atomic_fetch_sub_explicit(&content->refs, 1, memory_order_acq_rel) != 1)
        return;
    content->hooks->unpin(content->pin);
    free(content);
}

struct serial content_serial(const struct content *content)
{
    return content->serial;
}

void *content_pin(const struct content *content)
{
    return content == NULL ? NULL : content->pin;
}

/* Takes over `pin`, also on failure. With vfs->lock held. */
static struct content *make(struct vfs *vfs, void *pin)
{
    struct content *content = calloc(1, sizeof *content);

    if (content == NULL) {
        vfs->config.hooks->unpin(pin);
        return NULL;
    }
    atomic_init(&content->refs, 1);
    content->serial.number = ++vfs->last_serial;
    content->hooks = vfs->config.hooks;
    content->pin = pin;
    return content;
}

struct content *content_of(struct dir *dir)
{
    struct vfs *vfs = dir->vfs;
    void *pin = vfs->config.hooks->pin == NULL ? NULL : vfs->config.hooks->pin(dir);
    struct content *before = NULL;

    if (pin == NULL)
        return NULL;
    pthread_mutex_lock(&vfs->lock);
    if (content_pin(dir->content) == pin) {
        vfs->config.hooks->unpin(pin);
    } else {
        before = dir->content;
        dir->content = make(vfs, pin);
    }
    struct content *content = content_ref(dir->content);
    pthread_mutex_unlock(&vfs->lock);
    content_unref(before);
    return content;
}
