#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# rm -r, and what does not delete.
. "${BASH_SOURCE[0]%/*}/lib.sh"

SNAPSHOT=snapshots/before-upgrade

# deletes COMMAND PATH API_PATH: one DELETE, and the resource is gone on both sides.
deletes()
{
    mounted
    works "$1"
    assert_changes "DELETE $3"
    refused 'No such file or directory' "stat '$2'"
    works 'touch .paperspacefs/refresh'
    refused 'No such file or directory' "stat '$2'"
    nothing_sent
}

# holds: delete-1
test_rm_r_deletes_a_drive()
{
    deletes 'rm -r drives/data' drives/data /shared-drives/$DATA
}

# holds: delete-1
test_rm_rf_deletes_a_drive()
{
    deletes 'rm -rf drives/data' drives/data /shared-drives/$DATA
}

# holds: delete-1
test_busybox_rm_r_deletes_a_drive()
{
    deletes 'busybox rm -r drives/data' drives/data /shared-drives/$DATA
}

# holds: delete-1
test_find_delete_deletes_a_drive()
{
    deletes 'find drives/data -delete' drives/data /shared-drives/$DATA
}

# holds: delete-1
test_python_rmtree_deletes_a_drive()
{
    deletes 'python3 -c "import shutil; shutil.rmtree(\"drives/data\")"' drives/data \
        /shared-drives/$DATA
}

# holds: delete-1
test_rm_r_deletes_a_snapshot()
{
    deletes "rm -r $SNAPSHOT" $SNAPSHOT /snapshots/$UPGRADE
}

# holds: delete-1 own-1
test_rm_r_deletes_a_snapshot_of_a_machine()
{
    deletes "rm -r machines/$MACHINE/before-upgrade" $SNAPSHOT /snapshots/$UPGRADE
    refused 'No such file or directory' "stat machines/$MACHINE/before-upgrade"
}

# holds: delete-1
test_rm_r_deletes_a_provider()
{
    deletes 'rm -r providers/backups' providers/backups /storage-providers/splk9d2w5hn7uyc
}

# holds: delete-1 name-10
test_rm_r_by_id_deletes()
{
    deletes "rm -r drives/$DATA" drives/data /shared-drives/$DATA
}

# holds: delete-1
test_rm_r_of_several_deletes_each_once()
{
    mounted -- guard=0
    works 'rm -r drives/data drives/archive'
    assert_eq $'DELETE /shared-drives/sdq7h2m4xc\nDELETE /shared-drives/sdvkpg3v2v' \
        "$(changes | sort)"
}

# holds: delete-3
test_rmdir_alone_is_ENOTEMPTY()
{
    mounted
    refused 'Directory not empty' 'rmdir drives/data'
    words ENOTEMPTY 'rm -r'
    nothing_sent
    works 'cat drives/data/drive.json > /dev/null'
}

# holds: delete-2
test_unlink_alone_never_reaches_the_API_and_the_file_shows_again()
{
    mounted
    works 'rm drives/data/drive.json'
    refused 'No such file or directory' 'cat drives/data/drive.json'
    pause 5
    refused 'No such file or directory' 'cat drives/data/drive.json'
    eventually 15 test -f "$MNT/drives/data/drive.json"
    words 'rm -r'
    works 'cat drives/data/drive.json > /dev/null'
    nothing_sent
}

# holds: move-1 move-2
test_moving_to_another_filesystem_is_refused_before_it_destroys()
{
    mounted
    shell "mv drives/data $T/"
    assert_eq 1 $((rc != 0)) 'mv succeeded'
    words EPERM 'cp -r'
    nothing_sent
    assert_eq data "$(api GET /shared-drives/$DATA | jq -r .name)"
    eventually 15 test -f "$MNT/drives/data/drive.json"
}

# fails STATUS MESSAGE ERROR ERRNO: the DELETE is refused, everything comes back.
fails()
{
    fault "{\"method\": \"DELETE\", \"times\": -1, \"status\": $1, \"body\": {\"message\": \"$2\"}}"
    refused "$3" 'rm -r drives/data'
    words "$4" "$2"
    works 'cat drives/data/drive.json > /dev/null; ls drives | grep -x data >/dev/null'
    assert_eq "DELETE /shared-drives/$DATA" "$(changes | sort -u)"
    no_faults
    forget_requests
}

