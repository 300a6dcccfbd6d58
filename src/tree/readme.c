/* SPDX-License-Identifier: MIT */
/* The README at the top of the mount. */
#include "config.h"

#include "cache/guard.h"
#include "tree/leaf_rows.h"
#include "tree/tree_internal.h"

#include <errno.h>

static const char look[] =
    "\n"
    "Look\n"
    "  ls drives                          what there is\n"
    "  cat drives/NAME/drive.json         one resource, whole\n"
    "  jq -r .size drives/*/drive.json    all of them, by jq\n"
    "  cat drives/NAME/size               every key is a file, too\n"
    "  cat snapshots/NAME/state           what it is now; event.json is its last event\n";

static const char fstab[] =
    "  cat drives/NAME/fstab              a line for /etc/fstab that mounts the drive itself\n";

static const char credentials[] =
    "  cat drives/NAME/credentials        what that line reads, user and password\n";

static const char *const secrets[] = {
    [SECRETS_FIELDS] =
        "  Secrets are ******** in documents. Their own files open by their names, but "
        "are not listed.\n",
    [SECRETS_HIDE] = "  Secrets are ******** in documents, and have no files (secrets=hide).\n",
    [SECRETS_SHOW] = "  Secrets are shown (secrets=show).\n",
};

static const char refresh[] =
    "  touch drives                       ask the server again at the next look;\n"
    "                                     touch .paperspacefs/refresh does so for everything\n";

static const char read_only[] =
    "\n"
    "This mount is read-only (ro): nothing can be changed, made, removed or restored.\n"
    "SIGHUP makes it ask the server again at the next look.\n";

static const char dry_run[] =
    "\n"
    "This is a dry run: of what follows nothing is sent. Each request that would have been is a\n"
    "line of .paperspacefs/plan.jsonl.\n";

static const char guard[] =
    "\n"
    "  What destroys too much within a short time is refused: guard=%u points, then a minute of\n"
    "  quiet. A snapshot's deletion costs 1, a drive's or a provider's 15, a restore 20.\n"
    "  echo 100 > .paperspacefs/allow     that many points more, for ten minutes\n";

static const char change[] =
    "\n"
    "Change\n"
    "  Edit a document and save it, or write only what is to change:\n"
    "    echo '{\"name\": \"archive\"}' > drives/NAME/drive.json\n"
    "  Keys left out stay as they are. Nothing is sent that did not change.\n"
    "  echo archive > drives/NAME/name    one value, in its own file\n"
    "  mv drives/NAME drives/OTHER        a new name\n"
    "\n"
    "Create\n"
    "  mkdir machines/MACHINEID/NAME      takes a snapshot at once; machines/ lists only those\n"
    "                                     that have one (mkdir -p with its id: any machine)\n"
    "  mkdir drives/NAME                  starts a draft; .draft in it says what is missing,\n"
    "                                     and the file that gives the last of it creates it\n"
    "  cp -r drives/NAME drives/OTHER     a new drive with the same settings\n"
    "  A copy of this tree is a copy of settings, not of data. Copied back, it brings nothing\n"
    "  back that is gone: a new drive would be empty.\n"
    "\n"
    "Delete and restore\n"
    "  rm -r drives/NAME                  deletes the resource and all that is on it\n";

static const char restore[] =
    "  touch snapshots/NAME/restore       the machine goes back to this snapshot; so it does when\n"
    "                                     a JSON object is written to that file\n"
    "  cat snapshots/NAME/restore         how far that has come; unknown: the API did not say\n"
    "  cat snapshots/NAME/wait            returns when its last event has ended\n";

static const char rest[] =
    "\n"
    "Names\n"
    "  What a file name can't hold is written %XX. Where a plain name could mean several\n"
    "  resources it is NAME~ID. The ID alone always works.\n"
    "\n"
    "When something goes wrong\n"
    "  cat .paperspacefs/last-error       the newest failure, in words\n";

static const char refused_text[] =
    "  cat drives/NAME/drive.json.rej     the text that was refused\n";

static const char journals[] = "  .paperspacefs/errors.jsonl, changes.jsonl, seen.jsonl, "
                               "requests.jsonl, status.json have more.\n";

