/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/idset.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct idset_entry {
    UT_hash_handle hh;
    char text[];
};

enum idset_result idset_add(struct idset *set, const char *text)
{
    size_t size = strlen(text);
    struct idset_entry *entry;

    HASH_FIND(hh, set->entries, text, size, entry);
    if (entry != NULL)
        return IDSET_KNOWN;
    entry = malloc(sizeof *entry + size + 1);
    if (entry == NULL)
        return IDSET_NO_MEMORY;
    memcpy(entry->text, text, size + 1);
    HASH_ADD_KEYPTR(hh, set->entries, entry->text, size, entry);
    if (entry->hh.tbl == NULL) { /* uthash ran out of memory */
        free(entry);
        return IDSET_NO_MEMORY;
    }
    return IDSET_NEW;
}

void idset_finish(struct idset *set)
{
    struct idset_entry *entry = set->entries;

    HASH_CLEAR(hh, set->entries); /* the table; the entries stay chained */
    while (entry != NULL) {
        struct idset_entry *next = entry->hh.next;
        free(entry);
        entry = next;
    }
}
