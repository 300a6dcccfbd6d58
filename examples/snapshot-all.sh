#!/bin/sh
# SPDX-License-Identifier: MIT
#
# snapshot-all.sh NAME MOUNT [MACHINEID…]: takes a snapshot called NAME of each machine
# that is given, or of all that have one already (others are not listed), and waits
# until all are done. Fails, and says of which, if one is not.
set -eu

name=${1:?what to call them} mount=${2:?where paperspacefs is mounted}
shift 2
if [ $# -eq 0 ]; then
    for machine in "$mount"/machines/*/; do
        machine=${machine%/}
        set -- "$@" "${machine##*/}"
    done
fi

status=0
taken=
# All begin before the first is waited for.
for machine in "$@"; do
    if mkdir -p "$mount/machines/$machine" && mkdir "$mount/machines/$machine/$name"; then
        taken="$taken $machine"
    else
        cat "$mount/.paperspacefs/last-error" >&2
        status=1
    fi
done
for machine in $taken; do # an id has no blanks
    if cat "$mount/machines/$machine/$name/wait" >/dev/null; then
        echo "$machine: done"
    else
        echo "$machine: $(cat "$mount/machines/$machine/$name/state")" >&2
        status=1
    fi
done
exit $status
