#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Programs that rename: each sends the new name once, and none copies and deletes instead.
. "${BASH_SOURCE[0]%/*}/lib.sh"

declare -A renamer=(
    [mv]='mv %s %s'
    [mv_nT]='mv -nT %s %s'
    [busybox_mv]='busybox mv %s %s'
    [python_rename]="python3 -c 'import os; os.rename(\"%s\", \"%s\")'"
    [python_renames]="python3 -c 'import os; os.renames(\"%s\", \"%s\")'"
    [python_move]="python3 -c 'import shutil; shutil.move(\"%s\", \"%s\")'"
    [perl_rename]="perl -e 'rename(\"%s\", \"%s\") or die \"\$!\\\\n\"'"
    [perl_move]="perl -MFile::Copy=move -e 'move(\"%s\", \"%s\") or die \"\$!\\\\n\"'"
    [node_renameSync]="node -e 'fs.renameSync(\"%s\", \"%s\")'"
    [gio_move]='gio move %s %s'
)

# renamed_by TOOL FROM TO: the command.
renamed_by()
{
    # shellcheck disable=SC2059  # a format
    printf "${renamer[$1]}" "$2" "$3"
}

# renames TOOL FROM TO REQUEST
renames()
{
    forget_requests
    works "$(renamed_by "$1" "$2" "$3")"
    assert_changes "$4"
    refused 'No such file or directory' "stat '$2'"
    works "cat '$3'/*.json > /dev/null"
    assert_eq "\"$(basename "$3")\"" "$(jq .name "$MNT/$3"/*.json)"
}

