/* SPDX-License-Identifier: MIT */
/* Paths of directories and files, for words. */
#include "config.h"

#include "vfs/dir.h"
#include "vfs/leaf.h"

#include <string.h>

/* Writes `text` before `*start`, with a slash behind it unless it comes last. */
static bool put_before(char *out, size_t *start, const char *text, bool last)
{
    size_t text_bytes = strlen(text);
    size_t bytes = text_bytes + (last ? 0 : 1);

    if (bytes > *start)
        return false;
    *start -= bytes;
    for (size_t i = 0; i < text_bytes; i++)
        out[*start + i] = text[i];
    if (!last)
        out[*start + text_bytes] = '/';
    return true;
}

void dir_path(const struct dir *dir, const char *name, char *out, size_t size)
{
    size_t start = size - 1;
    bool last = true;

    out[start] = '\0';
    if (name != NULL && put_before(out, &start, name, true))
        last = false;
    for (; dir != NULL && dir->parent != NULL; dir = dir->parent) {
        if (!put_before(out, &start, dir_name(dir), last))
            break;
        last = false;
    }
    if (last)
        out[--start] = '/';
    memmove(out, out + start, size - start);
}

void node_path(struct node node, char *out, size_t size)
{
    char name[LEAF_NAME_BYTES] = "";

    if (!node_is_dir(node))
        leaf_name_of(node.dir, node.alias, name);
    dir_path(node.dir, name[0] == '\0' ? NULL : name, out, size);
}
