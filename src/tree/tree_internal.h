/* SPDX-License-Identifier: MIT */
/*
 * What the files of tree/ share. Not for other rooms.
 *
 * Lock order: a file's `busy` turn → tree->lock → cache, journal. tree->lock is held for short
 * looks at directory objects only: never across anything that waits.
 */
#ifndef TREE_INTERNAL_H
#define TREE_INTERNAL_H

#include "tree/tree.h"
#include "util/buf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <uthash.h>

#define UNLINK_REVERT_MS    10000 /* a lone unlink shows again after this */
#define READER_MEMORY_MS    60000 /* how long an opened file counts as read by its process */
#define REBOUND_MS          2000 /* how long a name that has come to mean another is not acted on */
#define REBOUNDS_REMEMBERED 32   /* by directory */
#define MACHINE_IDLE_MS     600000 /* a local machine directory goes after this */
#define VISITORS_REMEMBERED 64
#define OWN_IDS_REMEMBERED  256
#define READERS_REMEMBERED  256 /* by directory: newest first */

/*
 * Leaf numbers of a directory, as they are counted at home ("canonical"): 1 and up are the rows of
 * its type, from LEAF_FIELDS on the fields by key, from LEAF_SCRATCH on scratch files. The kernel's
 * RENAME takes a file's number along to its new name, so a number may come to act as another: see
 * leaf_acts_as.
 */
#define LEAF_FIELDS  0x100u
#define LEAF_SCRATCH 0x80000u

struct found;

/* How much a type's `fields` may ask for. */
enum fields_need {
    FIELDS_KNOWN,    /* what is known: no request */
    FIELDS_COMPLETE, /* what came incomplete is completed first */
    FIELDS_FRESH     /* as fresh as reading the document */
};

/* How long the kernel may believe in names in a directory, so that it need not ask again. */
enum names_kind {
    NAMES_LEASED,    /* for a moment: a name may come to mean another resource, or none (lease.c) */
    NAMES_OF_RECORD, /* while what is known of the resource is fresh; scratch files not at all */
    NAMES_FIXED      /* always; that a name is missing, for a second */
};

/* What one type of directory does. A missing function: EPERM (or ENOENT for lookup). */
struct dir_ops {
    const char *type;
    /* Finds `name` and fills `out`; -ENOENT with words in the problem counts as an error. */
    int (*lookup)(struct call *call, struct dir *dir, const char *name, struct found *out);
    /* Adds the entries to the listing. */
    int (*list)(struct call *call, struct dir *dir, struct listing *listing);
    /* When its content last changed (wall clock); -ENOENT or -ESTALE: it exists no more. */
    int (*mtime)(struct dir *dir, int64_t *mtime_ms);
    int (*mkdir)(struct call *call, struct dir *dir, const char *name, struct dir **child);
    int (*rmdir)(struct call *call, struct dir *dir, const char *name);
    int (*unlink)(struct call *call, struct dir *dir, const char *name);
    int (*rename)(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                  const char *new_name, unsigned flags);
    /* Both times were set to now: what is shown is to be asked for again. NULL: nothing happens. */
    void (*touch)(struct dir *dir);
    enum names_kind names;         /* how long names in it may be believed */
    const struct leaf_row *leaves; /* indexed by leaf number less one; name NULL ends it */
    /* The JSON object whose members are its field files: a new reference, NULL: gone. NULL: the
     * type has none. */
    struct json_object *(*fields)(struct call *call, struct dir *dir, enum fields_need need);
    /* Carries out an edit in the form of a document, on behalf of a field's file. */
    int (*commit_edit)(struct call *call, struct file *file, const struct buf *edit);
    bool scratch; /* other files can be made in it */
};

enum leaf_flag {
    LEAF_DOCUMENT = 1 << 0,    /* its name is the kind's document name */
    LEAF_SINGLETON = 1 << 1,   /* its name is that of the singleton kind's document */
    LEAF_VOLATILE = 1 << 2,    /* its content changes by itself: a handle's size counts */
    LEAF_UNLISTED = 1 << 3,    /* opens by name, is not listed */
    LEAF_SECRET = 1 << 4,      /* unlisted but with secrets=show */
    LEAF_BLOCKING = 1 << 5,    /* rendered by the first read, which may wait without a deadline */
    LEAF_SCRATCH_FILE = 1 << 6 /* read and written in place: scratch.c */
};

