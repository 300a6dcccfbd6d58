/* SPDX-License-Identifier: MIT */
/* Files that show one state of their resource for ever, and what the kernel may keep of them. */
#include "config.h"

#include "test_vfs.h"

#include "vfs/again.h"
#include "vfs/file.h"
#include "vfs/lease.h"
#include "vfs/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct node look(struct dir *dir, pid_t pid, struct entry *entry)
{
    ck_assert_int_eq(vfs_lookup(toy_call("lookup", pid), dir, "text", entry), 0);
    return entry->node;
}

static struct file *open_node(struct node node)
{
    struct file *file;

    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_RDONLY, &file), 0);
    return file;
}

/* All of it; the handle is closed. */
static const char *read_out(struct file *file)
{
    static char text[64];
    ssize_t got = vfs_read(toy_call("read", 0), file, text, sizeof text - 1, 0);
    ck_assert_int_ge((int)got, 0);
    text[got] = '\0';
    vfs_release(file);
    return text;
}

static const char *read_node(struct node node)
{
    return read_out(open_node(node));
}

START_TEST(a_state_has_one_number_and_shows_the_same_for_ever)
{
    struct dir *dir = toy_dir("a");
    struct entry first, second, third;

    toy.pins = true;
    struct node old = look(dir, 0, &first);
    ck_assert_ptr_nonnull(old.content);
    ck_assert_ptr_eq(look(dir, 0, &second).content, old.content);
    struct file *file = open_node(old);
    strcpy(toy.boxes[0].text, "{another}\n");
    struct node now = look(dir, 0, &third);
    ck_assert(!serial_is_same(content_serial(now.content), content_serial(old.content)));
    ck_assert_int_eq((int)third.st.st_size, 10);
    ck_assert_str_eq(read_out(file), "{old}\n");
    ck_assert_str_eq(read_node(now), "{another}\n");
    struct stat st;
    int64_t valid_ms;
    ck_assert_int_eq(vfs_getattr(toy_call("getattr", 0), old, &st, &valid_ms), 0);
    ck_assert_int_eq((int)st.st_size, 6);
    ck_assert_int_gt((int)valid_ms, 1000);
    node_unref(old);
    node_unref(second.node);
    node_unref(now);
    dir_unref(dir);
}
END_TEST

/* Unlinked, moved away, or with something else in its place: it goes on. */
START_TEST(it_does_so_whatever_becomes_of_the_file)
{
    struct dir *dir = toy_dir("a");
    struct entry entry;

    toy.pins = true;
    struct node node = look(dir, 0, &entry);
    struct file *first = open_node(node);
    struct file *second = open_node(node);
    ck_assert_int_eq(vfs_rename(toy_call("rename", 0), dir, "text", dir, "copy", 0), 0);
    ck_assert_str_eq(read_out(first), "{old}\n");
    toy_make(dir, "new", "{new}\n");
    ck_assert_int_eq(vfs_rename(toy_call("rename", 0), dir, "new", dir, "text", 0), 0);
    ck_assert_str_eq(toy_read(dir, "text"), "{new}\n");
    ck_assert_str_eq(read_out(second), "{old}\n");
    node_unref(node);
    dir_unref(dir);
}
END_TEST

START_TEST(who_writes_to_it_walks_again_and_finds_the_file_itself)
{
    struct dir *dir = toy_dir("a");
    struct entry entry, again, other;
    struct file *file;

    toy.pins = true;
    struct node node = look(dir, 0, &entry);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_WRONLY | O_TRUNC, &file), -ESTALE);
    ck_assert_uint_eq(toy.failures, 0);
    ck_assert_ptr_null(look(dir, 0, &again).content);
    ck_assert_int_eq((int)again.entry_valid_ms, 0);
    ck_assert_ptr_nonnull(look(dir, toy_other(), &other).content);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), again.node, O_WRONLY | O_TRUNC, &file), 0);
    ck_assert_int_eq(toy_write(file, "{new}", 0), 5);
    vfs_release(file);
    ck_assert_str_eq(toy.boxes[0].text, "{new}");
    node_unref(again.node);
    ck_assert_ptr_nonnull(look(dir, 0, &again).content); /* it has come */
    node_unref(again.node);
    node_unref(other.node);
    node_unref(node);
    dir_unref(dir);
}
END_TEST

/* By /proc/self/fd there are no names to look up. */
START_TEST(who_comes_back_without_a_look_is_let_in)
{
    struct dir *dir = toy_dir("a");
    struct entry entry;
    struct file *file;

    toy.pins = true;
    struct node node = look(dir, 0, &entry);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_WRONLY, &file), -ESTALE);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_WRONLY, &file), 0);
    ck_assert(!file_is_pinned(file));
    vfs_release(file);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_WRONLY, &file), -ESTALE);
    toy.passed_ms += AGAIN_MS + 1;
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_WRONLY, &file), -ESTALE);
    node_unref(node);
    dir_unref(dir);
}
END_TEST

