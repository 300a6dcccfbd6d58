/* SPDX-License-Identifier: MIT */
/*
 * The functions that rows of files name, by the file they are in: how a file is rendered, judged
 * and committed (struct leaf_row, which says what they return). Any thread; no lock is held by the
 * caller.
 */
#ifndef TREE_LEAF_ROWS_H
#define TREE_LEAF_ROWS_H

#include "vfs/leaf.h"
#include "tree/tree_internal.h"

/* restore.c */
int restore_render(struct call *call, struct node node, bool wait, struct buf *out);
enum judgement restore_judge(struct file *file, struct call *call);
int restore_commit(struct call *call, struct file *file);
int restore_touch(struct call *call, struct node node);
/* event_files.c */
/* Whether this mount has changed nothing of the resource that it remembers: `state` and `restore`
 * tell nothing then. */
bool event_is_idle(struct dir *dir);
int state_render(struct call *call, struct node node, bool wait, struct buf *out);
int event_render(struct call *call, struct node node, bool wait, struct buf *out);
int wait_render(struct call *call, struct node node, bool wait, struct buf *out);
bool event_exists(const struct dir *dir);
/* smb_files.c */
int fstab_render(struct call *call, struct node node, bool wait, struct buf *out);
int credentials_render(struct call *call, struct node node, bool wait, struct buf *out);
bool fstab_exists(const struct dir *dir);
bool credentials_exist(const struct dir *dir);

/* readme.c: the README at the mount's root. */
int readme_render(struct call *call, struct node node, bool wait, struct buf *out);
/* control_allow.c: .paperspacefs/allow. */
int allow_render(struct call *call, struct node node, bool wait, struct buf *out);
enum judgement allow_judge(struct file *file, struct call *call);
int allow_commit(struct call *call, struct file *file);
bool allow_exists(const struct dir *dir);
/* status.c: .paperspacefs/status.json. */
int status_render(struct call *call, struct node node, bool wait, struct buf *out);

#endif
