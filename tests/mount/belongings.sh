#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What lies in a resource (scratch files, symbolic links, .rej) belongs to it: one set for all its
# names and views, and it lasts as long as the resource.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# known [OPTIONS]: a mount that has read everything.
known()
{
    mounted -- "ttl=3600,guard=0${1:+,$1}"
    cat "$MNT"/*/*/*.json >/dev/null
    forget_requests
}

# put_in DOCUMENT [SECRET]: a scratch file, a symbolic link, and a refused document; with a secret in
# it that is not listed.
put_in()
{
    local text='{"id": "wrong"}'

    [ -z "${2:-}" ] || text='{"id": "wrong", "password": "correct-horse"}'
    works "cd '${1%/*}'; echo text > notes; ln -s me@here lock"
    refused 'Invalid argument' "echo '$text' > '$1'"
}

# lies_in DOCUMENT [SECRET]: all that is there, with its content, and listed unless it is a secret.
lies_in()
{
    local dir=${1%/*} name=${1##*/} listed='lock notes' text='{"id": "wrong"}'

    if [ -n "${2:-}" ]; then
        text='{"id": "wrong", "password": "correct-horse"}'
    else
        listed="lock notes rej"
    fi
    prints "text me@here $text" \
        "cd '$dir'; echo \"\$(cat notes) \$(readlink lock) \$(cat $name.rej)\""
    prints "$listed" "ls -A '$dir' | sed s/$name.rej/rej/ | grep -x -e notes -e lock -e rej | sort | paste -sd ' '"
    prints '644 600 2' "cd '$dir'; echo \$(stat -c %a notes $name.rej) \$(find . -newermt '1 hour ago' \
        \( -name notes -o -name lock \) | wc -l)"
}

# views_of snapshots|drives: the document by every name and view of the resource.
views_of()
{
    if [ "$1" = drives ]; then
        printf 'drives/%s/drive.json\n' data "$DATA" "data~$DATA"
    else
        printf 'snapshots/%s/snapshot.json\n' before-upgrade "$UPGRADE" "before-upgrade~$UPGRADE"
        printf "machines/$MACHINE/%s/snapshot.json\n" before-upgrade "$UPGRADE" \
            "before-upgrade~$UPGRADE"
    fi
}

# holds: path-5
test_what_was_put_there_by_one_name_or_view_is_there_by_all()
{
    local kind by document

    known
    for kind in drives snapshots; do
        for by in $(views_of $kind); do
            put_in "$by"
            for document in $(views_of $kind); do
                lies_in "$document"
            done
            works "cd ${document%/*}; rm notes lock *.rej"
            for document in $(views_of $kind); do
                prints 0 "ls -A '${document%/*}' | grep -c -x -e notes -e lock -e '.*rej' || true"
                refused 'No such file' "cat ${document%/*}/notes"
            done
        done
    done
    nothing_asked
}

# holds: path-5 fail-4
test_so_it_is_with_what_opens_by_its_name_alone()
{
    local document

    known
    put_in "snapshots/$UPGRADE/snapshot.json" secret
    put_in "drives/$DATA/drive.json" secret
    for document in $(views_of drives) $(views_of snapshots); do
        lies_in "$document" secret
    done
    nothing_asked
}

# holds: path-5
test_docs_and_with_what_lies_in_a_nested_object()
{
    known
    works "echo x > providers/$TRAINING/s3Config/notes; echo y > providers/$TRAINING/notes"
    prints 'x y' 'cd providers/training-data; echo $(cat s3Config/notes notes)'
    prints 'x' "cat 'providers/training-data~$TRAINING/s3Config/notes'"
    works 'mv providers/training-data/s3Config/notes providers/training-data/s3Config/n2'
    prints 'n2' "ls -A providers/$TRAINING/s3Config | grep -x -e notes -e n2"
    prints 'notes' "ls -A providers/$TRAINING | grep -x -e notes -e n2"
}

# --- events ---------------------------------------------------------------------------------------

