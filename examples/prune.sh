#!/bin/sh
# SPDX-License-Identifier: MIT
#
# prune.sh [-a] [-n] KEEP MOUNT: of each machine, deletes all snapshots but the newest
# KEEP. Only those count that are ready and that were taken by hand: automatic ones
# and those that are being made, restored or deleted, or have failed, are left alone.
#
#   -n   only print what would be deleted
#   -a   an API that does not tell which are automatic (openapi) is no reason to stop:
#        all are taken for ones that were taken by hand
#
# Which are the newest is the API's word, not that of any clock: ls -t has its order.
set -eu

only_print='' all=''
while [ "${1:-}" = -n ] || [ "${1:-}" = -a ]; do
    if [ "$1" = -n ]; then only_print=yes; else all=yes; fi
    shift
done
keep=${1:?how many to keep of each machine} mount=${2:?where paperspacefs is mounted}
case $keep in
'' | *[!0-9]*) echo "prune.sh: $keep is no number" >&2 && exit 2 ;;
esac

# What is deleted by must be what the server says now, not what was known an hour ago.
touch "$mount/snapshots"
ls "$mount/snapshots" >/dev/null
if [ "$(jq .kinds.snapshots.stale "$mount/.paperspacefs/status.json")" != false ]; then
    echo 'prune.sh: the API does not answer; nothing is deleted' >&2
    exit 1
fi

# by_hand SNAPSHOT: it was taken by hand, as far as the API tells.
by_hand()
{
    if [ -e "$1/isAutoSnapshot" ]; then
        [ "$(cat "$1/isAutoSnapshot")" = false ]
    else
        [ -n "$all" ]
    fi
}

# Snapshots that count, newest first. What a line can't hold is encoded in their names.
candidates()
{
    # shellcheck disable=SC2012  # find knows no order
    ls -t "$1" | while IFS= read -r name; do
        if by_hand "$1/$name" && [ "$(cat "$1/$name/state")" = ready ]; then
            printf '%s\n' "$1/$name"
        fi
    done
}

for snapshot in "$mount"/snapshots/*/; do
    if [ -d "$snapshot" ] && [ ! -e "$snapshot/isAutoSnapshot" ] && [ -z "$all" ]; then
        echo 'prune.sh: this API does not tell which are automatic; nothing is deleted (-a: delete them all alike)' >&2
        exit 1
    fi
done

old=$(for machine in "$mount"/machines/*/; do
    [ ! -d "$machine" ] || candidates "${machine%/}" | tail -n "+$((keep + 1))"
done)
if [ -z "$old" ]; then
    exit 0
fi
printf '%s\n' "$old"
if [ -n "$only_print" ]; then
    exit 0
fi
# Leave for these, and for no more: a snapshot is one point. What is left of it is given back.
trap 'echo 0 >"$mount/.paperspacefs/allow"' EXIT
printf '%s\n' "$old" | wc -l >"$mount/.paperspacefs/allow"
printf '%s\n' "$old" | while IFS= read -r snapshot; do
    rm -r "$snapshot"
done
