#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The name before a rename by document or field: an editor's for a while, and nobody else's.
. "$(dirname "$0")/lib.sh"

test_a_shell_takes_the_old_name_back()
{
    mounted -- ttl=3600
    works 'echo dataP > drives/data/name; test ! -e drives/data; ! ls -d drives/data 2>/dev/null
        mv drives/dataP drives/data'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"dataP\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"data\"}"
    works "echo '{\"name\": \"dataQ\"}' > drives/data/drive.json; [ ! -d drives/data ]
        cat drives/dataQ/name > /dev/null; mv drives/dataQ drives/data"
    prints data 'cat drives/data/name'
}

test_a_snapshot_is_taken_where_the_old_one_was()
{
    local name=before-upgrade view=machines/$MACHINE

    mounted -- ttl=3600
    works "ls $view/$name/ > /dev/null; echo S.1 > $view/$name/name
        [ -d $view/$name ] || mkdir $view/$name; [ -d snapshots/$name ]"
    assert_changes "PUT /snapshots/$UPGRADE {\"name\":\"S.1\"}" \
        "POST /snapshots {\"machineId\":\"$MACHINE\",\"name\":\"$name\"}"
    prints S.1 "cat snapshots/$UPGRADE/name"
}

test_a_draft_takes_the_old_name()
{
    mounted -- ttl=3600
    works 'cat drives/archive/name > /dev/null; echo old > drives/archive/name
        [ -d drives/archive ] || mkdir drives/archive'
    prints archive 'cat drives/archive/name'
    works 'rm -r drives/archive'
    refused 'No such file' 'ls -d drives/archive'
}

# An editor is a process that has read what it writes; it goes on by the old name.
edits='import os, subprocess, sys
path = sys.argv[1]
old = os.path.dirname(path)
with open(path) as f:
    text = f.read()
for name in "first", "second":
    with open(path, "w") as f:
        f.write(text.replace(os.path.basename(old), name))
    assert os.path.isdir(old), name
    assert os.path.basename(old) not in os.listdir(os.path.dirname(old)), name
    assert subprocess.call(["test", "-e", old]) == 1, "another process sees it"
    with open(path) as f:
        assert name in f.read()'

test_an_editor_goes_on_by_the_old_name_and_nobody_else_does()
{
    mounted -- ttl=3600
    for file in name drive.json; do
        works "python3 -c '$edits' drives/data/$file"
        assert_changes "PUT /shared-drives/$DATA {\"name\":\"first\"}" \
            "PUT /shared-drives/$DATA {\"name\":\"second\"}"
        refused 'No such file' 'ls -d drives/data'
        works 'mv drives/second drives/data'
        forget_requests
    done
}

test_who_has_read_another_file_or_by_another_name_is_no_editor()
{
    mounted -- ttl=3600
    works "python3 -c '
import os
open(\"drives/data/size\").read()
open(\"drives/$DATA/name\").read()
with open(\"drives/data/name\", \"w\") as f: f.write(\"other\")
assert not os.path.lexists(\"drives/data\")'"
    works "python3 -c '
import os
open(\"drives/other/name\").read()
os.rename(\"drives/other\", \"drives/data\")
assert not os.path.lexists(\"drives/other\")'"
}

test_docs_editors_end_without_a_trace()
{
    local before

    mounted -- ttl=3600
    before=$(ls -A "$MNT/drives/data")
    works "vim -u NONE -N -es -c '%s/data/d1/' -c w -c '%s/d1/d2/' -c wq drives/data/name"
    works "nvim -u NONE -es -c '%s/d2/d3/' -c w -c '%s/d3/d4/' -c wq drives/d2/name"
    works "sed -i s/d4/d5/ drives/d4/drive.json"
    works "sed -i s/d5/data/ drives/d5/name"
    assert_eq "$before" "$(ls -A "$MNT/drives/data")"
}

run_scenarios "$@"
