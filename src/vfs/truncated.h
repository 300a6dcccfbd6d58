/* SPDX-License-Identifier: MIT */
/*
 * Files that were cut to nothing, which may be the first half of O_TRUNC in two steps: bindfs, NFS,
 * 9p and node open a file and truncate it by its path, or the other way round. It sends nothing and
 * readers see nothing of it; but it is remembered for DEED_CUT_MS, and the handle by which the
 * same program goes on to write begins empty.
 *
 * Any thread; vfs->lock is taken inside, never held on entry.
 */
#ifndef VFS_TRUNCATED_H
#define VFS_TRUNCATED_H

#include "vfs/process.h"
#include "vfs/vfs.h"

struct file;

/* A file by all the names and views of its resource. */
struct file_key {
    uint64_t place; /* actors_place */
    struct leaf leaf;
};

/* Who does something, as far as it decides who may go on with it. */
struct kin {
    struct process_id process;
    pid_t parent; /* 0: none that tells anything */
    uid_t uid;
    bool nameless; /* no process that can be told apart: only the user can */
};

struct file_key file_key_of(struct node node);
struct kin kin_of(struct vfs *vfs, const struct call *call);

/* `by` has cut the file to nothing, without writing so far. What is open of it for writing and has
 * staged nothing begins empty (staged->cut), if `by` or an ancestor of it has opened it, or one
 * that may go on with it. Without memory nothing is remembered. */
void truncated_note(struct vfs *vfs, struct file_key key, const struct kin *by);
/* Somebody opens the file for writing: whether that begins empty, since a process that it may go on
 * for (itself, its child, its parent, a child of its parent; of nameless ones the same user's) has
 * cut it just before. That holds for the first one only. */
bool truncated_take(struct vfs *vfs, struct file_key key, const struct kin *opener);
/* Something was committed to it. */
void truncated_forget(struct vfs *vfs, struct file_key key);

#endif
