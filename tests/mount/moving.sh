#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Moves to another filesystem, which must not end in a deletion, however they are made.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# moved_by SOURCE SCRIPT: one process copies SOURCE to a place outside, runs the python SCRIPT and
# removes SOURCE: that is refused, and nothing is sent but what the script asks for.
moved_by()
{
    cat >"$T/move.py" <<END
import os, shutil, subprocess, sys, threading
source, target = '$1', '$T/target'
def copy():
    shutil.copytree(source, target, dirs_exist_ok=True)
$2
shutil.rmtree(source)
END
    refused 'Operation not permitted' "python3 $T/move.py"
    words EPERM 'cp -r'
    test -s "$T/target/id" || fail 'the copy is not there'
}

no_deletion()
{
    assert_eq 0 "$(count_requests DELETE '.*')"
}

# holds: move-1
test_a_copy_made_by_another_thread()
{
    mounted -- ttl=3600
    moved_by drives/data 'other = threading.Thread(target=copy); other.start(); other.join()'
    moved_by snapshots/before-upgrade 'other = threading.Thread(target=copy); other.start(); other.join()'
    no_deletion
}

# holds: move-1
test_while_others_read_the_same()
{
    mounted -- ttl=3600
    moved_by drives/data 'copy()
subprocess.run("for i in $(seq 40); do cat drives/data/* >/dev/null; done", shell=True)'
    no_deletion
}

# holds: move-1
test_when_the_kernel_has_forgotten_the_directory_meanwhile()
{
    mounted -- ttl=3600
    if [ ! -w /proc/sys/vm/drop_caches ]; then
        return
    fi
    moved_by drives/data 'copy()
os.system("echo 2 2>/dev/null >/proc/sys/vm/drop_caches")'
    no_deletion
}

# holds: move-1
test_docs_when_a_file_has_come_after_the_copy()
{
    mounted -- ttl=3600
    moved_by snapshots/before-upgrade 'copy()
os.utime(source + "/restore")
assert os.path.exists(source + "/event.json")'
    no_deletion
}

# holds: move-1
test_rsync_that_leaves_the_directories_to_find()
{
    mounted -- ttl=3600
    works "rsync -a --remove-source-files drives/data $T/"
    refused 'Operation not permitted' 'find drives/data -type d -empty -delete'
    words EPERM 'cp -r'
    no_deletion
}

# A script that looks at what it removes is none.
# holds: move-4
test_reading_some_of_it_and_removing_all_deletes()
{
    mounted -- ttl=3600,guard=0
    works 'python3 -c "
import json, shutil
assert json.load(open(\"drives/data/drive.json\"))
shutil.rmtree(\"drives/data\")"'
    works "cat drives/archive/* > /dev/null && rm -r drives/archive"
    assert_eq 2 "$(count_requests DELETE '.*')"
}

run_scenarios "$@"
