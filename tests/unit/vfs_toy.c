/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs_toy.h"

#include "vfs/failure.h"
#include "vfs/file.h"
#include "vfs/lookup.h"
#include "vfs/saving.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEPTH ((struct leaf){LEAF_FIELDS})
#define INNER ((struct leaf){LEAF_FIELDS + 1})

/* What its boxes are of: means nothing here. */
#define BOXES ((const struct kind *)(const void *)&toy)

struct toy toy;

static pid_t other;

/* What carries a text out. */
struct change {
    struct toy_box *box;
    char text[4096];
    bool done;
    int rc;
};

/* --- the clock ------------------------------------------------------------------------------- */

static int64_t monotonic_ms(void *ctx)
{
    (void)ctx;
    return (toy.stopped_ms != 0 ? toy.stopped_ms : clock_now_ms(&clock_system)) + toy.passed_ms;
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms(&clock_system) + toy.passed_ms;
}

static const struct clock clock_of_toy = {monotonic_ms, wall_ms, NULL};

/* --- boxes ----------------------------------------------------------------------------------- */

static struct toy_box *box_by(const char *what, bool by_name)
{
    for (size_t i = 0; i < TOY_BOXES; i++) {
        struct toy_box *box = &toy.boxes[i];
        if (box->name[0] != '\0' && strcmp(by_name ? box->name : box->id, what) == 0)
            return box;
    }
    return NULL;
}

static struct toy_box *box_of(struct dir *dir)
{
    struct toy_box *box = box_by(dir_id(dir_resource(dir)), false);

    ck_assert_ptr_nonnull(box);
    return box;
}

/* One text of one box. */
struct toy_pin {
    unsigned refs; /* guarded by nothing: these tests have one thread */
    struct toy_box *box;
    char text[4096];
};

static void unpin(void *pinned)
{
    struct toy_pin *pin = pinned;

    if (--pin->refs > 0)
        return;
    toy.pins_alive--;
    toy.pin = toy.pin == pin ? NULL : toy.pin;
    free(pin);
}

static void *pin_of(struct dir *dir)
{
    struct toy_box *box = toy.pins ? box_of(dir) : NULL;

    if (box == NULL)
        return NULL;
    if (toy.pin == NULL || toy.pin->box != box || strcmp(toy.pin->text, box->text) != 0) {
        toy.pin = calloc(1, sizeof *toy.pin);
        ck_assert_ptr_nonnull(toy.pin);
        toy.pins_alive++;
        toy.pin->box = box;
        memcpy(toy.pin->text, box->text, sizeof box->text);
    }
    toy.pin->refs++;
    return toy.pin;
}

static struct date pin_date(const struct dir *dir, void *pin)
{
    (void)dir, (void)pin;
    return (struct date){.ms = 1000};
}

static int pin_freshen(struct call *by, struct dir *dir, void *pin)
{
    by->version = 1;
    if (!toy.freshens)
        return 0;
    toy.freshens = false;
    snprintf(box_of(dir)->text, sizeof toy.boxes[0].text, "{fresh}\n");
    return strcmp(((struct toy_pin *)pin)->text, "{fresh}\n") == 0 ? 0 : PIN_CHANGED;
}

static int render_text(struct call *by, struct node node, bool wait, struct buf *out)
{
    (void)wait;
    by->version = 1;
    if (by->pin != NULL)
        return buf_append_text(out, ((struct toy_pin *)by->pin)->text) ? 0 : -ENOMEM;
    return buf_append_text(out, box_of(node.dir)->text) ? 0 : -ENOMEM;
}

static int render_fixed(struct call *by, struct node node, bool wait, struct buf *out)
{
    (void)by, (void)node, (void)wait;
    return buf_append_text(out, "fixed\n") ? 0 : -ENOMEM;
}

static enum judgement judge_text(struct file *file, struct call *by)
{
    const char *text = buf_text(&file->text);

    if (strchr(text, '!') != NULL) {
        call_set_words(by, EINVAL, "there is a ! in it");
        return JUDGE_INVALID;
    }
    return strchr(text, '}') != NULL ? JUDGE_COMPLETE : JUDGE_INCOMPLETE;
}

static struct change *begin_change(struct toy_box *box, const char *text)
{
    struct change *change = calloc(1, sizeof *change);

    ck_assert_ptr_nonnull(change);
    change->box = box;
    snprintf(change->text, sizeof change->text, "%s", text);
    toy.change = change;
    toy.changes_alive++;
    return change;
}

struct change *toy_begin_change(void)
{
    return begin_change(&toy.boxes[0], "");
}

static int commit_text(struct call *by, struct file *file)
{
    struct toy_box *box = box_of(file->node.dir);
    const char *text = buf_text(&file->text);

    if (file->staged->change != NULL)
        return file_await(by, file, false);
    toy.commits++;
    snprintf(toy.committed, sizeof toy.committed, "%s", text);
    if (toy.next == TOY_REFUSES || strchr(text, '}') == NULL)
        return call_fail(by, EINVAL, "the toy does not like it");
    if (toy.next == TOY_INTERRUPTED)
        return call_fail(by, EINTR, "interrupted");
    if (strcmp(box->text, text) == 0)
        return 0;
    file->staged->change = begin_change(box, text);
    if (toy.next != TOY_STARTS)
        toy_end_change(0);
    return file_await(by, file, false);
}

