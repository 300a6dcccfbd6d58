#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# By way of mount(8): lines of fstab, a second mount -a, a remount.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# mount_ready [EMULATOR OPTION…]: an emulator, and the program where mount.fuse looks for it, in a
# mount namespace of one's own.
mount_ready()
{
    if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null || ! [ -x /sbin/mount.fuse ]; then
        exit 0
    fi
    mkdir "$T/bin"
    printf '#!/bin/sh\nexec %s %s "$@"\n' "${PFS_WRAPPER:-}" "$PAPERSPACEFS" >"$T/bin/paperspacefs"
    chmod 755 "$T/bin/paperspacefs"
    (umask 077 && echo "$KEY" >"$T/key")
    start_emulator "$@"
}

# in_mounts TEXT: a shell of that namespace, with PFS as a user would call it; the mount ends with
# it. Sets out, err and rc.
in_mounts()
{
    # shellcheck disable=SC2016
    run env MNT="$MNT" T="$T" URL="$URL" PFS="$T/bin/paperspacefs" \
        timeout -s KILL $((60 * patience)) unshare -m --propagation private bash -c '
            let_copies_go
            mount --bind "$T/bin" /usr/local/sbin
            cd /
            eval "$0"
            status=$?
            while umount "$MNT" 2>/dev/null; do :; done
            exit $status' "$1"
}

# fstab_line SOURCE TYPE OPTIONS: becomes $T/fstab.
fstab_line()
{
    printf '%s %s %s %s 0 0\n' "$1" "$MNT" "$2" "$3" >"$T/fstab"
}

# flat: what was printed, as one line.
flat()
{
    tr -s '\n ' ' ' <<<"$out" | sed 's/ *$//'
}

# Each source that fstab may have, with the options that it needs then.
sources()
{
    printf '%s\n' "storage url=$URL," "$URL " "$URL/ " "none url=$URL," \
        "paperspacefs url=$URL,auto_unmount,"
}

# holds: install-2 url-2
test_docs_mount_a_mounts_once()
{
    local source options

    mount_ready
    while read -r source options; do
        fstab_line "$source" fuse.paperspacefs "${options}key_file=$T/key,_netdev,nofail"
        # shellcheck disable=SC2016
        in_mounts 'mount -a -T "$T/fstab" && mount -a -T "$T/fstab" &&
            findmnt -n -o SOURCE,FSTYPE "$MNT" && ls "$MNT/drives" | wc -l'
        assert_status 0
        assert_eq '' "$err" "$source"
        assert_eq "$source fuse.paperspacefs 4" "$(flat)"
    done < <(sources)
}

# holds: cmd-6 ro-1 control-2
test_a_remount_refuses_every_change_and_allows_it_again()
{
    mount_ready
    fstab_line storage fuse.paperspacefs "url=$URL,key_file=$T/key,ttl=7,noexec"
    # shellcheck disable=SC2016
    in_mounts 'mount -T "$T/fstab" "$MNT" && cd "$MNT" || exit
        tell() { sed -n "s/.*\"read_only\": \(.*\),/\1/p" .paperspacefs/status.json; }
        each() {
            echo n > drives/data/name; mkdir drives/new; mv drives/data drives/b; rm -r drives/data
            touch .paperspacefs/refresh snapshots/before-upgrade/restore; echo x > drives/data/scratch
        }
        tell
        mount -o remount,ro "$MNT" || exit
        tell
        each 2>&1 | sed "/Read-only file system/d"
        ls drives | wc -l
        findmnt -n -o OPTIONS "$MNT"
        mount -o remount,rw "$MNT" && mkdir drives/new && rm -r drives/new || exit
        tell
        "$PFS" -o remount,ro "$MNT" || exit
        mkdir drives/new 2>/dev/null && echo "a change was let through"
        "$PFS" -o remount,rw storage "$MNT" && echo renamed > drives/data/name || exit
        cat drives/renamed/name; findmnt -n -o OPTIONS "$MNT"; cd /'
    assert_status 0
    assert_eq '' "$err"
    local kept=nosuid,nodev,noexec,relatime,user_id=0,group_id=0,default_permissions
    assert_eq "false true 4 ro,$kept false renamed rw,$kept" "$(flat)"
    assert_changes "PUT /shared-drives/$DATA $(renaming)"
}

