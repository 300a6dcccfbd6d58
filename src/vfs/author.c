/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/author.h"

void author_clear(struct author *author)
{
    seen_list_finish(&author->had_read);
    *author = (struct author){0};
}

void author_note(struct author *author, struct process_id process)
{
    author->mixed = author->mixed || (author->wrote && !process_is_same(author->process, process));
    author->wrote = true;
    author->process = process;
}

void author_keep_seen(struct author *author, struct dir *dir)
{
    struct seen_list read;

    if (!author->wrote || author->mixed)
        return;
    actors_get_seen(dir, author->process, &read);
    seen_list_finish(&author->had_read);
    author->had_read = read;
}

void author_get_seen(const struct author *author, struct dir *dir, struct seen_list *out)
{
    *out = (struct seen_list){0};
    if (!author->wrote || author->mixed)
        return;
    actors_get_seen(dir, author->process, out);
    if (out->count > 0)
        return;
    seen_list_finish(out);
    seen_list_copy(&author->had_read, out);
}

void author_copy(const struct author *from, struct author *to)
{
    *to = *from;
    if (!seen_list_copy(&from->had_read, &to->had_read))
        to->had_read.more = true;
}
