#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Success is what the server shows; what is not known is said to be unknown.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DIR=snapshots/before-upgrade

# answer METHOD PATH STATUS BODY [EXTRA]: the next such request gets that answer, and nothing is done
# unless EXTRA says so. BODY is JSON.
answer()
{
    fault "{\"method\": \"$1\", \"path\": \"$2\", \"status\": $3, \"body\": $4${5:+, $5}}"
}

# Answers to a change that say nothing: STATUS BODY, one a line.
shapes()
{
    printf '%s\n' '204 ""' '200 null' '200 42' '200 {"id":"other","name":"new"}' \
        '200 "<p>Please log in</p>"' '200 "{\"id\":"'
}

# in_ms TEXT: how long the command took.
in_ms()
{
    local start=${EPOCHREALTIME/./}

    shell "$1"
    echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

# holds: done-2
test_an_update_that_was_carried_out_has_succeeded_whatever_the_answer()
{
    local status body provider=training-data i=0

    mounted
    while read -r status body; do
        i=$((i + 1))
        answer PUT /shared-drives "$status" "$body" '"apply": true'
        works "echo '{\"name\": \"new$i\"}' > drives/$DATA/drive.json"
        prints "new$i" "cat drives/new$i/name"
        answer PUT /snapshots "$status" "$body" '"apply": true'
        works "echo new$i > snapshots/$UPGRADE/name"
        prints "new$i" "cat snapshots/new$i/name"
        answer PUT /storage-providers "$status" "$body" '"apply": true'
        works "mv providers/$provider providers/new$i"
        provider=new$i
        prints "new$i" "cat providers/new$i/name"
    done < <(shapes)
}

# holds: done-1 done-2
test_an_update_that_was_not_carried_out_is_EPROTO()
{
    mounted
    answer PUT /shared-drives 204 '""'
    refused 'Protocol error' 'echo "{\"name\": \"new\"}" > drives/data/drive.json'
    words EPROTO 'not done for name' 204
    prints data 'cat drives/data/name'
    answer PUT /snapshots 200 '"<p>ok</p>"'
    refused 'Protocol error' "echo new > $DIR/name"
    words EPROTO 'not done for name'
    prints before-upgrade "cat $DIR/name"
    answer PUT /storage-providers 200 null
    refused 'Protocol error' 'mv providers/training-data providers/new'
    words EPROTO 'not done for name'
    prints training-data 'cat providers/training-data/name'
    answer PUT /shared-drives 200 "$(api GET /shared-drives/$DATA)"
    refused 'Protocol error' 'mv drives/data drives/new'
    words EPROTO 'not done for name'
    prints data 'cat drives/data/name'
}

# holds: done-3
test_another_value_than_was_sent_is_shown()
{
    mounted
    answer PUT /shared-drives 200 "$(api GET /shared-drives/$DATA | jq -c '.name = "NEW"')"
    works 'echo new > drives/data/name'
    prints "$DATA" 'cat drives/NEW/id'
}

# holds: done-5
test_an_update_of_which_nothing_tells_is_EIO()
{
    mounted
    answer PUT /shared-drives 204 '""' '"apply": true'
    fault '{"method": "GET", "path": "/shared-drives/", "status": 500}'
    refused 'Input/output error' 'echo new > drives/data/name'
    words EIO 'unknown' 'may have been carried out'
    prints "$DATA" 'cat drives/new/id'
}

# holds: done-4 done-5
test_a_secret_is_set_when_the_answer_is_JSON()
{
    local file=s3Config/secretAccessKey

    [ "$D" = docs ] || file=secretKey
    mounted
    answer PUT /storage-providers 200 null
    works "echo hunter22hunter > providers/training-data/$file"
    answer PUT /storage-providers 200 '"<p>Please log in</p>"'
    refused 'Input/output error' "echo another22one > providers/training-data/$file"
    words EIO 'may have been carried out'
}

# holds: delete-6
test_a_deletion_that_was_not_carried_out_is_EPROTO_and_hides_nothing()
{
    local status body

    mounted -- guard=0
    while read -r status body; do
        answer DELETE /shared-drives "$status" "$body"
        refused 'Protocol error' 'rm -r drives/archive'
        words EPROTO 'still there'
        works 'touch drives; test -f drives/archive/drive.json'
    done < <(printf '%s\n' '200 null' '200 "<p>ok</p>"' '404 ""' '410 {"code":"GONE"}')
    works 'rm -r drives/archive; test ! -e drives/archive'
}

# holds: delete-6
test_a_deletion_that_was_carried_out_has_succeeded_whatever_the_answer()
{
    mounted -- guard=0
    answer DELETE /shared-drives 200 '"<p>ok</p>"' '"apply": true'
    works 'rm -r drives/archive'
    refused 'No such file or directory' 'stat drives/archive'
    answer DELETE /storage-providers 404 null '"apply": true'
    works 'rm -r providers/training-data'
    refused 'No such file or directory' 'stat providers/training-data'
}

# holds: delete-6
test_a_deletion_of_which_nothing_tells_is_EIO()
{
    mounted
    answer DELETE /shared-drives 200 '"<p>ok</p>"' '"apply": true'
    fault '{"method": "GET", "path": "/shared-drives/", "status": 500}'
    refused 'Input/output error' 'rm -r drives/archive'
    words EIO 'may have been carried out'
    refused 'No such file or directory' 'stat drives/archive'
}

# holds: own-4 delete-6
test_a_snapshot_that_was_made_and_deleted_is_no_ghost()
{
    local id

    mounted
    emu_config '{"eventMs": 1}'
    works "mkdir machines/$MACHINE/first"
    id=$(id_of snapshots first)
    answer DELETE /snapshots 200 '"<p>ok</p>"' '"apply": true'
    fault '{"method": "GET", "path": "/snapshots/", "status": 500}'
    refused 'Input/output error' 'rm -r snapshots/first'
    eventually 10 lacks "/snapshots" "$id"
    works 'touch snapshots'
    refused 'No such file or directory' "stat snapshots/first"
    works "! ls snapshots | grep first >/dev/null"
}

# Whether the API's list has it no more.
lacks()
{
    ! api GET "$1?limit=120" | grep "\"$2\"" >/dev/null
}

# --- restores ------------------------------------------------------------------------------------

# holds: restore-9 restore-10 restore-11 event-3
test_docs_a_restore_is_done_when_the_answer_says_so()
{
    local status body

    mounted
    while read -r status body; do
        answer POST /snapshots/ "$status" "$body"
        refused 'Input/output error' "touch '$DIR/restore'"
        words EIO unknown 'may have been carried out'
        prints unknown "cat '$DIR/restore'"
        prints unknown "cat '$DIR/state'"
        refused 'Input/output error' "cat '$DIR/wait'"
        words EIO unknown
        forget_requests
        refused 'Device or resource busy' "touch '$DIR/restore'"
        nothing_sent
        remount
    done < <(printf '%s\n' '200 "<!doctype html><p>ok</p>"' '200 {"error":"not now"}' '200 null' \
        '200 ""' '204 ""' '200 {"data":{"id":"x"},"event":null}')
}

# holds: restore-10 restore-9 event-3
test_docs_of_an_unknown_restore_the_machine_s_events_tell()
{
    mounted -- guard=0
    emu_config '{"eventMs": 1500}'
    fault '{"method": "POST", "path": "/snapshots/", "close": "after"}'
    refused 'Input/output error' "touch $DIR/restore"
    words EIO 'may have been carried out'
    eventually 10 restore_says 'in progress'
    prints restoring "cat $DIR/state"
    refused 'Device or resource busy' "touch $DIR/restore"
    prints 'done' "cat $DIR/wait"
    prints 'done' "cat $DIR/restore"
    works "touch $DIR/restore"
}

restore_says()
{
    [ "$(cat "$MNT/$DIR/restore")" = "$1" ]
}

# holds: restore-9 restore-11
test_openapi_a_restore_is_done_after_2xx()
{
    mounted -- guard=0
    answer POST /snapshots/ 204 '""' '"apply": true'
    works "touch $DIR/restore"
    prints 'done' "cat $DIR/restore"
    answer POST /snapshots/ 200 '"<p>Please log in</p>"'
    refused 'Input/output error' "touch $DIR/restore"
    prints unknown "cat $DIR/restore"
}

# --- creates -------------------------------------------------------------------------------------

# holds: post-5
test_docs_a_snapshot_found_by_looking_has_its_event()
{
    mounted
    emu_config '{"eventMs": 1500}'
    works 'ls snapshots > /dev/null'
    fault '{"method": "POST", "close": "after"}'
    works "mkdir machines/$MACHINE/first"
    prints creating 'cat snapshots/first/state'
    prints 'done' 'cat snapshots/first/wait'
    prints ready 'cat snapshots/first/state'
    prints snapshot-create 'jq -r .name snapshots/first/event.json'
}

# holds: post-5
test_docs_until_its_event_is_found_it_is_being_created()
{
    mounted
    works 'ls snapshots > /dev/null'
    fault '{"method": "GET", "path": "/machine-events", "times": -1, "status": 500}'
    fault '{"method": "POST", "close": "after"}'
    works "mkdir machines/$MACHINE/first"
    prints creating 'cat snapshots/first/state'
    run timeout -s INT 2 cat "$MNT/snapshots/first/wait"
    assert_status 124
    no_faults
    prints 'done' 'cat snapshots/first/wait'
}

# holds: post-4 post-3 post-2 wait-1 send-8
test_a_create_whose_look_gets_no_answer_is_EIO_once_and_in_time()
{
    local first ms

    mounted -- timeout=2
    works 'ls drives > /dev/null; mkdir drives/new'
    fault '{"method": "POST", "close": "before"}'
    fault '{"method": "GET", "path": "/shared-drives", "times": -1, "delayMs": 6000}'
    ms=$(in_ms "python3 -c '
import os
f = os.open(\"drives/new/drive.json\", os.O_WRONLY | os.O_TRUNC)
for step in (lambda: os.write(f, rb\"\"\"$(drive_body new)
\"\"\"), lambda: os.close(f)):
    try: step()
    except OSError as e: print(e.strerror)
' > $T/said")
    assert_eq $'Input/output error\nInput/output error' "$(cat "$T/said")"
    assert_eq 1 $((ms <= 2600 * patience)) "it took $ms ms"
    words EIO 'may have been carried out' 'look for a drive'
    first=$(message)
    shell "echo '$(drive_body new)' > drives/new/drive.json"
    assert_contains "$err" 'Input/output error'
    assert_eq "$first" "$(message)" 'the second look says something else'
    assert_eq 1 "$(count_requests POST /shared-drives)"
    works 'rm -r drives/new'
}

# The words of the last failure.
message()
{
    tail -n 1 "$MNT/.paperspacefs/errors.jsonl" | jq -r .message
}

# --- which errno, and what is said ---------------------------------------------------------------

# holds: errno-8
test_a_change_whose_answers_were_all_lost_may_have_been_carried_out()
{
    mounted
    fault '{"method": "PUT", "times": -1, "close": "after"}'
    refused 'Input/output error' 'echo new > drives/data/name'
    words EIO 'was sent' 'may have been carried out'
    prints "$DATA" 'cat drives/new/id'
    fault '{"method": "DELETE", "times": -1, "close": "before"}'
    refused 'Input/output error' 'rm -r drives/archive'
    words EIO 'was sent' 'may have been carried out'
    works 'touch drives; test -f drives/archive/id'
}

# holds: errno-10 errno-8
test_a_timeout_says_whether_a_change_was_sent()
{
    mounted -- timeout=1
    works 'ls drives > /dev/null'
    fault '{"method": "PUT", "times": -1, "delayMs": 3000}'
    refused 'Connection timed out' 'echo new > drives/data/name'
    words ETIMEDOUT 'was sent' 'may have been carried out'
    fault '{"method": "POST", "times": -1, "delayMs": 3000}'
    refused 'Input/output error' "touch $DIR/restore"
    words EIO 'was sent' 'may have been carried out'
}

# holds: errno-9 http-1
test_a_broken_answer_to_a_GET_is_EPROTO()
{
    mounted
    fault '{"method": "GET", "path": "/snapshots", "times": -1, "truncate": 20}'
    refused 'Protocol error' 'ls snapshots'
    words EPROTO 'cut short'
    fault '{"method": "GET", "path": "/storage-providers", "times": -1, "raw": true,
        "body": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\nzz\r\n"}'
    forget_requests
    refused 'Protocol error' 'ls providers'
    words EPROTO chunk
    assert_eq 1 "$(count_requests GET '/storage-providers.*')" 'it was asked for again'
}

# holds: errno-9 http-1
test_an_answer_that_is_no_JSON_is_not_asked_for_again()
{
    mounted
    fault '{"method": "GET", "path": "/snapshots", "times": -1, "status": 200, "body": "<p>ok</p>"}'
    refused 'Protocol error' 'ls snapshots'
    words EPROTO JSON
    assert_eq 1 "$(count_requests GET '/snapshots.*')"
}

# holds: edit-14
test_without_a_fresh_copy_a_provider_s_PUT_is_not_sent()
{
    mounted
    works 'cat providers/training-data/provider.json > /dev/null'
    fault '{"method": "GET", "path": "/storage-providers/", "times": -1, "status": 500}'
    forget_requests
    refused 'Input/output error' 'echo new > providers/training-data/name'
    words EIO 'nothing was sent'
    nothing_sent
}

run_scenarios "$@"