# What a rename of the drive data to `renamed` sends.
renaming()
{
    if [ "$D" = docs ]; then
        echo '{"name":"renamed"}'
    else
        requests | sed -n 's/^PUT [^ ]* //p'
    fi
}

# What was mounted with ro says so in README, and after the remount what can be changed.
# holds: cmd-6 tree-4
test_docs_what_was_mounted_with_ro_can_be_remounted_rw()
{
    mount_ready
    fstab_line storage fuse.paperspacefs "url=$URL,key_file=$T/key,ro"
    # shellcheck disable=SC2016
    in_mounts 'mount -T "$T/fstab" "$MNT" && cd "$MNT" || exit
        mkdir drives/new 2>/dev/null && echo "a change was let through"
        grep -c "mkdir" README
        mount -T "$T/fstab" -o remount,rw "$MNT" || exit
        grep -c "mkdir" README | sed "s/[1-9][0-9]*/some/"
        echo renamed > drives/data/name && ls -d drives/renamed; cd /'
    assert_status 0
    assert_eq '' "$err"
    assert_eq '0 some drives/renamed' "$(flat)"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
}

# holds: cmd-6
test_docs_a_remount_takes_ro_and_rw_and_nothing_else()
{
    local option expected=''

    mount_ready
    fstab_line storage fuse.paperspacefs "url=$URL,key_file=$T/key,ttl=7"
    # shellcheck disable=SC2016
    in_mounts 'mount -T "$T/fstab" "$MNT" || exit
        for option in ttl=8 stale=1 key_file=/k url=http://127.0.0.1:1 sync noexec allow_other odd; do
            ! mount -o "remount,ro,$option" "$MNT" && [ -w "$MNT/drives/data/name" ] || exit
        done'
    assert_status 0
    for option in ttl stale key_file url sync noexec allow_other odd; do
        expected+="paperspacefs: $option: a remount takes ro and rw, and changes nothing else; "
        expected+=$'end the mount and mount it anew for that\n'
    done
    assert_eq "$expected" "$err"$'\n'
    # what it has already, and what says nothing
    # shellcheck disable=SC2016
    in_mounts 'mount -T "$T/fstab" "$MNT" &&
        mount -o remount,ro,ttl=7,_netdev,x-anything=1 "$MNT" && mount -T "$T/fstab" -o remount,rw "$MNT"'
    assert_status 0
    assert_eq '' "$err"
}

# holds: cmd-6
test_docs_what_can_not_be_remounted_is_said()
{
    local args

    mount_ready
    mount_fs
    mkdir "$T/plain"
    chmod 711 "$WORK"
    install -m 755 "$PAPERSPACEFS" "$WORK/paperspacefs"
    while IFS='|' read -r args what; do
        # shellcheck disable=SC2086
        run "$PAPERSPACEFS" $args
        assert_status 1
        assert_contains "$err" "$what" "$args"
    done <<END
-o remount,ro $T/plain|$T/plain: no paperspacefs is mounted there
-o remount,ro $T/none|No such file or directory
-o remount,ro $MNT/drives|$MNT/drives: it lies inside a paperspacefs: remount $MNT
-o remount,ro other $MNT|$MNT: $URL is mounted there
-o remount $MNT|remount: ro or rw is wanted
-o remount,ro|no mount point
END
    exec 7>"$MNT/drives/data/scratch"
    run "$PAPERSPACEFS" -o remount,ro "$MNT"
    exec 7>&-
    assert_status 1
    assert_contains "$err" "$MNT: files of it are open for writing"
    run setpriv --reuid 65534 --clear-groups "$WORK/paperspacefs" -o remount,ro "$MNT"
    assert_status 1
    assert_contains "$err" "$MNT: only root can remount"
    works 'mkdir drives/new; rm -r drives/new'
}

run_scenarios "$@"
