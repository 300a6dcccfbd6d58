#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The journals are followed.
. "${BASH_SOURCE[0]%/*}/lib.sh"

C=.paperspacefs

# fail_often FROM TO: failed operations with these numbers in their paths.
fail_often()
{
    perl -e 'chdir $ARGV[0] or die; mkdir "e$_" for $ARGV[1] .. $ARGV[2]; 1' "$MNT" "$1" "$2"
}

# Waits until what follows the pipe has printed so many lines to FILE.
await_lines()
{
    local i

    for ((i = 0; i < 100 * patience; i++)); do
        if [ "$(wc -l <"$2")" -ge "$1" ]; then return; fi
        sleep 0.1
    done
    fail "only $(wc -l <"$2") lines in $2, not $1"
}

# follow OPTIONS FILE: tail, of which $follower is the number, and $T/followed what it prints.
follow()
{
    tail -s 0.1 "$1" -n +1 "$MNT/$C/$2" >"$T/followed" 2>"$T/said" &
    follower=$!
    echo $follower >"$WORK/tail.pid"
}

end_follow()
{
    kill "$follower"
    wait "$follower" || true
    rm "$WORK/tail.pid"
}

# holds: journal-1
test_tail_f_shows_each_new_line_of_each_journal()
{
    local name

    mounted -- ttl=0
    for name in errors changes requests; do
        follow -f $name.jsonl
        shell "mkdir bad-$name; ls drives > /dev/null; echo $name > drives/data/note-$name
            echo '{\"name\": \"new-$name\"}' > drives/archive/drive.json
            mv drives/new-$name drives/archive"
        await_lines "$(wc -l <"$MNT/$C/$name.jsonl")" "$T/followed"
        end_follow
        cmp <(head -n 1 "$T/followed") <(head -n 1 "$MNT/$C/$name.jsonl")
        works "test -s $C/$name.jsonl"
    done
}

# holds: journal-1 dry-2
test_docs_tail_f_shows_each_planned_request()
{
    mounted -- dry_run
    follow -f plan.jsonl
    shell 'echo new > drives/data/name; echo other > drives/data/name'
    await_lines 2 "$T/followed"
    end_follow
    assert_eq "[\"new\",\"other\"]" "$(jq -s -c 'map(.body.name)' "$T/followed")"
}

# holds: journal-1 journal-4
test_an_open_handle_reads_and_measures_what_was_added()
{
    mounted
    shell 'mkdir one'
    works "exec 8< $C/errors.jsonl; cat <&8 > $T/first; mkdir two 2>/dev/null || mkdir three 2>/dev/null || :
        cat <&8 > $T/second; stat -L -c %s /dev/fd/8 > $T/size"
    assert_eq '["one"]' "$(jq -s -c 'map(.path)' "$T/first")"
    assert_eq '["two","three"]' "$(jq -s -c 'map(.path)' "$T/second")"
    assert_eq "$(cat "$T/first" "$T/second" | wc -c)" "$(cat "$T/size")"
    prints 0 "stat -c %s $C/errors.jsonl > $T/is; cat $C/errors.jsonl | wc -c | cmp - $T/is; echo \$?"
}

# What was read stays true: the count stands where there was room for it.
# holds: words-9
test_a_repeat_makes_a_journal_no_longer()
{
    mounted
    shell "mkdir one; stat -c %s $C/errors.jsonl > $T/before; for i in 1 2 3; do mkdir one; done"
    works "stat -c %s $C/errors.jsonl | cmp - $T/before"
    prints '[4]' "jq -s -c 'map(.count)' $C/errors.jsonl"
}

# holds: journal-4
test_a_journal_is_dated_by_its_newest_line()
{
    mounted
    works "touch -r $C/errors.jsonl $T/before; sleep 0.05"
    shell 'mkdir one'
    works "test $C/errors.jsonl -nt $T/before"
    works "touch -r $C/errors.jsonl $T/before; sleep 0.05; ! test $C/errors.jsonl -nt $T/before"
}

# holds: journal-2 control-4
test_tail_F_over_3000_entries_shows_each_exactly_once()
{
    local inode

    mounted
    inode=$(stat -c %i "$MNT/$C/errors.jsonl")
    follow -F errors.jsonl
    fail_often 1 1500
    await_lines 1500 "$T/followed"
    works "test $inode = \$(stat -c %i $C/errors.jsonl) && test ! -e $C/errors.jsonl.1"
    fail_often 1501 3000
    await_lines 3000 "$T/followed"
    end_follow
    jq -r .path "$T/followed" | cmp - <(seq -f 'e%g' 1 3000)
    assert_contains "$(cat "$T/said")" 'has been replaced'
    prints $'2000\n1000' "wc -l < $C/errors.jsonl.1; wc -l < $C/errors.jsonl"
    prints "$inode" "stat -c %i $C/errors.jsonl.1"
    works "test $inode != \$(stat -c %i $C/errors.jsonl)"
    prints $'errors.jsonl\nerrors.jsonl.1' "ls $C | grep errors"
    works "ls -i $C | while read -r inode name; do test \$inode = \$(stat -c %i $C/\$name); done"
}

