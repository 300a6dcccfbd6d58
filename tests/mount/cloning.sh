#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Drafts completed by fields, and copies of a directory that become a new resource.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# known [OPTIONS]: a mount that has read everything.
known()
{
    mounted -- "ttl=3600${1:+,$1}"
    cat "$MNT"/*/*/*.json >/dev/null
    forget_requests
}

# created NAME [JQ_EDIT]: exactly one request, the one that creates drive NAME with the settings of
# drive_body, edited; and it is there.
created()
{
    assert_requests "POST /shared-drives $(drive_body "$1" | jq -c -S "${2:-.}")"
    prints "$(id_of shared-drives "$1")" "cat 'drives/$1/id'"
    works "test ! -e 'drives/$1/.draft'"
}

# --- drafts through fields -------------------------------------------------------------------------

# holds: draft-3
test_the_last_required_field_creates()
{
    known
    works "mkdir drives/new; echo 100 > drives/new/size; echo ny2 > drives/new/region"
    prints '100 ny2' 'cat drives/new/{size,region} | paste -sd " "'
    nothing_asked
    works "echo nwhoe4ox > drives/new/$(network_key)"
    created new
    prints '' 'ls -A drives/new | grep -F .rej || true'
}

# holds: draft-1 draft-2
test_the_draft_says_what_is_still_missing()
{
    known
    works "mkdir drives/new; cat drives/new/.draft"
    assert_contains "$out" size
    assert_contains "$out" region
    assert_contains "$out" 'nwhoe4ox, as in archive'
    works "echo 100 > drives/new/size; cat drives/new/.draft"
    assert_lacks "$(grep -i missing <<<"$out")" size
    assert_contains "$out" region
    prints 100 'jq .size drives/new/drive.json'
    prints null 'jq .region drives/new/drive.json'
    prints '"new"' 'jq .name drives/new/drive.json'
    prints new 'cat drives/new/name'
    works 'rm -r drives/new'
    nothing_asked
}

# holds: draft-3
test_a_value_can_be_given_anew_before_the_last()
{
    known
    works "cd drives; mkdir new; echo 50 > new/size; echo ca1 > new/region; echo ny2 > new/region"
    works "cd drives; echo 100 > new/size; echo nwhoe4ox > new/$(network_key)"
    created new
}

# holds: put-4 draft-13
test_a_wrong_value_leaves_the_draft_as_it_was()
{
    known
    works 'mkdir drives/new; echo 100 > drives/new/size'
    refused 'Invalid argument' 'echo much > drives/new/size'
    words EINVAL size number
    refused 'Invalid argument' 'echo 2000000000 > drives/new/size'
    words EINVAL size GB
    prints 100 'cat drives/new/size'
    nothing_asked
    works 'rm -r drives/new'
}

# Nobody but the server knows which regions there are.
# holds: put-4 draft-3
test_a_value_that_nobody_knows_is_sent_all_the_same()
{
    known
    fault '{"method": "POST", "status": 400, "body": {"message": "no such region"}}'
    works "cd drives; mkdir new; echo 100 > new/size; echo mars7 > new/region"
    refused 'Invalid argument' "echo nwhoe4ox > drives/new/$(network_key)"
    words EINVAL 400 'no such region'
    assert_requests "POST /shared-drives $(drive_body new | jq -c -S '.region = "mars7"')"
    works 'rm -r drives/new'
}

# holds: draft-3 errno-1
test_the_error_of_the_API_is_that_of_the_last_field()
{
    local key

    known
    key=$(network_key)
    works 'mkdir drives/new; echo 100 > drives/new/size; echo ny2 > drives/new/region'
    fault '{"method": "POST", "status": 402, "body": {"code": "PAY", "message": "plan is full"}}'
    refused 'Disk quota exceeded' "echo nwhoe4ox > drives/new/$key"
    words EDQUOT 402 'plan is full'
    assert_requests "POST /shared-drives $(drive_body new | jq -c -S .)"
    works 'test -e drives/new/.draft'
    prints '100 ny2' 'cat drives/new/{size,region} | paste -sd " "'
    works "echo nwhoe4ox > drives/new/$key"
    created new
}

# holds: draft-7
test_derived_names_are_accepted_and_ignored_in_a_draft()
{
    known
    works 'cd drives; mkdir new; echo sdother > new/id; echo other > new/name; echo x > new/dtCreated'
    works "cd drives; echo 100 > new/size; echo ny2 > new/region; echo nwhoe4ox > new/$(network_key)"
    created new
}

