#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mkdir, drafts and the operation that creates.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# new_drive NAME: the request that creates drive_body NAME.
new_drive()
{
    echo "POST /shared-drives $(drive_body "$1" | jq -c -S .)"
}

# holds: snap-1
test_mkdir_in_a_machine_takes_a_snapshot()
{
    mounted
    works "mkdir machines/$MACHINE/first"
    assert_changes "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"first\"}"
    prints "\"$MACHINE\"" 'jq .machineId snapshots/first/snapshot.json'
    works "cmp snapshots/first/snapshot.json machines/$MACHINE/first/snapshot.json"
    assert_eq 1 "$(id_of snapshots first | wc -l)"
}

# holds: own-4
test_a_created_snapshot_stays_visible_when_the_listing_is_read_again()
{
    mounted
    works "mkdir machines/$MACHINE/first; touch snapshots; ls snapshots | grep -x first"
    works "touch .paperspacefs/refresh; ls machines/$MACHINE | grep -x first"
}

# holds: snap-2
test_mkdir_p_makes_the_machine_too()
{
    mounted
    works 'mkdir -p machines/psbrandnew1/first'
    assert_changes 'POST /snapshots {"machineId":"psbrandnew1","name":"first"}'
    prints first 'ls machines/psbrandnew1'
}

# holds: snap-2
test_a_machine_s_directory_is_local()
{
    mounted
    works 'mkdir machines/psbrandnew1'
    works 'rmdir machines/psbrandnew1'
    nothing_sent
    refused 'Operation not permitted' 'mkdir "machines/not well-formed"'
    words EPERM
    nothing_sent
}

# holds: snap-3
test_a_machine_s_directory_goes_when_its_first_create_fails()
{
    mounted
    refused 'No such file or directory' 'mkdir -p machines/psmissing/first'
    words ENOENT 404
    refused 'No such file or directory' 'stat machines/psmissing'
}

# holds: name-3
test_a_percent_encoded_name_is_decoded()
{
    mounted
    works "mkdir machines/$MACHINE/a%2Fb"
    assert_changes "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"a/b\"}"
    works 'test -d snapshots/a%2Fb'
}

# holds: name-12
test_mkdir_of_a_name_that_is_taken()
{
    mounted
    refused 'File exists' "mkdir machines/$MACHINE/before-upgrade"
    refused 'File exists' 'mkdir drives/data'
    refused 'File exists' "mkdir drives/$DATA"
    nothing_sent
}

# holds: snap-6 errno-1 errno-5
test_a_refused_snapshot_carries_the_error_of_the_API()
{
    mounted
    fault '{"method": "POST", "status": 402, "body": {"code": "LIMIT", "message": "plan is full"}}'
    refused 'Disk quota exceeded' "mkdir machines/$MACHINE/first"
    words EDQUOT 'plan is full'
    refused 'No such file or directory' 'stat snapshots/first'
    fault '{"method": "POST", "status": 409, "body": {"code": "CONFLICT", "message": "taken"}}'
    refused 'File exists' "mkdir machines/$MACHINE/first"
    words EEXIST 'taken'
}

# holds: snap-4
test_mkdir_in_snapshots_says_how_to_take_one()
{
    mounted
    refused 'Invalid argument' 'mkdir snapshots/first'
    words EINVAL 'mkdir .*machines/.*/first'
    nothing_sent
    refused 'No such file or directory' 'stat snapshots/first'
}

# holds: draft-18 scratch-7
test_mkdir_elsewhere_is_not_permitted()
{
    local where

    mounted
    for where in new drives/data/new providers/backups/new .paperspacefs/new \
        snapshots/before-upgrade/new "machines/$MACHINE/before-upgrade/new"; do
        refused 'Operation not permitted' "mkdir $where"
    done
    nothing_sent
}

