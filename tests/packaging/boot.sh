#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What is installed, on a machine that boots: mount(8) and its helpers, fstab, and the system unit.
#
# The machine is this one, seen from namespaces of its own: over /usr lies what make install brings,
# over /etc and /run lies nothing, its first process is systemd, and it starts one unit, which is
# this script with --inside. All of it goes when the last line has been read. It takes root.
set -euo pipefail

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-$PWD}" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
apart=(unshare --fork --pid --mount --cgroup --ipc --uts --mount-proc --kill-child)
patience=${PFS_TEST_PATIENCE:-1}

# --- inside ---------------------------------------------------------------------------------------

# soon COMMAND…: succeeds within a few seconds.
soon()
{
    local end=$((SECONDS + 10 * patience))

    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}

is_there()
{
    [ -d "$1/drives/data" ]
}

# How many mounts of ours there are on a directory.
mounts_on()
{
    findmnt -n -t fuse.paperspacefs "$1" | wc -l
}

not_there()
{
    [ "$(mounts_on "$1")" -eq 0 ]
}

# ends_with STATUS COMMAND…
ends_with()
{
    local status=0

    "${@:2}" || status=$?
    [ "$status" -eq "$1" ] || { echo "exit status $status, not $1" && return 1; }
}

# mounts TYPE: mounted by mount(8), and unmounted by umount(8).
mounts()
{
    mount -t "$1" -o "key_file=$key,ttl=3" "$url" /mnt/by-hand
    is_there /mnt/by-hand
    [ "$(findmnt -n -o FSTYPE,SOURCE /mnt/by-hand)" = "fuse.paperspacefs $url" ]
    umount /mnt/by-hand
    soon not_there /mnt/by-hand
}

# Where no helper of ours is in /sbin, as after an installation below another prefix.
mounts_by_libfuse()
{
    rm /usr/sbin/mount.fuse.paperspacefs
    mounts fuse.paperspacefs
}

mounts_nothing_with_f()
{
    mount -f -n -v -t paperspacefs -o "key_file=$key" "$url" /mnt/by-hand
    not_there /mnt/by-hand
}

# By way of our own helper, which takes what mountinfo and fstab have, too.
remounts()
{
    mount -t paperspacefs -o "key_file=$key,ttl=3" "$url" /mnt/by-hand
    is_there /mnt/by-hand
    mount -o remount,ro /mnt/by-hand
    findmnt -n -O ro /mnt/by-hand
    ends_with 1 mkdir /mnt/by-hand/drives/new
    ends_with 32 mount -o remount,rw,ttl=4 /mnt/by-hand
    findmnt -n -O ro /mnt/by-hand
    mount -o remount,rw /mnt/by-hand
    mkdir /mnt/by-hand/drives/new
    umount /mnt/by-hand
    soon not_there /mnt/by-hand
}

mount_a_twice()
{
    mount -a -t paperspacefs
    mount -a -t paperspacefs
    is_there /mnt/fstab
    [ "$(mounts_on /mnt/fstab)" -eq 1 ]
    umount /mnt/fstab
    soon not_there /mnt/fstab
}

automounts()
{
    systemctl start mnt-auto.automount
    not_there /mnt/auto
    is_there /mnt/auto
    [ "$(mounts_on /mnt/auto)" -eq 1 ]
    systemctl stop mnt-auto.automount
    soon not_there /mnt/auto
}

property()
{
    systemctl show --value -p "$1" "$2"
}

unit_starts()
{
    systemctl start paperspacefs@cloud
    # Told by the program, systemctl returns when it is mounted.
    [ "$(property Type paperspacefs@cloud)" = notify ] || soon is_there /mnt/cloud
    is_there /mnt/cloud
    soon says_how_it_is
    systemctl reload paperspacefs@cloud
    is_there /mnt/cloud
}

# Of a build with libsystemd: what systemctl status shows is of the API.
says_how_it_is()
{
    [ "$(property Type paperspacefs@cloud)" != notify ] ||
        [[ "$(property StatusText paperspacefs@cloud)" == docs:\ [0-9]*\ drives* ]]
}

