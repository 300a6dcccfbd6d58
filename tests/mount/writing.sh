#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Writing documents: what is sent, and how often.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DOC=drives/data/drive.json

# edited JQ_FILTER [FILE]: the document's text with that edit, in $T/new.
edited()
{
    jq "$1" "$MNT/${2:-$DOC}" >"$T/new"
}

renamed_to()
{
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"$1\"}"
    prints "\"$1\"" "jq .name drives/$1/drive.json"
    assert_eq "\"$1\"" "$(api GET /shared-drives/$DATA | jq .name)"
}

# holds: edit-1 edit-2 send-1
test_echo_of_one_key_changes_that_key()
{
    mounted
    works 'echo "{\"name\": \"renamed\"}" > drives/data/drive.json'
    renamed_to renamed
    prints $'archive\nrenders\nteam files\nrenamed' 'ls -U drives'
}

# holds: edit-2
test_of_a_whole_document_only_the_changed_keys_are_sent()
{
    mounted
    edited '.name = "renamed"'
    works "cat $T/new > $DOC"
    renamed_to renamed
}

# by_tool COMMAND: each writes $T/new over the document.
by_tool()
{
    mounted
    edited '.name = "renamed"'
    works "$1"
    renamed_to renamed
}

# holds: send-1 edit-2
test_cp_writes_once()
{
    by_tool "cp $T/new $DOC"
}

# holds: send-1 edit-2
test_cp_p_writes_once()
{
    by_tool "cp -p $T/new $DOC"
}

# holds: send-1 edit-2
test_tee_writes_once()
{
    by_tool "tee $DOC < $T/new > /dev/null"
}

# holds: send-1 edit-2
test_dd_in_small_blocks_writes_once()
{
    by_tool "dd if=$T/new of=$DOC bs=7 status=none conv=fsync"
}

# holds: send-1 edit-2
test_busybox_cp_writes_once()
{
    by_tool "busybox cp $T/new $DOC"
}

# holds: send-1 edit-2
test_python_writes_once()
{
    by_tool "python3 -c 'open(\"$DOC\", \"w\").write(open(\"$T/new\").read())'"
}

