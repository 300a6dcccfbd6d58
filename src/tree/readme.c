/* SPDX-License-Identifier: MIT */
/* The README at the top of the mount. */
#include "config.h"

#include "tree/leaf_rows.h"

#include <errno.h>

static const char how_to[] =
    "\n"
    "Look\n"
    "  ls drives                          what there is\n"
    "  cat drives/NAME/drive.json         one resource, whole\n"
    "  jq -r .size drives/*/drive.json    all of them, by jq\n"
    "  cat drives/NAME/size               every key is a file, too\n"
    "  touch drives                       ask the server again at the next look\n"
    "\n"
    "Change\n"
    "  Edit a document and save it, or write only what is to change:\n"
    "    echo '{\"name\": \"archive\"}' > drives/NAME/drive.json\n"
    "  Keys left out stay as they are. Nothing is sent that did not change.\n"
    "  echo archive > drives/NAME/name    one value, in its own file\n"
    "  mv drives/NAME drives/OTHER        a new name\n"
    "\n"
    "Create\n"
    "  mkdir machines/MACHINEID/NAME      takes a snapshot at once\n"
    "  mkdir drives/NAME                  starts a draft; .draft in it says what is missing,\n"
    "                                     and the file that gives the last of it creates it\n"
    "  cp -r drives/NAME drives/OTHER     a new drive with the same settings\n"
    "\n"
    "Delete and restore\n"
    "  rm -r drives/NAME                  deletes the resource and all that is on it\n"
    "  touch snapshots/NAME/restore       the machine goes back to this snapshot\n"
    "  cat snapshots/NAME/restore         how far that has come\n"
    "  cat snapshots/NAME/wait            returns when it has ended\n"
    "\n"
    "Names\n"
    "  What a file name can't hold is written %XX. Where a plain name could mean several\n"
    "  resources it is NAME~ID. The ID alone always works.\n"
    "\n"
    "When something goes wrong\n"
    "  cat .paperspacefs/last-error       the newest failure, in words\n"
    "  cat drives/NAME/drive.json.rej     the text that was refused\n"
    "  .paperspacefs/errors.jsonl, changes.jsonl, requests.jsonl, status.json have the rest.\n";

static bool print_kinds(struct buf *out)
{
    bool ok = true;

    for (size_t i = 0; ok && kinds_all[i] != NULL; i++) {
        const struct kind *kind = kinds_all[i];
        if (kind->plural != NULL)
            ok = buf_printf(out, "  %s/NAME/%s\n", kind->plural, kind->document);
        else
            ok = buf_printf(out, "  %s\n", kind->document);
    }
    return ok && buf_append_text(out, "  machines/ID/NAME/   the same snapshots, by machine\n"
                                      "  .paperspacefs/      the mount itself\n");
}

/* What a restore does first, which the API decides. */
static bool print_safety(const struct tree *tree, struct buf *out)
{
    const struct kind *kind = machine_kind();
    const struct restore_row *row =
        kind == NULL ? NULL : cache_shape(tree->config.cache, kind)->restore;

    if (row == NULL)
        return true;
    if (!row->safety)
        return buf_append_text(out, "\nThis API can't take a safety snapshot before a restore: "
                                    "what is on the machine now is lost.\n");
    return buf_append_text(out, tree->config.restore_backup == RESTORE_BACKUP_NO
                                    ? "\nNo safety snapshot is asked for before a restore "
                                      "(restore_backup=no).\n"
                                    : "\nA restore asks for a safety snapshot of the machine "
                                      "first.\n");
}

int readme_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    (void)call, (void)wait;
    bool ok = buf_printf(out,
                         "This is cloud storage at %s, mounted by paperspacefs %s.\n"
                         "Every resource is a directory; every document in it is JSON.\n\n",
                         dir->tree->config.url, PACKAGE_VERSION);
    ok = ok && print_kinds(out) && buf_append_text(out, how_to) && print_safety(dir->tree, out);
    return ok ? 0 : -ENOMEM;
}
