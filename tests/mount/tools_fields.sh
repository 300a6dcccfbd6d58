#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fields as files: what they show and what can be written to them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

TRAINING_DIR=providers/training-data

# known [OPTIONS]: a mount that has read everything, so that only changes cost requests.
known()
{
    mounted -- "ttl=3600${1:+,$1}"
    cat "$MNT"/*/*/*.json >/dev/null
    forget_requests
}

# put_drive BODY, put_snapshot BODY, put_training S3CONFIG [DEFAULT]: the request of an edit.
put_drive()
{
    echo "PUT /shared-drives/$DATA $1"
}

put_snapshot()
{
    echo "PUT /snapshots/$UPGRADE $1"
}

# put_training JQ_EDIT: a provider is read anew and written whole.
put_training()
{
    local body='{"isTeamDefault": true, "name": "training-data", "s3Config": {
        "accessKey": "AKIADEMO4TRAINING", "bucket": "training-data",
        "endpoint": "https://s3.example.com", "region": "ny2", "retainData": true,
        "secretAccessKey": "demo/secret+training/0001", "signatureVersion": "v4"}}'

    [ "$D" = docs ] ||
        body='{"name": "training-data", "type": "s3", "bucket": "training-data", "region": "ny2"}'
    echo "GET /storage-providers/$TRAINING"
    echo "PUT /storage-providers/$TRAINING $(jq -c -S "$1" <<<"$body")"
}

# keeps ERROR TEXT FILE: the command is refused, nothing is sent, the file stays as it was.
keeps()
{
    local before

    before=$(cat "$MNT/$3")
    refused "$1" "$2"
    nothing_asked
    assert_eq "$before" "$(cat "$MNT/$3")" "$3 after $2"
}

# --- reading -----------------------------------------------------------------------------------

# show_their_values DOCUMENT…: each key that is no secret is a listed file with its value, or a
# directory of such; and nothing else is listed but the document and $also.
show_their_values()
{
    python3 - "$MNT" "${also:-}" "$@" <<'END'
import json, os, sys, urllib.parse

SECRET = {'password', 'secretAccessKey', 'secretKey'}

def text(value):
    if value is None:
        return ''
    if isinstance(value, bool):
        return str(value).lower() + '\n'
    return str(value) + '\n'

def compare(directory, members, more):
    shown = {k: v for k, v in members.items() if k not in SECRET}
    listed = sorted(os.listdir(directory))
    assert listed == sorted([*shown, *more]), (directory, listed, sorted(shown))
    for key, value in shown.items():
        path = os.path.join(directory, key)
        if isinstance(value, dict):
            compare(path, value, [])
            continue
        with open(path, newline='') as f:
            seen = f.read()
        assert seen == text(value), (path, seen, value)
        assert os.stat(path).st_size == len(seen.encode()), path

for document in sys.argv[3:]:
    directory, name = os.path.split(os.path.join(sys.argv[1], document))
    with open(os.path.join(directory, name)) as f:
        members = json.load(f, parse_int=str, parse_float=str)
    compare(directory, members, [name, *sys.argv[2].split()])
END
}

# holds: tree-2 field-1 field-2 field-3 attr-1
test_each_key_of_a_document_is_a_file()
{
    known
    also=$([ "$D" = openapi ] || echo fstab) show_their_values drives/{data,archive}/drive.json
    also='state restore' show_their_values snapshots/before-upgrade/snapshot.json \
        "machines/$MACHINE/before-upgrade/snapshot.json"
    show_their_values providers/{training-data,backups,'Paperspace Managed'}/provider.json
    nothing_asked
}

# holds: field-8
test_reading_a_field_costs_what_its_document_costs()
{
    mounted -- ttl=3600
    prints data 'cat drives/data/name'
    prints "$TRAINING" "cat $TRAINING_DIR/id"
    works 'cat drives/*/* providers/*/id providers/*/name'
    assert_requests "GET /storage-providers$([ "$D" = openapi ] || echo '?limit=120')"
}

