/* SPDX-License-Identifier: MIT */
/* The files fstab and credentials of what can be mounted by SMB: ready for mount.cifs. */
#include "config.h"

#include "vfs/failure.h"
#include "tree/leaf_rows.h"
#include "util/file_name.h"
#include "tree/known.h"
#include "tree/members.h"
#include "tree/tree_internal.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

static const struct smb_row *row_of(const struct dir *dir)
{
    return cache_shape(tree_of(dir)->config.cache, dir->kind)->smb;
}

bool fstab_exists(const struct dir *dir)
{
    return row_of(dir) != NULL;
}

bool credentials_exist(const struct dir *dir)
{
    return row_of(dir) != NULL && tree_of(dir)->config.secrets != SECRETS_HIDE;
}

/* The text of a key of the resource, as known, if that is a string; false: no memory. */
static bool read_text(struct dir *dir, const char *key, struct buf *out)
{
    struct members members;
    struct json_slice value = {NULL, 0};

    if (members_of_record(resource_record(dir), &members))
        value = json_index_find(members.index, members.object, key);
    bool ok = json_slice_type(value) != '"' || json_slice_decode(value, out);
    members_finish(&members);
    return ok;
}

static bool has_control(const char *text, size_t size_bytes)
{
    for (size_t at = utf8_plain(text, size_bytes); at < size_bytes;) {
        int size = utf8_character(text + at, size_bytes - at);

        if (size <= 0 || utf8_is_control(text + at, (size_t)size))
            return true;
        at += (size_t)size;
        at += utf8_plain(text + at, size_bytes - at);
    }
    return false;
}

/* --- fstab -------------------------------------------------------------------------------------
 */

/* Appends a field of fstab: what would end or split it, or begin a comment, is written as an octal
 * escape. */
static bool append_escaped(struct buf *out, const char *text)
{
    bool ok = true;

    while (ok && *text != '\0') {
        size_t plain = strcspn(text, " \t\n\\#");

        ok = plain > 0 ? buf_append(out, text, plain)
                       : buf_printf(out, "\\%03o", (unsigned char)*text);
        text += plain > 0 ? plain : 1;
    }
    return ok;
}

/* \\host\share as //host/share, which is how mount.cifs wants it. */
static bool append_share(struct buf *out, const char *mount_point)
{
    struct buf share = BUF_EMPTY;
    bool ok = buf_append_text(&share, mount_point);

    for (size_t i = 0; ok && i < share.size_bytes; i++)
        if (share.data[i] == '\\')
            share.data[i] = '/';
    ok = ok && append_escaped(out, buf_text(&share));
    buf_finish(&share);
    return ok;
}

/* The id as it stands in a path here. */
static bool append_id(struct buf *out, const char *id)
{
    struct buf name = BUF_EMPTY;
    bool ok = id_encode(id, &name) && append_escaped(out, buf_text(&name));

    buf_finish(&name);
    return ok;
}

static bool append_options(struct dir *dir, struct buf *out)
{
    const char *mount_point = tree_of(dir)->config.mount_point;

    return buf_append_text(out, "credentials=") && append_escaped(out, mount_point) &&
           buf_printf(out, "/%s/", dir->kind->plural) && append_id(out, dir_id(dir)) &&
           buf_append_text(out, "/credentials,_netdev,nofail,x-systemd.requires-mounts-for=") &&
           append_escaped(out, mount_point);
}

static bool append_line(struct dir *dir, const char *share, struct buf *out)
{
    return append_share(out, share) && buf_append_text(out, " /mnt/") &&
           append_escaped(out, dir_name(dir)) && buf_append_text(out, " cifs ") &&
           append_options(dir, out) && buf_append_text(out, " 0 0\n");
}

/* A comma ends an option, and no escape helps; a control character is nobody's honest path. */
static bool breaks_options(const char *text)
{
    return strchr(text, ',') != NULL || has_control(text, strlen(text));
}

/* Why there can be no line; NULL: there can. */
static const char *objection(struct dir *dir, const struct buf *share)
{
    if (!credentials_exist(dir))
        return "with secrets=hide there is no file of credentials that it could name";
    if (breaks_options(tree_of(dir)->config.mount_point))
        return "the path of this mount has a comma or a control character, which no option can "
               "hold";
    if (breaks_options(dir_id(dir)))
        return "the id of this drive has a comma or a control character, which no option can hold";
    if (has_control(buf_text(share), share->size_bytes))
        return "the server's mount point has a control character";
    return NULL;
}

static bool append_fstab(struct dir *dir, const struct buf *share, struct buf *out)
{
    const char *why = objection(dir, share);

    return why == NULL ? append_line(dir, buf_text(share), out)
                       : buf_printf(out, "# no line for /etc/fstab: %s\n", why);
}

int fstab_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct buf share = BUF_EMPTY;
    bool ok = read_text(node.dir, row_of(node.dir)->mount_point_key, &share);

    (void)call, (void)wait;
    ok = ok && (share.size_bytes == 0 || append_fstab(node.dir, &share, out));
    buf_finish(&share);
    return ok ? 0 : -ENOMEM;
}

/* --- credentials -------------------------------------------------------------------------------
 */

/* A line `name=value`. A value with a control character would be another line, or end there:
 * -EIO. */
static int append_value(struct call *call, const char *name, const struct buf *value,
                        const char *key, struct buf *out)
{
    if (has_control(buf_text(value), value->size_bytes))
        return call_fail(call, EIO,
                         "the %s has a control character: mount.cifs would read it as something "
                         "else; the field file %s has it as it is",
                         key, key);
    return buf_printf(out, "%s=", name) && buf_append(out, buf_text(value), value->size_bytes) &&
                   buf_append(out, "\n", 1)
               ? 0
               : -ENOMEM;
}

static int append_key(struct call *call, struct dir *dir, const char *name, const char *key,
                      struct buf *out)
{
    struct buf value = BUF_EMPTY;
    int rc = read_text(dir, key, &value) ? append_value(call, name, &value, key, out) : -ENOMEM;

    if (value.data != NULL)
        explicit_bzero(value.data, value.capacity_bytes);
    buf_finish(&value);
    return rc;
}

int credentials_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    const struct smb_row *row = row_of(node.dir);
    int rc = append_key(call, node.dir, "username", row->username_key, out);

    if (rc == 0)
        rc = append_key(call, node.dir, "password", row->password_key, out);
    if (rc < 0)
        buf_resize(out, 0);
    return rc == -EIO && !wait ? 0 : rc; /* it can be looked at, but not read */
}
