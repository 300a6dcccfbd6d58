#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What dates tell of changes: of contents, of names, and in which order.
. "$(dirname "$0")/lib.sh"

# What a backup remembers of a file: size, inode number and both dates, whole.
remembered()
{
    python3 -c '
import os, sys
for path in sys.argv[1:]:
    st = os.stat(path)
    print(st.st_size, st.st_ino, st.st_mtime_ns, st.st_ctime_ns)' "$@"
}

# holds: attr-9 attr-8
test_a_change_that_was_made_while_nothing_was_mounted_can_be_seen()
{
    local before after

    mounted
    before=$(remembered "$MNT/drives/data/drive.json")
    remount
    assert_eq "$before" "$(remembered "$MNT/drives/data/drive.json")" 'it moved, and nothing had changed'
    end_mount
    api PUT "/shared-drives/$DATA" '{"name": "atad"}' >/dev/null
    mount_fs
    after=$(remembered "$MNT/drives/atad/drive.json")
    assert_eq "${before% * *}" "${after% * *}" 'size or inode number differ'
    assert_eq 1 $((${before##* } != ${after##* })) "the dates are the same: $after"
    assert_eq $((${before##* } / 1000000)) $((${after##* } / 1000000)) 'the milliseconds moved'
}

# holds: attr-9
test_below_the_millisecond_all_files_of_a_resource_have_the_same_hash()
{
    mounted
    works 'for file in drives/data providers/backups snapshots/before-upgrade; do
        find $file -type f -printf "%T@ %C@\n" | sort -u | wc -l; done'
    assert_eq "$(printf '1\n1\n1')" "$out"
    works 'cd drives/data; [ $(stat -c %Y%y%z . size drive.json | sort -u | wc -l) -eq 1 ]'
    works '[ $(stat -c %y drives/*/drive.json | cut -c 24-29 | sort -u | wc -l) -gt 1 ]'
}

# backed_up REGEX: restic backs the drive up, by its id, and says that of the files.
backed_up()
{
    restic -r "$T/restic" backup "$MNT/drives/$DATA" >"$T/said" 2>&1 || fail "restic: $(cat "$T/said")"
    grep -Eq "Files: +$1" "$T/said" || fail "not $1" "$(cat "$T/said")"
}

# restic reads again what differs by size, inode number or dates, and nothing else.
# holds: attr-9
test_restic_sees_what_was_changed_while_nothing_was_mounted()
{
    export RESTIC_PASSWORD=test RESTIC_CACHE_DIR="$T/restic-cache"
    mounted
    restic -q -r "$T/restic" init
    backed_up '[1-9][0-9]* new, +0 changed'
    backed_up '0 new, +0 changed'
    end_mount
    api PUT "/shared-drives/$DATA" '{"name": "atad"}' >/dev/null
    mount_fs
    backed_up '0 new, +[1-9][0-9]* changed'
    assert_eq atad "$(restic -q -r "$T/restic" dump latest "$MNT/drives/$DATA/name")"
    remount
    backed_up '0 new, +0 changed'
}

# moves DIRECTORY COMMAND: the directory's date moves with it, and stays as it is afterwards.
moves()
{
    local before

    before=$(stat -c %Y%y "$MNT/$1")
    eval "$2"
    works "touch .paperspacefs/refresh; ls $1 > /dev/null"
    if [[ "$(stat -c %Y%y "$MNT/$1")" < "$before" ]] || [ "$(stat -c %Y%y "$MNT/$1")" = "$before" ]; then
        fail "$2 did not move the date of $1" "$before" "$(stat -c %Y%y "$MNT/$1")"
    fi
    before=$(stat -c %Y%y "$MNT/$1")
    works "touch .paperspacefs/refresh; ls $1 > /dev/null"
    assert_eq "$before" "$(stat -c %Y%y "$MNT/$1")" "the date of $1 moved by itself"
}

# holds: attr-10 attr-11
test_the_date_of_a_directory_moves_with_the_names_in_it()
{
    mounted
    works 'ls drives snapshots machines/* > /dev/null'
    moves drives 'works "mkdir drives/new"'
    moves drives 'works "mv drives/new drives/draft"'
    moves drives 'works "rm -r drives/draft"'
    moves drives 'works "mv drives/data drives/moved"'
    moves drives 'works "echo data > drives/moved/name"'
    moves drives 'api PUT "/shared-drives/$DATA" "{\"name\": \"elsewhere\"}" > /dev/null'
    moves drives 'api POST /shared-drives "$(drive_body made)" > /dev/null'
    moves drives 'api DELETE "/shared-drives/$(id_of shared-drives made)" > /dev/null'
    moves "machines/$MACHINE" 'works "mkdir machines/$MACHINE/first"'
    moves snapshots 'works "mv machines/$MACHINE/first machines/$MACHINE/second"'
    moves "machines/$MACHINE" 'api PUT "/snapshots/$UPGRADE" "{\"name\": \"elsewhere\"}" > /dev/null'
    moves machines 'works "mkdir -p machines/psbrandnew1/first"'
    moves "drives/$DATA" 'works "echo x > drives/$DATA/notes"'
    moves "drives/$DATA" 'works "mv drives/$DATA/notes drives/$DATA/notes2"'
    moves "drives/$DATA" 'works "rm drives/$DATA/notes2"'
}

# holds: attr-10
test_docs_the_date_of_a_nested_object_moves_with_the_names_in_it()
{
    mounted
    moves providers/backups/s3Config 'works "echo x > providers/backups/s3Config/notes"'
}

# holds: attr-10
test_the_date_of_a_directory_stays_when_a_document_changes()
{
    local before

    mounted
    works 'ls providers > /dev/null'
    before=$(stat -c %y "$MNT/providers")
    works "jq '$([ "$D" = docs ] && echo .s3Config.bucket || echo .bucket) = \"other\"' \
        providers/backups/provider.json > $T/new; cp $T/new providers/backups/provider.json"
    prints "$before" 'stat -c %y providers'
}

# holds: attr-10 fresh-8
test_who_looks_at_the_date_of_a_directory_alone_sees_what_was_made_elsewhere()
{
    local before

    mounted -- ttl=1
    works 'ls drives > /dev/null'
    before=$(stat -c %y "$MNT/drives")
    api POST /shared-drives "$(drive_body made)" >/dev/null
    eventually 5 eval '[ "$(stat -c %y "$MNT/drives")" != "$before" ]'
}

# holds: attr-8
test_the_files_of_a_resource_keep_its_date_when_a_name_beside_them_changes()
{
    local before

    mounted
    before=$(stat -c %y "$MNT/drives/data/drive.json")
    works 'echo x > drives/data/notes; rm drives/data/notes'
    prints "$before" 'stat -c %y drives/data/drive.json'
}

# in_order: ls -t is the order of the API.
# shellcheck disable=SC2012,SC2046,SC2086  # it is about ls; names have spaces
in_order()
{
    works 'touch snapshots; diff <(ls -U snapshots) <(ls -t snapshots)'
    assert_eq "$(api GET '/snapshots?limit=120' | jq -r '(.items? // .)[] | .id')" \
        "$(cd "$MNT" && for name in $(ls -t snapshots | tr ' ' '?'); do cat snapshots/$name/id; done)"
}

snapshots_stay_in_order()
{
    mounted
    emu_config "{\"clockMs\": $1}"
    in_order
    works "mkdir machines/$MACHINE/here-1"
    in_order
    api POST /snapshots "{\"machineId\": \"$MACHINE\", \"name\": \"elsewhere-1\"}" >/dev/null
    in_order
    works "mkdir machines/$MACHINE/here-2; echo here-3 > snapshots/here-1/name"
    api POST /snapshots "{\"machineId\": \"$MACHINE\", \"name\": \"elsewhere-2\"}" >/dev/null
    api PUT "/snapshots/$UPGRADE" '{"name": "renamed"}' >/dev/null
    in_order
    works 'mv snapshots/elsewhere-1 snapshots/moved'
    in_order
    remount
    in_order
}

# holds: attr-7
test_snapshots_are_in_the_order_of_the_API_when_its_clock_is_ahead()
{
    snapshots_stay_in_order 600000
}

# holds: attr-7
test_snapshots_are_in_the_order_of_the_API_when_its_clock_is_behind()
{
    snapshots_stay_in_order -600000
}

# holds: attr-10 fresh-8
test_updatedb_sees_what_was_made_elsewhere()
{
    mounted -- ttl=1
    updatedb -l 0 -U "$MNT" -o "$T/db" --prunefs '' --prunepaths '' --prunenames ''
    locate -d "$T/db" drives/data/drive.json >/dev/null
    api PUT "/shared-drives/$DATA" '{"name": "atad"}' >/dev/null
    pause 1.2
    updatedb -l 0 -U "$MNT" -o "$T/db" --prunefs '' --prunepaths '' --prunenames ''
    locate -d "$T/db" drives/atad/drive.json >/dev/null
    ! locate -d "$T/db" drives/data/drive.json >/dev/null
}

# holds: attr-10
test_make_sees_that_a_drive_came()
{
    mounted -- ttl=1
    printf 'list: %s/drives\n\tls $< > $@\n' "$MNT" >"$T/Makefile"
    run make -s -C "$T"
    assert_eq '' "$err"
    api POST /shared-drives "$(drive_body made)" >/dev/null
    pause 1.2
    run make -s -C "$T"
    assert_contains "$(cat "$T/list")" made
    run make -q -C "$T"
    assert_status 0
}

run_scenarios "$@"
