/* SPDX-License-Identifier: MIT */
/*
 * A resource's document as a file: rendered from the record, written as an edit. Any thread; no
 * lock is held by the caller. What takes a call may wait for requests, until its token fires.
 */
#ifndef TREE_DOCUMENT_FILE_H
#define TREE_DOCUMENT_FILE_H

#include "vfs/leaf.h"
#include "tree/tree_internal.h"

/* The functions of its row; see struct leaf_row. */
int document_file_render(struct call *call, struct node node, bool wait, struct buf *out);
enum judgement document_file_judge(struct file *file, struct call *call);
int document_file_commit(struct call *call, struct file *file);
/* The same as commit for an edit that was read already, or is a field's: a JSON object, borrowed.
 */
int document_commit_edit(struct call *call, struct file *file, struct json_object *edit);
/* Reads the text of a document's file as an edit, if its judge has not just done so: a new
 * reference, or NULL with words. */
struct json_object *document_file_read(struct call *call, struct file *file);

/* Remembers the name that an edit has which is written to a draft, where it means nothing. */
void document_note_copied_name(struct dir *dir, struct json_object *edit);

/* The mode of a document: that of its row, but 0600 where it shows a secret (secrets=show), and
 * read-only where nothing of the kind can be edited. */
void document_file_attr(struct node node, struct stat *st);

#endif
