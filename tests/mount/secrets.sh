#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# secrets=fields, hide and show; and defaults=.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# The secret of a drive, as the API has it (docs).
password()
{
    api GET "/shared-drives/$DATA" | jq -er .password
}

aws_secret()
{
    api GET "/storage-providers/$TRAINING" | jq -er .s3Config.secretAccessKey
}

# Nothing that collects files finds a secret: TEXT may not be in what grep -r and tar see.
collected_lacks()
{
    shell "grep -r -F -e '$1' drives providers snapshots machines"
    assert_eq '' "$out" 'grep -r has found a secret'
    assert_lacks "$(cd "$MNT" && tar cf - drives providers | tr -d '\0')" "$1" 'a backup has a secret'
}

# holds: secret-1 secret-2 secret-3 secret-9
test_docs_by_default_secrets_open_by_name_only()
{
    local secret

    mounted
    secret=$(password)
    prints '********' 'jq -r .password drives/data/drive.json'
    prints '********' 'jq -r .s3Config.secretAccessKey providers/training-data/provider.json'
    prints "$secret" 'cat drives/data/password'
    prints "$(aws_secret)" 'cat providers/training-data/s3Config/secretAccessKey'
    assert_matches "$(cat "$MNT/drives/data/credentials")" "^password=$secret\$"
    prints '400 400 600' 'echo $(stat -c %a drives/data/password drives/data/credentials \
        providers/training-data/s3Config/secretAccessKey)'
    prints '' 'ls -a drives/data providers/training-data/s3Config |
        grep -E "^(password|credentials|secretAccessKey)$" || true'
    collected_lacks "$secret"
    collected_lacks "$(aws_secret)"
}

# holds: secret-4
test_docs_hidden_secrets_do_not_exist()
{
    mounted -- secrets=hide
    prints '********' 'jq -r .password drives/data/drive.json'
    prints '********' 'jq -r .s3Config.secretAccessKey providers/training-data/provider.json'
    refused 'No such file' 'cat drives/data/password'
    refused 'No such file' 'cat drives/data/credentials'
    refused 'No such file' 'cat providers/training-data/s3Config/secretAccessKey'
    prints '' 'ls -a drives/data providers/training-data/s3Config |
        grep -E "^(password|credentials|secretAccessKey)$" || true'
    prints bucket 'ls providers/training-data/s3Config | grep bucket'
    collected_lacks "$(password)"
}

# holds: secret-5 attr-1
test_docs_shown_secrets_are_listed_and_plain()
{
    local secret

    mounted -- secrets=show
    secret=$(password)
    prints "$secret" 'jq -r .password drives/data/drive.json'
    prints "$(aws_secret)" 'jq -r .s3Config.secretAccessKey providers/training-data/provider.json'
    prints 'credentials password' 'echo $(ls drives/data | grep -E "^(password|credentials)$")'
    prints secretAccessKey 'ls providers/training-data/s3Config | grep secret'
    prints "$secret" 'cat drives/data/password'
    prints '400 400 600' 'echo $(stat -c %a drives/data/password drives/data/credentials \
        providers/training-data/s3Config/secretAccessKey)'
    assert_eq "$(stat -c %s "$MNT/drives/data/drive.json")" "$(wc -c <"$MNT/drives/data/drive.json")"
}

# An editor that saves the whole document sends nothing of what it did not change.
# holds: edit-3 edit-2
test_docs_a_shown_document_can_be_written_back()
{
    mounted -- secrets=show
    works 'cat drives/data/drive.json > "$OLDPWD/saved"; cat "$OLDPWD/saved" > drives/data/drive.json'
    works 'cat providers/training-data/provider.json > "$OLDPWD/saved"
        cat "$OLDPWD/saved" > providers/training-data/provider.json'
    nothing_sent
    works 'jq ".name = \"archive2\"" drives/data/drive.json > "$OLDPWD/saved"
        cat "$OLDPWD/saved" > drives/data/drive.json'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"archive2\"}"
}

# holds: words-2 http-19
test_docs_a_shown_secret_is_kept_from_logs_and_errors()
{
    local secret

    mounted -- secrets=show,log=debug
    secret=$(aws_secret)
    works 'cat providers/training-data/provider.json > /dev/null'
    fault '{"method": "PUT", "status": 400, "body": {"code": "BAD_REQUEST", "message": "no"}}'
    shell 'jq ".s3Config.secretAccessKey = \"quite-another-secret\"" \
        providers/training-data/provider.json > "$OLDPWD/saved"
        cat "$OLDPWD/saved" > providers/training-data/provider.json'
    assert_eq 1 "$rc"
    shell 'cat .paperspacefs/*.jsonl .paperspacefs/*.json .paperspacefs/last-error'
    assert_lacks "$out" "$secret"
    assert_lacks "$out" quite-another-secret
    assert_lacks "$(cat "$WORK/mount.err")" "$secret"
    assert_lacks "$(cat "$WORK/mount.err")" quite-another-secret
    : >"$WORK/mount.err"
}

