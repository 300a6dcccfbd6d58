#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A create is never sent twice.
. "${BASH_SOURCE[0]%/*}/lib.sh"

posts()
{
    control GET requests | jq -c '[.[] | select(.method == "POST")] | length'
}

# holds: post-1
test_a_POST_whose_answer_is_lost_has_succeeded_if_it_is_in_the_listing()
{
    mounted
    works 'ls snapshots > /dev/null'
    fault '{"method": "POST", "close": "after"}'
    works "mkdir machines/$MACHINE/first"
    assert_eq 1 "$(posts)"
    works 'test -f snapshots/first/snapshot.json'
    assert_eq 1 "$(id_of snapshots first | wc -l)"
}

# holds: post-1 post-2
test_a_POST_whose_answer_is_lost_has_an_unknown_outcome_if_nothing_is_there()
{
    mounted
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "mkdir machines/$MACHINE/first"
    words EIO 'unknown|not known' first
    assert_eq 1 "$(posts)"
    assert_eq 1 "$((0 < $(count_requests GET '/snapshots.*')))" 'the listing was not read again'
}

# holds: post-3
test_the_next_attempt_looks_first()
{
    local id

    mounted
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "mkdir machines/$MACHINE/first"
    api POST /snapshots "{\"name\": \"first\", \"machineId\": \"$MACHINE\"}" >/dev/null
    forget_requests
    shell "mkdir machines/$MACHINE/first"
    assert_eq '' "$(changes)" 'it was sent again'
    id=$(id_of snapshots first)
    assert_eq 1 "$(wc -l <<<"$id")"
    works "test -f snapshots/$id/snapshot.json"
}

# holds: post-3
test_the_next_attempt_sends_if_nothing_is_there()
{
    mounted
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "mkdir machines/$MACHINE/first"
    forget_requests
    works "mkdir machines/$MACHINE/first"
    assert_eq GET "$(requests | sed -n '1s/ .*//p')" 'it did not look first'
    assert_eq "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"first\"}" "$(changes)"
}

# holds: post-2 http-2
test_a_POST_answered_by_500_is_not_sent_again()
{
    mounted
    fault '{"method": "POST", "times": -1, "status": 500, "body": {"message": "oops"}}'
    refused 'Input/output error' "mkdir machines/$MACHINE/first"
    assert_eq 1 "$(posts)"
    words EIO 'unknown|not known'
}

# holds: post-1
test_a_POST_answered_by_500_that_was_applied_has_succeeded()
{
    mounted
    works 'ls snapshots > /dev/null'
    fault '{"method": "POST", "times": -1, "status": 500, "body": {"message": "oops"},
        "apply": true}'
    works "mkdir machines/$MACHINE/first"
    assert_eq 1 "$(posts)"
    works 'test -f snapshots/first/snapshot.json'
}

# holds: post-1
test_an_older_snapshot_of_the_same_name_is_not_taken_for_the_new_one()
{
    mounted
    works 'ls snapshots > /dev/null'
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "mkdir machines/ps4t7k2qhx8d/before-upgrade"
    assert_eq 1 "$(posts)"
}

# holds: http-2
test_429_and_503_are_sent_again()
{
    mounted
    fault '{"method": "POST", "times": 1, "status": 429, "headers": {"Retry-After": "0"}}'
    fault '{"method": "POST", "times": 1, "status": 503}'
    works "mkdir machines/$MACHINE/first"
    assert_eq 3 "$(posts)"
    assert_eq 1 "$(id_of snapshots first | wc -l)"
}

# holds: http-2
test_every_POST_has_a_connection_of_its_own()
{
    mounted
    works "ls snapshots > /dev/null; mkdir machines/$MACHINE/one machines/$MACHINE/two"
    control GET requests | jq -e '[.[] | select(.method == "POST") | .connection] as $posts
        | ($posts | unique | length) == 2 and
          all(.[]; .method == "POST" or (.connection as $c | $posts | index($c) | not))' \
        >/dev/null || fail 'a POST went over a connection that had been used' \
        "$(control GET requests)"
}

