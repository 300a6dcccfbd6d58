/* SPDX-License-Identifier: MIT */
/* Machines that are shown though they have nothing. */
#include "config.h"

#include "tree/local_machines.h"

#include "tree/tree_internal.h"

#include <stdlib.h>
#include <string.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

static void machine_free(struct local_machine *machine)
{
    LIST_REMOVE(machine, link);
    free(machine->id);
    free(machine);
}

/* With vfs->lock held; drops what has run out on the way. */
static struct local_machine *find_local(struct tree *tree, const char *id)
{
    struct local_machine *machine = LIST_FIRST(&tree->machines);
    struct local_machine *found = NULL;

    while (machine != NULL) {
        struct local_machine *next = LIST_NEXT(machine, link);
        if (machine->until_ms <= now_ms(tree))
            machine_free(machine);
        else if (strcmp(machine->id, id) == 0)
            found = machine;
        machine = next;
    }
    return found;
}

bool machine_is_local(struct tree *tree, const char *id)
{
    pthread_mutex_lock(&tree->vfs.lock);
    bool found = find_local(tree, id) != NULL;
    pthread_mutex_unlock(&tree->vfs.lock);
    return found;
}

static struct local_machine *add_local(struct tree *tree, const char *id)
{
    struct local_machine *machine = calloc(1, sizeof *machine);

    if (machine == NULL || (machine->id = strdup(id)) == NULL) {
        free(machine);
        return NULL;
    }
    LIST_INSERT_HEAD(&tree->machines, machine, link);
    return machine;
}

bool machine_keep(struct tree *tree, const char *id, int64_t ms)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct local_machine *machine = find_local(tree, id);
    if (machine == NULL)
        machine = add_local(tree, id);
    if (machine != NULL && machine->until_ms < now_ms(tree) + ms)
        machine->until_ms = now_ms(tree) + ms;
    pthread_mutex_unlock(&tree->vfs.lock);
    return machine != NULL;
}

void machine_forget(struct tree *tree, const char *id)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct local_machine *machine = find_local(tree, id);
    if (machine != NULL)
        machine_free(machine);
    pthread_mutex_unlock(&tree->vfs.lock);
}

char **machines_take_local(struct tree *tree, size_t *count)
{
    struct local_machine *machine;
    size_t total = 0;

    *count = 0;
    pthread_mutex_lock(&tree->vfs.lock);
    find_local(tree, "");
    LIST_FOREACH (machine, &tree->machines, link)
        total++;
    char **ids = calloc(total + 1, sizeof *ids);
    if (ids != NULL)
        LIST_FOREACH (machine, &tree->machines, link)
            ids[(*count)++] = strdup(machine->id);
    pthread_mutex_unlock(&tree->vfs.lock);
    return ids;
}
