#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Writes that are refused, by the mount or by the API.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DOC=drives/data/drive.json

# rejects ERROR WORDS: $T/new is refused, nothing is sent, the file shows the truth.
rejects()
{
    local before

    before=$(cat "$MNT/$DOC")
    refused "$1" "cp $T/new $DOC"
    words "$2" 'drives/data/drive.json'
    refused "$1" "cat $T/new > $DOC"
    nothing_sent
    assert_eq "$before" "$(cat "$MNT/$DOC")"
}

# holds: edit-8 fail-1
test_text_that_is_no_JSON()
{
    mounted
    echo 'hello' >"$T/new"
    rejects 'Invalid argument' EINVAL
}

# holds: send-7 fail-1
test_a_document_that_is_cut_off()
{
    mounted
    printf '{"name": "renamed"' >"$T/new"
    rejects 'Invalid argument' 'EINVAL'
}

# holds: edit-8
test_JSON_that_is_no_object()
{
    mounted
    echo '["name"]' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*object'
    echo '"name"' >"$T/new"
    rejects 'Invalid argument' 'EINVAL'
    echo 'null' >"$T/new"
    rejects 'Invalid argument' 'EINVAL'
}

# holds: edit-6
test_a_wrong_type()
{
    mounted
    echo '{"name": 5}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*name'
    echo '{"name": null}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*name'
    echo '{"name": {"a": "b"}}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*name'
}

# holds: edit-5
test_a_key_that_does_not_exist()
{
    mounted
    echo '{"nmae": "renamed"}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*nmae'
    echo '{"name": "renamed", "extra": null}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*extra'
}

# holds: edit-4 fail-1
test_a_read_only_key_that_differs()
{
    mounted
    echo '{"id": "sdother"}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*id'
    jq '.name = "renamed" | .region = "ca1"' "$MNT/$DOC" >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*region'
}

# holds: edit-4
test_docs_the_size_of_a_drive()
{
    mounted
    jq '.size = 2000' "$MNT/$DOC" >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*size'
}

# holds: edit-7
test_two_equal_keys()
{
    mounted
    echo '{"name": "one", "name": "two"}' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*name'
}

# holds: edit-8
test_invalid_UTF_8()
{
    mounted
    printf '{"name": "a\377b"}\n' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*UTF-8'
    printf '{"name": "a\355\240\200b"}\n' >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*UTF-8'
}

# holds: edit-8
test_NUL_bytes()
{
    mounted
    printf '{"name": "a\0b"}\n' >"$T/new"
    rejects 'Invalid argument' 'EINVAL'
}

# holds: edit-9
test_nesting_deeper_than_32()
{
    mounted
    { printf '{"name": '; printf '[%.0s' {1..32}; printf ']%.0s' {1..32}; echo '}'; } >"$T/new"
    rejects 'Invalid argument' 'EINVAL.*(deep|nest|32)'
}

# holds: edit-10 errno-6
test_more_than_a_MiB()
{
    mounted
    { printf '{"name": "'; head -c 1048576 /dev/zero | tr '\0' x; echo '"}'; } >"$T/new"
    rejects 'File too large' 'EFBIG'
    refused 'File too large' "dd if=$T/new of=$DOC bs=4k status=none"
    nothing_sent
}

# holds: edit-8
test_white_space_only()
{
    mounted
    printf '\n\n' >"$T/new"
    rejects 'Invalid argument' 'EINVAL'
}

# holds: send-1
test_echo_sees_the_refusal()
{
    mounted
    refused 'write error: Invalid argument' "echo '{\"id\": \"x\"}' > $DOC"
    nothing_sent
}

# holds: conflict-1 conflict-3
test_a_change_made_elsewhere_since_is_a_conflict()
{
    mounted
    cp "$MNT/$DOC" "$T/new"
    api PUT /shared-drives/$DATA '{"name": "elsewhere"}' >/dev/null
    works 'touch drives; cat drives/elsewhere/drive.json > /dev/null'
    forget_requests
    refused 'Stale file handle' "cp $T/new drives/elsewhere/drive.json"
    words ESTALE name
    nothing_sent
    prints '"elsewhere"' 'jq .name drives/elsewhere/drive.json'
    works 'echo "{\"name\": \"data\"}" > drives/elsewhere/drive.json'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"data\"}"
}