static const struct leaf_row box_rows[] = {
    {.name = "text",
     .mode = 0644,
     .flags = LEAF_DOCUMENT | LEAF_PINNED,
     .render = render_text,
     .judge = judge_text,
     .commit = commit_text},
    {.name = "fixed", .mode = 0444, .render = render_fixed},
    {.name = "secret", .mode = 0600, .flags = LEAF_SECRET, .render = render_fixed},
    {.name = NULL},
};

/* --- what is in the directory in a box ---------------------------------------------------------
 */

static const struct leaf_row depth_row = {.mode = 0444, .render = render_fixed};

static struct leaf find_inside(struct call *by, struct dir *dir, const char *name, bool *nested)
{
    (void)by;
    if (!dir_ops(dir)->nested && strcmp(name, "inner") == 0) {
        *nested = true;
        return INNER;
    }
    return dir_ops(dir)->nested && strcmp(name, "depth") == 0 ? DEPTH : LEAF_NONE;
}

static const struct leaf_row *row_inside(struct dir *dir, struct leaf leaf)
{
    return dir_ops(dir)->nested && leaf_is_same(leaf, DEPTH) ? &depth_row : NULL;
}

static void print_inside(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    snprintf(out, LEAF_NAME_BYTES, "%s", row_inside(dir, leaf) == NULL ? "" : "depth");
}

static int list_inside(struct call *by, struct dir *dir, struct listing *listing)
{
    (void)by;
    if (dir_ops(dir)->nested)
        return leaf_hidden(dir, DEPTH) ||
                       listing_add_leaf(listing, "depth", leaf_alias(dir, DEPTH), S_IFREG)
                   ? 0
                   : -ENOMEM;
    return leaf_hidden(dir, INNER) ||
                   listing_add_dir(listing, "inner", dir_ops(dir)->objects, dir->kind, NULL, NULL)
               ? 0
               : -ENOMEM;
}

static const struct leaf_source inside = {
    .find = find_inside, .row = row_inside, .print_name = print_inside, .list = list_inside};

/* Two directories that show a box have the same scratch files. */
static bool place_of_box(const struct dir *dir, struct buf *out)
{
    return buf_append_text(out, dir_id(dir));
}

static const struct dir_ops inner_ops = {.type = "inner",
                                         .unlink = leaf_unlink,
                                         .rename = leaf_rename,
                                         .names = NAMES_OF_RECORD,
                                         .source = &inside,
                                         .others = &scratch_leaves,
                                         .scratch = true,
                                         .nested = true};

static const struct dir_ops box_ops = {.type = "box",
                                       .rmdir = leaf_rmdir,
                                       .unlink = leaf_unlink,
                                       .rename = leaf_rename,
                                       .names = NAMES_OF_RECORD,
                                       .leaves = box_rows,
                                       .source = &inside,
                                       .others = &scratch_leaves,
                                       .place = place_of_box,
                                       .scratch = true,
                                       .objects = &inner_ops};

/* --- the root -------------------------------------------------------------------------------- */

/* One of the crowd: its id. False: it is none. */
static bool crowd_id(const char *name, char id[16])
{
    unsigned number;

    if (sscanf(name, "crowd-%u", &number) != 1 || number >= toy.crowd)
        return false;
    snprintf(id, 16, "%u", number + toy.crowd_shift);
    return true;
}

static bool list_crowd(struct listing *listing)
{
    bool ok = true;

    for (unsigned i = 0; ok && i < toy.crowd; i++) {
        char name[32];
        char id[16];

        snprintf(name, sizeof name, "crowd-%u", i);
        ok = crowd_id(name, id) && listing_add_dir(listing, name, &box_ops, BOXES, id, NULL);
    }
    return ok;
}

/* A box is found by its name, whose directory is its home, and by its id. */
static int root_lookup(struct call *by, struct dir *dir, const char *name, struct found *out)
{
    struct toy_box *box = box_by(name, true);
    char id[16];

    (void)by;
    if (crowd_id(name, id))
        out->dir = dir_home(dir, name, &box_ops, BOXES, id, NULL);
    else if (box != NULL)
        out->dir = dir_home(dir, name, &box_ops, BOXES, box->id, NULL);
    else if ((box = box_by(name, false)) != NULL)
        out->dir = dir_intern(dir, name, &box_ops, BOXES, box->id, NULL);
    else
        return -ENOENT;
    return out->dir == NULL ? -ENOMEM : 0;
}

static int root_list(struct call *by, struct dir *dir, struct listing *listing)
{
    (void)by, (void)dir;
    for (size_t i = 0; i < TOY_BOXES; i++) {
        const struct toy_box *box = &toy.boxes[i];
        if (box->name[0] != '\0' &&
            !listing_add_dir(listing, box->name, &box_ops, BOXES, box->id, NULL))
            return -ENOMEM;
    }
    return list_crowd(listing) ? 0 : -ENOMEM;
}

