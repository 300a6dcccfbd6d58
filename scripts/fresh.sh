#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/fresh.sh: what README promises on a machine that has nothing yet. In a
# bare Debian of the release that runs here, made by debootstrap with git and
# nothing else, it clones what is committed and runs scripts/demo.sh, then
# scripts/test.sh; the last line is the latter's.
#
#   --only PATTERN   the test programs that match; the default is all of them
#
# It takes root, 4 GiB of memory, and the mirror that apt here is told to use;
# where one of them is not to be had, it says so and counts as skipped. The new
# root is a tmpfs in a mount namespace of its own, what runs in it is in a pid
# namespace of its own: both go when this ends, however it ends.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/.." && pwd)
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
system_path=/usr/sbin:/usr/bin:/sbin:/bin
only=
fresh= # where the new root is, in the namespace
child=
apart=(unshare --mount --pid --fork --kill-child --mount-proc)

usage()
{
    sed -n '3,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
    exit 2
}

say()
{
    printf '== %s, after %d s\n' "$1" "$SECONDS"
}

skip()
{
    printf '== SKIPPED: the fresh machine, because %s\n0 passed, 0 failed, 1 skipped\n' "$1"
}

# debian_targets FORMAT: of each package index of Debian's own that apt here is told to use.
debian_targets()
{
    apt-get indextargets --format '$(ORIGIN) '"$1" 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian //p' | sort -u
}

# The mirror that has the release itself, not its updates.
mirror()
{
    debian_targets '$(RELEASE) $(REPO_URI)' | sed -n "s/^$codename //p" | head -n 1
}

available_kib()
{
    sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# Says what is missing here; silent if nothing is.
why_not()
{
    if [ "$(id -u)" -ne 0 ]; then
        echo 'it takes root'
    elif ! command -v apt-get >/dev/null; then
        echo 'this is not a Debian'
    elif ! bash "$root/scripts/packages.sh" fresh >/dev/null; then
        echo 'there is no debootstrap to be had'
    elif ! git -C "$root" rev-parse -q --verify HEAD >/dev/null; then
        echo 'this is not a clone'
    elif [ ! -c /dev/fuse ]; then
        echo 'there is no /dev/fuse'
    elif ! "${apart[@]}" mount -t tmpfs fresh /mnt 2>/dev/null; then
        echo 'there is no right to make namespaces'
    elif [ "$(available_kib)" -lt $((4 << 20)) ]; then
        echo 'there are no 4 GiB of memory free'
    elif [ -z "$(mirror)" ] && { apt-get update -q >/dev/null 2>&1; [ -z "$(mirror)" ]; }; then
        echo "apt here knows no mirror of Debian $codename"
    fi
}

# --- in the namespaces ----------------------------------------------------------------------------

make_root()
{
    local log=$fresh.log

    mount -t tmpfs -o mode=755 fresh "$fresh"
    if ! debootstrap --variant=minbase --include=git "$codename" "$fresh" "$(mirror)" >"$log" 2>&1; then
        tail -n 20 "$log"
        skip 'debootstrap got no system from the mirror'
        exit 0
    fi
}

# What the new root takes from outside: devices, a view of its processes, where packages come from.
furnish()
{
    : >"$fresh/dev/fuse"
    mount --bind /dev/fuse "$fresh/dev/fuse"
    mount --bind /dev/pts "$fresh/dev/pts"
    mount -t proc proc "$fresh/proc"
    cp -L /etc/resolv.conf "$fresh/etc/resolv.conf"
    debian_targets 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' >"$fresh/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::https?::Proxy' >"$fresh/etc/apt/apt.conf.d/proxy" || true
    echo force-unsafe-io >"$fresh/etc/dpkg/dpkg.cfg.d/tmpfs"
}

# there COMMAND…: in the new root; of the environment here only proxies and what tests are told go along.
there()
{
    local name
    local -a kept=()

    for name in CI PFS_REQUIRE_MOUNT PFS_TEST_PATIENCE http_proxy https_proxy no_proxy; do
        if [ -n "${!name:-}" ]; then
            kept+=("$name=${!name}")
        fi
    done
    env -i HOME=/root TERM=dumb "PATH=$system_path" "${kept[@]}" chroot "$fresh" "$@" </dev/null
}

inside()
{
    local status=0

    make_root
    furnish
    git clone -q "$root" "$fresh/root/paperspacefs"
    say "a bare Debian $codename with a clone is there"
    there bash /root/paperspacefs/scripts/demo.sh || status=$?
    say "scripts/demo.sh has ended with status $status"
    there bash /root/paperspacefs/scripts/test.sh ${only:+--only "$only"} || status=$?
    return "$status"
}

# --- outside --------------------------------------------------------------------------------------

finish()
{
    if [ -n "$child" ]; then
        kill -KILL "$child" 2>/dev/null || true # all that is in the namespaces goes with it
        wait "$child" 2>/dev/null || true
    fi
    rm -f "$fresh.log"
    rmdir "$fresh"
}

outside()
{
    local reason status=0

    reason=$(why_not)
    if [ -n "$reason" ]; then
        skip "$reason"
        return
    fi
    fresh=$(mktemp -d)
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
    "${apart[@]}" bash "$0" --inside "$fresh" --only "$only" &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

where=outside
while [ $# -gt 0 ]; do
    case $1 in
    --only) only=${2-} && shift ;;
    --only=*) only=${1#*=} ;;
    --inside) where=inside && fresh=$2 && shift ;;
    *) usage ;;
    esac
    shift
done
"$where"
