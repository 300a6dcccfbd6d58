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

# --- right after a change -----------------------------------------------------------------------

# every_view NAME: what each view has of the snapshot is its name, and is listed there.
every_view()
{
    local view

    for view in "snapshots/$1" "snapshots/$UPGRADE" "machines/$MACHINE/$1"; do
        prints "$1"$'\n'"$1"$'\n'"$((${#1} + 1))" \
            "cat '$view/name'; jq -r .name '$view/snapshot.json'; stat -c %s '$view/name'"
    done
    works "ls snapshots machines/$MACHINE | grep -c -x '$1' | grep -x 2 > /dev/null"
}

# Each is looked at before as well, so that the kernel has something to keep.
changed_in_every_view()
{
    every_view before-upgrade
    works 'echo one > snapshots/before-upgrade/name'
    every_view one
    works "echo '{\"name\": \"second\"}' > snapshots/$UPGRADE/snapshot.json"
    every_view second
    works "mv machines/$MACHINE/second machines/$MACHINE/the-third"
    every_view the-third
    works 'mv snapshots/the-third snapshots/4'
    every_view 4
    works "ls snapshots/4 > /dev/null; : > machines/$MACHINE/4/scratch; ls snapshots/4/scratch > /dev/null"
    works "ls snapshots/4 | grep -x scratch >/dev/null; rm snapshots/$UPGRADE/scratch"
    works '! ls machines/*/4 | grep -x scratch; [ ! -e snapshots/4/scratch ]'
    works "rm -r machines/$MACHINE/4; [ ! -e snapshots/4 ]; [ ! -e snapshots/$UPGRADE/name ]"
    works "! ls snapshots machines/$MACHINE | grep -x 4"
}

# holds: own-1
test_docs_an_own_change_is_seen_in_every_view_at_once()
{
    mounted -- ttl=3600
    changed_in_every_view
}

# holds: own-1
test_docs_an_own_change_is_seen_in_every_view_at_once_on_leases()
{
    mounted -- ttl=3600,names=lease
    changed_in_every_view
}

# Ways to a file that have no names which could be looked up again.
# holds: own-1 open-1
test_what_has_no_name_to_look_up_shows_what_there_is()
{
    mounted -- ttl=3600
    if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
        : >"$T/bound"
        prints $'before-upgrade\none\nsecond' "unshare -m bash -c '
            mount --bind snapshots/before-upgrade/name $T/bound; cat $T/bound
            echo one >$T/bound; cat $T/bound
            echo second >snapshots/one/name; cat $T/bound'"
        works 'mv snapshots/second snapshots/before-upgrade'
    fi
    prints $'before-upgrade\nthird' "exec 3<snapshots/before-upgrade/name
        echo third >snapshots/before-upgrade/name; cat <&3; cat /proc/self/fd/3"
}

run_scenarios "$@"