# holds: send-2 edit-2
test_python_rewriting_in_place_writes_once()
{
    by_tool "python3 -c '
import json
with open(\"$DOC\", \"r+\") as f:
    d = json.load(f)
    d[\"name\"] = \"renamed\"
    f.seek(0)
    json.dump(d, f)
    f.truncate()
'"
}

# holds: send-3
test_a_shorter_text_written_over_the_old_one_and_then_cut_writes_once()
{
    by_tool "python3 -c '
import os
fd = os.open(\"$DOC\", os.O_WRONLY)
text = b\"{\\\"name\\\": \\\"renamed\\\"}\"
os.write(fd, text)
os.ftruncate(fd, len(text))
os.close(fd)
'"
}

# holds: send-1 send-8
test_two_writes_of_one_text_write_once()
{
    by_tool "python3 -c '
import os
text = open(\"$T/new\", \"rb\").read()
fd = os.open(\"$DOC\", os.O_WRONLY | os.O_TRUNC)
os.write(fd, text[:1])
os.write(fd, text[1:])
os.fsync(fd)
os.close(os.dup(fd))
os.close(fd)
'"
}

# holds: send-1
test_sponge_writes_once()
{
    by_tool "jq '.name = \"renamed\"' $DOC | sponge $DOC"
}

# holds: send-1
test_sed_by_redirect_writes_once()
{
    by_tool "sed 's/\"data\"/\"renamed\"/' $DOC > $T/sed && cat $T/sed > $DOC"
}

# holds: send-1
test_a_here_document_writes_once()
{
    by_tool "cat > $DOC <<END
{
  \"name\": \"renamed\"
}
END"
}

# holds: send-4
test_appending_is_a_text_of_its_own()
{
    by_tool "echo '{\"name\": \"renamed\"}' >> $DOC"
}

# holds: send-1
test_without_a_final_newline_it_is_written_too()
{
    by_tool "printf '{\"name\": \"renamed\"}' > $DOC"
}

# holds: send-1
test_a_pipe_that_trickles_writes_once()
{
    by_tool "{ printf '{\"name\": '; sleep 0.2; printf '\"renamed\"'; sleep 0.2; echo '}'; } > $DOC"
}

# holds: send-6
test_a_flush_of_another_process_sends_nothing_half()
{
    by_tool "{ printf '{\"name\": '; (true); /bin/true; printf '\"renamed\"}'; (true); } > $DOC"
}

# holds: edit-3
test_nothing_changed_sends_nothing()
{
    mounted
    edited .
    works "cat $T/new > $DOC; cp $T/new $DOC; tee $DOC < $T/new > /dev/null"
    works "echo '{}' > $DOC"
    works "echo '{\"name\": \"data\"}' > $DOC"
    nothing_sent
}

# holds: send-6 trunc-1
test_truncation_alone_sends_nothing()
{
    local before

    mounted
    before=$(cat "$MNT/$DOC")
    works ": > $DOC"
    works "true > $DOC"
    works "truncate -s 0 $DOC"
    works "cp /dev/null $DOC"
    nothing_sent
    assert_eq "$before" "$(cat "$MNT/$DOC")"
}

# holds: send-6
test_jq_of_a_file_onto_itself_sends_nothing()
{
    local before

    mounted
    before=$(cat "$MNT/$DOC")
    works "jq . $DOC > $DOC"
    works "busybox cat $DOC > $DOC"
    nothing_sent
    assert_eq "$before" "$(cat "$MNT/$DOC")"
}

# holds: send-6 attr-20
test_opening_and_touching_sends_nothing()
{
    mounted
    works "touch $DOC; touch -d yesterday $DOC; exec 5<>$DOC; exec 5>&-; exec 5>$DOC; exec 5>&-"
    nothing_sent
}

# holds: send-5
test_white_space_may_follow_and_nothing_else()
{
    mounted
    works "{ echo '{\"name\": \"renamed\"}'; echo; echo '  '; } > $DOC"
    renamed_to renamed
    refused 'Invalid argument' \
        "{ echo '{\"name\": \"again\"}'; /bin/echo '{\"name\": \"more\"}'; } > drives/renamed/drive.json"
    words 'applied|in effect|took effect|stays'
    renamed_to again
}

# holds: edit-13
test_docs_a_provider_is_read_and_written_whole()
{
    mounted
    edited '.name = "training" | .s3Config.region = "ca1"' providers/training-data/provider.json
    forget_requests
    works "cat $T/new > providers/training-data/provider.json"
    assert_requests "GET /storage-providers/$TRAINING" \
        "PUT /storage-providers/$TRAINING {\"isTeamDefault\":true,\"name\":\"training\",\"s3Config\":{\"accessKey\":\"AKIADEMO4TRAINING\",\"bucket\":\"training-data\",\"endpoint\":\"https://s3.example.com\",\"region\":\"ca1\",\"retainData\":true,\"secretAccessKey\":\"demo/secret+training/0001\",\"signatureVersion\":\"v4\"}}"
    prints '"ca1"' 'jq .s3Config.region providers/training/provider.json'
}

# Each is merged into what the one before it has left.
# holds: edit-17
test_edits_of_one_provider_at_once_all_stay()
{
    local fields=providers/$TRAINING

    mounted
    [ "$D" = openapi ] || fields=$fields/s3Config
    fault '{"path": "/storage-providers", "times": -1, "delayMs": 50}'
    works "echo b1 > $fields/bucket & a=\$!; echo ams1 > $fields/region & b=\$!
        mv providers/training-data providers/renamed && wait \$a && wait \$b"
    api GET /storage-providers/$TRAINING >"$T/now"
    assert_eq 'b1 ams1 renamed' "$(jq -r '[(.s3Config // .) | .bucket, .region] + [.name] | join(" ")' "$T/now")"
}

# holds: edit-1
test_docs_nested_objects_merge_and_null_clears()
{
    mounted
    works 'ls providers > /dev/null'
    works 'echo "{\"s3Config\": {\"endpoint\": null}}" > providers/training-data/provider.json'
    assert_changes "PUT /storage-providers/$TRAINING {\"isTeamDefault\":true,\"name\":\"training-data\",\"s3Config\":{\"accessKey\":\"AKIADEMO4TRAINING\",\"bucket\":\"training-data\",\"endpoint\":null,\"region\":\"ny2\",\"retainData\":true,\"secretAccessKey\":\"demo/secret+training/0001\",\"signatureVersion\":\"v4\"}}"
    prints null 'jq .s3Config.endpoint providers/training-data/provider.json'
}

# holds: edit-13
test_docs_the_fresh_copy_of_a_provider_is_what_is_merged_into()
{
    mounted
    works 'cat providers/backups/provider.json > /dev/null'
    api PUT /storage-providers/splk9d2w5hn7uyc '{"name": "backups", "isTeamDefault": true,
        "s3Config": {"accessKey": "NEW", "bucket": "elsewhere", "secretAccessKey": "s"}}' >/dev/null
    works 'echo "{\"name\": \"b2\"}" > providers/backups/provider.json'
    assert_matches "$(changes)" '"accessKey":"NEW","bucket":"elsewhere"'
    assert_matches "$(changes)" '"isTeamDefault":true,"name":"b2"'
    assert_eq '"elsewhere"' "$(api GET /storage-providers/splk9d2w5hn7uyc | jq .s3Config.bucket)"
}

# holds: edit-14
test_docs_without_the_fresh_copy_nothing_is_sent()
{
    mounted
    works 'cat providers/backups/provider.json > /dev/null'
    fault '{"method": "GET", "path": "/storage-providers/", "times": -1, "status": 500}'
    refused 'Input/output error' 'echo "{\"name\": \"b2\"}" > providers/backups/provider.json'
    nothing_sent
}

# holds: edit-12 edit-15
test_docs_a_masked_secret_is_never_sent()
{
    start_emulator
    emu_config '{"maskSecrets": true}'
    mount_fs
    works 'cat providers/backups/provider.json > /dev/null'
    refused 'Operation not permitted' 'echo "{\"name\": \"b2\"}" > providers/backups/provider.json'
    words EPERM secretAccessKey
    nothing_sent
    works 'echo "{\"name\": \"b2\", \"s3Config\": {\"secretAccessKey\": \"fresh\"}}" \
        > providers/backups/provider.json'
    assert_matches "$(changes)" '"secretAccessKey":"fresh"'
}

# holds: edit-13
test_openapi_a_provider_is_written_whole()
{
    mounted
    works 'cat providers/training-data/provider.json > /dev/null'
    forget_requests
    works 'echo "{\"region\": \"ca1\"}" > providers/training-data/provider.json'
    assert_requests "GET /storage-providers/$TRAINING" \
        "PUT /storage-providers/$TRAINING {\"bucket\":\"training-data\",\"name\":\"training-data\",\"region\":\"ca1\",\"type\":\"s3\"}"
}

# holds: edit-2
test_openapi_a_drive_can_grow_and_a_snapshot_has_a_note()
{
    mounted
    edited '.size = 2000'
    works "cat $T/new > $DOC"
    assert_changes "PUT /shared-drives/$DATA {\"size\":2000}"
    works 'echo "{\"note\": \"keep\"}" > snapshots/before-upgrade/snapshot.json'
    assert_changes "PUT /snapshots/$UPGRADE {\"note\":\"keep\"}"
}

# holds: own-1 edit-2
test_a_snapshot_is_renamed_by_its_document()
{
    mounted
    works 'echo "{\"name\": \"before\"}" > snapshots/before-upgrade/snapshot.json'
    assert_changes "PUT /snapshots/$UPGRADE {\"name\":\"before\"}"
    works "test -d machines/$MACHINE/before"
}

# holds: edit-11 doc-3
test_a_number_beyond_64_bits_survives_a_round_trip()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "big",
        "a": 123456789012345678901234567890, "b": 1.10}]}')"
    sed 's/"big"/"bigger"/' "$MNT/drives/big/drive.json" >"$T/new"
    works "cat $T/new > drives/big/drive.json"
    assert_changes 'PUT /shared-drives/sd1 {"name":"bigger"}'
    works 'grep -q 123456789012345678901234567890 drives/bigger/drive.json'
}