enum judgement { JUDGE_COMPLETE, JUDGE_INCOMPLETE, JUDGE_INVALID };

/* One kind of file. */
struct leaf_row {
    const char *name;
    mode_t mode; /* permission bits before the umask; 0444: opening for writing is EACCES */
    unsigned flags;
    /* The content as it is now; may wait when `wait` is true (open), else what is known. */
    int (*render)(struct call *call, struct node node, bool wait, struct buf *out);
    /* What a staged text is as it stands: whether a write(2) completes it. NULL: read-only. */
    enum judgement (*judge)(struct file *file, struct call *call);
    /* Carries out a staged text: 0 or -errno; -EINTR with file->change set: not answered yet. */
    int (*commit)(struct call *call, struct file *file);
    /* Both times were set to now. NULL: nothing happens. */
    int (*touch)(struct call *call, struct node node);
    /* Whether a directory has it at all. NULL: always. */
    bool (*exists)(const struct dir *dir);
    /* Changes mode, owner, times or type that are not those of a plain row. NULL: they are. */
    void (*attr)(struct node node, struct stat *st);
};

/* What a lookup found: a directory object (a reference) or a leaf of the directory itself. */
struct found {
    struct dir *dir;
    uint32_t leaf;
};

struct reader {
    pid_t pid; /* of the thread that opened */
    uint32_t leaf;
    int64_t opened_ms;
};

/* A process at work in the mount: since when without a pause of READER_MEMORY_MS. */
struct visitor {
    pid_t pid; /* of the thread; 0: free */
    int64_t since_ms;
    int64_t last_ms;
};

/* A file that was unlinked. */
struct hidden {
    uint32_t leaf; /* canonical */
    pid_t pid;     /* of the thread that did it */
};

/* What this mount has laid over a resource's directory: files hidden by unlink, and who read. */
struct overlay {
    struct hidden *hidden;
    size_t hidden_count;
    int64_t revert_ms;      /* when they show again; 0: nothing hidden */
    bool listed;            /* in tree->hiding */
    struct reader *readers; /* a ring of READERS_REMEMBERED, or NULL */
    unsigned reader_next;
    LIST_ENTRY(dir) link;
};

struct draft;
struct scratch;

/* A leaf number that has come to act as another by a rename. */
struct role {
    uint32_t leaf;
    uint32_t acts_as; /* canonical; 0: nothing any more */
};

/* Who made a directory, while it is still being filled: birth.c. */
struct birth {
    pid_t pid; /* 0: nobody */
    int64_t until_ms;
    bool empty;     /* to that process nothing is in it that it did not make */
    bool handed_on; /* it did not make the directory, but wrote what completed it */
    uint32_t *made; /* canonical numbers of what it made */
    size_t made_count;
};

/* A name that went to another resource. */
struct rebound {
    char *name;
    int64_t at_ms; /* monotonic */
};

struct dir {
    struct tree *tree;
    _Atomic(const struct dir_ops *) ops; /* changes once: a draft becomes a resource */
    uint64_t serial;
    unsigned refs;            /* guarded by tree->lock */
    struct dir *parent;       /* a reference; NULL: root */
    _Atomic(char *) name;     /* encoded, as it was looked up; replaced by a rename */
    const struct kind *kind;  /* NULL where there is none */
    _Atomic(char *) id;       /* of a resource; NULL; set once */
    char *machine_id;         /* of a machine's directory and what is in it; or NULL */
    struct dir *children;     /* by name: the latest handed out; guarded by tree->lock */
    bool attached;            /* in parent->children; guarded by tree->lock */
    struct rebound *rebounds; /* names in it that went to another resource of late: a ring of
                               * REBOUNDS_REMEMBERED, or NULL; guarded by tree->lock */
    unsigned rebound_next;    /* likewise */
    struct overlay overlay;   /* guarded by tree->lock */
    struct birth birth;       /* guarded by tree->lock */
    struct draft *draft;      /* guarded by tree->lock; see draft.c */
    struct role *roles;       /* oldest first; guarded by tree->lock */
    size_t role_count;
    LIST_HEAD(, scratch) scratch; /* guarded by tree->lock; see scratch.c */
    uint32_t next_scratch;        /* guarded by tree->lock */
    char **retired_names;         /* kept until the end, since borrowed; guarded by tree->lock */
    size_t retired_count;
    UT_hash_handle hh; /* in parent->children */
};

