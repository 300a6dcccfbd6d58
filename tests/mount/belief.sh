#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the kernel keeps of names, dates, pages and listings is never older than it may be, where it
# can be told (names=auto) and where it is leased.
. "$(dirname "$0")/lib.sh"

crowd()
{
    local status=0

    PYTHONDONTWRITEBYTECODE=1 python3 "$top_srcdir/tests/mount/belief.py" "$1" "$MNT" "$URL" \
        "$KEY" "$D" >"$T/said" 2>&1 || status=$?
    [ $status -eq 0 ] || fail "$1" "$(<"$T/said")"
}

# --- many at once -------------------------------------------------------------------------------

# holds: attr-1 open-1
test_docs_readers_beside_writers_see_one_whole_state()
{
    mounted -- ttl=3600
    crowd stress
}

# holds: attr-1 open-1
test_openapi_readers_beside_writers_see_one_whole_state_on_leases()
{
    mounted -- ttl=3600,names=lease
    crowd stress
}

# holds: list-1
test_docs_a_listing_in_bites_lacks_nothing_and_has_nothing_twice()
{
    mounted --populate 300 -- ttl=3600,guard=0
    crowd bites
}

# holds: list-1
test_docs_a_listing_in_bites_lacks_nothing_and_has_nothing_twice_on_leases()
{
    mounted --populate 300 -- ttl=3600,guard=0,names=lease
    crowd bites
}

# holds: path-3
test_docs_who_stands_in_a_tree_that_changes_and_is_walked_stays_there()
{
    mounted --populate 100 -- ttl=3600
    crowd walk
}

run_scenarios "$@"
