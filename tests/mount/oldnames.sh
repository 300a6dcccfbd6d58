#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The name before a rename by document or field: an editor's for a while, and nobody else's.
. "$(dirname "$0")/lib.sh"

# holds: path-8
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

# holds: path-8 name-14
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

# holds: path-8
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
    assert os.path.isdir(old) and not os.path.islink(old), name
    assert os.path.basename(old) not in os.listdir(os.path.dirname(old)), name
    assert subprocess.call(["test", "-e", old]) == 1, "another process sees it"
    with open(path) as f:
        assert name in f.read()'

# holds: path-7 path-8
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

# editor TEXT: a process that has read drives/data/drive.json, has a swap file beside it, and renames
# the drive to new by it; then what TEXT does.
editor()
{
    works "python3 -c '
import os, subprocess
def at(path, text=None):
    with open(path, \"r\" if text is None else \"w\") as f:
        return f.read() if text is None else f.write(text)
def others(command):
    return subprocess.call([\"sh\", \"-c\", command], stderr=subprocess.DEVNULL) == 0
doc, swap, old = \"drives/data/drive.json\", \"drives/data/.drive.json.swp\", \"drives/data\"
text = at(doc)
held = os.open(swap, os.O_RDWR | os.O_CREAT)
os.write(held, b\"lines\")
os.symlink(\"me@here\", \"drives/data/.#drive.json\")
at(doc, text.replace(\"\\\"data\\\"\", \"\\\"new\\\"\"))
$1'"
}

# holds: path-7 path-5
test_by_the_old_name_all_is_there_that_lies_in_the_resource()
{
    mounted -- ttl=3600
    editor '
assert not os.path.islink(old) and os.path.isdir(old)
assert at(swap) == "lines" and os.readlink("drives/data/.#drive.json") == "me@here"
assert sorted(os.listdir(old)) == sorted(os.listdir("drives/new"))
assert os.stat(doc).st_ino == os.stat("drives/new/drive.json").st_ino
assert "data" not in os.listdir("drives") and "new" in os.listdir("drives")
os.write(held, b" more")
at("drives/data/drive.json~", "backup")
assert others("grep -q more drives/new/.drive.json.swp && cat drives/new/drive.json~ > /dev/null")
os.rename("drives/data/drive.json~", "drives/data/tmp")
at("drives/data/tmp", text.replace("\"data\"", "\"third\""))
os.rename("drives/data/tmp", doc)
assert "third" in at(doc) and at(swap) == "lines more"
os.unlink(swap); os.unlink("drives/data/.#drive.json")
assert not others("ls -d drives/data || ls drives/third/.drive.json.swp || ls drives/third/tmp")'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"new\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"third\"}"
}

# holds: path-7
test_an_editor_that_stands_in_it_goes_on()
{
    mounted -- ttl=3600
    works "cd drives/data; python3 -c '
import os
for name, next in (\"data\", \"new\"), (\"new\", \"third\"), (\"third\", \"fourth\"):
    with open(\"name\") as f:
        assert f.read() == name + \"\\n\"
    with open(\"name\", \"w\") as f:
        f.write(next)
    os.chdir(\"../data\")
    assert \"drive.json\" in os.listdir(\".\")
    open(\"notes\", \"a\").write(next)'"
    prints newthirdfourth 'cat drives/fourth/notes'
}

# holds: path-9
test_the_old_name_goes_to_what_takes_it()
{
    mounted -- ttl=3600
    editor '
assert others("mkdir drives/data && echo x > drives/data/notes")
assert at("drives/data/notes") == "x\n" and os.path.exists("drives/data/.draft")
assert others("rm -r drives/data") and not os.path.exists(old)'
    works "mv drives/new drives/data; rm drives/data/.*.swp drives/data/.#*"
    editor '
os.mkdir(old)
assert ".draft" in os.listdir(old) and at("drives/new/.drive.json.swp") == "lines"
assert others("rm -r drives/data")'
    works "mv drives/new drives/data; rm drives/data/.*.swp drives/data/.#*"
    editor '
assert others("mv drives/archive drives/data")
assert at("drives/data/name") == "data\n" and not os.path.exists(swap)
os.rename(old, "drives/archive")
assert not os.path.exists(old)'
    assert_eq "$(id_of shared-drives archive) $DATA" "$(cat "$MNT"/drives/{archive,new}/id | paste -sd ' ')"
}

# holds: path-9
test_the_old_name_goes_to_what_takes_it_elsewhere()
{
    local other

    mounted -- ttl=3600
    (
        eventually 20 [ -e "$T/renamed" ]
        api POST /shared-drives "$(drive_body data)" >/dev/null
        touch "$MNT/drives"
        : >"$T/taken"
    ) &
    other=$!
    editor "
import time
at(\"$T/renamed\", \"\")
for _ in range(400):
    if os.path.exists(\"$T/taken\"): break
    time.sleep(0.05)
assert at(\"drives/data/name\") == \"data\\n\" and at(\"drives/data/id\") != \"$DATA\\n\"
assert not os.path.exists(swap)"
    wait "$other"
}

# holds: path-7
test_by_the_old_name_it_can_be_moved_as_by_its_id()
{
    mounted -- ttl=3600
    editor '
os.rename(old, "drives/third")
assert at("drives/third/.drive.json.swp") == "lines" and not others("ls -d drives/new drives/data")'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"new\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"third\"}"
}

# holds: path-7 path-8
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

# holds: path-7 scratch-6
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
