#!/bin/bash
# SPDX-License-Identifier: MIT
# What can be given is a file, and what the documents require is sent.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# provider DEFAULT: the body of a change to the managed one.
provider()
{
    jq -cS --argjson default "$1" --arg name "${2:-Paperspace Managed}" '{name: $name,
        isTeamDefault: $default, s3Config: .s3Config}' <<<"$managed"
}

# The server requires a boolean there: it refuses the change where none is sent, and null.
# holds: edit-16
test_docs_a_default_that_is_null_goes_as_false()
{
    local p=/storage-providers/splgct3arqdh77c managed

    mounted -- ttl=3600
    managed=$(api GET "$p")
    assert_eq null "$(jq .isTeamDefault <<<"$managed")"
    cd "$MNT" && ls providers >/dev/null && cd /
    works 'echo managed > "providers/Paperspace Managed/name"'
    assert_changes "PUT $p $(provider false managed)"
    prints false 'cat providers/managed/isTeamDefault'
    works 'echo true > providers/managed/isTeamDefault'
    assert_changes "PUT $p $(provider true managed)"
    works 'echo > providers/managed/isTeamDefault'
    assert_changes "PUT $p $(provider false managed)"
    prints false 'cat providers/managed/isTeamDefault'
}

# holds: edit-16 done-3
test_docs_a_default_that_stays_null_is_a_success()
{
    mounted -- ttl=0
    works 'jq ".s3Config.region = \"ca1\"" "providers/Paperspace Managed/provider.json" > '"$T/p"
    works "cat $T/p > 'providers/Paperspace Managed/provider.json'"
    prints ca1 'cat "providers/Paperspace Managed/s3Config/region"'
}

# holds: edit-15
test_docs_what_is_required_and_unknown_is_said()
{
    mounted -- ttl=0
    fault '{"path": "/storage-providers", "method": "GET", "times": -1, "status": 200, "body":
        {"hasMore": false, "items": [{"id": "p1", "name": "bare", "isManaged": false,
        "isTeamDefault": false, "s3Config": {"accessKey": "A", "secretAccessKey": "S"}}]}}'
    fault '{"path": "/storage-providers/p1", "method": "GET", "times": -1, "status": 200, "body":
        {"id": "p1", "name": "bare", "isManaged": false, "isTeamDefault": false,
        "s3Config": {"accessKey": "A", "secretAccessKey": "S"}}}'
    refused 'Operation not permitted' 'echo c > providers/bare/name'
    words EPERM 's3Config.bucket must be given too'
    nothing_sent
}

# A key that was never given is left out of the answers, and a file all the same.
# holds: field-4
test_openapi_a_note_is_written_where_there_was_none()
{
    local s=/snapshots/slc8n5g7rqo0yi

    mounted -- ttl=3600
    assert_eq false "$(api GET "$s" | jq 'has("note")')"
    prints '644 0' "stat -c '%a %s' snapshots/auto-weekly/note"
    works 'echo kept > snapshots/auto-weekly/note'
    assert_changes "PUT $s {\"note\":\"kept\"}"
    prints kept 'cat snapshots/auto-weekly/note'
    prints kept 'jq -r .note snapshots/auto-weekly/snapshot.json'
}

# holds: draft-1
test_openapi_a_draft_takes_each_key_that_can_be_given()
{
    mounted -- ttl=3600
    works 'mkdir providers/mine; for key in bucket:b region:r accessKey:A secretKey:S; do
        test -e "providers/mine/${key%:*}"; echo "${key#*:}" > "providers/mine/${key%:*}"; done'
    prints 'accessKey bucket name provider.json region type' 'ls providers/mine | xargs'
    nothing_sent
    works 'echo gcs > providers/mine/type'
    assert_changes 'POST /storage-providers {"accessKey":"A","bucket":"b","name":"mine","region":"r","secretKey":"S","type":"gcs"}'
}

# holds: field-4
test_openapi_what_was_not_given_is_given_later()
{
    local key

    mounted -- ttl=3600
    works 'mkdir providers/mine; echo s3 > providers/mine/type'
    for key in bucket region; do
        prints '' "cat providers/mine/$key"
        works "echo $key-1 > providers/mine/$key"
        prints "$key-1" "jq -r .$key providers/mine/provider.json"
    done
    assert_contains "$(changes)" '"bucket":"bucket-1","name":"mine","region":"region-1","type":"s3"'
}

run_scenarios "$@"