# A provider's secrets can be given in this dialect, but are never answered.
# holds: field-7
test_openapi_secrets_that_are_never_answered_can_only_be_written()
{
    mounted
    prints 200 'stat -c %a providers/training-data/secretKey'
    prints '' 'ls -a providers/training-data | grep -E "^(secretKey|accessKey)$" || true'
    prints null 'jq .secretKey providers/training-data/provider.json'
    remount secrets=show
    prints 200 'stat -c %a providers/training-data/secretKey'
}

# holds: secret-4
test_openapi_hidden_secrets_do_not_exist()
{
    mounted -- secrets=hide
    refused 'No such file' 'stat providers/training-data/secretKey'
    prints bucket 'ls providers/training-data | grep bucket'
    refused 'No such file' 'cat drives/data/credentials'
}

# --- defaults= --------------------------------------------------------------------------------------

# defaults JSON: writes it to $T/defaults.
defaults()
{
    (umask 077 && printf '%s\n' "$1" >"$T/defaults")
}

# holds: draft-5
test_defaults_fill_what_a_draft_leaves_out()
{
    defaults "{\"drives\": {\"region\": \"ny2\", \"$(network_key)\": \"nwhoe4ox\"}}"
    mounted -- "defaults=$T/defaults"
    works 'mkdir drives/new'
    prints ny2 'jq -r .region drives/new/drive.json'
    nothing_sent
    works 'echo 100 > drives/new/size'
    assert_changes "POST /shared-drives {\"name\":\"new\",\"$(network_key)\":\"nwhoe4ox\",\"region\":\"ny2\",\"size\":100}"
    prints 5 'ls drives | wc -l'
}

# holds: draft-5
test_what_is_given_goes_before_the_defaults()
{
    defaults "{\"drives\": {\"region\": \"ny2\", \"$(network_key)\": \"nwhoe4ox\"}}"
    mounted -- "defaults=$T/defaults"
    works 'mkdir drives/new; echo "{\"size\": 100, \"region\": \"ca1\"}" > drives/new/drive.json'
    assert_changes "POST /shared-drives {\"name\":\"new\",\"$(network_key)\":\"nwhoe4ox\",\"region\":\"ca1\",\"size\":100}"
}

# holds: draft-5 name-12
test_defaults_for_all_fields_make_mkdir_create()
{
    local body

    body="\"$(network_key)\":\"nwhoe4ox\",\"region\":\"ny2\",\"size\":100"
    defaults "{\"drives\": {$body}}"
    mounted -- "defaults=$T/defaults"
    works 'mkdir drives/new'
    assert_changes "POST /shared-drives {\"name\":\"new\",$body}"
    prints "$(id_of shared-drives new)" 'cat drives/new/id'
    prints 5 'ls drives | wc -l'
    refused 'File exists' 'mkdir drives/new'
    nothing_sent
}

# holds: draft-5 draft-3
test_a_create_by_defaults_that_fails_leaves_no_resource()
{
    local body

    body="\"$(network_key)\":\"nwhoe4ox\",\"region\":\"ny2\",\"size\":100"
    defaults "{\"drives\": {$body}}"
    mounted -- "defaults=$T/defaults"
    fault '{"method": "POST", "status": 403, "times": 1}'
    refused 'Permission denied' 'mkdir drives/new'
    words mkdir drives/new EACCES 403
    assert_eq '' "$(id_of shared-drives new)"
}

# holds: snap-5 snap-4
test_a_default_machine_makes_mkdir_in_snapshots_take_one()
{
    mounted
    refused 'Invalid argument' 'mkdir snapshots/new'
    nothing_sent
    defaults "{\"snapshots\": {\"machineId\": \"$MACHINE\"}}"
    remount "defaults=$T/defaults"
    works 'mkdir snapshots/new; test -d snapshots/new'
    assert_changes "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"new\"}"
    prints "$MACHINE" 'cat snapshots/new/machineId'
}

# Another machine's is taken where its path says so.
# holds: snap-5
test_a_default_machine_does_not_change_what_a_path_says()
{
    defaults "{\"snapshots\": {\"machineId\": \"$MACHINE\"}}"
    mounted -- "defaults=$T/defaults"
    works 'mkdir -p machines/psother000000/new'
    assert_changes 'POST /snapshots {"machineId":"psother000000","name":"new"}'
}

# The file is read at the start only.
# holds: draft-19
test_docs_the_file_of_defaults_may_go()
{
    defaults '{"drives": {"region": "ny2"}}'
    mounted -- "defaults=$T/defaults"
    rm "$T/defaults"
    kill -HUP "$daemon"
    works 'mkdir drives/new'
    prints ny2 'jq -r .region drives/new/drive.json'
    works 'rm -r drives/new'
}