# holds: edit-11
test_numbers_that_are_equal_as_doubles_are_the_same()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "big",
        "a": 9007199254740993, "b": 1.10, "c": 1E5}]}')"
    sed -e 's/"big"/"bigger"/' -e s/9007199254740993/9007199254740992/ -e s/1.10/1.1/ \
        -e s/1E5/100000/ "$MNT/drives/big/drive.json" >"$T/new"
    works "cat $T/new > drives/big/drive.json"
    assert_changes 'PUT /shared-drives/sd1 {"name":"bigger"}'
}

# holds: edit-18
test_unicode_arrives_as_it_was_written()
{
    mounted
    works "echo '{\"name\": \"Grüße 日本 \\u00fc\"}' > $DOC"
    assert_eq 'Grüße 日本 ü' "$(api GET /shared-drives/$DATA | jq -r .name)"
}

# holds: path-8 attr-14
test_after_a_rename_by_document_only_the_new_name_is_listed()
{
    mounted
    works "echo '{\"name\": \"renamed\"}' > $DOC"
    refused 'No such file' 'ls -d drives/data'
    prints $'archive\nrenders\nteam files\nrenamed' 'ls -U drives'
}

# holds: send-1
test_two_writers_at_once_send_once_each()
{
    mounted
    works "echo '{\"name\": \"one\"}' > drives/$DATA/drive.json &
        echo '{\"name\": \"two\"}' > drives/archive/drive.json & wait"
    assert_eq 2 "$(changes | wc -l)"
}