# holds: delete-5
test_a_failed_DELETE_brings_everything_back()
{
    mounted -- timeout=3,guard=0
    fails 403 'not yours' 'Permission denied' EACCES
    fails 409 'in use' 'Device or resource busy' EBUSY
    fails 500 'oops' 'Input/output error' EIO
    works 'rm -r drives/data'
}

# holds: delete-6
test_already_gone_upstream_counts_as_deleted()
{
    mounted
    api DELETE /shared-drives/$DATA >/dev/null
    works 'rm -r drives/data'
    refused 'No such file or directory' 'stat drives/data'
    assert_changes "DELETE /shared-drives/$DATA"
}

# holds: own-2
test_docs_a_deleted_id_stays_hidden_while_the_event_runs()
{
    mounted
    emu_config '{"eventMs": 1000}'
    works "rm -r $SNAPSHOT"
    assert_eq before-upgrade "$(api GET "/snapshots?limit=120" | jq -r --arg id $UPGRADE \
        '.items[] | select(.id == $id) | .name')" 'the API does not have it any more'
    works 'touch snapshots; ls snapshots'
    assert_lacks "$out" before-upgrade
}

# holds: own-2
test_docs_a_deletion_whose_event_fails_shows_the_snapshot_again()
{
    mounted
    emu_config '{"eventFails": true, "eventMs": 50}'
    works "rm -r $SNAPSHOT"
    eventually 20 shown_again
    prints "[\"EIO\",\"$SNAPSHOT\"]" 'jq -c "[.errno, .path]" .paperspacefs/errors.jsonl'
    words EIO deletion 'shows again'
}

shown_again()
{
    touch "$MNT/snapshots"
    pause 0.3
    test -f "$MNT/$SNAPSHOT/snapshot.json"
}

# holds: tree-6
test_the_top_directories_cannot_be_removed_or_renamed()
{
    mounted
    refused 'Operation not permitted' 'rmdir drives'
    refused 'Operation not permitted' 'mv drives drives2'
    refused 'Operation not permitted' 'touch new'
    refused 'Operation not permitted' 'rm README'
    refused 'Operation not permitted' 'ln -s drives link'
    nothing_sent
}

# holds: delete-7 delete-3
test_an_empty_machine_can_be_removed()
{
    mounted
    refused 'Directory not empty' "rmdir machines/$MACHINE"
    nothing_sent
    works 'rm -r machines/ps4t7k2qhx8d'
    assert_eq 2 "$(changes | grep -c '^DELETE /snapshots/')"
    refused 'No such file or directory' 'stat machines/ps4t7k2qhx8d'
}

# holds: move-1 move-2
test_tar_remove_files_deletes_nothing()
{
    mounted
    works 'ls -R > /dev/null'
    refused 'Operation not permitted' "tar cf $T/t.tar --remove-files drives/renders"
    words EPERM 'cp -r'
    nothing_sent
    works 'test -s drives/renders/drive.json'
}

# holds: own-2
test_docs_the_listing_that_shows_a_failed_deletion_shows_the_resource()
{
    mounted
    emu_config '{"eventFails": true, "eventMs": 100}'
    works "rm -r $SNAPSHOT; sleep 0.5; touch snapshots; ls snapshots"
    assert_contains "$out" before-upgrade
    words EIO 'deletion' 'shows again'
}

# holds: move-1 move-4
test_mv_elsewhere_of_what_has_lost_a_file_deletes_nothing()
{
    mounted
    works 'rm drives/data/drive.json drives/data/name'
    refused 'Operation not permitted' "mv drives/data $T/moved"
    words EPERM 'cp -r'
    nothing_sent
    works 'test -s drives/data/drive.json'
    works 'rm drives/data/drive.json; rm -r drives/data'
    assert_changes "DELETE /shared-drives/$DATA"
}

run_scenarios "$@"