# The commands of the manual page find the change, in the journal of this machine.
audits()
{
    local command

    [ "$(property Type paperspacefs@cloud)" = notify ] || return 0 # built without libsystemd
    systemctl start journald
    echo OPTIONS=log=info >>/etc/paperspacefs/cloud.conf
    systemctl restart paperspacefs@cloud
    soon is_there /mnt/cloud
    echo audited >/mnt/cloud/drives/data/name
    for command in "$(recipe MESSAGE_ID)" "$(recipe PAPERSPACE_ID)"; do
        soon finds "$command" "uid 0: PUT, answered by 200"
    done
    journalctl -o json "$(recipe MESSAGE_ID | grep -o 'MESSAGE_ID=.*')" | jq -e -s '.[0] |
        [._SYSTEMD_UNIT, .PAPERSPACE_MOUNT, .PAPERSPACE_PATH, .PAPERSPACE_COMM] ==
        ["paperspacefs@cloud.service", "/mnt/cloud", "drives/data/name", "bash"]'
    sed -i '/^OPTIONS/d' /etc/paperspacefs/cloud.conf
    systemctl restart paperspacefs@cloud
    echo data >/mnt/cloud/drives/sdvkpg3v2v/name
    systemctl stop journald
}

recipe()
{
    sed -n "s/^\.Dl \$ \(journalctl .*$1=.*\)/\1/p" "$top_srcdir/man/paperspacefs.1"
}

finds()
{
    $1 2>&1 | grep -F "$2" >/dev/null
}

unit_comes_back()
{
    local pid

    pid=$(property MainPID paperspacefs@cloud)
    kill -KILL "$pid"
    soon has_another_pid "$pid"
    soon is_there /mnt/cloud
}

has_another_pid()
{
    [ "$(property MainPID paperspacefs@cloud)" -gt 0 ] && [ "$(property MainPID paperspacefs@cloud)" -ne "$1" ]
}

unit_stops()
{
    systemctl stop paperspacefs@cloud
    not_there /mnt/cloud
    [ "$(property Result paperspacefs@cloud)" = success ]
}

has_failed()
{
    [ "$(property ActiveState "$1")" = failed ]
}

# A key that is refused is not tried again.
unit_gives_up()
{
    systemctl start paperspacefs@refused || true
    soon has_failed paperspacefs@refused
    sleep 0.3 # three times what a restart would wait
    [ "$(property NRestarts paperspacefs@refused)" -eq 0 ]
    not_there /mnt/refused
}

# as_user COMMAND…: as one who has no rights but those of fusermount3.
as_user()
{
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/mnt/home XDG_RUNTIME_DIR=/run/user/65534 \
        PAPERSPACE_API_KEY=demo-key "$@"
}

user_mounts()
{
    as_user paperspacefs "$url" /mnt/home/by-hand
    as_user test -d /mnt/home/by-hand/drives/data
    as_user fusermount3 -u /mnt/home/by-hand
}

# So it can't be in the unit for users.
no_new_privileges_no_mount()
{
    ends_with 1 as_user setpriv --no-new-privs paperspacefs "$url" /mnt/home/by-hand
    not_there /mnt/home/by-hand
}

user_unit()
{
    systemctl start user@65534
    as_user systemctl --user start paperspacefs@cloud
    soon as_user test -d /mnt/home/cloud/drives/data
    as_user systemctl --user stop paperspacefs@cloud
    not_there /mnt/home/cloud
    [ "$(as_user systemctl --user show --value -p Result paperspacefs@cloud)" = success ]
}

# A home, a configuration, and a device that users may open.
furnish_user()
{
    mkdir -p /mnt/home/by-hand /mnt/home/.config/paperspacefs /run/user/65534
    echo "PAPERSPACE_API_URL=$url" >/mnt/home/.config/paperspacefs/cloud.conf
    echo 'OPTIONS=key_file=/mnt/home/.key' >>/mnt/home/.config/paperspacefs/cloud.conf
    (umask 077 && echo demo-key >/mnt/home/.key)
    chown -R 65534:65534 /mnt/home /run/user/65534
    mknod -m 666 /run/fuse c 10 229
    mount --bind /run/fuse /dev/fuse
}