static struct call *call_without_pid(const char *op)
{
    struct call *call = toy_call(op, 0);

    call->pid = 0;
    return call;
}

/* From another pid namespace: many at once, which nobody tells apart. */
START_TEST(callers_without_a_pid_walk_again_each_to_its_file)
{
    struct dir *dirs[2] = {toy_dir("a"), toy_dir("b")};
    struct node nodes[2];
    struct entry entry;
    struct file *file;

    toy.pins = true;
    for (int i = 0; i < 2; i++) {
        nodes[i] = look(dirs[i], 0, &entry);
        ck_assert_int_eq(vfs_open(call_without_pid("open"), nodes[i], O_WRONLY, &file), -ESTALE);
    }
    for (int i = 0; i < 4; i++) { /* a second one of each file comes before the first has */
        ck_assert_int_eq(vfs_lookup(call_without_pid("lookup"), dirs[i % 2], "text", &entry), 0);
        ck_assert_ptr_null(entry.node.content);
        ck_assert_int_eq(vfs_open(call_without_pid("open"), entry.node, O_WRONLY, &file), 0);
        vfs_release(file);
        node_unref(entry.node);
    }
    for (int i = 0; i < 2; i++) {
        node_unref(nodes[i]);
        dir_unref(dirs[i]);
    }
}
END_TEST

/* Who only asked what there is now; whoever had the old number before is served it. */
START_TEST(who_brings_a_newer_state_by_opening_the_old_one_walks_again)
{
    struct dir *dir = toy_dir("a");
    struct entry entry, again;
    struct file *file;

    toy.pins = true;
    toy.freshens = true;
    struct node node = look(dir, 0, &entry);
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_RDONLY, &file), -ESTALE);
    ck_assert_ptr_nonnull(look(dir, 0, &again).content);
    ck_assert_ptr_ne(again.node.content, node.content);
    ck_assert_str_eq(read_node(again.node), "{fresh}\n");
    /* A file that something is mounted on has the old number for ever, and no names. */
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_RDONLY, &file), -ESTALE);
    ck_assert_str_eq(read_node(node), "{fresh}\n");
    /* Who finds another state is given that, though there is yet another. */
    ck_assert_int_eq(vfs_open(toy_call("open", 0), node, O_RDONLY, &file), -ESTALE);
    strcpy(toy.boxes[0].text, "{later}\n");
    ck_assert_str_eq(read_node(again.node), "{fresh}\n");
    node_unref(again.node);
    node_unref(node);
    dir_unref(dir);
}
END_TEST

static enum listing_keep stream(struct dir *dir, struct listing **out)
{
    ck_assert_int_eq(vfs_opendir(toy_call("opendir", 0), dir, out), 0);
    return listing_keep(*out);
}

static enum listing_keep stream_once(struct dir *dir)
{
    struct listing *listing;
    enum listing_keep keep = stream(dir, &listing);

    listing_ended(listing);
    listing_close(listing);
    return keep;
}

/* What happens between two looks at a directory. */
static void nothing(struct dir *dir)
{
    (void)dir;
}

static void a_box_is_renamed(struct dir *dir)
{
    (void)dir;
    toy.names_generation++;
}

static void something_changes(struct dir *dir)
{
    (void)dir;
    vfs_changed(&toy.vfs, NULL, 0);
}

static void time_passes(struct dir *dir)
{
    (void)dir;
    toy.passed_ms += toy.fresh_ms + 1;
}

static void names_are_leased(struct dir *dir)
{
    (void)dir;
    toy.lasts = false;
}

static void the_text_changes(struct dir *dir)
{
    (void)dir;
    strcpy(toy.boxes[0].text, "{another}\n");
    vfs_changed(&toy.vfs, NULL, 0);
}

static void a_file_is_put_beside(struct dir *dir)
{
    toy_make(dir, "swap", "x");
}

static void a_file_is_unlinked(struct dir *dir)
{
    ck_assert_int_eq(vfs_unlink(toy_call("unlink", 0), dir, "fixed"), 0);
}

static void a_file_is_looked_up(struct dir *dir)
{
    ck_assert_int_eq(toy_lookup(dir, "fixed", NULL), 0);
}

static void a_file_is_looked_up_that_is_leased(struct dir *dir)
{
    names_are_leased(dir);
    a_file_is_looked_up(dir);
}

static void a_file_elsewhere_is_opened_that_is_leased(struct dir *dir)
{
    struct dir *other = toy_dir("b");

    names_are_leased(dir);
    vfs_release(toy_open(other, "fixed", O_RDONLY));
    dir_unref(other);
}

