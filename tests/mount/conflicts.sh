#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Texts made from older versions: whose edit would undo what somebody else has done meanwhile is
# refused, whose edit means an older value anew is carried out.
. "${BASH_SOURCE[0]%/*}/lib.sh"

P=providers/training-data

bucket_path()
{
    if [ "$D" = openapi ]; then
        echo .bucket
    else
        echo .s3Config.bucket
    fi
}

# elsewhere_bucket NAME: somebody else gives the provider another bucket.
elsewhere_bucket()
{
    if [ "$D" = openapi ]; then
        api PUT "/storage-providers/$TRAINING" "$(api GET "/storage-providers/$TRAINING" |
            jq -c --arg b "$1" '{name, type, region, bucket: $b}')" >/dev/null
    else
        api PUT "/storage-providers/$TRAINING" "$(api GET "/storage-providers/$TRAINING" |
            jq -c --arg b "$1" '{name, isTeamDefault, s3Config: (.s3Config | .bucket = $b)}')" >/dev/null
    fi
}

# bucket_becomes NAME: elsewhere, and this mount has noticed.
bucket_becomes()
{
    elsewhere_bucket "$1"
    works 'touch providers; ls providers >/dev/null'
}

# The bucket was b1, and read; became b2 elsewhere, and was read; and is b1 again.
start_reverted()
{
    start_emulator
    elsewhere_bucket b1
    mount_fs ttl=3600
    eventually 20 started_up
    works "cat $P/provider.json >$T/b1"
    bucket_becomes b2
    works "cat $P/provider.json >$T/b2"
    bucket_becomes b1
    forget_requests
}

# now_bucket NAME: what the server has.
now_bucket()
{
    assert_eq "$1" "$(api GET "/storage-providers/$TRAINING" | jq -r "$(bucket_path)")"
}

# sets_b2 TEXT: the command is carried out although b2 is an older value.
sets_b2()
{
    works "$1"
    now_bucket b2
    bucket_becomes b1
}

# is_a_conflict TEXT [MESSAGE]: refused, in words, and nothing is sent.
is_a_conflict()
{
    forget_requests
    refused "${2:-Stale file handle}" "$1"
    nothing_sent
    words ESTALE 'write that key alone' 'program that has not seen the old one'
}

# holds: conflict-1 conflict-2 conflict-3 conflict-7
test_openapi_an_edit_made_from_a_text_that_is_older_than_the_answer_to_an_own_change()
{
    mounted -- ttl=3600
    works "cat drives/data/drive.json >$T/old"
    api PUT "/shared-drives/$DATA" '{"name": "data", "size": 900}' >/dev/null
    works 'echo data2 >drives/data/name'
    is_a_conflict "sed s/data/data2/ $T/old >drives/data2/drive.json"
    words size 'changed elsewhere to 900'
    prints 900 'cat drives/data2/size'
    works 'echo "{\"size\": 1000}" >drives/data2/drive.json' # that key alone
    assert_changes "PUT /shared-drives/$DATA {\"size\":1000}"
}

# However this mount comes to know of it.
# holds: conflict-2
test_a_change_that_was_noticed_by_a_listing_or_a_get()
{
    start_reverted
    bucket_becomes b3
    is_a_conflict "jq '.name = \"n\"' $T/b1 >$P/provider.json"
    elsewhere_bucket b4 # a PUT of the whole asks first, and notices then
    works "cat $P/provider.json >$T/b3"
    is_a_conflict "jq '.name = \"n\"' $T/b3 >$P/provider.json"
}

# Only what somebody has read can have been copied.
# holds: conflict-6
test_what_nobody_has_read_is_no_older_value()
{
    start_reverted
    bucket_becomes b3
    works "head -c 0 $P/provider.json; stat $P/provider.json >/dev/null; ls -l $P >/dev/null"
    bucket_becomes b4
    works "jq '.name = \"n\" | $(bucket_path) = \"b3\"' $T/b1 >$P/provider.json"
    now_bucket b3
}

# Neither opening a document shows it, nor reading what has become of the resource.
# holds: conflict-6
test_what_was_opened_and_not_read_is_no_older_value()
{
    start_emulator
    elsewhere_bucket b1
    mount_fs ttl=3600
    eventually 20 started_up
    works "head -c 0 $P/provider.json; head -c 0 $P/provider.json; stat $P/provider.json >/dev/null"
    bucket_becomes b2
    works "jq -n -c '{name: \"n\"} | $(bucket_path) = \"b1\"' >$P/provider.json"
    now_bucket b1
}

# holds: conflict-6
test_openapi_state_tells_nothing_of_the_document()
{
    mounted -- ttl=3600
    works 'cat snapshots/before-upgrade/state snapshots/before-upgrade/restore >/dev/null'
    api PUT "/snapshots/$UPGRADE" '{"name": "elsewhere"}' >/dev/null
    works 'touch snapshots; ls snapshots >/dev/null'
    works "echo '{\"name\": \"before-upgrade\", \"note\": \"x\"}' >snapshots/elsewhere/snapshot.json"
    assert_eq before-upgrade "$(api GET "/snapshots/$UPGRADE" | jq -r .name)"
}