/* A machine's directory that exists in this mount only (guarded by tree->lock). */
struct local_machine {
    char *id;
    int64_t until_ms; /* monotonic */
    LIST_ENTRY(local_machine) link;
};

struct tree {
    struct tree_config config;
    pthread_mutex_t lock;
    uint64_t next_serial;
    struct dir *root;
    _Atomic(int64_t) leased_ms; /* monotonic: when the last lease was given */
    int64_t started_ms;         /* wall clock */
    LIST_HEAD(, dir) hiding;    /* directories with hidden files, referenced */
    LIST_HEAD(, local_machine) machines;
    LIST_HEAD(, draft) drafts;
    LIST_HEAD(, renamed) renamed;                 /* old names: renamed.c */
    LIST_HEAD(, scratch) all_scratch;             /* of all directories */
    _Atomic(uint64_t) own_changes;                /* how many were waited for so far */
    uint64_t own_ids[OWN_IDS_REMEMBERED];         /* hashes of what they changed; guarded by lock */
    unsigned own_next;                            /* likewise */
    struct visitor visitors[VISITORS_REMEMBERED]; /* guarded by lock */
    LIST_HEAD(, file) files;                      /* newest first */
    struct field_key *keys; /* every key seen, by number and by text: fields.c */
    const struct field_key **keys_by_number;
    size_t key_count;
    size_t scratch_bytes; /* of all scratch files */
    size_t scratch_count;
    struct api_session session; /* asked once, for status.json */
    bool session_asked;
};

/* --- an open file --------------------------------------------------------------------------- */

struct file {
    struct tree *tree;
    LIST_ENTRY(file) link; /* in tree->files */
    pid_t opener;          /* the thread that opened it */
    size_t shown_bytes;    /* how long the text was then; guarded by tree->lock */
    struct node node;      /* holds a reference of node.dir */
    const struct leaf_row *row;
    bool writable;
    bool append;
    uint32_t scratch; /* the canonical number of a scratch file, which has no text of its own */
    bool created;     /* opened by O_CREAT of a file that was not to be seen */
    bool rendered;    /* the text of a LEAF_BLOCKING file has come */
    bool copied;      /* by the process that made the directory: part of a copy */

    pthread_mutex_t lock; /* guards busy and turns */
    bool busy;            /* somebody's turn: who has it may use what follows */
    struct wait_queue turns;

    struct buf text;        /* what is read; on a writable handle what is staged */
    bool inherited;         /* some of it is from before the open, or a hole */
    size_t old_bytes;       /* how long it was then */
    size_t new_bytes;       /* of that, how much was overwritten, from the start on */
    bool wrote;             /* a write came */
    bool replaced;          /* the text came by a rename */
    bool sent;              /* a change was sent for it */
    pid_t writer;           /* the thread that wrote last */
    uint64_t version;       /* of the text's bytes */
    uint64_t answered;      /* the version that has been answered; 0: none */
    int answer;             /* that answer: 0 or -errno */
    struct problem problem; /* and its words */
    size_t applied_bytes;   /* of the text, when a success has been answered for it; else 0 */
    struct change *change;  /* on its way, for version `change_version` */
    uint64_t change_version;
};

/* --- errors.c ------------------------------------------------------------------------------- */

