#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Programs that remove directories: each deletes a resource exactly once, or refuses cleanly.
. "${BASH_SOURCE[0]%/*}/lib.sh"

BACKUPS=splk9d2w5hn7uyc # the provider backups
OTHER=ps4t7k2qhx8d      # a machine with two snapshots

declare -A remover=(
    [rm_r]='rm -r %s'
    [rm_rf]='rm -rf %s'
    [busybox_rm_r]='busybox rm -r %s'
    [busybox_rm_rf]='busybox rm -rf %s'
    [find_delete]='find %s -delete'
    [python_rmtree]="python3 -c 'import shutil; shutil.rmtree(\"%s\")'"
    [perl_remove_tree]="perl -MFile::Path=remove_tree -e 'remove_tree(\"%s\")'"
    [node_rmSync]="node -e 'fs.rmSync(\"%s\", {recursive: true})'"
)

# perl's only warns if the directory can't be removed.
declare -A failure=([perl_remove_tree]=0)

# removed_by TOOL PATH: the command.
removed_by()
{
    # shellcheck disable=SC2059  # a format
    printf "${remover[$1]}" "$2"
}

gone_from()
{
    refused 'No such file or directory' "stat '$1/$2'"
    works "ls '$1'"
    assert_lacks "$out" "$2"
}

# deletes TOOL PATH API_PATH…: a DELETE of each, in any order, once each; and it is gone, also for
# a new look.
deletes()
{
    local tool=$1 path=$2 expected
    shift 2

    forget_requests
    works "$(removed_by "$tool" "$path")"
    expected=$(printf 'DELETE %s\n' "$@" | sort)
    assert_eq "$expected" "$(changes | sort)" "requests of $tool"
    forget_requests
    gone_from "$(dirname "$path")" "$(basename "$path")"
    works 'touch .paperspacefs/refresh'
    gone_from "$(dirname "$path")" "$(basename "$path")"
    nothing_sent
}

deletes_one_of_each()
{
    local ids

    mounted -- guard=0
    works 'cat providers/*/provider.json > /dev/null'
    ids=$(cat "$MNT/machines/$OTHER"/*/id)
    deletes "$1" drives/data "/shared-drives/$DATA"
    deletes "$1" providers/backups "/storage-providers/$BACKUPS"
    deletes "$1" snapshots/before-upgrade "/snapshots/$UPGRADE"
    gone_from "machines/$MACHINE" before-upgrade
    # shellcheck disable=SC2046,SC2086  # a word for each
    deletes "$1" "machines/$OTHER" $(printf '/snapshots/%s ' $ids)
}

# stays TOOL PATH API_PATH STATUS ERROR: the server refuses, and everything is there again.
stays()
{
    local tool=$1 path=$2 before truth

    before=$(cd "$MNT" && find "$path" | sort)
    truth=$(cat "$MNT/$path"/*.json)
    fault "{\"method\": \"DELETE\", \"times\": -1, \"status\": $4,
        \"body\": {\"message\": \"not now\"}}"
    forget_requests
    shell "$(removed_by "$tool" "$path")"
    assert_eq "${failure[$tool]:-1}" $((rc != 0)) "exit status $rc of $tool"
    assert_matches "$err" "$5" "what $tool says"
    words "$path" 'not now' "$4"
    assert_changes "DELETE $3"
    assert_eq "$before" "$(cd "$MNT" && find "$path" | sort)" "what is in $path"
    assert_eq "$truth" "$(cat "$MNT/$path"/*.json)"
    no_faults
}

brings_back_what_is_refused()
{
    mounted -- guard=0
    works 'cat providers/*/provider.json > /dev/null'
    stays "$1" drives/data "/shared-drives/$DATA" 409 'resource busy'
    stays "$1" providers/backups "/storage-providers/$BACKUPS" 500 'nput/output error|i/o error'
    stays "$1" snapshots/before-upgrade "/snapshots/$UPGRADE" 500 'nput/output error|i/o error'
    stays "$1" "machines/$MACHINE/before-upgrade" "/snapshots/$UPGRADE" 409 'resource busy'
    deletes "$1" drives/data "/shared-drives/$DATA"
}

# holds: delete-1
test_rm_r_deletes_exactly_once()
{
    deletes_one_of_each rm_r
}

# holds: delete-5
test_rm_r_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused rm_r
}

# holds: delete-1
test_rm_rf_deletes_exactly_once()
{
    deletes_one_of_each rm_rf
}

# holds: delete-5
test_rm_rf_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused rm_rf
}

# holds: delete-1
test_busybox_rm_r_deletes_exactly_once()
{
    deletes_one_of_each busybox_rm_r
}

# holds: delete-5
test_busybox_rm_r_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused busybox_rm_r
}