# holds: conflict-4 conflict-5
test_who_has_read_the_present_means_an_older_value_anew()
{
    start_reverted
    sets_b2 "sed -i s/b1/b2/ $P/provider.json"
    sets_b2 "cd $P; jq '$(bucket_path) = \"b2\"' provider.json >t && mv t provider.json"
    sets_b2 "cd $P; sed s/b1/b2/ provider.json >.new && mv .new t && mv t provider.json"
    sets_b2 "perl -i -pe s/b1/b2/ $P/provider.json"
    sets_b2 "python3 -c '
import json
with open(\"$P/provider.json\") as f: d = f.read()
with open(\"$P/provider.json\", \"w\") as f: f.write(d.replace(\"b1\", \"b2\"))'"
    sets_b2 "python3 -c '
with open(\"$P/provider.json\", \"r+\") as f:
    d = f.read(); f.seek(0); f.write(d.replace(\"b1\", \"b2\")); f.truncate()'"
    sets_b2 "vim -u NONE -N -es -c '%s/b1/b2/' -c wq $P/provider.json"
    sets_b2 "vim -u NONE -N -es -c 'set bkc=yes' -c '%s/b1/b2/' -c wq $P/provider.json"
}

# holds: conflict-4 conflict-5
test_who_has_not_read_the_present_does_not()
{
    start_reverted
    is_a_conflict "cp $T/b2 $P/provider.json"
    is_a_conflict "cat $P/provider.json >/dev/null; cp $T/b2 $P/provider.json"
    is_a_conflict "cat $T/b2 >$P/provider.json"
    is_a_conflict "cat $P/provider.json; cat $T/b2 >$P/t; mv $P/t $P/provider.json"
    is_a_conflict "head -c 20 $P/provider.json >/dev/null; sed -i s/b1/b2/ $T/b1; cp $T/b1 $P/provider.json"
    is_a_conflict "rsync -a -I $T/b2 $P/provider.json" 'Stale file handle'
    is_a_conflict "python3 -c '
import os
os.read(os.open(\"$P/provider.json\", os.O_RDONLY), 20)
f = open(\"$P/provider.json\", \"w\", buffering=1 << 20)
f.write(open(\"$T/b2\").read())
f.close()'"
    is_a_conflict "{ cat $P/provider.json >/dev/null; head -n 3 $T/b2; tail -n +4 $T/b2; } >$P/t; mv $P/t $P/provider.json"
}

# An editor that has shown the older value may be writing it back; that it reads the file once more
# before it writes, as vim does with backupcopy=yes, means nothing.
# holds: conflict-4
test_who_has_read_an_older_value_does_not_mean_it_anew()
{
    start_reverted
    bucket_becomes b2
    mkfifo "$T/go" "$T/gone"
    cat >"$T/editor.py" <<END
doc = '$MNT/$P/provider.json'
old = open(doc).read()
open('$T/gone', 'w').write('x')
open('$T/go').read()
assert 'b1' in open(doc).read()
try:
    with open(doc, 'w') as f: f.write(old.replace('training-data', 'renamed'))
except OSError as e:
    print(e.strerror)
END
    python3 "$T/editor.py" >"$T/said" &
    cat "$T/gone" >/dev/null
    bucket_becomes b1
    forget_requests
    echo >"$T/go"
    wait $!
    assert_eq 'Stale file handle' "$(cat "$T/said")"
    nothing_sent
    words ESTALE bucket
}

# holds: conflict-4
test_vim_with_backupcopy_that_has_shown_the_older_value()
{
    start_reverted
    bucket_becomes b2
    cat >"$T/vimrc" <<END
set nocp bkc=yes nomodeline
END
    mkfifo "$T/go"
    printf '%s\n' "e $MNT/$P/provider.json" '%s/training-data/renamed/' \
        "call writefile(['x'], '$T/open')" "call system('cat $T/go')" 'w!' 'q!' >"$T/script.vim"
    vim -u "$T/vimrc" -es -S "$T/script.vim" >"$T/vim.out" 2>&1 <<<y & # yes, it has changed
    eventually 10 test -s "$T/open"
    bucket_becomes b1
    forget_requests
    echo >"$T/go"
    wait $! || true
    nothing_sent
    words ESTALE bucket
    now_bucket b1
}

# What this mount has done itself is nobody else's work.
# holds: conflict-8
test_own_changes_are_no_conflict()
{
    mounted -- ttl=3600
    works "cat drives/data/drive.json >$T/old; echo n1 >drives/data/name"
    works "cp $T/old drives/n1/drive.json"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"n1\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"data\"}"
}

run_scenarios "$@"