/* Sets the words (printf-style) and the errno; its value is -err, visibly so to the compiler. */
#define tree_fail(call, err, ...) (tree_set_words((call), (err), __VA_ARGS__), -(err))
void tree_set_words(struct call *call, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* change_start for `call`, whose wish concerns `name` in `dir` (NULL: the directory itself); sets
 * origin and deadline. 0 or -ENOMEM. */
int tree_change_start(struct call *call, struct dir *dir, const char *name,
                      const struct change_request *request, struct change **out);
/* change_wait for `call`. */
int tree_change_wait(struct call *call, struct tree *tree, struct change *change);
/* The errno of call->problem as filled by cache or document: negative. `creating`: 409 is EEXIST.
 */
int tree_problem_errno(struct call *call, bool creating);
/* Records a failure of `path` (rc < 0) unless it is a plain ENOENT; returns rc. */
int tree_finish(struct call *call, struct tree *tree, const char *path, int rc);

/* --- dir.c ---------------------------------------------------------------------------------- */

/* The child `name` of `parent`, of this type and these ids: the one handed out before when it is
 * the same, else a new one that takes its place. A reference, or NULL: no memory. */
struct dir *dir_intern(struct dir *parent, const char *name, const struct dir_ops *ops,
                       const struct kind *kind, const char *id, const char *machine_id);
/* Whether the name went from one resource to another a moment ago, not by this mount's doing. */
bool dir_was_rebound(struct dir *parent, const char *name);
/* This mount changes, or has made, the resource: where its names go is no surprise. */
void dir_note_own(struct tree *tree, const char *id);
/* The child last handed out under that name: a reference, or NULL. */
struct dir *dir_child(struct dir *parent, const char *name);
/* The name means nothing (or something else) from now on. */
void dir_detach(struct dir *dir);
/* Moves the object to another name in the same directory, as the kernel moves its dentry. */
bool dir_move(struct dir *dir, const char *new_name);
const struct dir_ops *dir_ops(const struct dir *dir);
const char *dir_id(const struct dir *dir); /* NULL: none (yet) */
/* "drives/data/drive.json" into `out`; "/" for the root. `name` is an entry of `dir`, or NULL. */
void dir_path(const struct dir *dir, const char *name, char *out, size_t size);
#define PATH_BYTES 1200
/* "drives/data" with the leaf's name, if it is one. */
void node_path(struct node node, char *out, size_t size);
struct dir *dir_root_create(struct tree *tree);
/* The resource's or draft's directory that `dir` is, or is nested in. */
struct dir *dir_resource(struct dir *dir);

/* --- leaf.c --------------------------------------------------------------------------------- */

const struct leaf_row *leaf_row(const struct dir *dir, uint32_t leaf); /* NULL: there is none */
#define LEAF_NAME_BYTES 256
/* Its name ("" if there is none). */
void leaf_name(const struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
/* Whether the name is that of a fixed file that secrets=hide keeps away. */
bool leaf_is_hidden_secret(const struct dir *dir, const char *name);
/* The permission bits, before the umask. */
mode_t leaf_mode(struct node node);
/* The kind that is one document at the root; the kind whose resources belong to machines. */
const struct kind *leaf_singleton(void);
const struct kind *machine_kind(void);
/* The canonical number of the leaf called `name`, hidden or not; 0: none. */
uint32_t leaf_find(struct call *call, struct dir *dir, const char *name);
bool leaf_hidden(struct dir *dir, uint32_t canonical);
/* What a number acts as, and under which number a leaf is known at present. */
uint32_t leaf_acts_as(const struct dir *dir, uint32_t leaf);
uint32_t leaf_number(struct dir *dir, uint32_t canonical);
/* From now on `leaf` acts as that; false: no memory. */
bool leaf_assume_role(struct dir *dir, uint32_t leaf, uint32_t canonical);
/* lookup and list for the leaves of a directory. */
int leaves_lookup(struct call *call, struct dir *dir, const char *name, struct found *out);
int leaves_list(struct call *call, struct dir *dir, struct listing *listing);

/* --- fields.c ------------------------------------------------------------------------------- */

extern const struct leaf_row field_row;
/* The canonical number of the field called `name`; 0: none. `nested`: it is an object. */
uint32_t field_find_name(struct call *call, struct dir *dir, const char *name, bool *nested);
int fields_list(struct call *call, struct dir *dir, struct listing *listing);
struct dir *field_dir(struct dir *dir, const char *name);
/* Whether the name is that of a secret that secrets=hide keeps away. */
bool field_is_hidden(struct dir *dir, const char *name);
void field_name(const struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
/* Removes scratch files that are called like a field by now: a draft has become a resource. */
void fields_drop_shadowed(struct dir *dir);
void keys_finish(struct tree *tree);

/* --- overlay.c ------------------------------------------------------------------------------ */

void overlay_hide(struct call *call, struct dir *dir, uint32_t canonical);
void overlay_show(struct dir *dir, uint32_t canonical);
/* Everything shows again. */
void overlay_clear(struct dir *dir);
/* The same for a resource's directory with all that is nested in it. */
void overlay_clear_all(struct dir *dir);
/* Whether nothing is left that would be listed. */
bool overlay_hides_all(struct call *call, struct dir *dir);
/* Shows again what was unlinked more than UNLINK_REVERT_MS ago, and says so. */
void overlay_sweep(struct tree *tree);
void overlay_note_reader(struct dir *dir, uint32_t canonical, pid_t pid);
/* Whether the process of call->pid has opened every file of `dir` of late that it has unlinked. */
bool overlay_was_read(struct call *call, struct dir *dir);
/* Whether two threads belong to one process. */
bool same_process(pid_t a, pid_t b);

/* --- birth.c -------------------------------------------------------------------------------- */

/* The caller has made this directory. */
void birth_begin(struct call *call, struct dir *dir);
/* Whether the caller's process made it (or what it is nested in), and is still at it. */
bool birth_is_own(struct call *call, struct dir *dir);
/* The caller has completed the draft. */
void birth_hand_on(struct call *call, struct dir *dir);
/* Whether a name that the caller writes is that of what it copies, and so means nothing. */
bool birth_ignores_names(struct call *call, struct dir *dir);
/* Whether that file is not to be seen by the caller, who has not made it yet. */
bool birth_hides(struct call *call, struct dir *dir, uint32_t canonical);
/* The caller made a file in it; listed it. */
void birth_made(struct call *call, struct dir *dir, uint32_t canonical);
void birth_looked(struct call *call, struct dir *dir);

/* --- attr.c --------------------------------------------------------------------------------- */

int attr_node(struct call *call, struct node node, struct stat *st, int64_t *valid_ms);
/* All three times; milliseconds since 1970. */
void attr_set_times(struct stat *st, int64_t mtime_ms);
ino_t attr_ino(const struct dir *dir, uint32_t leaf);
/* Whether attr_node can answer without a request. */
bool attr_is_known(struct node node);
/* The inode number that a child directory has, by its id or, without one, its name. */
ino_t attr_child_ino(const struct dir *parent, const char *name, const char *id);
/* Fills st and the times of an entry of `parent` whose node is set. */
int attr_entry(struct call *call, struct dir *parent, struct entry *entry);

/* --- lease.c -------------------------------------------------------------------------------- */

/* Milliseconds for which the kernel may believe in a name from now on. */
int64_t lease_give(struct tree *tree);
/* Takes an entry's leases back if this mount has changed something since tree->own_changes was
 * `before`: what the look-up found may be old already, and nobody would wait for its end. */
void lease_check(struct tree *tree, uint64_t before, struct entry *entry);

/* --- listing.c ------------------------------------------------------------------------------ */

struct listed {
    char *name;
    uint32_t leaf; /* 0: a directory, described by the rest */
    mode_t type;   /* S_IFDIR … */
    const struct dir_ops *ops;
    const struct kind *kind;
    char *id;
    char *machine_id;
};

struct listing {
    struct dir *dir;      /* a reference; NULL while only looking */
    uint64_t own_changes; /* tree->own_changes when it was made */
    bool with_hidden;
    struct listed *entries;
    size_t count;
    size_t capacity;
};

/* Each false: no memory. */
bool listing_add_leaf(struct listing *listing, const char *name, uint32_t leaf, mode_t type);
bool listing_add_dir(struct listing *listing, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id);
/* Fills a listing of the leaves and nested directories of `dir`; to be finished in any case. */
int listing_look(struct call *call, struct dir *dir, bool with_hidden, struct listing *out);
void listing_finish(struct listing *listing);

/* --- the directories ------------------------------------------------------------------------- */

extern const struct dir_ops root_ops, kind_ops, machines_ops, machine_ops, resource_ops, draft_ops,
    control_ops, nested_ops;

/* kind_dir.c */
/* Makes sure of a listing; what a lookup of `name` needs of one. 0 or -errno. */
int ensure_listing(struct call *call, struct dir *dir, enum cache_need need);
int ensure_lookup(struct call *call, struct dir *dir, const char *name);
/* resource_lookup, then the old names. */
int lookup_or_renamed(struct call *call, struct dir *dir, const char *name, struct found *out);
/* Whether a new resource can have that name here: 0, -EPERM (spelling) or -EEXIST. */
int check_new_name(struct call *call, struct dir *dir, const char *name);

/* resource.c: finds or makes the object of what `name` means in a kind's or machine's directory. */
int resource_lookup(struct call *call, struct dir *parent, const char *name, struct found *out);
/* Sends a change and waits for it; `out` (or NULL) gets the resource's record. */
int resource_change(struct call *call, struct dir *dir, const char *name,
                    const struct change_request *request, struct record **out);
int resource_list(struct call *call, struct dir *parent, struct listing *listing);
int resource_rmdir(struct call *call, struct dir *parent, const char *name);
int resource_rename(struct call *call, struct dir *parent, const char *name, struct dir *new_parent,
                    const char *new_name, unsigned flags);
/* The same for files within a resource's directory, and rmdir of a nested one: local. */
int resource_file_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                         const char *new_name, unsigned flags);
int resource_nested_rmdir(struct call *call, struct dir *dir, const char *name);
int resource_file_unlink(struct call *call, struct dir *dir, const char *name);
/* The record that a resource's directory shows, as known: a reference, or NULL. */
struct record *resource_record(struct dir *dir);

/* document_file.c */
int document_file_render(struct call *call, struct node node, bool wait, struct buf *out);
enum judgement document_file_judge(struct file *file, struct call *call);
int document_file_commit(struct call *call, struct file *file);
/* The same for an edit that is not the file's own text. */
int document_commit_edit(struct call *call, struct file *file, const struct buf *edit);
/* Replaces `*record` by what one GET answers now; without an answer: -errno, and it stays. */
int document_refetch(struct call *call, struct dir *dir, struct record **record);
/* restore.c */
int restore_render(struct call *call, struct node node, bool wait, struct buf *out);
enum judgement restore_judge(struct file *file, struct call *call);
int restore_commit(struct call *call, struct file *file);
int restore_touch(struct call *call, struct node node);

/* event_files.c */
int state_render(struct call *call, struct node node, bool wait, struct buf *out);
int event_render(struct call *call, struct node node, bool wait, struct buf *out);
int wait_render(struct call *call, struct node node, bool wait, struct buf *out);
bool event_exists(const struct dir *dir);
/* smb_files.c */
int fstab_render(struct call *call, struct node node, bool wait, struct buf *out);
int credentials_render(struct call *call, struct node node, bool wait, struct buf *out);
bool fstab_exists(const struct dir *dir);
bool credentials_exist(const struct dir *dir);

/* renamed.c */
/* After a change by document or field: if `dir` is shown under another name than `old_name` now,
 * the old one leads there for a while. */
void renamed_note(struct dir *dir, const struct buf *old_name);
/* The symbolic link that an old name is: 0 and out->leaf, or -ENOENT. */
int renamed_lookup(struct call *call, struct dir *parent, const char *name, struct found *out);
/* Whether the name is such a link at present. */
bool renamed_is_old_name(struct dir *parent, const char *name);
/* The name means a resource by now: it leads nowhere else any more. */
void renamed_forget(struct dir *parent, const char *name);
/* unlink in a kind's or machine's directory: of an old name only. */
int renamed_unlink(struct call *call, struct dir *parent, const char *name);
void renamed_finish(struct tree *tree);

/* machines.c */
bool machine_is_local(struct tree *tree, const char *id);
/* Keeps (or starts to keep) a machine's directory for `ms` more; false: no memory. */
bool machine_keep(struct tree *tree, const char *id, int64_t ms);
void machine_forget(struct tree *tree, const char *id);

/* draft.c */
/* The draft called `name` in a kind's directory: a reference of its directory, or NULL. */
struct dir *draft_find(struct dir *parent, const char *name);
int draft_list(struct dir *parent, struct listing *listing);
int draft_mkdir(struct call *call, struct dir *parent, const char *name, struct dir **child);
/* Creates at once what defaults= completes: 0 or -errno; 1: something is missing, nothing was
 * done. */
int draft_mkdir_by_defaults(struct call *call, struct dir *parent, const char *name,
                            struct dir **child);
int draft_rmdir(struct call *call, struct dir *dir);
int draft_rename(struct call *call, struct dir *dir, const char *new_name);
/* The names of a kind's drafts: a new JSON array; NULL: no memory. */
struct json_object *draft_names(struct tree *tree, const struct kind *kind);
void drafts_finish(struct tree *tree);

/* readme.c: the README at the mount's root. */
int readme_render(struct call *call, struct node node, bool wait, struct buf *out);
/* status.c: .paperspacefs/status.json. */
int status_render(struct call *call, struct node node, bool wait, struct buf *out);

#endif
