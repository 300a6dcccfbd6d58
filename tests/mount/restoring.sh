#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The restore file: what sends, and what never does.
. "${BASH_SOURCE[0]%/*}/lib.sh"

RESTORE=snapshots/before-upgrade/restore

# restored [BODY]: exactly one restore was sent.
restored()
{
    local body=''

    if [ "$D" = docs ]; then
        body=" ${1-{\"createSnapshotBeforeRestore\":true\}}"
    fi
    assert_changes "POST /snapshots/$UPGRADE/restore$body"
}

# holds: restore-1 restore-6
test_touch_restores_once()
{
    mounted
    works "touch $RESTORE"
    restored
}

# holds: restore-1
test_touch_in_the_machine_s_directory_restores()
{
    mounted
    works "touch machines/$MACHINE/before-upgrade/restore"
    restored
}

# holds: restore-2 restore-11
test_busybox_and_python_touch_restore()
{
    mounted -- guard=0
    works "busybox touch $RESTORE"
    restored
    eventually 10 restore_is 'done'
    works "python3 -c 'import os; os.utime(\"$RESTORE\")'"
    restored
}

restore_is()
{
    [ "$(cat "$MNT/$RESTORE")" = "$1" ]
}

# holds: restore-3
test_docs_a_JSON_object_is_the_body()
{
    mounted
    works "echo '{\"createSnapshotBeforeRestore\": false}' > $RESTORE"
    restored '{"createSnapshotBeforeRestore":false}'
    eventually 10 restore_is 'done'
    refused 'Invalid argument' "echo '{\"createSnapshot\": true}' > $RESTORE"
    nothing_sent
}

# holds: restore-3
test_an_empty_JSON_object_restores()
{
    mounted
    works "echo '{}' > $RESTORE"
    restored '{}'
}

# holds: restore-5 restore-2
test_what_never_restores()
{
    mounted
    works "cat $RESTORE > $T/restore"
    works ": > $RESTORE"
    works "touch -d 2001-01-01 $RESTORE"
    works "touch -r $RESTORE $RESTORE"
    works "touch -m $RESTORE"
    works "touch -a $RESTORE"
    works "cp -p $T/restore $RESTORE"
    works "cp $T/restore $RESTORE"
    works "tar cf $T/t.tar $RESTORE; tar xf $T/t.tar --overwrite"
    works "rsync -a --inplace $T/restore $RESTORE"
    works "truncate -s 0 $RESTORE"
    works "chmod 600 $RESTORE"
    works "cat $RESTORE > /dev/null"
    nothing_sent
}

# holds: restore-4
test_another_text_is_refused()
{
    mounted
    refused 'Invalid argument' "echo please > $RESTORE"
    nothing_sent
    works "echo never > $RESTORE"
    works "echo done > $RESTORE"
    nothing_sent
}

# holds: restore-11
test_reading_tells_the_state()
{
    mounted
    emu_config '{"eventMs": 1200}'
    prints never "cat $RESTORE"
    works "touch $RESTORE"
    if [ "$D" = docs ]; then
        shell "cat $RESTORE"
        assert_matches "$out" '^(new|in progress)$'
        eventually 10 restore_is 'in progress'
    fi
    eventually 15 restore_is 'done'
}

# holds: restore-11
test_docs_reading_tells_of_failure()
{
    mounted
    emu_config '{"eventMs": 100, "eventFails": true}'
    works "touch $RESTORE"
    eventually 15 restore_is error
}

# holds: restore-11 event-3
test_docs_reading_tells_that_it_was_cancelled()
{
    mounted
    emu_config '{"eventMs": 600000}'
    works "touch $RESTORE"
    fault "{\"method\": \"GET\", \"path\": \"/machine-events/\", \"status\": 200, \"times\": -1, \"body\":
        $(jq -c '.state = "cancelled" | .dtFinished = .dtCreated' "$MNT/snapshots/before-upgrade/event.json")}"
    eventually 15 restore_is cancelled
    refused 'Input/output error' 'cat snapshots/before-upgrade/wait'
    prints failed 'cat snapshots/before-upgrade/state'
}

# holds: event-5
test_docs_an_error_without_text_that_has_ended_is_success()
{
    mounted
    emu_config '{"eventMs": 100, "eventErrorNull": true}'
    works "touch $RESTORE"
    eventually 15 restore_is 'done'
}