# One drive and one snapshot, both ways, and the truth on both sides.
renames_one_of_each()
{
    mounted
    renames "$1" drives/data drives/renamed "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    renames "$1" drives/renamed drives/data "PUT /shared-drives/$DATA {\"name\":\"data\"}"
    assert_eq '"data"' "$(api GET /shared-drives/$DATA | jq .name)"
    renames "$1" snapshots/before-upgrade snapshots/before \
        "PUT /snapshots/$UPGRADE {\"name\":\"before\"}"
    renames "$1" "machines/$MACHINE/before" "machines/$MACHINE/again" \
        "PUT /snapshots/$UPGRADE {\"name\":\"again\"}"
    works 'test -f snapshots/again/snapshot.json'
}

all_names()
{
    (cd "$MNT" && find . -mindepth 2 -path ./.paperspacefs -prune -o -print | sort)
}

# Python takes every error of a rename for another filesystem, copies (which creates) and removes.
# That the last step is refused is what keeps the resource.
declare -A copies=([python_move]=yes)

# changes_of TOOL: what it has sent that is no copy.
changes_of()
{
    if [ -n "${copies[$1]:-}" ]; then
        changes | grep -v -e '^POST ' -e '^PUT /snapshots/.*"note"' || true
    else
        changes
    fi
}

# has_names PATH NAMES: all of those that are below the path.
has_names()
{
    [ "$(all_names | grep "^./$1/")" = "$(grep "^./$1/" <<<"$2")" ]
}

# keeps TOOL FROM TO REQUESTS: fails, with these requests; nothing has moved, nothing is missing.
keeps()
{
    local before

    before=$(all_names)
    forget_requests
    shell "$(renamed_by "$1" "$2" "$3")"
    assert_eq 1 $((rc != 0)) "$1 $2 $3 succeeded"
    assert_eq "$4" "$(changes_of "$1")" "requests of $1 $2 $3"
    if [ -n "${copies[$1]:-}" ]; then
        eventually 15 has_names "$2" "$before"
    else
        assert_eq "$before" "$(all_names)" "after $1 $2 $3"
    fi
}

# What would be a copy and a removal, if the tool had its way; and what the server refuses.
keeps_what_is_refused()
{
    mounted
    works 'cat providers/*/provider.json > /dev/null'
    keeps "$1" drives/data snapshots/data ''
    keeps "$1" drives/data data ''
    keeps "$1" providers/backups drives/archive/backups ''
    keeps "$1" "machines/$MACHINE/before-upgrade" machines/psd0w6r3nj1z/elsewhere ''
    if [ -z "${copies[$1]:-}" ]; then
        keeps "$1" drives drives2 ''
        keeps "$1" "machines/$MACHINE" machines/ps0other ''
    fi
    fault '{"method": "PUT", "times": -1, "status": 409, "body": {"message": "not now"}}'
    keeps "$1" drives/data drives/renamed "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    works "grep -q 'EBUSY.*not now' .paperspacefs/errors.jsonl"
    assert_eq '"data"' "$(api GET /shared-drives/$DATA | jq .name)"
}

# holds: rename-1
test_mv_renames_once()
{
    renames_one_of_each mv
}

# holds: rename-3 rename-4
test_mv_keeps_what_is_refused()
{
    keeps_what_is_refused mv
}

# holds: rename-1
test_mv_nT_renames_once()
{
    renames_one_of_each mv_nT
}

# holds: rename-3 rename-4
test_mv_nT_keeps_what_is_refused()
{
    keeps_what_is_refused mv_nT
}

# holds: rename-1
test_busybox_mv_renames_once()
{
    renames_one_of_each busybox_mv
}

# holds: rename-3 rename-4
test_busybox_mv_keeps_what_is_refused()
{
    keeps_what_is_refused busybox_mv
}

# holds: rename-1
test_python_rename_renames_once()
{
    renames_one_of_each python_rename
}

# holds: rename-3 rename-4
test_python_rename_keeps_what_is_refused()
{
    keeps_what_is_refused python_rename
}

# holds: rename-1
test_python_renames_renames_once()
{
    renames_one_of_each python_renames
}

# holds: rename-3 rename-4
test_python_renames_keeps_what_is_refused()
{
    keeps_what_is_refused python_renames
}

# holds: rename-1
test_python_move_renames_once()
{
    renames_one_of_each python_move
}

# holds: move-1
test_python_move_keeps_what_is_refused()
{
    keeps_what_is_refused python_move
}

# holds: rename-1
test_perl_rename_renames_once()
{
    renames_one_of_each perl_rename
}

# holds: rename-3 rename-4
test_perl_rename_keeps_what_is_refused()
{
    keeps_what_is_refused perl_rename
}

# holds: rename-1
test_perl_move_renames_once()
{
    renames_one_of_each perl_move
}

# holds: rename-3 rename-4
test_perl_move_keeps_what_is_refused()
{
    keeps_what_is_refused perl_move
}

# holds: rename-1
test_node_renameSync_renames_once()
{
    renames_one_of_each node_renameSync
}

# holds: rename-3 rename-4
test_node_renameSync_keeps_what_is_refused()
{
    keeps_what_is_refused node_renameSync
}

# holds: rename-1
test_gio_move_renames_once()
{
    renames_one_of_each gio_move
}

# holds: rename-3 rename-4
test_gio_move_keeps_what_is_refused()
{
    keeps_what_is_refused gio_move
}

# holds: rename-1
test_rename_ul_renames_each_once()
{
    mounted
    works 'rename.ul a o drives/data drives/archive'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"dota\"}" \
        'PUT /shared-drives/sdq7h2m4xc {"name":"orchive"}'
    prints $'dota\norchive\nrenders\nteam files' 'ls drives'
}

# vidir lists a directory's names in an editor and renames what was changed there.
# holds: rename-1
test_vidir_renames_what_was_edited()
{
    mounted
    works "EDITOR='sed -i s/data/renamed/' vidir drives"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    prints '"renamed"' 'jq .name drives/renamed/drive.json'
}

# A line that is deleted there is a removal of its file: of a directory only an empty one.
# holds: delete-3
test_vidir_without_r_removes_no_resource()
{
    mounted
    shell "EDITOR='sed -i /data/d' vidir drives"
    assert_eq 1 $((rc != 0)) 'vidir removed it'
    nothing_sent
    works 'cat drives/data/drive.json > /dev/null'
}

# To another filesystem: it copies, and then must not remove.
moves_out()
{
    mounted
    shell "$(renamed_by "$1" drives/data "$T/data")"
    assert_eq 1 $((rc != 0)) "$1 succeeded"
    nothing_sent
    words EPERM 'cp -r'
    assert_eq '"data"' "$(api GET /shared-drives/$DATA | jq .name)"
    eventually 15 test -f "$MNT/drives/data/drive.json"
    nothing_sent
}

# holds: move-1 move-2
test_mv_to_another_filesystem_destroys_nothing()
{
    moves_out mv
}

# holds: move-1 move-2
test_busybox_mv_to_another_filesystem_destroys_nothing()
{
    moves_out busybox_mv
}

# holds: move-1 move-2
test_python_move_to_another_filesystem_destroys_nothing()
{
    moves_out python_move
}

# holds: rename-4 rename-3
test_rename_onto_itself_sends_nothing()
{
    mounted
    works "python3 -c 'import os; os.rename(\"drives/data\", \"drives/data\")'"
    nothing_sent
    refused 'Operation not permitted' 'mv drives/data drives/archive'
    nothing_sent
}

# holds: rename-1
test_mv_b_first_renames_the_one_in_the_way()
{
    mounted
    works 'mv -bT drives/data drives/archive'
    assert_changes 'PUT /shared-drives/sdq7h2m4xc {"name":"archive~"}' \
        "PUT /shared-drives/$DATA {\"name\":\"archive\"}"
}

run_scenarios "$@"
