#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Scratch files: other names in a resource's directory, local to the mount, and .rej among them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DOC=drives/data/drive.json

# known [OPTIONS]: a mount that has read everything; afterwards nothing may be asked.
known()
{
    mounted -- "ttl=3600${1:+,$1}"
    cat "$MNT"/*/*/*.json >/dev/null
    forget_requests
}

put()
{
    echo "PUT /shared-drives/$DATA {\"name\":\"$1\"}"
}

# holds: scratch-1
test_they_are_files_like_others()
{
    known
    works 'cd drives/data; echo one > notes; echo two >> notes; printf THREE | dd of=notes bs=1 seek=4 conv=notrunc status=none'
    prints $'one\nTHREE' 'cat drives/data/notes'
    prints 9 'stat -c %s drives/data/notes'
    works 'cd drives/data; truncate -s 3 notes; test "$(cat notes)" = one; truncate -s 5 notes'
    prints $'one\\0\\0' 'od -A n -c drives/data/notes | tr -d " " | sed "s/^/x/; s/x//"'
    works 'cd drives/data; mv notes other; test ! -e notes; cp other third; mv -f third other'
    works 'cd drives/data; : > empty; test ! -s empty; rm empty other'
    prints '' 'ls -A drives/data | grep -E "notes|other|third|empty" || true'
    nothing_asked
}

# holds: scratch-1
test_they_are_listed_with_owner_mode_and_time()
{
    known
    works 'cd drives/data; umask 077; echo x > a; install -m 4750 /dev/null b; chmod 604 a'
    prints '604 4750' 'stat -c %a drives/data/{a,b} | paste -sd " "'
    prints '0:0 0:0' 'stat -c %u:%g drives/data/{a,b} | paste -sd " "'
    prints 'a b' 'ls -A drives/data | grep -x -e a -e b | paste -sd " "'
    works 'test $(($(date +%s) - $(stat -c %Y drives/data/a))) -lt 60'
    works 'chown 5:5 drives/data/a; touch -d 2020-01-01 drives/data/a'
    nothing_asked
}

# holds: scratch-1
test_all_kinds_have_room_for_them()
{
    known
    local dir

    for dir in drives/data snapshots/before-upgrade "machines/$MACHINE/before-upgrade" \
        providers/training-data; do
        works "cd '$dir'; echo x > .tmp-1; mv .tmp-1 .tmp-2; test \"\$(cat .tmp-2)\" = x; rm .tmp-2"
    done
    [ "$D" = openapi ] || works 'cd providers/training-data/s3Config; echo x > t; rm t'
    nothing_asked
}

# holds: scratch-9
test_symbolic_links_are_locks()
{
    known
    works 'cd drives/data; ln -s root@host.1234:567 .#drive.json'
    prints root@host.1234:567 'readlink drives/data/.#drive.json'
    refused 'File exists' 'cd drives/data; ln -s other .#drive.json'
    works 'cd drives/data; ln -sf other .#drive.json; test "$(readlink .#drive.json)" = other'
    works 'cd drives/data; ln -s drive.json link; cmp link drive.json; rm link .#drive.json'
    nothing_asked
}

# holds: scratch-9
test_an_exclusive_create_happens_once()
{
    known
    works 'cd drives/data; set -C; echo 1 > lock'
    refused 'cannot overwrite' 'cd drives/data; set -C; echo 2 > lock'
    refused 'cannot overwrite' 'cd drives/data; set -C; echo 2 > name'
    prints 1 'cat drives/data/lock'
    nothing_asked
}

# holds: scratch-1
test_an_open_one_lives_on_without_its_name()
{
    known
    works 'cd drives/data; exec 5<>gone; echo text >&5; rm gone; test ! -e gone
        test "$(cat /dev/fd/5)" = text; echo more >&5; test "$(stat -L -c %s /dev/fd/5)" = 10'
    nothing_asked
}

# holds: scratch-2
test_a_file_has_at_most_a_MiB()
{
    known
    works "head -c 1048576 /dev/zero > drives/data/big"
    prints 1048576 'stat -c %s drives/data/big'
    refused 'No space left on device' 'echo x >> drives/data/big'
    words ENOSPC 'drives/data/big' 'MiB'
    refused 'No space left on device' "head -c 1048577 /dev/zero > drives/data/bigger"
    refused 'No space left on device' 'truncate -s 1048577 drives/data/big'
    prints 1048576 'stat -c %s drives/data/big'
    works 'rm drives/data/big drives/data/bigger'
    nothing_asked
}

