#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the mount tells about itself and about what went wrong.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DOC=drives/data/drive.json

# holds: words-7 fail-2
test_last_error_is_one_line_a_person_can_act_on()
{
    mounted
    fault '{"method": "PUT", "status": 422, "body": {"code": "UNPROCESSABLE",
        "message": "the name is bad", "details": {"name": "must not be evil"}}}'
    refused 'Invalid argument' "echo '{\"name\": \"evil\"}' > $DOC"
    words '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]' write drives/data/drive.json EINVAL 422 \
        UNPROCESSABLE 'the name is bad' 'must not be evil'
}

# holds: control-4
test_errors_jsonl_has_the_same_as_JSON()
{
    mounted
    refused 'Invalid argument' "echo '{\"nmae\": \"x\"}' > $DOC"
    refused 'Operation not permitted' 'mkdir new'
    prints 2 'jq -s length .paperspacefs/errors.jsonl'
    prints '["EINVAL","EPERM"]' 'jq -s -c "map(.errno)" .paperspacefs/errors.jsonl'
    prints '["code","comm","details","errno","message","op","path","pid","status","time","uid"]' \
        'head -n 1 .paperspacefs/errors.jsonl | jq -c "keys - [\"count\", \"repeated\"]"'
    prints mkdir 'jq -r .op .paperspacefs/errors.jsonl | tail -n 1'
}

# holds: words-9
test_a_repeat_is_counted_and_not_repeated()
{
    mounted
    shell 'for i in 1 2 3 4 5; do mkdir new; done'
    prints '["EPERM",5]' 'jq -c "[.errno, .count]" .paperspacefs/errors.jsonl'
    shell 'mkdir other; mkdir new'
    prints '[["new",5],["other",null],["new",null]]' \
        'jq -s -c "map([.path, .count])" .paperspacefs/errors.jsonl'
}

# holds: words-8
test_a_name_that_is_not_there_is_no_error()
{
    mounted
    shell 'cat drives/nothing drives/data/nothing nothing'
    prints '' 'cat .paperspacefs/errors.jsonl'
    prints '' 'cat .paperspacefs/last-error'
}

# holds: control-9
test_requests_jsonl_has_every_request()
{
    mounted
    works 'ls snapshots > /dev/null'
    works "jq -s -c 'map([.method, .status]) | unique' .paperspacefs/requests.jsonl"
    assert_eq '[["GET",200]]' "$out"
    works "jq -r '.url' .paperspacefs/requests.jsonl"
    assert_contains "$out" /snapshots
    prints '["bytes","method","ms","status","time","url"]' \
        'head -n 1 .paperspacefs/requests.jsonl | jq -c keys'
}

# holds: http-19 words-2 secret-1
test_secrets_are_in_no_log_and_no_error()
{
    local secret

    mounted
    works 'cat providers/*/provider.json > /dev/null'
    if [ "$D" = docs ]; then
        works 'echo "{\"s3Config\": {\"secretAccessKey\": \"hush-hush\"}}" \
            > providers/backups/provider.json'
        fault '{"method": "PUT", "status": 422, "body": {"message": "no"}}'
        shell 'echo "{\"s3Config\": {\"secretAccessKey\": \"hush-again\"}}" \
            > providers/backups/provider.json'
    else
        works 'echo "{\"secretKey\": \"hush-hush\"}" > providers/backups/provider.json'
        fault '{"method": "PUT", "status": 422, "body": {"message": "no"}}'
        shell 'echo "{\"secretKey\": \"hush-again\"}" > providers/backups/provider.json'
    fi
    assert_eq 1 $((rc != 0))
    works 'cat .paperspacefs/*.json* .paperspacefs/last-error README'
    for secret in hush "$KEY" demo/secret Lk6wPv42nGhX; do
        assert_lacks "$out" "$secret"
    done
    assert_matches "$(control GET requests)" hush-hush
}

# holds: control-1
test_the_control_directory_is_the_owner_s()
{
    mounted -- allow_other
    prints 700 'stat -c %a .paperspacefs'
    if [ "$(id -u)" -eq 0 ] && id nobody >/dev/null 2>&1 && chmod 711 "$WORK"; then
        shell 'setpriv --reuid nobody --clear-groups cat .paperspacefs/last-error'
        assert_contains "$err" 'Permission denied'
        shell 'setpriv --reuid nobody --clear-groups cat drives/data/drive.json'
        assert_status 0
    fi
}

# A server that answers is there, whatever is wrong with the answer.
# holds: errno-9 control-3
test_a_broken_answer_is_one_all_the_same()
{
    local body

    mounted -- ttl=0
    works 'ls drives > /dev/null'
    for body in '"{\"no\": \"list\"}"' '"[{\"no\": \"id\"}]"' '"{\"items\": [7]}"'; do
        fault "{\"path\": \"/shared-drives\", \"status\": 200, \"times\": -1, \"body\": $body}"
        refused 'Protocol error' 'ls drives'
        words EPROTO 'HTTP 200' 'GET /shared-drives'
        prints true 'jq .kinds.drives.online .paperspacefs/status.json'
        no_faults
    done
}

# holds: control-2 control-3
test_status_json_has_version_dialect_and_kinds()
{
    mounted
    works 'ls drives snapshots > /dev/null; cat .paperspacefs/status.json > /dev/null'
    prints "\"$D\"" 'jq .dialect .paperspacefs/status.json'
    works 'jq -e ".version and .kinds.drives.count == 4 and .kinds.snapshots.count == 8" \
        .paperspacefs/status.json > /dev/null'
    if [ "$D" = docs ]; then
        prints 'demo-team demo@example.com accepted' \
            'jq -r "\"\(.team) \(.user) \(.key.state)\"" .paperspacefs/status.json'
    fi
    works 'jq -e ".key.since > \"2020\"" .paperspacefs/status.json > /dev/null'
}

# holds: control-3
test_status_json_says_which_request_failed_and_how()
{
    local problem='jq -r .kinds.snapshots.problem .paperspacefs/status.json'

    mounted -- ttl=0,stale=0
    prints null "$problem"
    fault '{"path": "/snapshots", "status": 403, "body": {"code": "NO", "message": "not yours"}}'
    refused 'Permission denied' 'ls snapshots'
    prints 'HTTP 403 NO: GET /snapshots: not yours' "$problem"
    fault '{"path": "/snapshots", "status": 500, "body": ""}'
    refused 'Input/output error' 'ls snapshots'
    prints 'HTTP 500: GET /snapshots: Internal Server Error' "$problem"
    works 'ls snapshots > /dev/null'
    prints null "$problem"
}

# holds: control-2 control-3
test_status_json_counts_what_one_would_alarm_on()
{
    mounted
    works 'ls drives > /dev/null'
    shell "mkdir new; mkdir new; mkdir other; echo archive2 > drives/archive/name
        cp .paperspacefs/status.json $T"
    assert_eq '[3,1,true]' "$(jq -c '[.totals.errors, .totals.changes, .totals.waiting >= 0]' "$T/status.json")"
    jq -e '.totals.requests >= 2 and .resident_bytes > 1000000 and .guard.limit == 20
        and .guard.spent == 0 and .last_answer > "2020"' "$T/status.json" >/dev/null
    assert_eq 6 "$(jq '.kinds.drives | [.online, .age_s, .stale, .count, .requests, .drafts] | length
        - (map(select(. == null)) | length)' "$T/status.json")"
}

run_scenarios "$@"