# holds: journal-2
test_docs_the_one_before_gives_way_and_its_readers_go_on()
{
    mounted
    fail_often 1 10
    exec 8<"$MNT/$C/errors.jsonl"
    fail_often 11 4001
    prints '"e2001"' "head -n 1 $C/errors.jsonl.1 | jq .path"
    prints '"e4001"' "head -n 1 $C/errors.jsonl | jq .path"
    jq -r .path <&8 | cmp - <(seq -f 'e%g' 1 2000)
    assert_eq "0 $(stat -L -c %s /dev/fd/8)" "$(stat -L -c %h /dev/fd/8) $(wc -c </dev/fd/8)"
    exec 8<&-
}

# holds: journal-3 tree-6
test_a_journal_is_not_written()
{
    mounted
    shell 'mkdir one'
    refused 'Permission denied' "echo x >> $C/errors.jsonl"
    refused 'Permission denied' ": > $C/errors.jsonl"
    refused 'Operation not permitted' "rm -f $C/errors.jsonl"
    refused 'Operation not permitted' "mv $C/errors.jsonl $C/mine"
    refused 'Operation not permitted' "touch $C/errors.jsonl.1"
    prints 0 "jq -s . $C/errors.jsonl > /dev/null; echo \$?"
}

# seen: kind and path of each change elsewhere, and what of the name.
seen()
{
    jq -r '"\(.kind) \(.path) \(.keys.name.from) \(.keys.name.to)"' "$MNT/$C/seen.jsonl"
}

# holds: control-6 control-7
test_seen_jsonl_has_what_was_changed_elsewhere()
{
    mounted -- ttl=0
    works 'ls drives snapshots > /dev/null'
    assert_eq '' "$(seen)"
    api PUT "/shared-drives/$DATA" '{"name": "newer"}' >/dev/null
    works 'ls drives > /dev/null'
    assert_eq 'changed drives/newer data newer' "$(seen)"
    assert_eq "[\"$DATA\"]" "$(jq -s -c 'map(.id)' "$MNT/$C/seen.jsonl")"
    api DELETE "/shared-drives/$DATA" >/dev/null
    works 'ls drives > /dev/null'
    assert_eq 'deleted drives/newer newer null' "$(seen | tail -n 1)"
    api POST /shared-drives "$(drive_body fresh)" >/dev/null
    works 'ls drives > /dev/null'
    assert_eq 'created drives/fresh null fresh' "$(seen | tail -n 1)"
    assert_eq 3 "$(seen | wc -l)"
}

# holds: control-7
test_seen_jsonl_has_nothing_of_this_mount_s_own_doing()
{
    mounted -- ttl=0
    works "ls drives machines/$MACHINE > /dev/null; echo mine > drives/data/name; ls drives > /dev/null
        mkdir machines/$MACHINE/own; ls machines/$MACHINE snapshots > /dev/null; rm -r drives/mine; ls drives > /dev/null
        cat drives/archive/drive.json > /dev/null"
    assert_eq '' "$(seen)"
}

# holds: control-8
test_docs_seen_jsonl_masks_secrets()
{
    mounted -- ttl=0
    works 'ls providers > /dev/null'
    api PUT "/storage-providers/$TRAINING" "$(api GET "/storage-providers/$TRAINING" |
        jq -c '{name: "renamed", isTeamDefault, s3Config: (.s3Config
            | .secretAccessKey = "hush-hush-1")}')" >/dev/null
    works 'ls providers > /dev/null'
    assert_contains "$(seen)" 'changed providers/renamed'
    assert_lacks "$(cat "$MNT/$C/seen.jsonl")" hush-hush
    assert_eq '["********","********"]' "$(jq -c '.keys.s3Config | [.from, .to]
        | map(.secretAccessKey)' "$MNT/$C/seen.jsonl")"
}

# holds: control-7
test_docs_seen_jsonl_has_nothing_of_a_listing_after_stale_data()
{
    mounted -- ttl=0,timeout=3
    works 'ls drives > /dev/null'
    fault '{"path": "/shared-drives", "status": 503, "times": -1}'
    works 'ls drives > /dev/null; sleep 1.5'
    no_faults
    api PUT "/shared-drives/$DATA" '{"name": "newer"}' >/dev/null
    eventually 5 ls "$MNT/drives/newer"
    assert_eq '' "$(seen)"
    api PUT "/shared-drives/$DATA" '{"name": "newest"}' >/dev/null
    works 'ls drives > /dev/null'
    assert_eq 'changed drives/newest newer newest' "$(seen)"
}

run_scenarios "$@"