# holds: draft-7
test_docs_copies_of_derived_files_give_way_to_the_resource_s_own()
{
    known
    works "cd drives; mkdir new; echo x > new/fstab; echo x > new/id; echo '$(drive_body new)' > new/drive.json"
    created new
    prints '' 'ls drives/new | sort | uniq -d'
    prints "$(id_of shared-drives new)" 'cut -d / -f 4 drives/new/fstab | cut -d " " -f 1'
}

# holds: draft-4
test_fields_and_then_the_document()
{
    known
    works 'mkdir drives/new; echo 100 > drives/new/size'
    works "echo '{\"region\": \"ny2\", \"$(network_key)\": \"nwhoe4ox\"}' > drives/new/drive.json"
    created new
}

# holds: draft-6 fail-3
test_a_rejected_document_is_kept_beside_the_draft()
{
    known
    works 'mkdir drives/new'
    refused 'Invalid argument' "echo '{\"size\": 100}' > drives/new/drive.json"
    prints '{"size": 100}' 'cat drives/new/drive.json.rej'
    works "echo '$(drive_body new)' > drives/new/drive.json"
    created new
    prints '' 'ls -A drives/new | grep -F .rej || true'
}

# holds: scratch-4 draft-6
test_a_draft_s_document_can_be_moved_away_and_back()
{
    known
    works 'mkdir drives/new; cd drives/new; mv drive.json x; mv x drive.json'
    refused 'Invalid argument' "cd drives/new; mv drive.json b; echo '{\"size\": 100}' > drive.json"
    works 'cd drives/new; mv b drive.json'
    prints '{"size": 100}' 'cat drives/new/drive.json.rej'
    prints null 'jq .size drives/new/drive.json'
    nothing_asked
    works 'rm -r drives/new'
}

# holds: fail-5 draft-6
test_the_old_text_of_a_draft_s_document_is_not_kept_as_refused()
{
    known
    refused 'Invalid argument' "mkdir drives/new; echo '{\"size\": 100}' > drives/new/drive.json"
    cat "$MNT/drives/new/drive.json" >"$T/old"
    refused 'Invalid argument' "cp $T/old drives/new/drive.json"
    prints '{"size": 100}' 'cat drives/new/drive.json.rej'
    nothing_asked
    works 'rm -r drives/new'
}

# holds: fail-5 draft-6
test_vim_with_backupcopy_keeps_what_a_draft_has_refused()
{
    known
    works 'mkdir drives/new'
    shell 'vim -u NONE -N -es -c "set bkc=yes" -c "%s/\"size\": null/\"size\": 7/" -c w drives/new/drive.json'
    assert_status 1
    prints 7 'jq .size drives/new/drive.json.rej'
    prints null 'jq .size drives/new/drive.json'
    nothing_asked
    works 'rm -r drives/new'
}

# holds: draft-3 draft-4
test_docs_a_provider_by_its_nested_fields()
{
    known
    works 'mkdir providers/new; cd providers/new/s3Config; echo AK > accessKey; echo b > bucket'
    nothing_asked
    works 'echo shh > providers/new/s3Config/secretAccessKey'
    assert_requests 'POST /storage-providers {"name":"new","s3Config":{"accessKey":"AK","bucket":"b","secretAccessKey":"shh"},"storageProviderType":"s3"}'
    prints b 'cat providers/new/s3Config/bucket'
}

# holds: draft-3
test_openapi_a_provider_by_its_fields()
{
    known
    works 'cd providers; mkdir new; echo b > new/bucket; echo AK > new/accessKey; echo gcs > new/type'
    assert_requests 'POST /storage-providers {"accessKey":"AK","bucket":"b","name":"new","type":"gcs"}'
    prints b 'cat providers/new/bucket'
}

# holds: draft-17 scratch-6
test_editors_and_scratch_files_work_in_a_draft()
{
    known
    works 'cd drives; mkdir new; cd new; echo x > .tmp; rm .tmp'
    works "cd drives/new; sed -i 's/\"size\": null/\"size\": 100/; s/\"region\": null/\"region\": \"ny2\"/
        s/\"$(network_key)\": null/\"$(network_key)\": \"nwhoe4ox\"/' drive.json"
    created new
    prints '' 'ls -A drives/new | grep -F sed || true'
}

# holds: draft-14
test_a_draft_moved_takes_its_values_along()
{
    known
    works 'cd drives; mkdir new; echo 100 > new/size; mv new newer; echo ny2 > newer/region'
    works "echo nwhoe4ox > drives/newer/$(network_key)"
    created newer
}

# --- clones ------------------------------------------------------------------------------------------

# clones COMMAND: it makes drives/copy like drives/data; once, in silence, and complete.
clones()
{
    known
    works "$1"
    created copy '.size = 1000'
    prints 1000 'jq .size drives/copy/drive.json'
    prints "$(ls -A "$MNT/drives/data")" 'ls -A drives/copy'
    prints data 'cat drives/data/name'
    prints "$DATA" 'cat drives/data/id'
    works 'echo after > drives/copy/name' # it is like any other now
    assert_requests "PUT /shared-drives/$(id_of shared-drives after) {\"name\":\"after\"}"
}

