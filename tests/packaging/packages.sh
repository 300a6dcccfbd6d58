#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The packages that scripts/package.sh has built: what is in them, what lintian says,
# and that they install, mount, and leave nothing behind. They are installed on this
# machine as it looks from a mount namespace of its own, with an overlay over what
# they change; nothing of it stays. That part takes root.
set -euo pipefail

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
out=$top_srcdir/build/packages

# --- in the namespace -----------------------------------------------------------------------------

lay()
{
    mkdir -p "/mnt$1" "/mnt$1.work"
    mount -t overlay -o "lowerdir=$1,upperdir=/mnt$1,workdir=/mnt$1.work" overlay "$1"
}

# What has been made of the packages, where packages may.
left_behind()
{
    find /usr /etc /var/lib /var/cache -xdev -name '*paperspace*'
}

inside()
{
    mount --make-rprivate /
    mount -t tmpfs tmpfs /mnt
    lay /usr
    lay /etc
    lay /var/lib
    lay /var/cache
    dpkg -i "$out"/paperspacefs_*.deb "$out"/paperspace-emulator_*.deb
    paperspacefs --version
    paperspace-emulator --version
    mkdir /mnt/here
    paperspacefs --demo /mnt/here
    test -d /mnt/here/drives/data
    fusermount3 -u /mnt/here
    man -w paperspacefs mount.paperspacefs paperspace-emulator
    dpkg --purge paperspacefs paperspace-emulator
    [ -z "$(left_behind)" ] || { left_behind && return 1; }
}

if [ "${1:-}" = --inside ]; then
    inside
    exit
fi

# --- outside --------------------------------------------------------------------------------------

installs_mounts_and_purges()
{
    unshare --mount --pid --fork --kill-child --mount-proc bash "$0" --inside
}

lintian_is_silent()
{
    local said

    # As it is: no bug to close, no mailing list, no watch file for something that is not released yet.
    said=$(lintian --allow-root --no-cfg --pedantic --display-info --fail-on none \
        --suppress-tags initial-upload-closes-no-bugs,bogus-mail-host,no-homepage-field,debian-watch-file-is-missing \
        "$(cat "$out/changes")" 2>&1 | grep -v '^N: ' || true)
    [ -z "$said" ] || { echo "$said" && return 1; }
}

# Files of a package, without directories and what rpm adds by itself, manual pages without what compresses them.
in_deb()
{
    dpkg-deb --fsys-tarfile "$out/$1"_*.deb | tar -t | grep -v '/$' |
        sed -E 's|^\./|/|; s|(/man/.*)\.gz$|\1|' | sort
}

in_rpm()
{
    rpm -qpl "$out/$1"-*.rpm | grep -v -E '/doc/paperspacefs$|/examples(/container)?$|/\.build-id' | sed -E 's|(/man/.*)\.gz$|\1|' | sort
}

# The same files in both kinds of package, but for where each has its documents and units.
common()
{
    sed -E 's|^/lib/|/usr/lib/|; s|/vendor-completions/|/site-functions/|
        /^\/usr\/share\/(doc|licenses|lintian)\//d' | sort
}

same_files()
{
    diff <(in_deb "$1" | common) <(in_rpm "$1" | common)
}

has()
{
    local name

    for name in "${@:2}"; do
        in_deb "$1" | grep -x "$name" >/dev/null || { echo "missing: $name" && return 1; }
    done
}

owned_by_root()
{
    dpkg-deb -I "$out/$1"_*.deb >/dev/null
    ! dpkg-deb -c "$out/$1"_*.deb | grep -v -E '^(l.{9}|d?-?[^l]rw.r-.r-.) root/root '
}

# holds: install-1
for name in paperspacefs paperspace-emulator; do
    check_steps "$name is root's, and nobody else can write it" owned_by_root $name
    if compgen -G "$out/$name-*.rpm" >/dev/null; then
        check_steps "$name has the same files as .deb and .rpm" same_files $name
    else
        skip "$name as .rpm" 'it was not built'
    fi
done
check_steps 'paperspacefs has what it needs' has paperspacefs /usr/bin/paperspacefs \
    /usr/sbin/mount.paperspacefs /lib/systemd/system/paperspacefs@.service \
    /usr/lib/systemd/user/paperspacefs@.service /usr/share/man/man1/paperspacefs.1 \
    /usr/share/man/man8/mount.paperspacefs.8 /usr/share/doc/paperspacefs/copyright \
    /usr/share/bash-completion/completions/paperspacefs /usr/share/zsh/vendor-completions/_paperspacefs
check_steps 'paperspace-emulator has what it needs' has paperspace-emulator /usr/bin/paperspace-emulator \
    /usr/share/man/man1/paperspace-emulator.1 /usr/share/doc/paperspace-emulator/copyright
if command -v lintian >/dev/null; then
    check_steps 'lintian has nothing to say' lintian_is_silent
else
    skip 'lintian' 'it is not there'
fi
if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null || [ ! -c /dev/fuse ]; then
    skip 'they install, mount and purge' 'it takes root, /dev/fuse and namespaces'
elif dpkg-query -W paperspacefs >/dev/null 2>&1; then
    skip 'they install, mount and purge' 'it is installed here'
else
    check_steps 'they install, mount and purge' installs_mounts_and_purges
fi
tap_done
