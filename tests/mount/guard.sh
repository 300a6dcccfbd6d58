#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Destruction takes a moment's thought: the guard, and leave by .paperspacefs/allow.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# destroyed: the deletions and restores that were sent.
destroyed()
{
    changes | grep -c -E '^DELETE |/restore( |$)' || true
}

guard_is()
{
    prints "$1" 'jq -c .guard .paperspacefs/status.json'
}

# holds: guard-2 guard-3
test_rm_rf_providers_deletes_one()
{
    local before

    mounted
    before=$(ls "$MNT/providers")
    refused 'Operation not permitted' 'rm -rf providers'
    words EPERM 'rmdir providers/' 'deleted 1 provider ' 'more provider' \
        'echo 100 > \.paperspacefs/allow'
    assert_eq 1 "$(destroyed)"
    assert_eq $(($(wc -l <<<"$before") - 1)) "$(cd "$MNT/providers" && printf '%s\n' * | wc -l)"
}

# holds: guard-2 guard-3 delete-5
test_rm_rf_of_all_drives_deletes_one()
{
    mounted
    refused 'Operation not permitted' 'rm -rf drives/*'
    words EPERM 'guard=20' 'has deleted 1 drive \(15 points\)' \
        'would have deleted 3 more drives \(45 points\)' 'nothing was sent' \
        'echo 100 > \.paperspacefs/allow'
    assert_eq 1 "$(destroyed)"
    assert_eq 3 "$(cd "$MNT/drives" && printf '%s\n' * | wc -l)"
    # What was hidden on the way is there again.
    works 'for d in drives/*/; do cat "$d/drive.json" "$d/name" "$d/size" > /dev/null; done'
    guard_is '{"limit":20,"spent":15,"allowed":0,"until":null}'
}

# holds: guard-2 guard-3
test_touch_of_every_restore_restores_one()
{
    mounted
    refused 'Operation not permitted' 'touch snapshots/*/restore'
    # The last may be of that machine, whose restore is not finished: that is EBUSY.
    works 'jq -r "select(.errno == \"EPERM\") | \"\(.path): \(.message)\"" .paperspacefs/errors.jsonl | tail -1'
    assert_matches "$out" '^snapshots/.*/restore: .* has restored 1 snapshot \(20 points\) and would have restored [0-9]+ more snapshot'
    assert_matches "$out" 'echo [0-9]+ > \.paperspacefs/allow$'
    assert_eq 1 "$(destroyed)"
    prints never 'cat snapshots/*/restore | grep -x never | uniq'
    assert_eq 1 "$(cat "$MNT"/snapshots/*/restore | grep -c -v never)"
}

# holds: guard-2
test_rm_rf_of_everything_deletes_one()
{
    mounted
    shell 'rm -rf ./* 2> /dev/null'
    assert_eq 1 $((rc != 0)) 'rm -rf succeeded'
    assert_eq 1 "$(changes | grep -c -E '^DELETE /(shared-drives|storage-providers)')"
    [ "$(destroyed)" -le 6 ] || fail 'more was destroyed than 20 points' "$(changes)"
}

# find goes on after an error, as rm does.
# holds: guard-2 guard-3
test_find_delete_of_what_is_old_stops_as_well()
{
    mounted --populate 100
    shell 'find snapshots -mindepth 1 -mtime +10 -delete; find machines -mindepth 2 -delete'
    assert_eq 20 "$(destroyed)"
    words 'has deleted 20 snapshots \(20 points\)' 'would have deleted [0-9]+ more snapshots'
}

# holds: guard-2
test_rm_r_of_one_drive_goes_through()
{
    mounted
    works 'rm -r drives/archive'
    assert_eq 1 "$(destroyed)"
}