# What somebody else has changed is the size; the name is this mount's own doing.
# holds: conflict-8
test_openapi_what_this_mount_has_changed_itself_is_no_conflict()
{
    mounted -- ttl=3600
    cat "$MNT"/*/*/*.json >/dev/null
    api PUT /shared-drives/$DATA '{"name": "data", "size": 1500}' >/dev/null
    prints 1500 'touch drives; cat drives/data/size'
    works 'mv drives/data drives/q; echo "{\"name\": \"data\", \"size\": 1600}" > drives/q/drive.json'
    works 'test -e drives/data/id'
    forget_requests
    refused 'Stale file handle' 'echo "{\"name\": \"data\", \"size\": 1000}" > drives/data/drive.json'
    nothing_sent
}

# holds: conflict-8
test_docs_what_this_mount_has_changed_itself_is_no_conflict_in_a_provider()
{
    local id

    mounted -- ttl=3600
    cat "$MNT"/*/*/*.json >/dev/null
    id=$(cat "$MNT/providers/backups/id")
    works 'mv providers/backups providers/q'
    api PUT "/storage-providers/$id" "$(api GET "/storage-providers/$id" |
        jq -c '{name, isTeamDefault, s3Config: (.s3Config | .bucket = "theirs")}')" >/dev/null
    works 'echo again > providers/q/name' # its GET meets the other bucket
    prints theirs 'cat providers/again/s3Config/bucket'
    works "echo '{\"name\": \"q\", \"s3Config\": {\"bucket\": \"third\"}}' > providers/again/provider.json"
    prints third 'cat providers/q/s3Config/bucket'
}

# answers STATUS CODE MESSAGE ERROR ERRNO: the API refuses the update with this.
answers()
{
    local before

    fault "{\"method\": \"PUT\", \"times\": -1, \"status\": $1, \"headers\": {\"Retry-After\": \"600\"},
        \"body\": {\"code\": \"$2\", \"message\": \"$3\", \"details\": {\"name\": \"too short\"}}}"
    before=$(cat "$MNT/$DOC")
    forget_requests
    refused "$4" "echo '{\"name\": \"n$1\"}' > $DOC"
    words "$5" "$1" "$2" "$3" 'drives/data/drive.json'
    assert_eq "PUT /shared-drives/$DATA {\"name\":\"n$1\"}" "$(changes | sort -u)"
    assert_eq "$before" "$(cat "$MNT/$DOC")"
    no_faults
}

# holds: errno-1 errno-2 errno-3 errno-5 errno-6 errno-8 fail-1 fail-2
test_each_status_of_the_API_reaches_the_caller()
{
    mounted -- timeout=2
    answers 400 BAD_REQUEST 'no such thing' 'Invalid argument' EINVAL
    answers 400 BAD_REQUEST 'Drive quota exceeded' 'Disk quota exceeded' EDQUOT
    answers 402 PAYMENT_REQUIRED 'please pay' 'Disk quota exceeded' EDQUOT
    answers 403 FORBIDDEN 'not for you' 'Permission denied' EACCES
    answers 403 LIMIT 'the limit of your plan is reached' 'Disk quota exceeded' EDQUOT
    answers 405 METHOD_NOT_SUPPORTED 'not that way' 'Invalid argument' EINVAL
    answers 409 CONFLICT 'somebody is at it' 'Device or resource busy' EBUSY
    answers 412 PRECONDITION_FAILED 'not now' 'Invalid argument' EINVAL
    answers 413 PAYLOAD_TOO_LARGE 'too much' 'File too large' EFBIG
    answers 422 UNPROCESSABLE 'cannot do' 'Invalid argument' EINVAL
    answers 500 INTERNAL_SERVER_ERROR 'sorry' 'Input/output error' EIO
    answers 401 UNAUTHORIZED 'who are you' 'Permission denied' EACCES
}

# holds: errno-4
test_404_is_ENOENT()
{
    mounted
    fault '{"method": "PUT", "status": 404, "body": {"code": "NOT_FOUND", "message": "no such"}}'
    refused 'No such file or directory' "echo '{\"name\": \"x\"}' > $DOC"
    words ENOENT 404 'no such'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"x\"}"
}

# holds: errno-7 errno-8 http-3
test_what_is_retried_and_still_fails_reaches_the_caller()
{
    mounted -- timeout=2
    answers 429 TOO_MANY_REQUESTS 'slow down' 'Resource temporarily unavailable' EAGAIN
    answers 408 TIMEOUT 'too slow' 'Resource temporarily unavailable' EAGAIN
    answers 503 UNAVAILABLE 'back soon' 'Input/output error' EIO
}

# holds: send-8
test_a_refusal_is_sent_once_however_often_the_file_is_closed()
{
    mounted
    fault '{"method": "PUT", "times": -1, "status": 422, "body": {"message": "no"}}'
    refused 'Invalid argument' "{ /bin/echo '{\"name\": \"x\"}'; (true); (true); } > $DOC; false"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"x\"}"
}

