# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# TAP for test scripts. Source it, call ok, not_ok, skip, check or check_steps for every
# test point and tap_done at the end.

tap_count=0
tap_failures=0

# One test point, passed.
ok()
{
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' "$tap_count" "$1"
}

# One test point, failed; the further arguments say why, line by line.
not_ok()
{
    tap_count=$((tap_count + 1))
    tap_failures=$((tap_failures + 1))
    printf 'not ok %d - %s\n' "$tap_count" "$1"
    shift
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@" | diag
    fi
}

# One test point that could not be judged here, and why.
skip()
{
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# Text for the reader, from stdin.
diag()
{
    sed 's/^/# /'
}

# check NAME COMMAND…: passes if the command succeeds; what it says is shown if it doesn't.
check()
{
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$said"
    fi
}

# check_steps NAME FUNCTION…: as check, but each command of the function has to succeed: in a condition,
# where check runs it, errexit means nothing.
check_steps()
{
    local name=$1 said status flags=$-
    shift
    set +e
    said=$(
        set -e
        "$@" 2>&1
    )
    status=$?
    [[ "$flags" != *e* ]] || set -e
    if [ $status -eq 0 ]; then
        ok "$name"
    else
        not_ok "$name" "$said" "status $status"
    fi
}

# The plan, and the exit status of the script.
tap_done()
{
    printf '1..%d\n' "$tap_count"
    [ "$tap_failures" -eq 0 ]
}

# Nothing can be tested here.
tap_skip_all()
{
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

# holds NAME COMMAND…: passes if the command finds nothing.
holds()
{
    local name=$1 found
    shift
    found=$("$@")
    if [ -z "$found" ]; then
        ok "$name"
    else
        not_ok "$name" "$found"
    fi
}

# For a mount namespace of one's own: lets go the copies that it has of mounts of ours. Another
# test's daemon would go on for as long as the namespace does.
let_copies_go()
{
    local mounts where type

    mounts=$(</proc/self/mounts) # at once: a line that goes moves those behind it
    while read -r _ where type _; do
        if [ "$type" = fuse.paperspacefs ]; then
            umount -l "$(printf '%b' "$where")"
        fi
    done <<<"$mounts"
}
export -f let_copies_go