# holds: field-1 field-2 field-3 field-5 field-6 doc-4
test_values_of_any_form()
{
    local size= # can be given in one dialect, so it is there although nothing was answered

    [ "$D" != openapi ] || size=' size'
    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "odd",
        "big": 123456789012345678901234567890, "e": 1E5, "f": 1.10, "yes": true, "nothing": null,
        "empty": "", "lines": "one\ntwo\n", "a/b": "slash", "%41": "percent", "..": "dots",
        "": "no name", "drive.json": "taken", "Grüße": "日本",
        "list": [1, {"a": null}], "outer": {"inner": {"deep": "down"}}, "none": {}}]}')"
    prints 123456789012345678901234567890 'cat drives/odd/big'
    prints '1E5 1.10 true' 'cat drives/odd/{e,f,yes} | paste -sd " "'
    prints '0 1 9' 'stat -c %s drives/odd/{nothing,empty,lines} | paste -sd " "'
    prints $'one\ntwo\n\n.' 'cat drives/odd/lines; echo .'
    prints slash 'cat drives/odd/a%2Fb'
    prints percent 'cat drives/odd/%2541'
    prints dots 'cat drives/odd/%2E%2E'
    prints 日本 'cat drives/odd/Grüße'
    prints '[1,{"a":null}]' 'jq -c . drives/odd/list'
    prints down 'cat drives/odd/outer/inner/deep'
    prints 0 'ls -A drives/odd/none | wc -l'
    prints '"taken"' 'jq ".[\"drive.json\"]" drives/odd/drive.json'
    prints '"no name"' 'jq ".[\"\"]" drives/odd/drive.json'
    prints "drive.json id name big e f yes nothing empty lines a%2Fb %2541 %2E%2E Grüße list outer none$size" \
        'ls -AU drives/odd | grep -v fstab | paste -sd " "'
}

# holds: field-11 secret-2 field-7
test_modes_say_what_can_be_written()
{
    known
    prints '644 444 444' 'stat -c %a drives/data/{name,id,region} | paste -sd " "'
    prints '644 444 444' \
        'stat -c %a snapshots/before-upgrade/{name,id,machineId} | paste -sd " "'
    if [ "$D" = docs ]; then
        prints '444 644' 'stat -c %a drives/data/size providers/backups/isTeamDefault |
            paste -sd " "'
        prints '644 600' "stat -c %a $TRAINING_DIR/s3Config/{bucket,secretAccessKey} |
            paste -sd ' '"
        prints '400 400' 'stat -c %a drives/data/{password,credentials} | paste -sd " "'
    else
        prints '644 644 644' \
            "stat -c %a drives/data/size snapshots/before-upgrade/note $TRAINING_DIR/bucket |
                paste -sd ' '"
        prints '200 200' "stat -c %a $TRAINING_DIR/{accessKey,secretKey} | paste -sd ' '"
    fi
    nothing_asked
}

# holds: field-10
test_a_field_of_a_missing_key_is_not_there()
{
    known
    refused 'No such file' 'cat drives/data/nmae'
    refused 'No such file' 'cat drives/data/s3Config'
    refused 'No such file' 'cat snapshots/before-upgrade/password'
    nothing_asked
}

# --- secrets -----------------------------------------------------------------------------------

# holds: secret-2 secret-3
test_docs_secrets_open_by_name_and_are_not_collected()
{
    known
    prints Lk6wPv42nGhX 'cat drives/data/password'
    prints demo/secret+training/0001 "cat $TRAINING_DIR/s3Config/secretAccessKey"
    prints '' 'ls -A drives/* providers/*/s3Config | grep -i -E "password|secret|credentials" || true'
    prints '' 'grep -r -l -e Lk6wPv42nGhX -e demo/secret . || true'
    works "tar -c drives providers > $T/all.tar"
    ! grep -q -a -e Lk6wPv42nGhX -e demo/secret "$T/all.tar" || fail 'tar has collected a secret'
    nothing_sent
}

# holds: secret-4 secret-1
test_docs_hidden_secrets_do_not_exist()
{
    known secrets=hide
    refused 'No such file' 'cat drives/data/password'
    refused 'No such file' 'cat drives/data/credentials'
    refused 'No such file' "cat $TRAINING_DIR/s3Config/secretAccessKey"
    prints '"********"' 'jq .password drives/data/drive.json'
}

