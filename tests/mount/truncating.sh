#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# O_TRUNC in two steps: truncated, and opened for writing, in either order. bindfs, NFS, 9p and node
# do it so, and truncate(1) in scripts.
. "$(dirname "$0")/lib.sh"

# Each way writes TEXT, and a newline, over FILE: what a user types in the mount.
declare -A way=(
    [truncate_then_open]='truncate -s 0 "$FILE"; exec 3<>"$FILE"; echo "$TEXT" >&3; exec 3>&-'
    [open_then_truncate]='exec 3<>"$FILE"; truncate -s 0 "$FILE"; echo "$TEXT" >&3; exec 3>&-'
    [open_then_a_child_truncates]='exec 3<>"$FILE"; (bash -c "truncate -s 0 \"\$FILE\"; :"; :)
        echo "$TEXT" >&3; exec 3>&-'
    [redirect_to_nothing]=': > "$FILE"; exec 3<>"$FILE"; echo "$TEXT" >&3; exec 3>&-'
    [another_command]='truncate -s 0 "$FILE"; echo "$TEXT" | dd of="$FILE" conv=notrunc status=none'
    [python_truncates_first]='python3 -c "
import os
os.truncate(os.environ[\"FILE\"], 0)
fd = os.open(os.environ[\"FILE\"], os.O_WRONLY)
os.write(fd, os.environ[\"TEXT\"].encode() + b\"\\n\")
os.close(fd)"'
    [python_opens_first]='python3 -c "
import os
fd = os.open(os.environ[\"FILE\"], os.O_WRONLY)
os.truncate(os.environ[\"FILE\"], 0)
os.write(fd, os.environ[\"TEXT\"].encode() + b\"\\n\")
os.close(fd)"'
    [node]='node -e "
const { FILE, TEXT } = process.env
fs.truncateSync(FILE)
const fd = fs.openSync(FILE, \"r+\")
fs.writeSync(fd, TEXT + \"\\n\")
fs.closeSync(fd)"'
    [bindfs]='echo "$TEXT" > "$T/b/$FILE"'
)

# These open for reading as well, which a file that is never shown refuses.
declare -A reads=([truncate_then_open]=1 [open_then_truncate]=1 [open_then_a_child_truncates]=1
    [redirect_to_nothing]=1 [node]=1)

bound()
{
    mounted "$@"
    mkdir "$T/b"
    bindfs -f "$MNT" "$T/b" >/dev/null 2>"$T/bindfs.err" &
    bindfs_pid=$!
    echo "$bindfs_pid" >"$WORK/bindfs.pid"
    eventually 10 mountpoint -q "$T/b"
    export T
}

unbound()
{
    fusermount3 -u "$T/b"
    wait "$bindfs_pid"
}

# by_all FILE VALUE VALUE: writes to the file by every way, of which two next to each other write
# different values; in silence.
by_all()
{
    local name value=$2 other=$3 script='' text

    values=()
    for name in "${!way[@]}"; do
        [ -z "${never_shown:-}" ] || [ -z "${reads[$name]:-}" ] || continue
        [[ "${some:-$name}" == *"$name"* ]] || continue
        case $1 in
        *.json) text="{\"name\": \"$value\"}" ;;
        *) text=$value ;;
        esac
        script+="export TEXT='$text'; ${way[$name]}; ${after:-:}"$'\n'
        values+=("$value")
        set -- "$1" "$other" "$value"
        value=$2 other=$3
    done
    FILE=$1 works "$script"
}

# Each of them sends the text, once. sends FILE JQ VALUE VALUE
sends()
{
    by_all "$1" "$3" "$4"
    assert_eq "$(printf '%s\n' "${values[@]}")" \
        "$(changes | sed 's/^[A-Z]* [^ ]* //' | jq -r "$2")" "what was sent for $1"
    forget_requests
}

# Of further files those that differ most.
SOME='bindfs truncate_then_open another_command python_opens_first'

# holds: trunc-2
test_names_and_documents_are_written_anew()
{
    bound -- ttl=3600
    sends "drives/$DATA/name" .name a b
    sends "drives/$DATA/drive.json" .name c d
    some=$SOME sends "snapshots/$UPGRADE/name" .name a b
    some=$SOME sends "machines/$MACHINE/$UPGRADE/snapshot.json" .name c d
    some=$SOME sends "providers/$TRAINING/provider.json" .name a b
    unbound
}

# holds: trunc-2
test_docs_nested_fields_and_secrets_are_written_anew()
{
    bound -- ttl=3600
    some=$SOME sends "providers/$TRAINING/s3Config/bucket" .s3Config.bucket a b
    some=$SOME sends "providers/$TRAINING/s3Config/secretAccessKey" .s3Config.secretAccessKey \
        short1 short2
    some=$SOME sends "providers/$TRAINING/isTeamDefault" .isTeamDefault false true
    unbound
}

# holds: trunc-2
test_openapi_notes_and_secrets_are_written_anew()
{
    bound -- ttl=3600
    works "echo 'a note that is rather long' > snapshots/$UPGRADE/note"
    forget_requests
    some=$SOME sends "snapshots/$UPGRADE/note" .note a b
    some=$SOME sends "providers/$TRAINING/bucket" .bucket a b
    never_shown=1 some=$SOME sends "providers/$TRAINING/secretKey" .secretKey short1 short2
    unbound
}

# In a draft nothing is sent, and the file shows what it was given.
# holds: trunc-2
test_values_of_a_draft_are_written_anew()
{
    local file

    bound -- ttl=3600
    works 'mkdir drives/draft providers/draft'
    for file in drives/draft/region "providers/draft/$([ "$D" = openapi ] || echo s3Config/)bucket"; do
        works "echo 'what was there before' > '$file'"
        after='cat "$FILE"' some=$SOME by_all "$file" x yy
        assert_eq "$(printf '%s\n' "${values[@]}")" "$out" "$file"
    done
    nothing_sent
    works 'rm -r drives/draft providers/draft'
    unbound
}

# holds: trunc-1
test_a_truncation_alone_sends_nothing_and_readers_see_nothing()
{
    local before

    bound -- ttl=3600
    before=$(cat "$MNT/drives/data/drive.json")
    forget_requests
    works "exec 3< drives/data/drive.json 4< drives/data/name
        truncate -s 0 drives/data/drive.json drives/data/name; : > $T/b/drives/data/name
        cat <&3 > $T/document; cat <&4 > $T/name"
    assert_eq "$before" "$(cat "$T/document")"
    assert_eq data "$(cat "$T/name")"
    assert_eq "$before" "$(cat "$MNT/drives/data/drive.json")"
    prints 5 'stat -c %s drives/data/name'
    nothing_asked
    unbound
}

# Of another program nothing begins empty: it patches what it sees. setsid -f: a child of nobody's.
patches='import os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
text = os.read(fd, 100)
os.pwrite(fd, b"b", 0)
os.close(fd)
open(sys.argv[2], "wb").write(text)'

# holds: trunc-2
test_who_else_opens_the_file_sees_nothing_of_it()
{
    mounted -- ttl=3600
    works "(truncate -s 0 drives/data/name; :)"
    assert_eq data "$(cd "$MNT" && exec 3<>drives/data/name && cat <&3)" 'a shell of before'
    works "truncate -s 0 drives/data/name"
    python3 -c "$patches" "$MNT/drives/data/name" "$T/seen"
    assert_eq data "$(cat "$T/seen")" 'what another program has read'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"bata\"}"
}

# holds: trunc-2 trunc-4
test_it_is_forgotten_after_two_seconds_and_by_a_commit()
{
    mounted -- ttl=3600
    works "truncate -s 0 drives/$DATA/name; sleep 2.1; exec 3<>drives/$DATA/name; printf b >&3"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"bata\"}"
    works "truncate -s 0 drives/$DATA/name; echo drive > drives/$DATA/name
        exec 3<>drives/$DATA/name; printf B >&3"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"drive\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"Brive\"}"
}

# holds: trunc-2
test_it_holds_for_the_first_handle_only()
{
    mounted -- ttl=3600
    works "truncate -s 0 drives/$DATA/name; exec 3<>drives/$DATA/name 4<>drives/$DATA/name
        printf b >&4; exec 4>&-"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"bata\"}"
}

# holds: trunc-2
test_what_is_staged_already_stays()
{
    mounted -- ttl=3600
    works "exec 3<>drives/$DATA/name; printf b >&3; truncate -s 0 drives/$DATA/name; exec 3>&-"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"bata\"}"
}

# holds: trunc-5
test_another_size_by_path_stages_nothing()
{
    mounted -- ttl=3600
    works "python3 -c 'import os
os.truncate(\"drives/data/name\", 2)
os.truncate(\"drives/data/name\", 20)
fd = os.open(\"drives/data/name\", os.O_RDWR)
os.truncate(\"drives/data/name\", 1)
os.write(fd, b\"b\")
os.close(fd)'"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"bata\"}"
}

# holds: trunc-2 send-1
test_an_error_is_said_to_who_writes()
{
    bound -- ttl=3600
    refused 'Invalid argument' "echo '{\"size\": }' > $T/b/drives/data/drive.json"
    refused 'Invalid argument' 'truncate -s 0 drives/data/drive.json
        exec 3<>drives/data/drive.json; echo "{\"size\": }" >&3'
    nothing_sent
    unbound
}

run_scenarios "$@"
