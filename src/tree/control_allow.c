/* SPDX-License-Identifier: MIT */
/* .paperspacefs/allow: leave for what the guard stops, by a number of points. */
#include "config.h"

#include "cache/guard.h"
#include "vfs/failure.h"
#include "vfs/file.h"
#include "tree/leaf_rows.h"
#include "tree/tree_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool allow_exists(const struct dir *dir)
{
    return tree_of(dir)->config.guard != NULL;
}

/* "85 points until 2026-11-27T10:20:30.123Z", or "0 points". */
int allow_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct guard_state state = guard_state(tree_of(node.dir)->config.guard);
    char until[CLOCK_ISO_SIZE];

    (void)call, (void)wait;
    if (state.allowed == 0)
        return buf_append_text(out, "0 points\n") ? 0 : -ENOMEM;
    clock_format_iso(state.until_ms, until);
    return buf_printf(out, "%u points until %s\n", state.allowed, until) ? 0 : -ENOMEM;
}

enum judgement allow_judge(struct file *file, struct call *call)
{
    const struct buf *text = &file->text;

    (void)call;
    return text->size_bytes > 0 && text->data[text->size_bytes - 1] == '\n' ? JUDGE_COMPLETE
                                                                            : JUDGE_INCOMPLETE;
}

/* Digits, with a newline behind them or without; at most GUARD_POINTS_MAX. */
static bool parse_points(const struct buf *text, unsigned *points)
{
    const char *start = buf_text(text);
    char *end = NULL;

    if (strlen(start) != text->size_bytes || !isdigit((unsigned char)start[0]))
        return false;
    errno = 0;
    unsigned long value = strtoul(start, &end, 10);
    if (errno != 0 || value > GUARD_POINTS_MAX || (end[0] != '\0' && strcmp(end, "\n") != 0))
        return false;
    *points = (unsigned)value;
    return true;
}

static void note(struct call *call, struct dir *dir, unsigned points)
{
    struct buf origin = BUF_EMPTY;
    char path[PATH_BYTES];

    dir_path(dir, "allow", path, sizeof path);
    journal_print_origin(call->pid, call->uid, call->op, path, &origin);
    journal_add_allow(tree_of(dir)->config.journal, buf_text(&origin), points);
    buf_finish(&origin);
}

int allow_commit(struct call *call, struct file *file)
{
    struct dir *dir = file->node.dir;
    unsigned points;

    if (!parse_points(&file->text, &points))
        return call_fail(call, EINVAL,
                         "a number of points is wanted, from 0 to %d, as in 'echo 100 > "
                         ".paperspacefs/allow'; what was granted before stays",
                         GUARD_POINTS_MAX);
    guard_allow(tree_of(dir)->config.guard, points);
    note(call, dir, points);
    return 0;
}