# holds: secret-5
test_docs_shown_secrets_are_listed_and_plain()
{
    known secrets=show
    prints $'credentials\npassword' 'ls -A drives/data | grep -E "password|credentials" | sort'
    prints secretAccessKey "ls -A $TRAINING_DIR/s3Config | grep -i secret"
    prints '"Lk6wPv42nGhX"' 'jq .password drives/data/drive.json'
    prints '"demo/secret+training/0001"' "jq .s3Config.secretAccessKey $TRAINING_DIR/provider.json"
}

# holds: edit-12 edit-13 put-5 http-19
test_docs_a_secret_is_changed_by_its_file_and_said_nowhere()
{
    known
    works "echo new-secret > $TRAINING_DIR/s3Config/secretAccessKey"
    mapfile -t expected < <(put_training '.s3Config.secretAccessKey = "new-secret"')
    assert_requests "${expected[@]}"
    prints new-secret "cat $TRAINING_DIR/s3Config/secretAccessKey"
    prints '' 'grep -r -l new-secret .paperspacefs providers || true'
    forget_requests
    works "echo '********' > $TRAINING_DIR/s3Config/secretAccessKey"
    nothing_asked
    prints new-secret "cat $TRAINING_DIR/s3Config/secretAccessKey"
    keeps 'Invalid argument' "echo > $TRAINING_DIR/s3Config/secretAccessKey" \
        "$TRAINING_DIR/s3Config/secretAccessKey"
}

# holds: field-7 edit-12 edit-13
test_openapi_a_secret_can_be_given_and_is_never_shown()
{
    known
    prints '' "ls -A providers/* | grep -E 'accessKey|secretKey' || true"
    refused 'Permission denied' "cat $TRAINING_DIR/secretKey"
    refused 'Permission denied' "cat $TRAINING_DIR/accessKey"
    nothing_asked
    works "echo new-secret > $TRAINING_DIR/secretKey"
    mapfile -t expected < <(put_training '.secretKey = "new-secret"')
    assert_requests "${expected[@]}"
    prints '' 'grep -r -l new-secret .paperspacefs providers || true'
    forget_requests
    works "echo '****' > $TRAINING_DIR/secretKey"
    nothing_asked
}

# --- writing -----------------------------------------------------------------------------------

# holds: put-1 own-1
test_a_line_is_the_value()
{
    known
    works 'echo archive-2 > drives/data/name'
    assert_requests "$(put_drive '{"name":"archive-2"}')"
    prints archive-2 'cat drives/archive-2/name'
    prints '"archive-2"' 'jq .name drives/archive-2/drive.json'
    works 'echo before > snapshots/before-upgrade/name'
    assert_requests "$(put_snapshot '{"name":"before"}')"
    prints before "cat machines/$MACHINE/before/name"
    nothing_asked
}

# holds: put-1 put-2 send-4
test_the_value_counts_and_not_the_way_it_is_written()
{
    known
    works 'printf one > drives/data/name' # at close
    works 'printf "two\n" > drives/one/name'
    works 'printf "%s" t h r e e > drives/two/name' # one write
    works '(printf "f"; printf "our") > drives/three/name' # two
    works 'echo five >> drives/four/name' # what is appended is the whole
    works 'printf "six\n" | dd of=drives/five/name bs=1 status=none'
    assert_requests "$(put_drive '{"name":"one"}')" "$(put_drive '{"name":"two"}')" \
        "$(put_drive '{"name":"three"}')" "$(put_drive '{"name":"four"}')" \
        "$(put_drive '{"name":"five"}')" "$(put_drive '{"name":"six"}')"
    prints six 'cat drives/six/name'
}

# holds: put-1
test_only_one_final_newline_is_left_out()
{
    known
    works "printf 'spaced  \n' > drives/data/name"
    assert_requests "$(put_drive '{"name":"spaced  "}')"
    works "/usr/bin/printf 'two\n\n' > drives/$DATA/name" # bash itself writes line by line
    assert_requests "$(put_drive '{"name":"two\n"}')"
}