static bool print_views(const struct tree *tree, struct buf *out)
{
    bool ok = true;

    for (size_t i = 0; ok && kinds_all[i] != NULL; i++) {
        const struct view_row *view = kinds_all[i]->view;
        if (view != NULL && cache_has(tree->config.cache, kinds_all[i]))
            ok = buf_printf(out, "  %s/ID/NAME/   the same %s, by %s\n", view->directory,
                            kinds_all[i]->plural, view->noun);
    }
    return ok;
}

static bool print_kinds(const struct tree *tree, struct buf *out)
{
    bool ok = true;

    for (size_t i = 0; ok && kinds_all[i] != NULL; i++) {
        const struct kind *kind = kinds_all[i];
        if (!cache_has(tree->config.cache, kind))
            continue;
        if (kind->plural != NULL)
            ok = buf_printf(out, "  %s/NAME/%s\n", kind->plural, kind->document);
        else
            ok = buf_printf(out, "  %s\n", kind->document);
    }
    return ok && print_views(tree, out) &&
           buf_append_text(out, "  .paperspacefs/      the mount itself\n");
}

/* How what can be restored in this dialect is; NULL: there is nothing. */
static const struct restore_row *restore_of(const struct tree *tree)
{
    const struct restore_row *row = NULL;

    for (size_t i = 0; row == NULL && kinds_all[i] != NULL; i++)
        row = cache_shape(tree->config.cache, kinds_all[i])->restore;
    return row;
}

/* How to restore, and what a restore does first, which the API and an option decide. */
static bool print_restore(const struct tree *tree, struct buf *out)
{
    const struct restore_row *row = restore_of(tree);
    enum restore_backup backup = tree->config.restore_backup;

    if (row == NULL)
        return true;
    if (!row->safety && backup == RESTORE_BACKUP_YES)
        return buf_append_text(out, "  Restores are refused: this API can't take a safety snapshot "
                                    "first (restore_backup=yes).\n");
    if (!buf_append_text(out, restore))
        return false;
    if (!row->safety)
        return buf_append_text(out, "  This API can't take a safety snapshot before a restore: "
                                    "what is on the machine now is lost.\n");
    if (backup == RESTORE_BACKUP_NO)
        return buf_append_text(out, "  No safety snapshot is asked for before a restore "
                                    "(restore_backup=no).\n");
    return buf_append_text(out, "  A touch asks for a safety snapshot of the machine first. An "
                                "object is the request's\n"
                                "  body as it is: {} asks for none.\n");
}

/* The files of what can be mounted by SMB, where there is such a kind. */
static bool print_smb(const struct tree *tree, struct buf *out)
{
    bool any = false;

    for (size_t i = 0; kinds_all[i] != NULL; i++)
        any = any || cache_shape(tree->config.cache, kinds_all[i])->smb != NULL;
    return !any || (buf_append_text(out, fstab) &&
                    (tree->config.secrets == SECRETS_HIDE || buf_append_text(out, credentials)));
}

static bool print_guard(const struct tree *tree, struct buf *out)
{
    unsigned limit = tree->config.guard == NULL ? 0 : guard_state(tree->config.guard).limit;

    return limit == 0 || buf_printf(out, guard, limit);
}

static bool print_how_to(const struct tree *tree, struct buf *out)
{
    bool writable = !vfs_read_only(&tree->vfs);
    bool ok = buf_append_text(out, look) && print_smb(tree, out);

    ok = ok && (!writable || buf_append_text(out, refresh)) &&
         buf_append_text(out, secrets[tree->config.secrets]);
    if (ok && writable)
        ok = (!tree->config.dry_run || buf_append_text(out, dry_run)) &&
             buf_append_text(out, change) && print_restore(tree, out) && print_guard(tree, out);
    else if (ok)
        ok = buf_append_text(out, read_only);
    return ok && buf_append_text(out, rest) && (!writable || buf_append_text(out, refused_text)) &&
           buf_append_text(out, journals);
}

int readme_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    (void)call, (void)wait;
    bool ok = buf_printf(out,
                         "This is cloud storage at %s, mounted by paperspacefs %s.\n"
                         "Every resource is a directory; every document in it is JSON.\n\n",
                         tree_of(dir)->config.url, PACKAGE_VERSION);
    ok = ok && print_kinds(tree_of(dir), out) && print_how_to(tree_of(dir), out);
    return ok ? 0 : -ENOMEM;
}