# holds: draft-19
test_docs_defaults_that_are_wrong_mount_nothing()
{
    local text

    start_emulator
    for text in '{' '[]' '{"disks": {}}' '{"utilization": {}}' '{"drives": {"colour": "red"}}' \
        '{"drives": {"id": "x"}}' '{"drives": {"size": "big"}}' '{"drives": {"region": 1}}' \
        '{"providers": {"s3Config": {"bucket": 1}}}' '{"drives": {}, "drives": {}}'; do
        defaults "$text"
        run env PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" -o "defaults=$T/defaults" "$URL" "$MNT"
        assert_status 1
        assert_contains "$err" "defaults=$T/defaults: "
        ! is_mounted || fail 'there is a mount'
    done
    run env PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" -o "defaults=$T/none" "$URL" "$MNT"
    assert_status 1
    assert_contains "$err" "$T/none"
    assert_eq '' "$(requests)"
}

# holds: secret-7 secret-9
test_docs_fstab_is_a_line_that_findmnt_accepts()
{
    mounted
    mkdir -p "$T/with space"
    works "sed 's, /mnt/[^ ]* , $T/with\\\\040space ,' drives/data/fstab >$T/fstab"
    prints '//10.64.92.2/sdvkpg3v2v' "cut -d' ' -f1 $T/fstab"
    works "findmnt --verify --tab-file $T/fstab > $T/verified"
    prints "credentials=$MNT/drives/$DATA/credentials,_netdev,nofail,x-systemd.requires-mounts-for=$MNT" \
        "cut -d' ' -f4 $T/fstab"
    prints '/mnt/team\040files' "cut -d' ' -f2 'drives/team files/fstab'"
    prints 'username=u4j7t0z3
password=Lk6wPv42nGhX' "cat drives/$DATA/credentials"
    prints 400 "stat -c %a drives/data/credentials"
    prints '' "ls drives/data | grep -x credentials || true"
}

# Secrets are known by their keys, wherever a server answers them.
strange_secrets()
{
    with_data '{"shared-drives": [{"id": "d1", "name": "d1", "size": 5, "region": "r",
            "password": "PLAINPW", "secretKey": "PLAINKEY", "list": [{"password": "PLAINLIST"}],
            "auth": {"secretKey": "PLAINNESTED", "user": "u"}}],
        "storage-providers": [{"id": "p1", "name": "p1", "secretAccessKey": "PLAINTOP",
            "s3Config": {"bucket": "b", "accessKey": "a", "secretAccessKey": {"a": "PLAINOBJECT"}}}]}'
}

# holds: secret-1 secret-2 secret-3
test_secrets_are_secret_by_their_key_in_every_place()
{
    mounted --data "$(strange_secrets)"
    collected_lacks PLAIN
    prints PLAINPW 'cat drives/d1/password'
    prints PLAINNESTED 'cat drives/d1/auth/secretKey'
    prints '400 400' 'echo $(stat -c %a drives/d1/secretKey drives/d1/auth/secretKey)'
    prints '[{"password":"********"}]' 'cat drives/d1/list'
    prints user 'ls drives/d1/auth'
    prints '{"a":"PLAINOBJECT"}' 'cat providers/p1/s3Config/secretAccessKey'
}

# holds: secret-4
test_hidden_secrets_do_not_exist_in_any_place()
{
    mounted --data "$(strange_secrets)" -- secrets=hide
    collected_lacks PLAIN
    refused 'No such file' 'cat drives/d1/password'
    refused 'No such file' 'cat drives/d1/auth/secretKey'
    refused 'No such file' 'cat providers/p1/s3Config/secretAccessKey'
}

# holds: secret-1 secret-2
test_docs_a_draft_s_secret_reads_as_it_was_given()
{
    mounted
    works 'mkdir providers/new; echo hunter22 > providers/new/s3Config/secretAccessKey'
    prints hunter22 'cat providers/new/s3Config/secretAccessKey'
    prints '"********"' 'jq .s3Config.secretAccessKey providers/new/provider.json'
    nothing_sent
    works 'rm -r providers/new'
}

# holds: secret-3
test_another_file_that_is_called_like_a_secret_is_not_listed()
{
    mounted
    works "echo PLAIN > drives/data/secretKey; mv drives/data/secretKey drives/data/secretAccessKey"
    collected_lacks PLAIN
    prints PLAIN 'cat drives/data/secretAccessKey'
    nothing_sent
}

# holds: secret-3
test_docs_a_secret_that_is_moved_away_is_not_listed()
{
    local secret

    mounted
    secret=$(aws_secret)
    works 'cd providers/training-data/s3Config; mv secretAccessKey copy'
    prints "$secret" 'cat providers/training-data/s3Config/copy'
    collected_lacks "$secret"
    nothing_sent
}

run_scenarios "$@"
