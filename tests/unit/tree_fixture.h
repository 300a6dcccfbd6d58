/* SPDX-License-Identifier: MIT */
/* The tree over a real account (the emulator), without a mount: what a test says in paths. */
#ifndef TESTS_TREE_FIXTURE_H
#define TESTS_TREE_FIXTURE_H

#include "tree/tree.h"
#include "util/buf.h"

#include <check.h>

extern struct tree *fixture_tree;
extern pid_t fixture_pid;        /* who calls; 0: not known */
extern struct call fixture_call; /* of the last operation: its problem is what went wrong */

void fixture_start_docs(void);
void fixture_start_openapi(void);
void fixture_start_many(size_t count); /* an account of so many snapshots, docs */
void fixture_stop(void);
/* From now on the answer to each POST is lost, and no machine has an event. */
void fixture_hide_outcomes(void);
/* Lets the tree's clock go on by that much, without waiting. */
void fixture_pass_ms(int64_t ms);

/* A call for one operation, to be given to the tree; and its end: returns rc. */
struct call *fixture_begin(const char *op);
int fixture_end(int rc);

/* Each returns 0 or what the tree answered. `path` is from the mount's root: "drives/data". */
/* Keeps what was looked up (a reference) known until the end, as it does to a kernel. */
void fixture_remember(struct dir *dir);
int fixture_find(const char *path, struct entry *out); /* the caller drops out->node.dir */
int fixture_stat(const char *path, struct stat *st);
int fixture_open(const char *path, int flags, struct file **out);
int fixture_read(const char *path, struct buf *out);
int fixture_write(const char *path, const char *text); /* as the shell's > does */
int fixture_mkdir(const char *path);
int fixture_create(const char *path, const char *text); /* a file that is not there yet */
int fixture_unlink(const char *path);
int fixture_rmdir(const char *path);
int fixture_rename(const char *from, const char *to);
int fixture_touch(const char *path);
/* As df asks; `interrupted`: its caller is interrupted before an answer can come. */
int fixture_statfs(bool interrupted, struct statvfs *out);
/* Unlinks all files of a directory, then removes it. */
int fixture_remove(const char *path);
/* The name at `index` in a directory's listing, freed by the caller; NULL: there is none. */
char *fixture_nth(const char *path, size_t index);
size_t fixture_count(const char *path);
/* How many JSON texts were gone through so far (json_readings), the server's own left out. */
uint64_t fixture_readings(void);
/* How many API requests this mount has sent so far, by its own journal. */
size_t fixture_requests(void);
/* What last-error says; valid until the next call. */
const char *fixture_last_error(void);

/* The text of that path, or of the newest error, has that part. */
void assert_text(const char *path, const char *part);
void assert_error(const char *part);

/* Tests of test_tree_numbers.c and test_tree_events.c. */
void add_number_tests(TCase *tests);
void add_docs_event_tests(TCase *tests);
void add_openapi_event_tests(TCase *tests);

#endif