# holds: draft-1 draft-3
test_a_draft_is_local_until_its_document_completes_it()
{
    mounted
    works 'mkdir drives/new'
    nothing_sent
    works 'ls drives | grep -x new; test -f drives/new/drive.json'
    works "echo '$(drive_body new)' > drives/new/drive.json"
    assert_changes "$(new_drive new)"
    prints "\"$(id_of shared-drives new)\"" 'jq .id drives/new/drive.json'
    prints 100 'jq .size drives/new/drive.json'
}

# holds: draft-7
test_the_name_of_a_draft_is_its_directory_s()
{
    mounted
    works 'mkdir drives/new'
    works "jq 'del(.name)' <<<'$(drive_body x)' > drives/new/drive.json"
    assert_changes "$(new_drive new)"
}

# holds: draft-2
test_a_draft_says_what_is_missing()
{
    mounted
    works 'mkdir drives/new; cat drives/new/.draft'
    assert_contains "$out" "$(network_key)"
    assert_contains "$out" size
    assert_contains "$out" region
    assert_contains "$out" nwhoe4ox
    assert_contains "$out" 'created by the write that gives the last of what is missing'
    nothing_sent
    works 'rm -r drives/new'
}

# holds: draft-6
test_a_document_that_does_not_complete_a_draft_names_what_is_missing()
{
    mounted
    works 'mkdir drives/new'
    refused 'Invalid argument' 'echo "{\"size\": 100}" > drives/new/drive.json'
    words EINVAL region "$(network_key)"
    nothing_sent
    works 'rm -r drives/new'
}

# holds: draft-13
test_a_size_that_looks_like_bytes_is_refused()
{
    mounted
    works 'mkdir drives/new'
    refused 'Invalid argument' \
        "jq -c '.size = 1000000000' <<<'$(drive_body new)' | tee drives/new/drive.json"
    words EINVAL size GB
    nothing_sent
    works 'rm -r drives/new'
}

# holds: draft-3
test_a_create_that_fails_leaves_the_draft()
{
    mounted
    works 'mkdir drives/new'
    fault '{"method": "POST", "status": 422, "body": {"code": "UNPROCESSABLE", "message":
        "no room in ny2"}}'
    refused 'Invalid argument' "echo '$(drive_body new)' > drives/new/drive.json"
    words EINVAL 'no room in ny2'
    assert_changes "$(new_drive new)"
    works 'test -f drives/new/.draft'
    works "echo '$(drive_body new)' > drives/new/drive.json"
    assert_changes "$(new_drive new)"
}

# holds: draft-14
test_a_draft_is_removed_and_renamed_without_a_request()
{
    mounted
    works 'mkdir drives/new; mv drives/new drives/newer; ls drives | grep -x newer'
    works 'rm -r drives/newer'
    refused 'No such file or directory' 'stat drives/newer'
    nothing_sent
}

# holds: draft-15
test_a_draft_whose_name_appears_upstream_is_not_created()
{
    mounted
    works 'mkdir drives/new'
    api POST /shared-drives "$(drive_body new)" >/dev/null
    works "touch drives; ls drives | grep -x new~$(id_of shared-drives new)"
    refused 'File exists' "echo '$(drive_body new)' > drives/new/drive.json"
    words EEXIST
    nothing_sent
    works 'rm -r drives/new'
}

# holds: draft-16
test_drafts_are_told_when_the_mount_ends()
{
    mounted
    works 'mkdir drives/unfinished; grep -q unfinished .paperspacefs/status.json'
    fusermount3 -u "$MNT"
    daemon_said unfinished
    await_daemon
}

# holds: draft-3 draft-4 secret-1
test_docs_a_provider_is_created_by_its_document()
{
    mounted
    works 'mkdir providers/new'
    works 'echo "{\"s3Config\": {\"accessKey\": \"AK\", \"bucket\": \"b\",
        \"secretAccessKey\": \"shh\"}}" > providers/new/provider.json'
    assert_changes 'POST /storage-providers {"name":"new","s3Config":{"accessKey":"AK","bucket":"b","secretAccessKey":"shh"},"storageProviderType":"s3"}'
    works 'cat providers/new/provider.json'
    assert_lacks "$out" shh
}