# holds: put-1 put-3
test_openapi_of_several_lines_the_whole_is_the_value()
{
    known
    printf 'one\ntwo\nthree\n' >"$T/lines"
    works "cat $T/lines > snapshots/before-upgrade/note"
    assert_requests "$(put_snapshot '{"note":"one\ntwo\nthree"}')"
    prints $'one\ntwo\nthree' 'cat snapshots/before-upgrade/note'
    refused 'Invalid argument' '{ echo four; echo five; } > snapshots/before-upgrade/note'
    assert_requests "$(put_snapshot '{"note":"four"}')"
    prints four 'cat snapshots/before-upgrade/note'
}

# holds: put-6 send-6
test_the_value_that_is_there_sends_nothing()
{
    known
    works 'echo data > drives/data/name; printf data > drives/data/name'
    works 'cp drives/data/name '"$T"'/name; cp '"$T"'/name drives/data/name'
    works ': > drives/data/name; touch drives/data/name; truncate -s 0 drives/data/name'
    works 'exec 5<>drives/data/name; exec 5>&-'
    nothing_asked
    prints data 'cat drives/data/name'
}

# holds: attr-4 field-11
test_a_field_that_is_read_only()
{
    known
    local field

    for field in drives/data/id drives/data/dtCreated drives/data/region \
        snapshots/before-upgrade/machineId $TRAINING_DIR/id; do
        keeps 'Permission denied' "echo x > $field" "$field"
        keeps 'Permission denied' "cat $field >> $field" "$field"
        keeps 'Permission denied' "truncate -s 0 $field" "$field"
        words EACCES "$field" read-only
    done
    prints '' 'ls -A drives/data | grep -F .rej || true'
}

# holds: scratch-5
test_a_read_only_file_is_replaced_by_what_it_holds_and_by_nothing_else()
{
    known
    works "cp -p drives/data/id $T/id; cp --remove-destination $T/id drives/data/id"
    works "cp $T/id drives/data/tmp; mv -f drives/data/tmp drives/data/id"
    prints $DATA 'cat drives/data/id'
    echo other >"$T/id"
    keeps 'Permission denied' "cp --remove-destination $T/id drives/data/id" drives/data/id
    words EACCES drives/data
    keeps 'Permission denied' "cp $T/id drives/data/tmp; mv -f drives/data/tmp drives/data/id" \
        drives/data/id
    works 'rm drives/data/tmp'
    nothing_asked
}

# holds: name-16 send-1
test_a_name_can_not_be_empty()
{
    known
    keeps 'write error: Invalid argument' 'echo > drives/data/name' drives/data/name
    words EINVAL 'drives/data/name' empty
    keeps 'Invalid argument' 'echo | tee drives/data/name' drives/data/name
}

# holds: put-7
test_a_field_takes_no_invalid_text()
{
    known
    keeps 'Invalid argument' "printf 'a\377b\n' > drives/data/name" drives/data/name
    words EINVAL UTF-8
    keeps 'File too large' "head -c 1100000 /dev/zero | tr '\0' x > drives/data/name" \
        drives/data/name
    words EFBIG
}

# holds: put-7 edit-18
test_a_field_takes_any_text_of_UTF_8()
{
    known
    works "printf 'a/b\0\t\"日\n' > drives/data/name"
    assert_requests "$(put_drive '{"name":"a/b\u0000\t\"日"}')"
    prints 'a%2Fb%00%09"日' 'ls drives | grep ^a%'
}

# holds: fail-1 fail-2
test_a_field_the_API_refuses_shows_the_truth()
{
    known
    fault '{"method": "PUT", "status": 422, "body": {"code": "UNPROCESSABLE", "message": "too odd",
        "details": {"name": "odd"}}}'
    refused 'write error: Invalid argument' 'echo odd > drives/data/name'
    assert_requests "$(put_drive '{"name":"odd"}')"
    words EINVAL 'drives/data/name' 422 UNPROCESSABLE 'too odd' name
    prints data 'cat drives/data/name'
    prints '' 'ls -A drives/data | grep -F .rej || true'
    nothing_asked
}