# holds: delete-1
test_busybox_rm_rf_deletes_exactly_once()
{
    deletes_one_of_each busybox_rm_rf
}

# holds: delete-5
test_busybox_rm_rf_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused busybox_rm_rf
}

# holds: delete-1
test_find_delete_deletes_exactly_once()
{
    deletes_one_of_each find_delete
}

# holds: delete-5
test_find_delete_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused find_delete
}

# holds: delete-1
test_python_rmtree_deletes_exactly_once()
{
    deletes_one_of_each python_rmtree
}

# holds: delete-5
test_python_rmtree_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused python_rmtree
}

# holds: delete-1
test_perl_remove_tree_deletes_exactly_once()
{
    deletes_one_of_each perl_remove_tree
}

# holds: delete-5
test_perl_remove_tree_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused perl_remove_tree
}

# holds: delete-1
test_node_rmSync_deletes_exactly_once()
{
    deletes_one_of_each node_rmSync
}

# holds: delete-5
test_node_rmSync_is_refused_and_everything_comes_back()
{
    brings_back_what_is_refused node_rmSync
}

# keeps ERROR COMMAND PATH: refused; nothing is sent, nothing is missing.
keeps()
{
    local before

    before=$(cd "$MNT" && find "$3" | sort)
    forget_requests
    refused "$1" "$2"
    nothing_sent
    assert_eq "$before" "$(cd "$MNT" && find "$3" | sort)" "what is in $3"
    works "cat '$3'/*.json > /dev/null"
}

# keeps_each ERROR COMMAND: of each kind; the command ends before the path.
keeps_each()
{
    local path

    mounted
    works 'cat providers/*/provider.json > /dev/null'
    for path in drives/data providers/backups snapshots/before-upgrade \
        "machines/$MACHINE/before-upgrade"; do
        keeps "$1" "$2 $path" "$path"
    done
}

# holds: delete-3 tree-6
test_rmdir_alone_deletes_nothing()
{
    keeps_each 'Directory not empty' rmdir
    keeps_each_parent
}

# The directory above goes last with rmdir -p, and is no resource.
keeps_each_parent()
{
    refused 'Directory not empty' 'rmdir -p drives/data'
    refused 'Directory not empty' "rmdir machines/$MACHINE"
    refused 'Operation not permitted' 'rmdir drives'
    nothing_sent
}

# holds: delete-3
test_rm_d_deletes_nothing()
{
    keeps_each 'not empty' 'rm -d'
}

# holds: delete-3
test_rm_without_r_deletes_nothing()
{
    keeps_each 'Is a directory' 'rm -f'
}

# holds: delete-3
test_gio_remove_deletes_nothing()
{
    keeps_each 'not empty' 'gio remove'
}

# A trash would have to be a directory of the mount's, or the resource be moved out of its own.
# holds: tree-6
test_gio_trash_deletes_nothing()
{
    keeps_each '' 'gio trash'
    refused 'No such file or directory' 'stat .Trash-0'
}

# holds: delete-4 delete-2
test_docs_a_nested_directory_alone_is_local()
{
    mounted
    works 'ls providers/backups/s3Config > /dev/null'
    refused 'Directory not empty' 'rmdir providers/backups/s3Config'
    works 'rm -r providers/backups/s3Config'
    nothing_sent
    eventually 15 test -f "$MNT/providers/backups/s3Config/bucket"
    words 'rm -r'
    nothing_sent
}

# holds: delete-2
test_a_removal_that_stops_half_way_deletes_nothing()
{
    local before

    mounted
    before=$(ls "$MNT/drives/data")
    works 'find drives/data -type f -delete'
    prints '' 'ls drives/data'
    eventually 15 has_names "$before"
    nothing_sent
    words 'rm -r'
    works 'cat drives/data/drive.json'
}

has_names()
{
    [ "$(ls "$MNT/drives/data")" = "$1" ]
}

# Who answers "no" to some of the questions keeps the resource.
# holds: delete-3
test_rm_ri_with_one_no_deletes_nothing()
{
    mounted
    shell '{ echo y; echo n; yes; } | rm -ri drives/data'
    assert_eq 1 $((rc != 0)) 'rm -ri succeeded'
    assert_contains "$err" 'Directory not empty'
    nothing_sent
    assert_eq data "$(api GET /shared-drives/$DATA | jq -r .name)"
}

# holds: delete-1
test_rsync_delete_deletes_what_it_names_once()
{
    mounted
    works "mkdir $T/none; rsync -r --delete --dirs $T/none/ machines/$OTHER/"
    assert_eq 2 "$(changes | grep -c '^DELETE /snapshots/')"
    assert_eq 2 "$(changes | wc -l)"
}

run_scenarios "$@"
