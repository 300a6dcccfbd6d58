#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A shell that stands in a resource's directory goes on when that is renamed elsewhere.
. "$(dirname "$0")/lib.sh"

rename_elsewhere()
{
    api PUT "/shared-drives/$1" "{\"name\": \"$2\"}" >/dev/null
    touch "$MNT/drives"
}

# holds: path-3 path-4
test_a_shell_that_stands_in_a_drive_goes_on_under_its_new_name()
{
    mounted
    cd "$MNT/drives/data"
    rename_elsewhere "$DATA" atad
    ls "$MNT/drives" >/dev/null
    assert_eq "$MNT/drives/atad" "$(/bin/pwd)"
    rename_elsewhere "$DATA" third
    cat "$MNT/drives/third/name" >/dev/null
    assert_eq "$MNT/drives/third" "$(/bin/pwd)"
    assert_eq third "$(cat name)"
    works "cat drives/$DATA/name drives/$DATA/size > /dev/null; ls drives/$DATA > /dev/null"
    assert_eq "$MNT/drives/third" "$(/bin/pwd)" 'a look by the id moved it'
}

# holds: path-3
test_two_drives_that_swap_their_names_take_their_shells_along()
{
    local other

    mounted
    other=$(id_of shared-drives archive)
    cd "$MNT/drives/data"
    exec {archive}<"$MNT/drives/archive"
    rename_elsewhere "$DATA" between
    rename_elsewhere "$other" data
    rename_elsewhere "$DATA" archive
    ls -l "$MNT/drives" >/dev/null
    assert_eq "$MNT/drives/archive" "$(/bin/pwd)"
    assert_eq "$MNT/drives/data" "$(readlink "/proc/$BASHPID/fd/$archive")"
    exec {archive}<&-
}

# holds: path-1
test_what_takes_the_name_of_a_drive_that_has_moved_on_is_not_deleted_for_it()
{
    local other

    mounted
    other=$(id_of shared-drives archive)
    works 'ls drives/data > /dev/null'
    rename_elsewhere "$DATA" moved
    works 'cat drives/moved/name > /dev/null'
    rename_elsewhere "$other" data
    shell 'rm -rf drives/data'
    assert_status 1
    nothing_sent
}

run_scenarios "$@"
