/* SPDX-License-Identifier: MIT */
/* A filesystem's beginning and end. */
#include "config.h"

#include "vfs/actors.h"
#include "vfs/again.h"
#include "vfs/dates.h"
#include "vfs/dir.h"
#include "vfs/leaf.h"
#include "vfs/linger.h"
#include "vfs/scratch.h"
#include "vfs/scratch_set.h"

bool vfs_init(struct vfs *vfs, const struct vfs_config *config, const struct dir_ops *root)
{
    *vfs = (struct vfs){.config = *config, .started_ms = clock_wall_ms(config->clock)};
    pthread_mutex_init(&vfs->lock, NULL);
    LIST_INIT(&vfs->hiding);
    LIST_INIT(&vfs->files);
    vfs->actors = actors_create();
    vfs->deeds = deeds_create(config->clock);
    vfs->dates = dates_create();
    vfs->lingering = lingering_create();
    vfs->agains = agains_create();
    vfs->on_dir_end = scratch_leave;
    vfs->scratch = scratch_store_create(&vfs->lock, config->clock, leaf_drop_roles);
    if (vfs->actors != NULL && vfs->deeds != NULL && vfs->dates != NULL && vfs->lingering != NULL &&
        vfs->agains != NULL && vfs->scratch != NULL)
        vfs->root = dir_root_create(vfs, root);
    if (vfs->root == NULL)
        vfs_finish(vfs);
    return vfs->root != NULL;
}

void vfs_forget_hidden(struct vfs *vfs)
{
    while (!LIST_EMPTY(&vfs->hiding))
        overlay_clear(LIST_FIRST(&vfs->hiding));
}

void vfs_finish(struct vfs *vfs)
{
    lingering_destroy(vfs->lingering);
    scratch_store_destroy(vfs->scratch);
    dir_unref(vfs->root);
    deeds_destroy(vfs->deeds);
    agains_destroy(vfs->agains);
    actors_destroy(vfs->actors);
    dates_destroy(vfs->dates);
    pthread_mutex_destroy(&vfs->lock);
}

struct dir *vfs_root(struct vfs *vfs)
{
    return vfs->root;
}

void vfs_sweep(struct vfs *vfs)
{
    overlay_sweep(vfs);
    linger_sweep(vfs);
    if (vfs->config.hooks->sweep != NULL)
        vfs->config.hooks->sweep(vfs);
}
