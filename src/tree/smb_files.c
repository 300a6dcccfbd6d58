/* SPDX-License-Identifier: MIT */
/* The files fstab and credentials of what can be mounted by SMB: ready for mount.cifs. */
#include "config.h"

#include "tree/leaf_rows.h"
#include "tree/resource.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

static const struct smb_row *row_of(const struct dir *dir)
{
    return cache_shape(dir->tree->config.cache, dir->kind)->smb;
}

bool fstab_exists(const struct dir *dir)
{
    return row_of(dir) != NULL;
}

bool credentials_exist(const struct dir *dir)
{
    return row_of(dir) != NULL && dir->tree->config.secrets != SECRETS_HIDE;
}

static struct json_object *parse(struct dir *dir)
{
    struct record *record = resource_record(dir);
    struct json_object *object = record == NULL ? NULL : record_parse(record);

    record_unref(record);
    return object;
}

/* Appends a field of fstab: what would end or split it is written as an octal escape. */
static bool append_escaped(struct buf *out, const char *text)
{
    bool ok = true;

    for (; ok && *text != '\0'; text++)
        ok = strchr(" \t\n\\#", *text) != NULL ? buf_printf(out, "\\%03o", (unsigned char)*text)
                                               : buf_append(out, text, 1);
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

static bool append_credentials(struct dir *dir, struct buf *out)
{
    if (!credentials_exist(dir))
        return true;
    return buf_append_text(out, "credentials=") &&
           append_escaped(out, dir->tree->config.mount_point) &&
           buf_printf(out, "/%s/%s/credentials,", dir->kind->plural, dir_id(dir));
}

static bool append_line(struct dir *dir, const char *mount_point, struct buf *out)
{
    return append_share(out, mount_point) && buf_append_text(out, " /mnt/") &&
           append_escaped(out, dir_name(dir)) && buf_append_text(out, " cifs ") &&
           append_credentials(dir, out) &&
           buf_append_text(out, "_netdev,nofail,x-systemd.requires-mounts-for=") &&
           append_escaped(out, dir->tree->config.mount_point) && buf_append_text(out, " 0 0\n");
}

int fstab_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct json_object *object = parse(node.dir);
    const char *mount_point =
        object == NULL ? NULL : json_string_member(object, row_of(node.dir)->mount_point_key);

    (void)call, (void)wait;
    bool none = mount_point == NULL || *mount_point == '\0';
    bool ok = none || append_line(node.dir, mount_point, out);
    json_object_put(object);
    return ok ? 0 : -ENOMEM;
}

int credentials_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct json_object *object = parse(node.dir);
    const struct smb_row *row = row_of(node.dir);
    const char *username = object == NULL ? NULL : json_string_member(object, row->username_key);
    const char *password = object == NULL ? NULL : json_string_member(object, row->password_key);

    (void)call, (void)wait;
    bool ok = buf_printf(out, "username=%s\npassword=%s\n", username == NULL ? "" : username,
                         password == NULL ? "" : password);
    json_object_put(object);
    return ok ? 0 : -ENOMEM;
}