# holds: scratch-2 path-6
test_all_together_have_at_most_16_MiB()
{
    known
    works 'cd drives/data; for n in $(seq 15); do head -c 1048576 /dev/zero > big$n; done'
    works 'cd snapshots/before-upgrade; head -c 1048576 /dev/zero > big'
    refused 'No space left on device' 'head -c 10 /dev/zero > drives/archive/small'
    words ENOSPC '16 MiB'
    works 'rm drives/data/big1; head -c 1048576 /dev/zero > drives/archive/small'
    refused 'No space left on device' 'echo x > drives/data/one-more'
    works 'rm drives/data/big* drives/archive/small; echo x > drives/data/one-more'
    works 'rm drives/data/one-more snapshots/before-upgrade/big'
    nothing_asked
}

# holds: scratch-2
test_full_or_not_a_document_is_saved()
{
    known
    works 'cd drives/data; for n in $(seq 16); do head -c 1048576 /dev/zero > big$n; done'
    works 'echo renamed > drives/data/name'
    assert_requests "$(put renamed)"
    works 'cd drives/renamed; test -s big16; rm big*; ls > /dev/null'
}

# holds: scratch-3
test_moved_onto_the_document_or_a_field_they_are_a_write()
{
    known
    works 'cd drives/data; echo "{\"name\": \"one\"}" > tmp; mv tmp drive.json; test ! -e tmp'
    assert_requests "$(put one)"
    prints '"one"' 'jq .name drives/one/drive.json'
    works 'cd drives/one; echo two > tmp; mv tmp name; test ! -e tmp'
    assert_requests "$(put two)"
    prints two 'cat drives/two/name'
    works 'cd drives/two; cat drive.json > tmp; mv tmp drive.json'
    nothing_asked
}

# holds: scratch-3 fail-3 scratch-5
test_a_move_that_is_refused_leaves_both()
{
    known
    works 'cd drives/data; echo "{\"id\": \"x\"}" > tmp'
    refused 'Bad message' 'cd drives/data; mv tmp drive.json'
    words EBADMSG 'drives/data' id
    prints '{"id": "x"}' 'cat drives/data/tmp'
    prints '{"id": "x"}' 'cat drives/data/drive.json.rej'
    prints data 'jq -r .name drives/data/drive.json'
    refused 'Bad message' 'cd drives/data; echo > tmp; mv tmp name'
    prints data 'cat drives/data/name'
    refused 'Permission denied' 'cd drives/data; mv -f tmp id'
    words EACCES
    nothing_asked
}

# holds: scratch-3 errno-1 errno-5
test_errors_of_the_API_are_those_of_rename()
{
    known
    works 'cd drives/data; echo new > tmp'
    fault '{"method": "PUT", "status": 409, "body": {"code": "CONFLICT", "message": "at it"}}'
    refused 'Device or resource busy' 'cd drives/data; mv tmp name'
    words EBUSY 409 'at it'
    fault '{"method": "PUT", "status": 402, "body": {"code": "PAY", "message": "pay"}}'
    refused 'Disk quota exceeded' 'cd drives/data; mv tmp name'
    assert_changes "$(put new)" "$(put new)"
    prints new 'cat drives/data/tmp'
    works 'cd drives/data; mv tmp name'
    assert_changes "$(put new)"
}

# holds: scratch-4
test_the_document_moved_away_leaves_a_copy()
{
    known
    cp "$MNT/$DOC" "$T/before"
    works 'cd drives/data; mv drive.json drive.json~; test ! -e drive.json'
    cmp "$T/before" "$MNT/drives/data/drive.json~" || fail 'the copy differs'
    nothing_asked
    works 'cd drives/data; sed s/data/renamed/ drive.json~ > drive.json'
    assert_requests "$(put renamed)"
    works 'cd drives/renamed; test "$(jq -r .name drive.json)" = renamed; rm drive.json~'
    works 'cd drives/renamed; mv name name.old; mv name.old name'
    prints renamed 'cat drives/renamed/name'
    nothing_asked
}

# holds: scratch-4
test_moved_back_it_is_the_old_one_again()
{
    known
    cp "$MNT/$DOC" "$T/before"
    works 'cd drives/data; mv drive.json x; mv x drive.json; test ! -e x'
    cmp "$T/before" "$MNT/$DOC" || fail 'the document differs'
    works 'cd drives/data; cp -p drive.json x; rm drive.json; mv x drive.json'
    cmp "$T/before" "$MNT/$DOC" || fail 'the document differs'
    nothing_asked
}