static void others_look_files_up(struct dir *dir)
{
    struct entry entry;

    names_are_leased(dir);
    ck_assert_int_eq(vfs_lookup(toy_call("lookup", getpid() + 1), dir, "fixed", &entry), 0);
    node_unref(entry.node);
}

static const struct {
    const char *path;
    void (*happens)(struct dir *dir);
    enum listing_keep keep;
} between[] = {
    {"", nothing, LISTING_KEPT},
    {"", a_box_is_renamed, LISTING_FILLS},
    {"", something_changes, LISTING_FILLS},
    {"", time_passes, LISTING_FILLS},
    {"", names_are_leased, LISTING_NEW},
    {"a", nothing, LISTING_KEPT},
    {"a", names_are_leased, LISTING_KEPT},
    {"a", a_file_is_looked_up, LISTING_KEPT},
    {"a", a_file_is_looked_up_that_is_leased, LISTING_FILLS},
    {"a", a_file_elsewhere_is_opened_that_is_leased, LISTING_FILLS},
    {"a", others_look_files_up, LISTING_KEPT},
    {"a", the_text_changes, LISTING_FILLS},
    {"a", a_file_is_put_beside, LISTING_NEW},
    {"a", a_file_is_unlinked, LISTING_NEW},
};

START_TEST(a_listing_is_kept_until_something_happens)
{
    toy.pins = true;
    toy.lasts = true;
    toy.fresh_ms = 5000;
    struct dir *dir = toy_dir(between[_i].path);

    ck_assert_int_eq(stream_once(dir), LISTING_FILLS);
    ck_assert_int_eq(stream_once(dir), LISTING_KEPT);
    between[_i].happens(dir);
    ck_assert_int_eq(stream_once(dir), between[_i].keep);
    dir_unref(dir);
}
END_TEST

START_TEST(one_open_directory_is_of_one_generation)
{
    struct listing *first, *second;

    toy.lasts = true;
    toy.fresh_ms = 5000;
    struct dir *dir = toy_dir("");
    ck_assert_int_eq(stream(dir, &first), LISTING_FILLS);
    ck_assert_int_eq(stream(dir, &second), LISTING_NEW); /* the first was not read to its end */
    listing_close(second);
    listing_ended(first);
    ck_assert_int_eq(stream(dir, &second), LISTING_KEPT);
    listing_close(second);
    toy.names_generation++;
    ck_assert_int_eq(stream(dir, &second), LISTING_NEW); /* the first is still open */
    listing_close(first);
    ck_assert_int_eq(stream_once(dir), LISTING_FILLS);
    listing_close(second);
    dir_unref(dir);
}
END_TEST

START_TEST(what_the_kernel_has_forgotten_is_remembered_for_a_while)
{
    struct dir *dir = toy_dir("a");
    struct serial serial = dir_serial(dir);

    dir_forgotten(dir);
    dir = toy_dir("a");
    ck_assert(serial_is_same(dir_serial(dir), serial));
    dir_forgotten(dir);
    toy.passed_ms += LINGER_MS + 1;
    dir_unref(toy_dir("b")); /* who comes next */
    dir = toy_dir("a");
    ck_assert(!serial_is_same(dir_serial(dir), serial));
    dir_unref(dir);
}
END_TEST

START_TEST(what_changes_is_told_where_names_last)
{
    struct call *call = toy_call("touch", 0);

    toy.lasts = true;
    vfs_settle(&toy.vfs, call);
    ck_assert_uint_eq(toy.forgets, 0);
    call->changed = true;
    int64_t before_ms = clock_now_ms(&clock_system);
    vfs_settle(&toy.vfs, call);
    ck_assert_int_lt((int)(clock_now_ms(&clock_system) - before_ms), 10);
    ck_assert_uint_eq(toy.forgets, 1);
}
END_TEST

TCase *states_case(void)
{
    TCase *t = tcase_create("states");

    tcase_add_checked_fixture(t, toy_start, toy_stop);
    tcase_add_test(t, a_state_has_one_number_and_shows_the_same_for_ever);
    tcase_add_test(t, it_does_so_whatever_becomes_of_the_file);
    tcase_add_test(t, who_writes_to_it_walks_again_and_finds_the_file_itself);
    tcase_add_test(t, who_comes_back_without_a_look_is_let_in);
    tcase_add_test(t, callers_without_a_pid_walk_again_each_to_its_file);
    tcase_add_test(t, who_brings_a_newer_state_by_opening_the_old_one_walks_again);
    tcase_add_loop_test(t, a_listing_is_kept_until_something_happens, 0,
                        (int)(sizeof between / sizeof between[0]));
    tcase_add_test(t, one_open_directory_is_of_one_generation);
    tcase_add_test(t, what_the_kernel_has_forgotten_is_remembered_for_a_while);
    tcase_add_test(t, what_changes_is_told_where_names_last);
    return t;
}