# kept EVENT NAME…: what lies in a drive, and in one with a secret, is there after `EVENT ID NAME`,
# by each of those names: %n is the drive's, %i its id.
kept()
{
    local event=$1 archive name shown

    shift
    known
    archive=$(id_of shared-drives archive)
    put_in drives/data/drive.json
    put_in drives/archive/drive.json secret
    works "ls drives/$DATA drives/$archive > /dev/null"
    "$event" "$DATA" data
    "$event" "$archive" archive secret
    for name in "$@" %i; do
        shown=${name//%i/$DATA}
        lies_in "drives/${shown//%n/data}/drive.json"
        shown=${name//%i/$archive}
        lies_in "drives/${shown//%n/archive}/drive.json" secret
    done
}

a_namesake_appears()
{
    api POST /shared-drives "$(drive_body "$2")" >/dev/null
    works 'touch drives; ls drives'
}

# holds: path-5 name-5
test_it_stays_when_a_namesake_appears()
{
    kept a_namesake_appears '%n~%i'
}

renamed_by_field()
{
    works "echo new-$2 > drives/$1/name"
}

# holds: path-5
test_it_stays_when_the_resource_is_renamed_by_a_field_of_another_path()
{
    kept renamed_by_field new-%n 'new-%n~%i'
}

# A success ends what was refused before, but nothing else.
renamed_by_document()
{
    works "echo '{\"name\": \"new-$2\"}' > drives/$1/drive.json
        cd drives/new-$2; [ ! -e drive.json.rej ]; rm notes lock"
    put_in "drives/$1/drive.json" "${3:-}"
}

# holds: path-5 fail-3
test_it_stays_when_the_resource_is_renamed_by_its_document()
{
    kept renamed_by_document new-%n 'new-%n~%i'
}

renamed_elsewhere()
{
    api PUT "/shared-drives/$1" "{\"name\": \"new-$2\"}" >/dev/null
    works 'touch drives'
}

# holds: path-5
test_it_stays_when_the_resource_is_renamed_elsewhere()
{
    kept renamed_elsewhere new-%n 'new-%n~%i'
}

moved()
{
    works "mv drives/$2 drives/new-$2"
}

# holds: path-5
test_it_stays_when_the_resource_is_moved()
{
    kept moved new-%n 'new-%n~%i'
}

moved_by_id()
{
    works "mv drives/$1 drives/new-$2"
}

# holds: path-5
test_it_stays_when_the_resource_is_moved_by_its_id()
{
    kept moved_by_id new-%n 'new-%n~%i'
}

# holds: path-3 path-5
test_a_shell_that_stands_in_it_has_it_through_all_that()
{
    known
    put_in drives/data/drive.json
    cd "$MNT/drives/data"
    works "echo second > drives/$DATA/name; ls drives > /dev/null"
    assert_eq text "$(cat notes)"
    echo more >notes2
    api PUT "/shared-drives/$DATA" '{"name": "third"}' >/dev/null
    works 'touch drives; ls drives > /dev/null'
    assert_eq more "$(cat notes2)"
    prints more "cat drives/third/notes2 && rm drives/third/notes2"
    [ ! -e notes2 ] || fail 'the shell still sees what was removed'
}

# The kernel takes a number of one view along to another, and back.
# holds: path-5 scratch-10
test_what_was_moved_to_another_view_and_back_is_itself_again()
{
    local there=machines/$MACHINE/$UPGRADE

    known
    works "echo b4 > $there/name; cat snapshots/b4/name"
    works "mv snapshots/b4/snapshot.json $there/copy; cmp $there/snapshot.json snapshots/b4/copy"
    works "mv $there/copy snapshots/b4/snapshot.json; [ ! -e $there/copy ]; cat snapshots/b4/snapshot.json"
    works "cmp $there/snapshot.json snapshots/b4/snapshot.json"
}

# holds: attr-10 path-5
test_the_date_of_the_directory_moves_in_every_view()
{
    local view before after

    known
    for view in $(views_of snapshots); do
        before=$(stat -c %y "$MNT"/snapshots/before-upgrade "$MNT/machines/$MACHINE/$UPGRADE")
        works "echo x > ${view%/*}/notes"
        after=$(stat -c %y "$MNT"/snapshots/before-upgrade "$MNT/machines/$MACHINE/$UPGRADE")
        assert_eq '0 1' "$(grep -c -x -F -e "$before" <<<"$after" || true) $(sort -u <<<"$after" | wc -l)" \
            "$view: $before -> $after"
        works "rm ${view%/*}/notes"
    done
}

# --- within one resource --------------------------------------------------------------------------

# holds: path-5 scratch-3 scratch-10
test_it_can_be_moved_from_one_view_to_another()
{
    local here=snapshots/before-upgrade there=machines/$MACHINE/$UPGRADE

    known
    works "echo x > $here/a; exec 5<$here/a; mv $here/a $there/b; [ ! -e $here/a ]; cat $here/b $there/b
        read line <&5; [ \$line = x ]; mv $there/b $here/b; cat $there/b"
    works "echo y > $there/c; mv $here/b $there/c; test \"\$(cat $here/c)\" = x; [ ! -e $there/b ]"
    works "echo '{\"name\": \"b2\"}' > $here/new; mv $here/new $there/snapshot.json"
    assert_requests "PUT /snapshots/$UPGRADE {\"name\":\"b2\"}"
    works "[ ! -e $there/new ]; echo b3 > snapshots/b2/new; mv snapshots/b2/new $there/name
        cat snapshots/b3/name $there/name; echo b4 > $there/name; cat snapshots/b4/name"
    assert_requests "PUT /snapshots/$UPGRADE {\"name\":\"b3\"}" "PUT /snapshots/$UPGRADE {\"name\":\"b4\"}"
    works "mv snapshots/b4/snapshot.json $there/copy; cmp $there/snapshot.json snapshots/b4/copy
        mv $there/copy snapshots/b4/snapshot.json; [ ! -e $there/copy ]; cat snapshots/b4/snapshot.json"
    nothing_asked
    works "echo x > snapshots/b4/x"
    refused 'Operation not permitted' "mv snapshots/b4/x drives/data/x"
    refused 'Operation not permitted' "mv snapshots/b4/x snapshots"
}

# holds: path-5 fail-3
test_what_was_refused_by_one_view_ends_with_a_success_by_another()
{
    local document

    known
    refused 'Invalid argument' "echo '{\"id\": \"x\"}' > snapshots/before-upgrade/snapshot.json"
    works "cd machines/$MACHINE/$UPGRADE; echo '{\"name\": \"new\"}' > snapshot.json"
    for document in "snapshots/$UPGRADE" "machines/$MACHINE/new" snapshots/new; do
        refused 'No such file' "cat $document/snapshot.json.rej"
    done
    refused 'Invalid argument' "echo '{\"id\": \"x\"}' > snapshots/new/snapshot.json"
    works "cd machines/$MACHINE/new; sed -i s/x/$UPGRADE/ snapshot.json.rej
        mv snapshot.json.rej snapshot.json; [ ! -e snapshot.json.rej ]"
    refused 'No such file' 'cat snapshots/new/snapshot.json.rej'
}

# holds: attr-15
test_each_of_its_files_has_one_number_in_each_view_and_another_beside_it()
{
    known
    works "cd snapshots/$UPGRADE; echo x > a; echo y > b; rm a; echo z > c"
    works "[ \$(stat -c %i snapshots/{before-upgrade,$UPGRADE}/b | sort -u | wc -l) -eq 1 ]
        [ \$(stat -c %i {snapshots,machines/$MACHINE}/before-upgrade/b | sort -u | wc -l) -eq 2 ]
        [ \$(stat -c %i {snapshots,machines/$MACHINE}/before-upgrade/* | sort | uniq -d | wc -l) -eq 0 ]"
}

# --- its end --------------------------------------------------------------------------------------

# fill PATH N: N files of 1 MiB.
fill()
{
    works "cd '$1'; for n in \$(seq $2); do head -c 1048576 /dev/zero > big\$n; done"
}

# holds: path-6 scratch-2
test_it_goes_with_its_resource_by_any_name_and_gives_its_room_back()
{
    local archive renders path

    known
    archive=$(id_of shared-drives archive)
    renders=$(id_of shared-drives renders)
    for path in data "$archive" "renders~$renders"; do
        put_in "drives/$path/drive.json" secret
        fill "drives/$path" 15
        refused 'No space left' 'head -c 1048577 /dev/zero > snapshots/before-upgrade/big'
        works "rm -r snapshots/before-upgrade/big 'drives/$path'"
    done
    assert_changes "DELETE /shared-drives/$DATA" "DELETE /shared-drives/$archive" \
        "DELETE /shared-drives/$renders"
    fill snapshots/before-upgrade 16
}

# holds: path-6 scratch-2
test_it_goes_when_the_resource_is_deleted_elsewhere_and_gives_its_room_back()
{
    known
    put_in drives/data/drive.json
    fill "drives/$DATA" 15
    exec {open}<"$MNT/drives/data/big1"
    api DELETE "/shared-drives/$DATA" >/dev/null
    works 'touch drives; ls drives > /dev/null'
    fill drives/archive 15
    refused 'No space left' 'head -c 1048576 /dev/zero > drives/archive/more'
    assert_eq 1048576 "$(stat -L -c %s "/dev/fd/$open")"
    assert_eq 1048576 "$(wc -c <&"$open")" 'what is open is gone'
    exec {open}<&-
    works 'head -c 1048576 /dev/zero > drives/archive/more'
}

# holds: path-5 delete-5
test_a_failed_DELETE_brings_it_back()
{
    known timeout=3
    put_in drives/data/drive.json
    fault '{"method": "DELETE", "times": -1, "status": 403, "body": {"message": "not yours"}}'
    refused 'Permission denied' 'rm -r drives/data'
    lies_in drives/data/drive.json
    refused 'Permission denied' "rm -r 'drives/data~$DATA'"
    lies_in drives/data/drive.json
    refused 'Permission denied' "python3 -c 'import shutil; shutil.rmtree(\"drives/$DATA\")'"
    lies_in drives/data/drive.json
    works 'rm drives/data/notes; ls drives/data/drive.json'
    refused 'Permission denied' 'rm -r drives/data'
    refused 'No such file' 'cat drives/data/notes'
}

# holds: path-5 move-1
test_a_refused_move_to_another_filesystem_brings_it_back()
{
    known
    put_in drives/data/drive.json
    shell "mv drives/data $T/"
    assert_status 1
    lies_in drives/data/drive.json
    nothing_sent
}

# holds: path-6 scratch-2
test_what_was_removed_with_some_of_the_resource_s_files_makes_room()
{
    known
    fill drives/data 16
    works 'rm drives/data/size drives/data/big1; head -c 1048576 /dev/zero > drives/archive/big'
    refused 'No space left' 'head -c 1 /dev/zero > drives/archive/more'
}

# --- drafts ---------------------------------------------------------------------------------------

# holds: draft-17
test_what_lies_in_a_draft_is_the_resource_s_when_that_is_created()
{
    known
    works 'mkdir drives/new'
    refused 'Invalid argument' "echo '{\"size\": \"x\"}' > drives/new/drive.json"
    works 'cd drives/new; echo text > notes; ln -s me@here lock; [ -e drive.json.rej ]
        mv notes n2; mv n2 notes; exec 5>>notes
        rm drive.json.rej; echo "{\"size\": 100, \"region\": \"ny2\", \"'"$(network_key)"'\": \"nwhoe4ox\"}" > drive.json
        echo more >&5'
    prints 'text more me@here' 'cd drives/$(cat drives/new/id); echo $(cat notes) $(readlink lock)'
    works 'mv drives/new drives/other; rm "drives/$(cat drives/other/id)/notes"; [ ! -e drives/other/notes ]'
}

# holds: draft-17
test_docs_what_lies_in_a_nested_object_of_a_draft_is_too()
{
    known
    works 'mkdir providers/new; cd providers/new/s3Config; echo x > notes; cd ..; echo y > notes
        echo "{\"s3Config\": {\"accessKey\": \"AKIA\", \"secretAccessKey\": \"s/e/c/r/e/t\", \"bucket\": \"b\"}}" > provider.json'
    prints 'x y' 'cd "providers/$(cat providers/new/id)"; echo $(cat s3Config/notes notes)'
}

# holds: draft-17 draft-14
test_what_lies_in_a_draft_goes_with_it_and_is_not_its_namesake_s()
{
    known
    works 'mkdir drives/new; echo x > drives/new/notes; rm -r drives/new; mkdir drives/new
        [ ! -e drives/new/notes ]; rm -r drives/new'
    nothing_asked
}

# --- how much -------------------------------------------------------------------------------------

# holds: scratch-8
test_a_resource_has_room_for_4096_and_others_for_as_many()
{
    known
    works 'python3 -c "
import os
for path in \"drives/data\", \"drives/archive\":
    for n in range(4096):
        os.close(os.open(f\"{path}/{n}\", os.O_CREAT | os.O_WRONLY))
"'
    refused 'No space left on device' "echo x > drives/$DATA/more"
    words ENOSPC 4096
    works "cd drives/$DATA; rm 17; echo x > more; rm more 4*; ln -s x more"
    prints "$((4096 - 207))" "ls drives/data | grep -c -x -E '[0-9]+|more'"
}

# holds: path-6
test_a_file_that_was_large_gives_its_room_back()
{
    known
    measured
    works 'cd drives/data; for n in $(seq 60); do head -c 1048576 /dev/zero > f$n; : > f$n; done'
    if [ "$(memory VmRSS)" -ge 60 ]; then
        fail "the daemon keeps $(memory VmRSS) MiB"
    fi
}

run_scenarios "$@"