# holds: draft-7
test_cp_r()
{
    clones 'cp -r drives/data drives/copy'
}

# holds: draft-7
test_cp_a()
{
    clones 'cp -a drives/data drives/copy'
}

# holds: draft-7
test_cp_rp()
{
    clones 'cp -rp drives/data drives/copy'
}

# holds: draft-7
test_busybox_cp_r()
{
    clones 'busybox cp -r drives/data drives/copy'
}

# holds: draft-7
test_rsync_a()
{
    clones 'rsync -a drives/data/ drives/copy/'
}

# holds: draft-7
test_rsync_r_in_place()
{
    clones 'rsync -r --inplace drives/data/ drives/copy/'
}

# A resource has another inode number than its draft had. GNU tar compares those of a directory that
# it was told to extract as "." before and after, and says so; the clone is made all the same.
# holds: draft-7
test_tar_of_dot()
{
    clones "mkdir drives/copy; tar -C drives/data -c . | tar -C drives/copy -x 2>$T/tar.err ||
        grep -q 'Directory renamed before its status could be extracted' $T/tar.err"
}

# holds: draft-7
test_tar_of_the_files()
{
    clones 'mkdir drives/copy; (cd drives/data; tar -c *) | tar -C drives/copy -x'
}

# holds: draft-7
test_tar_of_the_directory()
{
    clones 'tar -c --transform "s,^drives/data,drives/copy," drives/data | tar -x'
}

# holds: draft-7
test_cpio_like_python()
{
    clones 'python3 -c "import shutil; shutil.copytree(\"drives/data\", \"drives/copy\")"'
}

# holds: draft-7
test_mkdir_and_cp_of_the_document()
{
    clones 'mkdir drives/copy; cp drives/data/drive.json drives/copy/'
}

# holds: draft-7
test_mkdir_and_install()
{
    clones 'install -D drives/data/drive.json drives/copy/drive.json'
}

# holds: draft-7
test_mkdir_and_cat()
{
    clones 'mkdir drives/copy; cat drives/data/drive.json > drives/copy/drive.json'
}

# holds: draft-7
test_mkdir_and_jq()
{
    clones 'mkdir drives/copy; jq . drives/data/drive.json > drives/copy/tmp
        mv drives/copy/tmp drives/copy/drive.json'
}

# holds: draft-7
test_mkdir_and_the_fields()
{
    clones 'mkdir drives/copy; cp drives/data/* drives/copy/'
}

# holds: draft-7
test_a_backup_outside()
{
    known
    works "cp -r drives/data $T/backup; cp -r $T/backup drives/copy"
    created copy '.size = 1000'
}

# Of one that is gone, too, where it is said that it is not that one: copies.sh has the rest.
# holds: draft-11
test_a_backup_of_a_deleted_drive_without_its_id_makes_one()
{
    known
    works "cp -a drives/data $T/backup; rm -r drives/data"
    assert_requests "DELETE /shared-drives/$DATA"
    rm -f "$T/backup/id"
    sed -i '/"id":/d' "$T/backup/drive.json"
    works "cp -a $T/backup drives/data"
    created data '.size = 1000'
    [ "$(cat "$MNT/drives/data/id")" != $DATA ] || fail 'the id is the old one'
}

# holds: draft-7
test_several_at_once()
{
    known
    works "cp -r drives/data drives/archive $T/; mv $T/data $T/d2; mv $T/archive $T/a2; cp -r $T/d2 $T/a2 drives/"
    assert_eq 2 "$(changes | wc -l)"
    assert_matches "$(changes)" '^POST .*"name":"d2".*"size":1000'
    assert_matches "$(changes)" '^POST .*"name":"a2".*"size":2000'
}

# holds: draft-3 errno-2 fail-3
test_a_clone_that_is_refused()
{
    known
    fault '{"method": "POST", "status": 422, "body": {"code": "UNPROCESSABLE", "message": "no room"}}'
    refused 'Invalid argument' 'mkdir drives/copy; cp drives/data/drive.json drives/copy/'
    words EINVAL 422 'no room'
    assert_requests "POST /shared-drives $(drive_body copy | jq -c -S '.size = 1000')"
    works 'test -e drives/copy/.draft; test -s drives/copy/drive.json.rej'
    works 'rm -r drives/copy'
    nothing_asked
}

