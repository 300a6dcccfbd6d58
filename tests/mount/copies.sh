#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where a copy into the mount ends: what belongs to it is accepted and ignored, what somebody means
# is done or refused; and a copy of what is gone brings nothing back.
. "${BASH_SOURCE[0]%/*}/lib.sh"

known()
{
    new=n0
    mounted -- ttl=3600
    cat "$MNT"/*/*/*.json >/dev/null
    forget_requests
}

# --- edits by who has made it ---------------------------------------------------------------------

# edits SCRIPT: one python process makes a new drive, n1 or n2 …, then does that; it prints what was
# refused.
edits()
{
    new=n$((${new#n} + 1))
    cat >"$T/edits.py" <<END
import json, os, shutil
d = 'drives/$new/'
def put(name, text, how='w'):
    try:
        with open(d + name, how) as f: f.write(text)
    except OSError as e: print(name, e.strerror)
os.mkdir(d)
put('drive.json', '''$(drive_body "$new")''')
$1
END
    works "python3 $T/edits.py"
    edited "${@:2}"
}

# edited [CHANGES [REFUSAL]]: what was asked for after the create, and what was refused.
edited()
{
    local id

    id=$(sed -n 's,^PUT /shared-drives/\([^ ]*\) .*,\1,p' <<<"$(changes)")
    assert_eq "${2:-}" "$out"
    assert_changes "POST /shared-drives $(drive_body "$new" | jq -c -S .)" \
        ${1:+"PUT /shared-drives/$id $1"}
}

# holds: draft-8
test_who_writes_a_file_again_edits_it()
{
    known
    edits "put('drive.json', '{\"name\": \"m1\"}')" '{"name":"m1"}'
    edits "put('name', 'n2\n'); put('name', 'm2\n')" '{"name":"m2"}'
    edits "put('id', 'x\n'); put('id', 'y\n')" '' 'id Permission denied'
    edits "put('drive.json', '{\"id\": \"x\"}')" '' 'drive.json Invalid argument'
    edits "open(d + '.t', 'w').write('{\"name\": \"m5\"}'); os.replace(d + '.t', d + 'drive.json')" \
        '{"name":"m5"}'
}

# A value that can be given and is another one is no part of a copy.
# holds: draft-10 draft-7
test_a_new_value_is_an_edit_at_once()
{
    known
    edits "put('name', 'm1\n')" '{"name":"m1"}'
    edits "put('name', 'data\n')" # another drive's: that is what a copy says
    edits "put('size', '100\n'); put('region', 'ny2\n'); put('$(network_key)', 'nwhoe4ox\n')"
    edits "put('id', '$DATA\n'); put('dtCreated', '2020-01-01\n')"
    edits "put('region', 'ca1\n')" '' 'region Invalid argument'
}

# holds: draft-10
test_openapi_a_new_size_is_an_edit_at_once()
{
    known
    edits "put('size', '200\n')" '{"size":200}'
}

# holds: draft-10
test_docs_a_new_size_is_refused_not_swallowed()
{
    known
    edits "put('size', '200\n')" '' 'size Invalid argument'
    refused 'Invalid argument' "mkdir drives/new; echo '$(drive_body new)' >drives/new/drive.json; echo 200 >drives/new/size"
}

# holds: draft-9
test_after_somebody_has_listed_it_the_copy_is_over()
{
    known
    edits "os.listdir(d); put('id', 'x\n')" '' 'id Permission denied'
    edits "os.system('ls drives/n2 >/dev/null'); put('id', 'x\n')" '' 'id Permission denied'
    edits "os.listdir('drives'); put('id', 'x\n')"
}

# holds: draft-8 draft-10
test_a_shell_that_made_it_edits_it()
{
    known
    new=n1
    works "mkdir drives/n1; echo '$(drive_body n1)' >drives/n1/drive.json
        echo '{\"name\": \"new2\"}' >drives/n1/drive.json"
    edited '{"name":"new2"}'
}

# holds: draft-8 draft-10
test_node_edits_what_it_has_made()
{
    command -v node >/dev/null || return 0
    known
    new=n1
    works "node -e '
const fs = require(\"fs\");
fs.mkdirSync(\"drives/n1\");
fs.writeFileSync(\"drives/n1/drive.json\", JSON.stringify($(drive_body n1)));
fs.writeFileSync(\"drives/n1/drive.json\", JSON.stringify({name: \"new2\"}));'"
    edited '{"name":"new2"}'
}

# --- copies that say more than what can be given --------------------------------------------------

# copies COMMAND: clones the drive o into c, whose name is in no other resource.
copies()
{
    works "$1"
    assert_changes "POST /shared-drives $(drive_body "$2" | jq -c -S .)"
    works "test ! -e drives/$2/.draft"
}

# dtDeleted may be null, a date, or an object, which is a directory then; one that is not known, too.
# holds: draft-7
test_docs_a_drive_whose_dates_are_objects()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "d1", "name": "o", "size": 100,
        "region": "ny2", "networkId": "nwhoe4ox", "dtCreated": "2026-01-01T00:00:00Z",
        "mountPoint": "\\\\10.0.0.1\\x", "username": "u", "password": "pass-word-1",
        "dtDeleted": {}, "future": {"a": 1, "b": {"c": 2}}}]}')" -- ttl=3600
    works 'cat drives/*/drive.json >/dev/null'
    forget_requests
    copies 'cp -r drives/o drives/c1' c1
    copies 'cp -a drives/o drives/c2' c2
    copies 'busybox cp -r drives/o drives/c3' c3
    copies 'rsync -a drives/o/ drives/c4/' c4
    copies 'python3 -c "import shutil; shutil.copytree(\"drives/o\", \"drives/c5\")"' c5
    refused 'Operation not permitted' 'mkdir drives/c1/other drives/c1/future'
}

# The name of what is copied is no wish, also where nothing else is called so.
# holds: draft-7
test_a_copy_of_a_copy_of_another_account()
{
    known
    works "cp -r drives/data $T/theirs"
    sed -i "s/$DATA/sdelsewhere/" "$T/theirs/drive.json" "$T/theirs/id"
    sed -i 's/"data"/"theirs"/; s/"size": 1000/"size": 100/' "$T/theirs/drive.json"
    echo theirs >"$T/theirs/name"
    echo 100 >"$T/theirs/size"
    copies "cp -r $T/theirs drives/c1" c1
    copies "rsync -a $T/theirs/ drives/c2/" c2
    copies "tar -C $T --transform s,theirs,drives/c3, -c theirs | tar -x" c3
    copies "python3 -c 'import shutil; shutil.copytree(\"$T/theirs\", \"drives/c4\")'" c4
}

# --- gone stays gone ------------------------------------------------------------------------------

# brings_nothing_back COMMAND: it fails, in words, and creates nothing.
brings_nothing_back()
{
    refused 'Operation not permitted' "$1"
    nothing_sent
    words EPERM 'gone' 'empty' 'without id'
    works 'test -e drives/archive/.draft; rm -r drives/archive'
}

# holds: draft-11
test_a_tree_copied_back_brings_nothing_back()
{
    known
    # Without the size it takes the document to make a drive, in whatever order a directory is read.
    works "rsync -a drives/ $T/bak/; cp -r drives $T/cp; rm $T/cp/archive/size; rm -r drives/archive"
    assert_eq 1 "$(changes | wc -l)"
    forget_requests
    brings_nothing_back "rsync -a $T/bak/archive drives/"
    brings_nothing_back "rsync -a --inplace $T/bak/archive drives/"
    brings_nothing_back "cp -a $T/bak/archive drives/"
    brings_nothing_back "cp -r $T/cp/archive drives/"
    brings_nothing_back "busybox cp -r $T/cp/archive drives/"
    brings_nothing_back "tar -C $T/cp -c archive | tar -C drives -x"
    brings_nothing_back "python3 -c 'import shutil; shutil.copytree(\"$T/cp/archive\", \"drives/archive\")'"
    brings_nothing_back "mkdir drives/archive; cp $T/cp/archive/drive.json drives/archive/"
    # and what exists is not held up by that
    works "rsync -a --exclude=/archive $T/bak/ drives/"
    nothing_sent
}

# holds: draft-11
test_who_leaves_the_id_out_gets_a_new_one()
{
    local id

    known
    id=$(cat "$MNT/drives/archive/id")
    works "cp drives/archive/drive.json $T/old; rm -r drives/archive"
    forget_requests
    refused 'Operation not permitted' "mkdir drives/archive; cp $T/old drives/archive/drive.json"
    refused 'Operation not permitted' 'set -e; cd drives/archive; echo 100 >size; echo ny2 >region
        echo nwhoe4ox >'"$(network_key)"
    nothing_sent
    works "jq 'del(.id)' $T/old >drives/archive/drive.json"
    assert_matches "$(changes)" '^POST /shared-drives .*"name":"archive"'
    forget_requests
    refused 'Operation not permitted' "set -e; mkdir drives/n; cd drives/n; echo $id >id; echo 100 >size
        echo ny2 >region; echo nwhoe4ox >$(network_key)"
    nothing_sent
    words EPERM 'no file id'
    works 'cd drives/n; rm id; echo 100 >size'
    assert_changes "POST /shared-drives $(drive_body n | jq -c -S .)"
}

# holds: draft-12
test_docs_a_masked_secret_is_cloned_by_none()
{
    known
    refused 'Invalid argument' 'mkdir providers/c; cp providers/backups/provider.json providers/c/'
    words EINVAL secretAccessKey
    refused 'Invalid argument' 'jq . providers/backups/provider.json >providers/c/provider.json'
    refused 'Invalid argument' 'cp -r providers/backups providers/c2'
    nothing_sent
    works 'rm -r providers/c providers/c2'
}

# A size is in GB; what an older server or another program writes in bytes is no wish for petabytes.
# holds: draft-13
test_a_size_in_bytes_is_refused()
{
    local size

    known
    works 'mkdir drives/new; echo ny2 >drives/new/region; echo nwhoe4ox >drives/new/'"$(network_key)"
    for size in 1000001 1073741824000 1e7; do
        refused 'Invalid argument' "echo $size >drives/new/size"
        refused 'Invalid argument' "echo '$(drive_body new | jq -c ".size = $size")' >drives/new/drive.json"
    done
    nothing_sent
    works 'echo 1000000 >drives/new/size'
    assert_matches "$(changes)" '^POST .*"size":1000000'
}

run_scenarios "$@"