# holds: scratch-10 scratch-7
test_files_of_the_resource_do_not_replace_each_other()
{
    known
    refused 'Operation not permitted' 'cd drives/data; mv -f name drive.json'
    refused 'Operation not permitted' 'cd drives/data; mv -f id name'
    refused 'Operation not permitted' 'mv drives/data/name drives/archive/x'
    works 'echo x > drives/data/x'
    refused 'Operation not permitted' 'mv drives/data/x drives/archive/x'
    refused 'Operation not permitted' 'ln drives/data/x drives/data/y'
    refused 'Operation not permitted' 'mv drives/data/x .'
    works 'test -e drives/data/x; rm drives/data/x'
    nothing_asked
}

# --- .rej ----------------------------------------------------------------------------------------

# holds: fail-3
test_what_was_rejected_is_kept_until_the_next_success()
{
    known
    refused 'Invalid argument' "echo '{\"id\": \"one\"}' > $DOC"
    prints '{"id": "one"}' "cat $DOC.rej"
    prints 600 "stat -c %a $DOC.rej"
    refused 'Invalid argument' "echo '{\"id\": \"two\"}' > $DOC"
    prints '{"id": "two"}' "cat $DOC.rej"
    works "echo '{\"name\": \"data\"}' > $DOC"
    refused 'No such file' "cat $DOC.rej"
    nothing_asked
}

# holds: fail-3 scratch-3
test_it_can_be_mended_and_moved_into_place()
{
    known
    jq '.name = "mended" | .id = "wrong"' "$MNT/$DOC" >"$T/new"
    refused 'Invalid argument' "cp $T/new $DOC"
    cmp "$T/new" "$MNT/$DOC.rej" || fail 'the .rej is not the text'
    works "cd drives/data; sed -i s/wrong/$DATA/ drive.json.rej; mv drive.json.rej drive.json"
    assert_requests "$(put mended)"
    prints '' 'ls -A drives/mended | grep rej || true'
}

# holds: fail-3
test_it_can_be_removed()
{
    known
    refused 'Invalid argument' "echo '{' | tee $DOC"
    works "rm $DOC.rej"
    refused 'No such file' "cat $DOC.rej"
    refused 'Invalid argument' "echo '{\"id\": \"one\"}' > $DOC"
    prints '{"id": "one"}' "cat $DOC.rej"
    nothing_asked
}

# holds: fail-3
test_every_way_to_be_refused_keeps_the_text()
{
    known
    refused 'Invalid argument' "printf '{\"name\": \"cut' > $DOC; /bin/true; printf '{\"name\": \"cut' | tee $DOC"
    prints '{"name": "cut' "cat $DOC.rej"
    refused 'Invalid argument' "echo '{\"nmae\": 1}' | dd of=$DOC bs=3 status=none conv=fsync"
    prints '{"nmae": 1}' "cat $DOC.rej"
    fault '{"method": "PUT", "status": 500, "times": -1}'
    refused 'Input/output error' "echo '{\"name\": \"five\"}' > $DOC"
    prints '{"name": "five"}' "cat $DOC.rej"
    no_faults
    works "cat $DOC.rej > $DOC"
    prints '' 'ls -A drives/five | grep rej || true'
}

# holds: fail-3
test_others_can_not_read_it()
{
    known allow_other
    refused 'Invalid argument' "echo '{\"id\": \"one\"}' > $DOC"
    run setpriv --reuid=65534 --regid=65534 --clear-groups cat "$MNT/$DOC.rej"
    assert_status 1
    assert_contains "$err" 'Permission denied'
}

# --- what becomes of them ------------------------------------------------------------------------

# holds: path-6 delete-1
test_they_go_with_their_resource()
{
    known
    works 'echo x > drives/data/notes; rm -r drives/data'
    assert_requests "DELETE /shared-drives/$DATA"
}

# holds: path-5
test_they_stay_through_a_rename()
{
    known
    works 'echo x > drives/data/notes; mv drives/data drives/renamed; cat drives/renamed/notes'
    works 'echo again > drives/renamed/name; cat drives/again/notes'
    assert_requests "$(put renamed)" "$(put again)"
}

# holds: ro-1
test_read_only_there_are_none()
{
    known ro
    refused 'Read-only file system' 'echo x > drives/data/notes'
    refused 'Read-only file system' "echo '{}' > $DOC"
    refused 'Read-only file system' 'ln -s x drives/data/link'
    nothing_asked
}

run_scenarios "$@"