# holds: draft-3
test_openapi_a_provider_is_created_by_its_document()
{
    mounted
    works 'mkdir providers/new'
    works 'echo "{\"type\": \"gcs\", \"bucket\": \"b\"}" > providers/new/provider.json'
    assert_changes 'POST /storage-providers {"bucket":"b","name":"new","type":"gcs"}'
}

# holds: draft-12
test_a_masked_secret_creates_nothing()
{
    local body='{\"type\": \"s3\", \"secretKey\": \"********\"}'

    mounted
    works 'mkdir providers/new'
    [ "$D" = openapi ] || body='{\"s3Config\": {\"accessKey\": \"AK\", \"bucket\": \"b\",
        \"secretAccessKey\": \"********\"}}'
    refused 'Invalid argument' "echo \"$body\" > providers/new/provider.json"
    nothing_sent
    works 'rm -r providers/new'
}

# holds: post-8
test_a_copy_that_is_refused_is_sent_once()
{
    local status

    for status in 422 500; do
        [ -n "$daemon" ] || mounted
        fault "{\"method\": \"POST\", \"path\": \"/shared-drives\", \"status\": $status, \"times\": -1}"
        shell "cp -r drives/data drives/copy$status"
        assert_status 1
        assert_eq 1 "$(changes | wc -l)" "POSTs after $status"
        forget_requests
        works "echo whatever > drives/copy$status/name"
        nothing_sent
        no_faults
    done
    works 'rm -r drives/copy500'
    works "touch drives; echo 1000 > drives/copy422/size"
    assert_eq 1 "$(changes | wc -l)" 'asking again is asking again'
}

# holds: draft-7
test_a_size_that_is_a_string_somewhere_can_be_given_as_one()
{
    mounted --data "$(with_data "{\"shared-drives\": [
        {\"id\": \"d1\", \"name\": \"d1\", \"size\": 500, \"region\": \"ny2\", \"$(network_key)\": \"n\"},
        {\"id\": \"d2\", \"name\": \"d2\", \"size\": \"500\", \"region\": \"ny2\", \"$(network_key)\": \"n\"}]}")"
    works 'cp -r drives/d2 drives/d3; cp -r drives/d2 drives/d4'
    assert_eq 2 "$(changes | grep -c '"size":500')"
}

# holds: draft-7
test_openapi_a_copy_of_a_provider_is_created_whole()
{
    mounted
    works 'cp -r providers/backups providers/copy'
    assert_eq 1 "$(changes | wc -l)"
    assert_contains "$(changes)" '"bucket"'
}

# holds: post-2
test_the_outcome_of_a_create_that_times_out_is_told()
{
    mounted -- timeout=4
    fault '{"method": "POST", "path": "/snapshots", "status": 500, "delayMs": 3500, "times": 1}'
    refused 'Input/output error' "mkdir machines/$MACHINE/slow"
    words EIO 'outcome is unknown' 'look for a snapshot'
    assert_eq 1 "$(changes | wc -l)"
}

# holds: post-3 post-4
test_a_draft_s_create_of_unknown_outcome_is_found_by_the_next_attempt()
{
    mounted -- ttl=1
    works 'mkdir drives/new'
    drive_body new >"$T/new.json"
    fault '{"method": "POST", "path": "/shared-drives", "close": "after", "times": 1}'
    fault '{"method": "GET", "path": "/shared-drives", "status": 403, "times": -1}'
    refused 'Input/output error' "cp $T/new.json drives/new/drive.json"
    no_faults
    works 'sleep 1.2; ls drives > /dev/null'
    works "cp $T/new.json drives/new/drive.json"
    assert_eq 1 "$(changes | wc -l)"
    prints new 'ls drives | grep new'
    works 'test ! -e drives/new/.draft'
}

run_scenarios "$@"