# holds: errno-9 done-2
test_an_answer_that_is_no_JSON_is_a_protocol_error()
{
    mounted
    fault '{"method": "PUT", "status": 200, "body": "<html>hello</html>", "apply": false}'
    refused 'Protocol error' "echo '{\"name\": \"x\"}' > $DOC"
    words EPROTO
}

# holds: errno-3
test_a_refusal_as_HTML_keeps_its_status()
{
    mounted
    fault '{"method": "PUT", "status": 403, "contentType": "text/html",
        "body": "<html><h1>Denied by the proxy</h1></html>"}'
    refused 'Permission denied' "echo '{\"name\": \"x\"}' > $DOC"
    words EACCES 403
}

# holds: fail-2
test_older_errors_with_issues_are_told_in_words()
{
    mounted
    fault '{"method": "PUT", "status": 400, "body": {"issues": [{"message": "Required thing"}]}}'
    refused 'Invalid argument' "echo '{\"name\": \"x\"}' > $DOC"
    words 'Required thing'
}

# holds: ro-1
test_ro_refuses_every_change()
{
    mounted -- ro
    refused 'Read-only file system' "echo '{\"name\": \"x\"}' > $DOC"
    refused 'Read-only file system' 'mkdir drives/new'
    refused 'Read-only file system' "mkdir machines/$MACHINE/new"
    refused 'Read-only file system' 'rm -r drives/data'
    refused 'Read-only file system' 'touch snapshots/before-upgrade/restore'
    refused 'Read-only file system' 'mv drives/data drives/d2'
    refused 'Read-only file system' 'touch .paperspacefs/refresh'
    nothing_sent
}

# holds: edit-8 edit-18
test_half_a_character_is_refused()
{
    mounted
    for half in '\ud800' '\udc00y' '\ud800\u0041'; do
        printf '{"name": "x%s"}\n' "$half" >"$T/new"
        rejects 'Invalid argument' 'EINVAL.*half a character'
    done
    works 'printf "%s\n" "{\"name\": \"x\\ud83d\\ude00\"}" > drives/data/drive.json'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"x😀\"}"
}

# holds: secret-6 edit-12
test_only_a_secret_has_masks()
{
    mounted
    if [ "$D" = docs ]; then
        works 'echo "hu****22" > providers/backups/s3Config/secretAccessKey'
        works 'echo "{\"s3Config\": {\"secretAccessKey\": \"*\"}}" > providers/backups/provider.json'
    else
        works 'echo "hu****22" > providers/backups/secretKey'
        works 'echo "{\"secretKey\": \"*\"}" > providers/backups/provider.json'
    fi
    nothing_sent
    works 'echo "da****ta" > drives/data/name'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"da****ta\"}"
    works 'echo "{\"name\": \"****\"}" > "drives/da****ta/drive.json"'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"****\"}"
    works 'mv "drives/****" "drives/a****b"'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"a****b\"}"
    works "mkdir 'machines/$MACHINE/s****t'"
    prints 's****t' "jq -r .name 'machines/$MACHINE/s****t/snapshot.json'"
}

# holds: edit-15
test_docs_what_the_server_shows_masked_is_not_overwritten_by_its_mask()
{
    mounted --data "$(with_data '{"storage-providers": [{"id": "p1", "name": "p1",
        "isTeamDefault": false, "isManaged": false, "s3Config": {"accessKey": "AKIA****1234",
        "bucket": "b", "secretAccessKey": "hunter22"}}]}')"
    refused 'Operation not permitted' 'echo b2 > providers/p1/s3Config/bucket'
    words EPERM 's3Config.accessKey must be given too'
    refused 'Operation not permitted' 'mv providers/p1 providers/p2'
    nothing_sent
    works 'echo "{\"s3Config\": {\"bucket\": \"b2\", \"accessKey\": \"AK\"}}" > providers/p1/provider.json'
    assert_contains "$(changes)" '"accessKey":"AK"'
}

# holds: conflict-9
test_a_conflict_is_known_by_more_than_a_few_versions()
{
    local n

    mounted
    cp "$MNT/drives/data/drive.json" "$T/old.json"
    for n in {1..12}; do
        api PUT "/shared-drives/$DATA" "{\"name\": \"name $n\"}" >/dev/null
        works 'touch drives; ls drives > /dev/null'
    done
    jq '.name = "data"' "$T/old.json" >"$T/new"
    refused 'Stale file handle' "cp $T/new 'drives/name 12/drive.json'"
    nothing_sent
}

run_scenarios "$@"