# holds: guard-2
test_a_clean_up_of_15_snapshots_goes_through()
{
    mounted --populate 30
    works 'rm -r snapshots/snapshot-00{01,02,03,04,05,06,07,08,09,10,11,12,13,14,15}* 2>&1 ||
        rm -r $(ls -d snapshots/* | head -15)'
    assert_eq 15 "$(destroyed)"
}

# holds: guard-3 guard-4
test_the_command_that_the_words_name_goes_on()
{
    local command

    mounted
    refused 'Operation not permitted' 'rm -rf drives/*'
    command=$(last_error | grep -o 'echo [0-9]* > \.paperspacefs/allow')
    works "$command; rm -rf drives/*"
    assert_eq 4 "$(destroyed)"
    prints '' 'ls drives'
}

# holds: guard-6
test_guard_0_has_no_limit()
{
    mounted -- guard=0
    works 'rm -rf drives/* providers/*; touch snapshots/before-upgrade/restore'
    guard_is "{\"limit\":0,\"spent\":$(($(destroyed) * 15 + 5)),\"allowed\":0,\"until\":null}"
}

# holds: guard-2 guard-3
test_guard_1_lets_one_snapshot_go_and_no_drive()
{
    mounted -- guard=1
    refused 'Operation not permitted' 'rm -r drives/archive'
    words 'guard=1' 'would have deleted 1 drive \(15 points\)'
    works 'rm -r snapshots/before-upgrade'
    refused 'Operation not permitted' "rm -r 'snapshots/trained model v2'"
    assert_eq 1 "$(destroyed)"
}

# What the server refuses destroys nothing, and costs nothing.
# holds: guard-7
test_what_the_server_refuses_gives_its_points_back()
{
    mounted
    fault '{"method": "DELETE", "status": 409, "times": 3}'
    refused 'Device or resource busy' 'rm -r drives/data'
    refused 'Device or resource busy' 'rm -r drives/data'
    refused 'Device or resource busy' 'rm -r drives/archive'
    guard_is '{"limit":20,"spent":0,"allowed":0,"until":null}'
    works 'rm -r drives/data'
    guard_is '{"limit":20,"spent":15,"allowed":0,"until":null}'
}

# holds: guard-7
test_what_may_be_done_keeps_them()
{
    mounted -- timeout=2
    fault '{"method": "DELETE", "status": 500, "times": -1}'
    refused 'Input/output error' 'rm -r drives/data'
    refused 'Operation not permitted' 'rm -r drives/data'
    words EPERM 'echo 100'
}

# holds: guard-7
test_an_answer_that_was_lost_gives_nothing_back()
{
    mounted -- timeout=2
    fault '{"method": "DELETE", "close": "after", "times": -1}'
    shell 'rm -r drives/data'
    no_faults
    assert_eq '' "$(id_of shared-drives data)"
    refused 'Operation not permitted' 'rm -r drives/archive'
    words EPERM 'echo 100'
}

# holds: guard-2
test_changes_that_destroy_nothing_are_free()
{
    mounted
    works 'rm -r drives/archive'
    works "mkdir machines/$MACHINE/first; mv drives/data drives/renamed; echo data > drives/renamed/name"
    works 'mkdir drives/draft; rm -r drives/draft'
    guard_is '{"limit":20,"spent":15,"allowed":0,"until":null}'
}

# --- what cleans by age ---

# Snapshots are as old as they are, and so are drives; but each has just been looked at.
# holds: attr-12
test_what_cleans_by_age_finds_nothing_old()
{
    local path

    mounted -- guard=0
    command -v systemd-tmpfiles >/dev/null || fail 'systemd-tmpfiles is missing: scripts/packages.sh test'
    for path in drives snapshots machines providers drives/data; do
        echo "d $MNT/$path - - - 1d"
    done >"$T/tmpfiles.conf"
    run systemd-tmpfiles --clean "$T/tmpfiles.conf"
    assert_status 0
    nothing_sent
    works 'cat drives/*/drive.json snapshots/*/name > /dev/null'
    prints '' 'find . -atime +0 -o -amin +1'
    prints '' 'find drives snapshots -atime +0 -delete'
    nothing_sent
    # The date of the content is another.
    prints 4 'find drives -mindepth 1 -maxdepth 1 -mtime +1 | wc -l'
}

# holds: attr-12
test_a_scratch_file_that_nobody_has_used_is_not_old_either()
{
    mounted
    works 'echo x > drives/data/scratch; touch -d 2001-01-01 drives/data/scratch'
    prints '' 'find drives/data -name scratch -atime +1'
}

# --- .paperspacefs/allow ---

# holds: guard-4 guard-5
test_allow_shows_what_is_left_and_until_when()
{
    local now until

    mounted
    prints '0 points' 'cat .paperspacefs/allow'
    prints '644' 'stat -c %a .paperspacefs/allow'
    prints '700' 'stat -c %a .paperspacefs'
    works 'echo 40 > .paperspacefs/allow; cat .paperspacefs/allow'
    assert_matches "$out" '^40 points until 20[0-9-]*T[0-9:.]*Z$'
    now=$(date +%s)
    until=$(date -d "${out#*until }" +%s)
    if [ $((until - now)) -le 500 ] || [ $((until - now)) -gt 600 ]; then
        fail "not 10 minutes: $out"
    fi
    works 'rm -r drives/archive drives/data; cat .paperspacefs/allow'
    assert_matches "$out" '^30 points until '
    works 'test "$(stat -c %s .paperspacefs/allow)" = "$(wc -c < .paperspacefs/allow)"'
    prints '[20,20,30,true]' \
        'jq -c ".guard | [.limit, .spent, .allowed, (.until > \"2020\")]" .paperspacefs/status.json'
}

# holds: guard-4
test_what_is_allowed_is_in_place_of_what_was()
{
    mounted
    works 'echo 1000 > .paperspacefs/allow; printf 7 > .paperspacefs/allow; cat .paperspacefs/allow'
    assert_matches "$out" '^7 points until '
    works 'echo 0 > .paperspacefs/allow'
    prints '0 points' 'cat .paperspacefs/allow'
    works 'rm -r drives/archive'
    refused 'Operation not permitted' 'rm -r drives/data'
}

# holds: guard-5
test_each_grant_is_in_changes_jsonl()
{
    mounted
    works 'echo 40 > .paperspacefs/allow; echo 0 > .paperspacefs/allow'
    shell 'echo no > .paperspacefs/allow'
    prints $'write .paperspacefs/allow null null null null 40\nwrite .paperspacefs/allow null null null null 0' \
        'jq -r "\"\(.op) \(.path) \(.method) \(.url) \(.status) \(.id) \(.body.points)\"" .paperspacefs/changes.jsonl'
    prints true 'jq -s "all(.[]; .pid > 0 and .uid != null and .comm == \"bash\" and .time > \"2020\")" .paperspacefs/changes.jsonl'
    nothing_sent
}

# holds: guard-4
test_what_is_no_number_of_points_is_EINVAL()
{
    local bad

    mounted
    works 'echo 5 > .paperspacefs/allow'
    for bad in -1 +5 1.5 '5 points' 1000001 99999999999999999999 0x10 ' 7' '' all; do
        refused 'Invalid argument' "echo '$bad' > .paperspacefs/allow"
        words EINVAL 'number of points' '1000000'
        works 'cat .paperspacefs/allow'
        assert_matches "$out" '^5 points until '
    done
    works ': > .paperspacefs/allow; touch .paperspacefs/allow; cat .paperspacefs/allow'
    assert_matches "$out" '^5 points until '
    refused 'Operation not permitted' 'rm .paperspacefs/allow'
}

# --- restores without a safety snapshot ---

# holds: restore-8 restore-3
test_docs_restore_backup_yes_refuses_what_asks_for_no_safety_snapshot()
{
    local object

    mounted -- restore_backup=yes
    for object in '{}' '{"createSnapshotBeforeRestore": false}'; do
        refused 'Operation not permitted' "echo '$object' > snapshots/before-upgrade/restore"
        words EPERM 'restore_backup=yes' 'no safety snapshot' createSnapshotBeforeRestore
    done
    nothing_sent
    works "echo '{\"createSnapshotBeforeRestore\": true}' > snapshots/before-upgrade/restore"
    assert_changes "POST /snapshots/$UPGRADE/restore {\"createSnapshotBeforeRestore\":true}"
}

# holds: restore-8 restore-6
test_docs_restore_backup_yes_lets_a_touch_go()
{
    mounted -- restore_backup=yes
    works 'touch snapshots/before-upgrade/restore'
    assert_changes "POST /snapshots/$UPGRADE/restore {\"createSnapshotBeforeRestore\":true}"
}

run_scenarios "$@"