static int root_refresh(struct listing *listing, struct listed *entry)
{
    const struct toy_box *box = box_by(entry->id, false);

    if (box == NULL)
        return -ENOENT;
    return listing_rename_entry(listing, entry, box->name) ? 0 : -ENOMEM;
}

static const struct dir_ops toy_root_ops = {.type = "root",
                                            .lookup = root_lookup,
                                            .list = root_list,
                                            .refresh = root_refresh,
                                            .counted = true,
                                            .names = NAMES_LEASED};

/* --- hooks ----------------------------------------------------------------------------------- */

static void failed(struct call *by, struct dir *dir, const char *path, int err)
{
    (void)dir;
    ck_assert_str_ne(by->problem.message, "");
    toy.failures++;
    toy.failed_err = err;
    snprintf(toy.failed_path, sizeof toy.failed_path, "%s", path);
}

static uint64_t names_generation(const struct dir *dir)
{
    return dir->parent == NULL ? toy.names_generation : 0;
}

static void shown(struct dir *resource, const struct seen *seen)
{
    ck_assert_ptr_nonnull(dir_id(resource));
    ck_assert_uint_eq(seen->version, 1);
    toy.shown++;
}

static int change_wait(struct call *by, struct vfs *vfs, struct change *change)
{
    ck_assert_ptr_eq(vfs, &toy.vfs);
    if (!change->done) {
        problem_set(&by->problem, PROBLEM_INTERRUPTED, "interrupted");
        return -EINTR;
    }
    if (change->rc < 0)
        problem_set(&by->problem, PROBLEM_SERVER, "the toy is broken");
    return change->rc;
}

static int64_t patience_ms(const struct dir *dir)
{
    (void)dir;
    return toy.patience_ms;
}

static bool change_done(struct change *change)
{
    return change->done;
}

static void change_unref(struct change *change)
{
    toy.changes_alive--;
    free(change);
}

static bool is_read_only(void *ctx)
{
    (void)ctx;
    return toy.read_only;
}

static int64_t names_valid_ms(const struct dir *dir)
{
    (void)dir;
    return toy.fresh_ms;
}

static bool lasts(void *ctx)
{
    (void)ctx;
    return toy.lasts;
}

static void forget_names(void *ctx)
{
    (void)ctx;
    toy.forgets++;
}

static void forget_dates(void *ctx, const uint64_t *keys, size_t count)
{
    (void)ctx, (void)keys, (void)count;
}

static const struct vfs_hooks hooks = {.failed = failed,
                                       .names_valid_ms = names_valid_ms,
                                       .pin = pin_of,
                                       .unpin = unpin,
                                       .pin_date = pin_date,
                                       .pin_freshen = pin_freshen,
                                       .names_generation = names_generation,
                                       .patience_ms = patience_ms,
                                       .shown = shown,
                                       .change_wait = change_wait,
                                       .change_done = change_done,
                                       .change_unref = change_unref};

void toy_end_change(int rc)
{
    ck_assert_ptr_nonnull(toy.change);
    toy.change->done = true;
    toy.change->rc = rc;
    if (rc == 0)
        memcpy(toy.change->box->text, toy.change->text, sizeof toy.change->text);
}

/* --- life ------------------------------------------------------------------------------------ */

void toy_start(void)
{
    toy = (struct toy){.patience_ms = CANCEL_NEVER,
                       .boxes = {{"a", "1", "{old}\n"}, {"b", "2", "{old}\n"}},
                       .config = {.clock = &clock_of_toy,
                                  .uid = getuid(),
                                  .gid = getgid(),
                                  .read_only = is_read_only,
                                  .belief = {lasts, forget_names, forget_dates, NULL},
                                  .hooks = &hooks}};
    ck_assert(vfs_init(&toy.vfs, &toy.config, &toy_root_ops));
    other = 0;
}

void toy_stop(void)
{
    vfs_forget_hidden(&toy.vfs);
    ck_assert(LIST_EMPTY(&toy.vfs.files));
    ck_assert_uint_eq(vfs_root(&toy.vfs)->refs, 1);
    vfs_finish(&toy.vfs);
    ck_assert_uint_eq(toy.pins_alive, 0);
    ck_assert_uint_eq(toy.changes_alive, 0);
    if (other != 0)
        kill(other, SIGKILL);
}

pid_t toy_other(void)
{
    if (other != 0)
        return other;
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    pid_t between = fork();
    if (between == 0) {
        pid_t pid = fork();
        if (pid == 0)
            pause();
        _exit(write(ends[1], &pid, sizeof pid) == sizeof pid ? 0 : 1);
    }
    waitpid(between, NULL, 0);
    ck_assert_int_eq((int)read(ends[0], &other, sizeof other), (int)sizeof other);
    close(ends[0]);
    close(ends[1]);
    return other;
}