# holds: restore-10
test_docs_while_one_is_unfinished_another_is_EBUSY()
{
    mounted -- guard=0
    emu_config '{"eventMs": 1000000}'
    works "touch $RESTORE"
    restored
    refused 'Device or resource busy' "touch $RESTORE"
    words EBUSY
    refused 'Device or resource busy' "touch 'machines/$MACHINE/clean install~sle0j3u8mwb7xr/restore'"
    nothing_sent
    works "touch 'snapshots/trained model v2/restore'"
    emu_config '{"eventMs": 100}'
    eventually 15 restore_is 'done'
    works "touch $RESTORE"
}

# holds: restore-1 restore-11
test_a_refused_restore_is_the_error_of_touch()
{
    mounted
    fault '{"method": "POST", "status": 409, "body": {"code": "CONFLICT", "message": "it is on"}}'
    refused 'Device or resource busy' "touch $RESTORE"
    words EBUSY 'it is on'
    prints never "cat $RESTORE"
    restored
}

# holds: restore-9 restore-10
test_an_unknown_outcome_blocks_the_next_one()
{
    mounted
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "touch $RESTORE"
    words EIO 'unknown|not known'
    forget_requests
    shell "touch $RESTORE"
    assert_eq 1 $((rc != 0)) 'a second restore was started'
    nothing_sent
}

# holds: restore-7
test_docs_restore_backup_no_sends_no_safety_snapshot()
{
    mounted -- restore_backup=no
    works "touch $RESTORE"
    restored '{}'
}

# holds: restore-8
test_openapi_restore_backup_yes_is_refused_where_there_is_none()
{
    mounted -- restore_backup=yes
    refused 'Operation not permitted' "touch $RESTORE"
    words EPERM
    nothing_sent
}

# holds: ro-1
test_ro_refuses_it()
{
    mounted -- ro
    refused 'Read-only file system' "touch $RESTORE"
    nothing_sent
}

# holds: scratch-7 delete-2
test_it_cannot_be_removed_for_good_or_replaced()
{
    mounted
    refused 'Operation not permitted' "ln $RESTORE snapshots/before-upgrade/hard"
    works "rm $RESTORE"
    refused 'No such file or directory' "cat $RESTORE"
    eventually 15 restore_is never
    words 'rm -r'
    nothing_sent
}

# holds: restore-5 restore-4 scratch-10
test_another_file_in_its_place_restores_nothing()
{
    local dir=snapshots/before-upgrade

    mounted
    works "echo '{}' > $T/other; cp $T/other $dir/x"
    refused 'Bad message' "mv $dir/x $RESTORE"
    words EBADMSG $dir
    prints '{}' "cat $dir/x"
    refused 'Operation not permitted' "mv -f $dir/name $RESTORE"
    refused 'Invalid argument' "mv $T/other $RESTORE"
    prints '{}' "cat $T/other"
    refused 'Invalid argument' "cp --remove-destination $T/other $RESTORE"
    refused 'Invalid argument' "install $T/other $RESTORE"
    refused 'Invalid argument' "rm $RESTORE; cat $T/other > $RESTORE"
    prints never "cat $RESTORE"
    works "mv $RESTORE $dir/y; test ! -e $RESTORE; mv $dir/y $RESTORE; rm $dir/x"
    works "echo never > $dir/x; mv $dir/x $RESTORE; echo never > $T/other; mv $T/other $RESTORE"
    prints never "cat $RESTORE"
    nothing_sent
}

# holds: restore-4
test_copying_a_tree_back_restores_nothing()
{
    mounted
    works "cp -r snapshots/before-upgrade $T/copy"
    shell "cp -r $T/copy/. snapshots/before-upgrade/"
    nothing_sent
}

# holds: restore-8
test_openapi_backup_yes_refuses_a_JSON_object_as_well()
{
    mounted -- restore_backup=yes
    refused 'Operation not permitted' "echo '{}' > $RESTORE"
    words EPERM 'restore_backup=yes'
    nothing_sent
}

# holds: restore-11
test_docs_on_its_way_it_is_new()
{
    mounted
    fault '{"method": "POST", "path": "/snapshots/", "delayMs": 800, "times": 1}'
    (touch "$MNT/$RESTORE") &
    eventually 5 restore_is new
    wait $!
}

run_scenarios "$@"