# holds: fail-3 fail-4
test_a_refused_whole_document_is_listed_beside_it()
{
    mounted
    edited '.id = "other"'
    works "cp $T/new $DOC 2> /dev/null || true"
    prints drive.json.rej 'ls -A drives/data | grep rej'
    cmp "$T/new" "$MNT/$DOC.rej"
    nothing_sent
}

# holds: fail-5 fail-3
test_moving_the_old_text_back_keeps_the_refused_one()
{
    mounted
    edited '.id = "other"'
    works "cp -b $T/new $DOC 2> /dev/null || true"
    cmp "$T/new" "$MNT/$DOC.rej"
    edited '.name = "other"'
    works "cp $T/new $DOC"
    renamed_to other
    works 'test ! -e drives/other/drive.json.rej'
}

# refused_and_put_back SECONDS: one process is refused and writes the old text again in place.
refused_and_put_back()
{
    works "python3 -c '
import time
old = open(\"$DOC\").read()
try:
    with open(\"$DOC\", \"w\") as f: f.write(old.replace(\"$DATA\", \"other\"))
except OSError: pass
time.sleep($1)
with open(\"$DOC\", \"w\") as f: f.write(old)'"
    nothing_sent
}

# holds: fail-5 fail-3
test_writing_the_old_text_back_at_once_keeps_the_refused_one()
{
    mounted
    refused_and_put_back 0
    prints '"other"' "jq .id $DOC.rej"
    edited .
    works "cp $T/new $DOC; test ! -e $DOC.rej"
    nothing_sent
    refused_and_put_back 1.1
    works "test ! -e $DOC.rej"
}

# holds: send-9
test_docs_a_write_that_is_interrupted_before_anything_was_sent_can_be_repeated()
{
    local by

    for by in write append; do
        [ -n "$daemon" ] || mounted
        fault '{"method": "GET", "path": "/storage-providers/", "delayMs": 700, "times": 1}'
        cat >"$T/retry.py" <<'END'
import os, signal, sys

signal.signal(signal.SIGALRM, lambda *ignored: None)
signal.setitimer(signal.ITIMER_REAL, 0.2)
flags = os.O_WRONLY | (os.O_TRUNC if sys.argv[2] == "write" else os.O_APPEND)
file = os.open(sys.argv[1], flags)
os.write(file, b'{"s3Config": {"bucket": "by-%s"}}\n' % sys.argv[2].encode())
os.close(file)
END
        works "timeout 20 python3 $T/retry.py providers/backups/provider.json $by"
        assert_eq 1 "$(changes | grep -c "\"bucket\":\"by-$by\"")"
        forget_requests
    done
}

# holds: send-9
test_docs_a_program_that_is_interrupted_before_anything_was_sent_sends_nothing()
{
    mounted
    fault '{"method": "GET", "path": "/storage-providers/", "delayMs": 700, "times": 1}'
    shell 'timeout -s INT 0.3 dd of=providers/backups/provider.json conv=notrunc status=none \
        <<< "{\"s3Config\": {\"bucket\": \"new\"}}"'
    pause 1
    nothing_sent
}

# holds: edit-10
test_white_space_behind_an_object_of_1_MiB_is_no_error()
{
    mounted
    python3 -c '
text = "{\"name\": \"big\""
print(text + " " * (1024 * 1024 - len(text) - 1) + "}")' >"$T/new"
    assert_eq 1048577 "$(stat -c %s "$T/new")"
    works "cp $T/new $DOC"
    renamed_to big
}

run_scenarios "$@"