# However many files could complete it, what was refused is not tried again by each.
# holds: post-8 draft-3
test_a_refused_cp_r_says_so_and_leaves_a_draft()
{
    known
    fault '{"method": "POST", "times": -1, "status": 402, "body": {"code": "PAY", "message": "full"}}'
    refused 'Disk quota exceeded' 'cp -r drives/data drives/copy'
    assert_eq "POST /shared-drives $(drive_body copy | jq -c -S '.size = 1000')" \
        "$(requests | sort -u)"
    forget_requests
    no_faults
    works 'test -e drives/copy/.draft; rm -r drives/copy'
    nothing_asked
}

# holds: scratch-7 edit-4
test_onto_a_resource_that_exists()
{
    known
    refused 'Operation not permitted' 'cp -r drives/data drives/archive'
    refused 'Invalid argument' 'cp drives/data/drive.json drives/archive/'
    nothing_sent
    prints archive 'cat drives/archive/name'
}

# holds: snap-4
test_a_snapshot_is_not_cloned()
{
    known
    refused 'Invalid argument' 'cp -r snapshots/before-upgrade snapshots/copy'
    words EINVAL "mkdir .*machines/"
    nothing_sent
}

# holds: snap-1 restore-4
test_a_snapshot_copied_in_its_machine_takes_one()
{
    known
    shell "cp -r machines/$MACHINE/before-upgrade machines/$MACHINE/copy"
    assert_eq "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"copy\"}" \
        "$(changes | grep -v "^PUT ")"
    prints never "cat machines/$MACHINE/copy/restore"
}

# holds: draft-12
test_docs_a_masked_secret_is_not_cloned()
{
    known
    refused 'Invalid argument' 'mkdir providers/copy; cp providers/backups/provider.json providers/copy/'
    words EINVAL secretAccessKey
    nothing_sent
    works 'echo shh > providers/copy/s3Config/secretAccessKey; test -e providers/copy/.draft'
    nothing_sent
    works 'rm -r providers/copy'
}

# The secret is not listed, so it is what is missing.
# holds: draft-2 draft-12 secret-3
test_docs_a_provider_s_clone_lacks_its_secret()
{
    known
    refused 'Invalid argument' 'cp -r providers/backups providers/copy'
    nothing_sent
    works 'cat providers/copy/.draft'
    assert_contains "$out" secretAccessKey
    works 'cp providers/backups/s3Config/secretAccessKey providers/copy/s3Config/'
    assert_matches "$(changes)" '^POST .*"bucket":"nightly-backups".*"secretAccessKey":"demo/secret\+backups/0002"'
    assert_matches "$(changes)" '"name":"copy"'
    assert_eq 1 "$(changes | wc -l)"
}

# provider_clones TEXT [piecemeal]: the command makes providers/copy of providers/backups, secret and
# all, with one request, in silence. piecemeal: it writes the files in an order of its own; what comes
# after the last that is required are edits.
provider_clones()
{
    known secrets=show
    works "$1"
    assert_eq 1 "$(changes | grep -c ^POST)"
    [ "${2:-}" = piecemeal ] || assert_eq 1 "$(changes | wc -l)"
    assert_matches "$(changes)" '^POST .*"name":"copy".*"secretAccessKey":"demo/secret\+backups/0002"'
    works 'test ! -e providers/copy/.draft'
    prints nightly-backups 'cat providers/copy/s3Config/bucket'
    prints "$(cat "$MNT/providers/backups/s3Config/region")" 'cat providers/copy/s3Config/region'
    refused 'Operation not permitted' 'mkdir providers/copy/other providers/backups/other'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_by_cp_a()
{
    provider_clones 'cp -a providers/backups providers/copy'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_by_cp_r()
{
    provider_clones 'cp -r providers/backups providers/copy'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_by_rsync()
{
    provider_clones 'rsync -a providers/backups/ providers/copy/'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_by_tar()
{
    provider_clones 'tar -c --transform "s,^providers/backups,providers/copy," providers/backups | tar -x'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_by_copytree()
{
    provider_clones 'python3 -c "import shutil; shutil.copytree(\"providers/backups\", \"providers/copy\")"'
}

# holds: draft-7 secret-5
test_docs_a_provider_with_its_secret_moved_from_elsewhere()
{
    provider_clones "cp -a providers/backups $T/copy; mv $T/copy providers/copy" piecemeal
}

# holds: draft-7
test_openapi_a_provider_s_clone()
{
    known
    works 'cp -r providers/backups providers/copy'
    assert_eq 1 "$(changes | grep -c ^POST)"
    assert_matches "$(changes)" '^POST /storage-providers .*"name":"copy"'
    prints nightly-backups 'cat providers/copy/bucket'
    prints gcs 'cat providers/copy/type'
    prints europe-west4 'cat providers/copy/region'
}

run_scenarios "$@"
