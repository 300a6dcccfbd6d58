#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Machine events: state, event.json, wait; and the journals of the mount itself.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DIR=snapshots/before-upgrade

state_is()
{
    [ "$(cat "$MNT/$1/state")" = "$2" ]
}

# holds: event-1
test_docs_state_tells_what_is_going_on()
{
    mounted
    emu_config '{"eventMs": 600000}'
    prints ready "cat $DIR/state"
    works "touch $DIR/restore"
    prints restoring "cat $DIR/state"
    works 'mkdir machines/psother; mkdir machines/psother/new'
    prints creating 'cat snapshots/new/state'
}

# holds: event-2
test_docs_an_event_is_asked_for_at_most_once_a_second()
{
    mounted
    emu_config '{"eventMs": 600000}'
    works "touch $DIR/restore"
    works "sleep 1.1"
    forget_requests
    works "cat $DIR/state $DIR/restore $DIR/event.json $DIR/state > /dev/null"
    assert_eq 1 "$(count_requests GET '/machine-events/.*')"
}

# holds: tree-5
test_docs_event_json_is_there_once_there_is_an_event()
{
    mounted
    refused 'No such file or directory' "cat $DIR/event.json"
    works "touch $DIR/restore"
    prints snapshot-restore "jq -r .name $DIR/event.json"
    eventually 10 state_is "$DIR" ready
    prints 'done' "jq -r .state $DIR/event.json"
}

# Such as a backup holds.
# holds: tree-5 delete-1
test_docs_event_json_takes_the_place_of_a_scratch_file()
{
    mounted -- guard=0
    works "echo copied > $DIR/event.json; touch $DIR/restore"
    prints event.json "ls $DIR | grep event"
    prints snapshot-restore "jq -r .name $DIR/event.json"
    eventually 10 state_is "$DIR" ready
    works "rm -r $DIR; test ! -e $DIR"
}

# holds: event-3
test_docs_wait_returns_when_the_event_has_ended()
{
    mounted
    emu_config '{"eventMs": 700}'
    works "touch $DIR/restore"
    prints 'done' "cat $DIR/wait"
    prints 'done' "cat $DIR/restore"
}

# holds: event-3 event-1
test_docs_wait_fails_with_the_event()
{
    mounted
    emu_config '{"eventMs": 300, "eventFails": true}'
    works "touch $DIR/restore"
    refused 'Input/output error' "cat $DIR/wait"
    words 'snapshot-restore ended as error' "$DIR/wait"
    prints failed "cat $DIR/state"
}

# holds: event-4
test_docs_wait_can_be_interrupted()
{
    mounted
    emu_config '{"eventMs": 600000}'
    works "touch $DIR/restore"
    run timeout -s INT 1 cat "$MNT/$DIR/wait"
    assert_status 124
}

# holds: event-5
test_docs_an_error_without_a_text_and_with_a_date_is_a_success()
{
    mounted
    emu_config '{"eventMs": 200, "eventErrorNull": true}'
    works "touch $DIR/restore"
    eventually 10 state_is "$DIR" ready
    prints 'done' "cat $DIR/wait"
}

shown()
{
    [ -d "$MNT/$1" ]
}

# holds: own-2
test_docs_a_failed_deletion_comes_back_and_is_reported()
{
    mounted -- ttl=1
    emu_config '{"eventMs": 300, "eventFails": true}'
    works "rm -r $DIR"
    refused 'No such file or directory' "stat $DIR"
    eventually 20 shown "$DIR"
    works "grep -q 'deletion of this snapshot failed' .paperspacefs/errors.jsonl"
}

# holds: tree-5 event-3
test_wait_is_not_listed_and_without_an_event_returns_at_once()
{
    mounted
    prints '' "ls $DIR | grep -x wait || true"
    prints ready "cat $DIR/wait"
    nothing_sent
}

# holds: control-5
test_changes_jsonl_has_every_change()
{
    mounted
    works "echo '{\"name\": \"renamed\"}' > drives/data/drive.json; rm -r drives/archive"
    works "mkdir machines/$MACHINE/first"
    prints "[\"PUT\",\"/shared-drives/$DATA\",200]
[\"DELETE\",\"/shared-drives/sdq7h2m4xc\",$([ "$D" = docs ] && echo 200 || echo 204)]
[\"POST\",\"/snapshots\",$([ "$D" = docs ] && echo 200 || echo 201)]" \
        "jq -c '[.method, (.url | sub(\"$URL\"; \"\")), .status]' .paperspacefs/changes.jsonl"
    prints '' 'jq -r "select((.pid and .comm and .op and .path and .time) | not)" \
        .paperspacefs/changes.jsonl'
    prints rm 'jq -r "select(.method == \"DELETE\").comm" .paperspacefs/changes.jsonl'
    prints '["body","comm","event","id","method","op","path","pid","status","time","uid","url"]' \
        'jq -c keys .paperspacefs/changes.jsonl | sort -u'
}

# holds: control-5
test_docs_changes_jsonl_masks_secrets()
{
    mounted
    works "echo '{\"s3Config\": {\"secretAccessKey\": \"hunter22hunter\"}}' \
        > providers/backups/provider.json"
    works 'grep -q "\*\*\*\*\*\*\*\*" .paperspacefs/changes.jsonl'
    prints '' 'grep -rn hunter22 .paperspacefs README || true'
}

# holds: attr-17
test_df_shows_the_plan()
{
    mounted
    works 'cat utilization.json > /dev/null'
    forget_requests
    if [ "$D" = docs ]; then
        prints "$(api GET /storage-providers/utilization |
            jq -r '(.totalUsage | tonumber / 4096 | ceil)')" \
            "df -B4096 --output=used . | tail -1 | tr -d ' '"
    else
        prints "$(api GET /storage-providers/utilization |
            jq -r '(.datasets + .models + .notebooks + .sharedStorage) / 4096 | ceil')" \
            "df -B4096 --output=used . | tail -1 | tr -d ' '"
        prints 0 "df --output=avail . | tail -1 | tr -d ' '"
    fi
    nothing_sent
}

# holds: control-5
test_docs_a_refused_change_has_no_event()
{
    mounted -- guard=0
    works "touch $DIR/restore; cat $DIR/wait > /dev/null"
    fault '{"method": "POST", "path": "/snapshots/", "status": 422, "times": 1}'
    refused 'Invalid argument' "touch $DIR/restore"
    prints $'200 true\n422 false' 'jq -r "\"\(.status) \(.event != null)\"" .paperspacefs/changes.jsonl'
}

# holds: attr-17
test_docs_df_of_a_team_over_its_plan_is_0_available()
{
    mounted --data "$(with_data '{"utilization": {"datasetUsage": 0, "modelUsage": 0,
        "notebookWorkspaceUsage": 0, "remainingFreeStorage": -5000000000, "sharedStorageUsage": 0,
        "totalFreeStorage": 0, "totalUsage": 500000000000}}')"
    prints 0 "cat utilization.json > /dev/null; df -B1 --output=avail . | tail -1 | tr -d ' '"
}

# holds: journal-4
test_the_size_of_a_journal_is_that_of_now_though_somebody_has_it_open()
{
    mounted
    works 'mkdir snapshots/a 2> /dev/null || true
        exec 8< .paperspacefs/errors.jsonl; sleep 1.1
        mkdir snapshots/b 2> /dev/null || true
        test "$(stat -c %s .paperspacefs/errors.jsonl)" = "$(cat .paperspacefs/errors.jsonl | wc -c)"'
}

run_scenarios "$@"