# holds: post-1
test_a_lost_answer_of_a_drive_s_POST()
{
    mounted
    works 'mkdir drives/new'
    fault '{"method": "POST", "close": "after"}'
    works "echo '$(drive_body new)' > drives/new/drive.json"
    assert_eq 1 "$(posts)"
    prints "\"$(id_of shared-drives new)\"" 'jq .id drives/new/drive.json'
}

# A server may show the region that was asked for in another spelling.
# holds: post-1
test_a_drive_whose_POST_had_no_answer_is_known_by_any_spelling_of_its_region()
{
    local form

    mounted
    for form in upper label; do
        emu_config "{\"regions\": \"$form\"}"
        works "mkdir drives/$form"
        fault '{"method": "POST", "close": "after"}'
        works "echo '$(drive_body $form)' > drives/$form/drive.json"
        prints "\"$(id_of shared-drives $form)\"" "jq .id drives/$form/drive.json"
    done
    assert_eq 2 "$(posts)"
}

# holds: post-7
test_a_second_completion_waits_for_the_first()
{
    mounted
    works 'mkdir drives/new'
    fault '{"method": "POST", "delayMs": 700}'
    works "echo '$(drive_body new)' > drives/new/drive.json &
        sleep 0.2; cp <(echo '$(drive_body new)') drives/new/drive.json; wait"
    assert_eq 1 "$(posts)"
    assert_eq 1 "$(id_of shared-drives new | wc -l)"
}

# holds: http-1
test_a_PUT_and_a_DELETE_whose_answer_is_lost_are_sent_again()
{
    mounted
    fault '{"method": "PUT", "close": "after"}'
    works 'echo "{\"name\": \"renamed\"}" > drives/data/drive.json'
    assert_eq 1 "$(($(count_requests PUT ".*") >= 2))"
    fault '{"method": "DELETE", "close": "after"}'
    works 'rm -r drives/renamed'
    refused 'No such file or directory' 'stat drives/renamed'
    assert_eq '' "$(id_of shared-drives renamed)"
}

# holds: errno-12
test_a_slow_POST_that_is_interrupted_is_let_finish()
{
    mounted
    fault '{"method": "POST", "delayMs": 1500}'
    shell "timeout -s INT 0.4 mkdir machines/$MACHINE/first"
    eventually 10 test -d "$MNT/snapshots/first"
    assert_eq 1 "$(posts)"
}

# holds: errno-12
test_what_was_interrupted_before_it_was_sent_is_not_sent()
{
    local busy

    mounted -- connections=1,guard=0
    shell 'ls -R snapshots machines > /dev/null'
    forget_requests
    fault '{"method": "DELETE", "delayMs": 2500}'
    (cd "$MNT" && exec rm -r drives/archive) &
    busy=$!
    eventually 10 deletion_began
    shell "timeout -s INT 0.5 touch snapshots/before-upgrade/restore"
    assert_matches "$(cat "$MNT/.paperspacefs/last-error")" 'EINTR.*nothing was'
    wait "$busy"
    pause 0.5
    assert_eq 0 "$(posts)"
    prints never 'cat snapshots/before-upgrade/restore'
    works 'touch snapshots/before-upgrade/restore'
}

deletion_began()
{
    [ "$(control GET requests | jq '[.[] | select(.method == "DELETE")] | length')" -eq 1 ]
}

# holds: errno-12 http-2
test_what_was_refused_for_now_is_not_sent_again_after_an_interrupt()
{
    mounted
    shell 'ls snapshots > /dev/null'
    fault '{"method": "POST", "times": -1, "status": 503}'
    shell "timeout -s INT 0.1 mkdir machines/$MACHINE/first"
    no_faults
    local sent
    sent=$(posts)
    pause 1.5
    assert_eq "$sent" "$(posts)"
    refused 'No such file or directory' 'stat snapshots/first'
}

run_scenarios "$@"