start_emulator()
{
    exec {emulator}< <(exec /usr/local/bin/paperspace-emulator --port 0)
    read -r -t $((20 * patience)) url <&"$emulator"
    url=${url#listening on }
}

configure_inside()
{
    PATH=/usr/local/bin:$PATH
    (umask 077 && echo demo-key >"$key" && cp "$key" /etc/paperspacefs/cloud.key &&
        echo wrong-key >/etc/paperspacefs/refused.key)
    echo "PAPERSPACE_API_URL=$url" | tee /etc/paperspacefs/cloud.conf >/etc/paperspacefs/refused.conf
    # The lines of the page, one for each directory.
    sed -n "s|^https://[^ ]*|$url|p" "$top_srcdir/man/mount.paperspacefs.8" |
        sed "s|=[^=,]*key|=$key|; 1s| /[^ ]*| /mnt/fstab|; 2s| /[^ ]*| /mnt/auto|" >/etc/fstab
    mkdir -p /mnt/by-hand /mnt/fstab /mnt/auto
    furnish_user
    systemctl daemon-reload
}

inside()
{
    PATH=/usr/local/bin:$PATH
    key=/etc/paperspacefs/key
    start_emulator
    configure_inside
    # holds: install-2
    check_steps 'mount -t paperspacefs' mounts paperspacefs
    check_steps 'mount -t fuse.paperspacefs' mounts fuse.paperspacefs
    check_steps 'mount -f mounts nothing' mounts_nothing_with_f
    # holds: cmd-6 ro-1
    check_steps 'mount -o remount,ro and remount,rw' remounts
    # holds: install-2
    check_steps 'mount ends with 32 when the key is refused' ends_with 32 \
        mount -t paperspacefs -o key_file=/etc/paperspacefs/refused.key "$url" /mnt/by-hand
    check_steps 'mount ends with 1 when an option is unknown' ends_with 1 \
        mount -t paperspacefs -o "key_file=$key,frobnicate" "$url" /mnt/by-hand
    check_steps 'mount -a, twice, mounts once' mount_a_twice
    check_steps 'x-systemd.automount mounts at the first look' automounts
    # holds: install-3
    check_steps 'the unit mounts, where all can see it' unit_starts
    # holds: audit-1 install-6
    check_steps 'journalctl tells who has changed what' audits
    # holds: install-3
    check_steps 'the unit comes back when its daemon is killed' unit_comes_back
    check_steps 'the unit unmounts' unit_stops
    check_steps 'the unit does not try a refused key again' unit_gives_up
    # holds: start-12
    check_steps 'a user mounts' user_mounts
    check_steps 'with NoNewPrivileges a user does not mount' no_new_privileges_no_mount
    # holds: install-3
    check_steps "the user's unit mounts and unmounts" user_unit
    # holds: install-2
    check_steps 'mount -t fuse.paperspacefs by mount.fuse3' mounts_by_libfuse
    tap_done || true
    echo end
}

# --- on the way in --------------------------------------------------------------------------------

# lay OVER UPPER: what is in UPPER lies over a directory; what is written there goes with this.
lay()
{
    mkdir -p "$2" "$2.work"
    mount -t overlay -o "lowerdir=$1,upperdir=$2,workdir=$2.work" overlay "$1"
}

# Nothing of this machine's own is started: these are all the units there are.
write_units()
{
    local name

    for name in sysinit basic shutdown multi-user network-online remote-fs remote-fs-pre umount default; do
        printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$name" |
            tee "/run/systemd/user/$name.target" >"/run/systemd/system/$name.target"
    done
    mkdir -p '/run/systemd/system/paperspacefs@.service.d'
    printf '[Service]\nRestartSec=100ms\n' >'/run/systemd/system/paperspacefs@.service.d/soon.conf'
    cat >/run/systemd/system/inside.service <<UNIT
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
TimeoutStartSec=infinity
Environment=top_srcdir=$top_srcdir top_builddir=$top_builddir PFS_TEST_PATIENCE=$patience
ExecStart=/bin/bash $top_srcdir/tests/packaging/boot.sh --inside
StandardOutput=append:$work/said
StandardError=append:$work/said
UNIT
    cat >/run/systemd/system/user@.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
User=%i
Type=notify
Delegate=yes
Environment=HOME=/mnt/home XDG_RUNTIME_DIR=/run/user/%i
ExecStart=/lib/systemd/systemd --user --log-target=console
UNIT
    cat >/run/systemd/system/journald.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=notify
ExecStart=/lib/systemd/systemd-journald
UNIT
    printf '[Unit]\nDefaultDependencies=no\nWants=inside.service\n' >/run/systemd/system/inside.target
}

enter()
{
    work=$1
    mount --make-rprivate /
    let_copies_go
    mount -t tmpfs tmpfs "$work/room"
    cp -a "$work/stage" "$work/room/"
    lay /usr "$work/room/stage/usr"
    lay /etc "$work/room/etc"
    mkdir -p /etc/paperspacefs
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /mnt
    mount -t tmpfs tmpfs /etc/systemd
    mount -t tmpfs tmpfs /usr/lib/systemd/system
    mount -t tmpfs tmpfs /usr/lib/systemd/user
    mkdir -p /run/systemd/system /run/systemd/user
    write_units
    exec env -i container=other PATH="$PATH" /lib/systemd/systemd --system --unit=inside.target \
        --log-target=console --log-level=warning --show-status=no
}

# --- outside --------------------------------------------------------------------------------------

why_not()
{
    if [ "$(id -u)" -ne 0 ]; then
        echo 'it takes root'
    elif ! grep -q '^PFS_HARDEN_CFLAGS = .' "$top_builddir/Makefile"; then
        echo 'this build has sanitizers, which the unit does not let trace'
    elif [ ! -x /lib/systemd/systemd ]; then
        echo 'there is no systemd here'
    elif [ ! -c /dev/fuse ]; then
        echo 'there is no /dev/fuse'
    elif ! "${apart[@]}" sh -c 'mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir a b c d &&
        mount -t overlay -o lowerdir=a,upperdir=b,workdir=c overlay d' 2>/dev/null; then
        echo 'there is no right to make namespaces and overlays'
    fi
}

finish()
{
    if [ -n "$child" ]; then
        kill -KILL "$child" 2>/dev/null || true # all that is in there goes with it
        wait "$child" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$work"
}

outside()
{
    local reason end=$((SECONDS + 60 * patience))

    reason=$(why_not)
    [ -z "$reason" ] || tap_skip_all "$reason"
    work=$(mktemp -d /var/tmp/paperspacefs-boot.XXXXXX)
    child=
    trap finish EXIT
    mkdir "$work/stage" "$work/room"
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top_builddir" install DESTDIR="$work/stage" \
        prefix=/usr/local mounthelperdir=/usr/sbin >"$work/install.log" 2>&1
    # They name the directory that was configured, whatever it was.
    sed -i "s|^ExecStart=[^ ]*|ExecStart=/usr/local/bin/paperspacefs|" \
        "$work/stage/usr/local/lib/systemd"/*/paperspacefs@.service
    "${apart[@]}" bash "$0" --enter "$work" >"$work/console" 2>&1 </dev/null &
    child=$!
    until grep -q '^end$' "$work/said" 2>/dev/null; do
        if ((SECONDS > end)) || ! kill -0 $child 2>/dev/null; then
            cat "$work/console" "$work/said" 2>/dev/null | diag || true
            not_ok 'a machine boots, and comes to the end of its tests'
            tap_done
            return
        fi
        sleep 0.1
    done
    grep -v '^end$' "$work/said"
    ! grep -q '^not ok' "$work/said"
}

case ${1:-} in
--inside) inside ;;
--enter) enter "$2" ;;
*) outside ;;
esac