# holds: put-4 put-5
test_docs_types_of_nested_fields()
{
    known
    local s3=$TRAINING_DIR/s3Config

    works "echo false > $s3/retainData"
    mapfile -t expected < <(put_training '.s3Config.retainData = false')
    assert_requests "${expected[@]}"
    prints false "cat $s3/retainData"
    keeps 'Invalid argument' "echo maybe > $s3/retainData" "$s3/retainData"
    words EINVAL retainData 'true or false'
    keeps 'Invalid argument' "echo 1 > $s3/retainData" "$s3/retainData"
    keeps 'Invalid argument' "echo > $s3/bucket" "$s3/bucket"
}

# holds: put-5 put-6
test_docs_an_empty_line_empties_what_can_be_null()
{
    known
    local s3=$TRAINING_DIR/s3Config

    works "echo > $s3/endpoint"
    mapfile -t expected < <(put_training '.s3Config.endpoint = null')
    assert_requests "${expected[@]}"
    prints 0 "stat -c %s $s3/endpoint"
    prints null "jq .s3Config.endpoint $TRAINING_DIR/provider.json"
    works "echo > $s3/endpoint" # null it is
    nothing_asked
    works "echo https://s3.example.org > $s3/endpoint"
    mapfile -t expected < <(put_training '.s3Config.endpoint = "https://s3.example.org"')
    assert_requests "${expected[@]}"
    works "echo > $s3/retainData"
    mapfile -t expected < <(put_training \
        '.s3Config.endpoint = "https://s3.example.org" | .s3Config.retainData = null')
    assert_requests "${expected[@]}"
}

# holds: field-11 edit-13
test_docs_a_read_only_flag_of_a_provider()
{
    known
    keeps 'Permission denied' "echo true > $TRAINING_DIR/isManaged" $TRAINING_DIR/isManaged
    works "echo false > $TRAINING_DIR/isTeamDefault"
    mapfile -t expected < <(put_training '.isTeamDefault = false')
    assert_requests "${expected[@]}"
}

# holds: put-4 put-5 put-1
test_openapi_numbers_and_notes()
{
    known
    works 'echo 2000 > drives/data/size'
    assert_requests "$(put_drive '{"size":2000}')"
    prints 2000 'cat drives/data/size'
    works 'echo 2000 > drives/data/size'
    nothing_asked
    keeps 'Invalid argument' 'echo big > drives/data/size' drives/data/size
    words EINVAL size number
    keeps 'Invalid argument' 'echo > drives/data/size' drives/data/size
    keeps 'Invalid argument' 'echo "\"2000\"" > drives/data/size' drives/data/size
    works 'echo "  keep this  " > snapshots/before-upgrade/note'
    assert_requests "$(put_snapshot '{"note":"  keep this  "}')"
    works 'echo "{\"a\": 1}" > snapshots/before-upgrade/note' # text is text
    assert_requests "$(put_snapshot '{"note":"{\"a\": 1}"}')"
    works 'echo > snapshots/before-upgrade/note'
    assert_requests "$(put_snapshot '{"note":""}')"
    prints 1 'stat -c %s snapshots/before-upgrade/note'
    works 'echo > snapshots/before-upgrade/note'
    nothing_asked
    keeps 'Permission denied' 'echo 5 > snapshots/before-upgrade/storageSize' \
        snapshots/before-upgrade/storageSize
}

# holds: edit-13
test_openapi_a_provider_is_edited_by_its_fields()
{
    known
    works "echo ca1 > $TRAINING_DIR/region"
    mapfile -t expected < <(put_training '.region = "ca1"')
    assert_requests "${expected[@]}"
    prints ca1 "cat $TRAINING_DIR/region"
}

# holds: put-8 name-10
test_a_field_goes_by_the_path_of_its_id_too()
{
    known
    works "echo renamed > drives/$DATA/name"
    assert_requests "$(put_drive '{"name":"renamed"}')"
    works "echo again > drives/renamed~$DATA/name"
    assert_requests "$(put_drive '{"name":"again"}')"
    prints again "cat drives/$DATA/name"
}

run_scenarios "$@"
