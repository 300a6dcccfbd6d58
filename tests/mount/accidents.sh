#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Accidents that must send nothing, or no more than was asked for.
. "${BASH_SOURCE[0]%/*}/lib.sh"

DOC=drives/data/drive.json

# everything: all documents and fields, with their names, so that two moments can be compared.
everything()
{
    (cd "$MNT" && find drives snapshots machines providers -type f ! -name restore ! -name state \
        -exec md5sum {} +) | sort -k 2
}

# calm [OPTIONS]: a mount that has read everything.
calm()
{
    mounted -- "ttl=3600${1:+,$1}"
    before=$(everything)
    forget_requests
}

# unharmed: nothing was sent, and all is as it was.
unharmed()
{
    nothing_sent
    assert_eq "$before" "$(everything)" 'something has changed'
}

# holds: send-6 trunc-1
test_truncating_by_redirection()
{
    calm
    works ": > $DOC; : > drives/data/name; > drives/data/name; true >| $DOC"
    works "dash -c ': > $DOC'; zsh -f -c ': > $DOC'; busybox sh -c ': > drives/data/name'"
    works "cp /dev/null $DOC; truncate -s 0 $DOC drives/data/name; dd of=$DOC if=/dev/null status=none"
    works "truncate -s 20 $DOC; truncate -s 2000 $DOC"
    works 'for f in drives/*/drive.json snapshots/*/*.json providers/*/provider.json; do : > "$f"; done'
    unharmed
}

# holds: send-6
test_a_failed_producer()
{
    calm
    shell "false > $DOC"
    shell "no-such-command > $DOC"
    assert_status 127
    shell "jq .nope.nope[0] < /dev/null > $DOC"
    shell "curl -s http://127.0.0.1:1/ > $DOC"
    unharmed
}

# holds: edit-3 put-6 send-6
test_a_file_onto_itself()
{
    calm
    works "jq . $DOC > $DOC"
    shell "cat $DOC > $DOC" # cat itself may call that an error
    shell "sort drives/data/name > drives/data/name"
    works "sort -o drives/data/name drives/data/name"
    works "sed '' $DOC > $DOC"
    works "sed -i '' $DOC; perl -i -pe 1 $DOC"
    shell "cp $DOC $DOC"
    works "dd if=$DOC of=$DOC status=none"
    works "dd if=$DOC of=$DOC conv=notrunc bs=8 status=none"
    works "tee $DOC < $DOC > /dev/null"
    unharmed
}

# The half of a document, and then death: a flush comes, for nothing.
# holds: send-6 send-7
test_a_writer_killed_half_way()
{
    calm
    head -c 100 "$MNT/$DOC" >"$T/half"
    works "( printf %s '$(cat "$T/half")'; exec sleep 60 ) > $DOC & sleep 0.2; kill -KILL \$!"
    shell "python3 -c '
import os, signal
fd = os.open(\"$DOC\", os.O_WRONLY | os.O_TRUNC)
os.write(fd, open(\"$T/half\", \"rb\").read())
os.kill(os.getpid(), signal.SIGKILL)
'"
    assert_status 137
    shell "python3 -c '
import os, signal
fd = os.open(\"drives/data/name\", os.O_WRONLY | os.O_TRUNC)
os.kill(os.getpid(), signal.SIGKILL)
'"
    assert_status 137
    works 'rm -f drives/data/drive.json.rej' # the half is kept for whoever looks for it
    unharmed
}

# holds: send-7 scratch-3 edit-8
test_a_document_that_is_cut_off_is_refused()
{
    calm
    head -c 100 "$MNT/$DOC" >"$T/half"
    refused 'Invalid argument' "cat $T/half > $DOC"
    refused 'Invalid argument' "cp $T/half $DOC"
    refused 'Bad message' "cp $T/half drives/data/tmp && mv drives/data/tmp $DOC"
    works 'rm drives/data/tmp drives/data/drive.json.rej'
    unharmed
}

# copied: a copy of all kinds in $T/copy.
copied()
{
    calm
    mkdir "$T/copy"
    works "cp -a drives snapshots machines providers $T/copy/"
    forget_requests
}

# copied_back: nothing was sent, nothing is left over, and nothing was restored.
copied_back()
{
    unharmed
    prints never 'cat snapshots/before-upgrade/restore'
    prints '' 'find drives snapshots machines providers -name "*.rej"'
}

# copying_back_works COMMAND
copying_back_works()
{
    copied
    works "$1"
    copied_back
}

# copying_back_stumbles COMMAND: it opens files for writing that are read-only, which is refused to
# root too (0444); it says so of those and of nothing else.
copying_back_stumbles()
{
    copied
    shell "$1"
    [ "$rc" -ne 0 ] || fail "$1 succeeded"
    assert_eq '' "$(grep -v -e 'Permission denied' -e '^rsync error: some files' \
        -e '^tar: Exiting with failure' -e '^ *File "' -e '^Traceback' -e '^    ' <<<"$err" || true)"
    assert_eq '' "$(grep -E '/(name|[a-z]*\.json)\b' <<<"$err" | grep -v 'shutil' || true)"
    copied_back
}

# holds: scratch-5 restore-4 edit-3
test_a_whole_tree_by_rsync()
{
    copying_back_works "rsync -a $T/copy/ . && rsync -a --ignore-times $T/copy/ ."
}

# holds: scratch-5 restore-4 edit-3
test_a_whole_tree_by_tar()
{
    copying_back_works "tar -C $T/copy -c . | tar -x"
}

# holds: scratch-5 restore-4 edit-3
test_a_whole_tree_by_cp()
{
    copying_back_works "cp -a -f $T/copy/. . && cp -rp --remove-destination $T/copy/. ."
}

# holds: attr-4 restore-4 edit-3
test_a_whole_tree_by_cp_without_force()
{
    copying_back_stumbles "cp -a $T/copy/. ."
}

# holds: attr-4 restore-4 edit-3
test_a_whole_tree_by_rsync_in_place()
{
    copying_back_stumbles "rsync -a --ignore-times --inplace $T/copy/ ."
}

# holds: attr-4 restore-4 edit-3
test_a_whole_tree_by_tar_overwriting()
{
    copying_back_stumbles "tar -C $T/copy -c . | tar -x --overwrite"
}

# holds: attr-4 restore-4 edit-3
test_a_whole_tree_by_python()
{
    copying_back_stumbles "python3 -c '
import shutil
shutil.copytree(\"$T/copy\", \".\", dirs_exist_ok=True)'"
}

# What was changed in the copy is what is sent, and no more.
# holds: edit-2 restore-4
test_a_tree_with_one_change()
{
    calm
    works "cp -a drives snapshots $T/"
    sed -i 's/"data"/"renamed"/' "$T/drives/data/drive.json"
    forget_requests
    works "rsync -a --checksum $T/drives $T/snapshots ."
    assert_requests "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    works 'test -d drives/renamed'
}

# holds: rename-3 scratch-10 tree-6
test_moving_to_another_kind()
{
    calm
    refused 'Operation not permitted' 'mv drives/data snapshots/'
    refused 'Operation not permitted' 'mv snapshots/before-upgrade drives/'
    refused 'Operation not permitted' "mv machines/$MACHINE/before-upgrade machines/ps4t7k2qhx8d/"
    refused 'Operation not permitted' 'mv drives/data .'
    refused 'Operation not permitted' 'mv drives/data drives/archive/'
    refused 'Operation not permitted' 'mv drives/data/drive.json drives/archive/'
    refused 'Operation not permitted' 'mv drives/data/name snapshots/before-upgrade/name'
    refused 'Operation not permitted' 'mv drives elsewhere'
    words EPERM
    unharmed
}

# mv copies, unlinks and removes the directory: its rmdir is refused, so the resource survives, and
# shows its files again after a while. So does one that lost files only.
# holds: move-1 move-2 delete-2 delete-3
test_moving_to_another_filesystem_and_removing_files_only()
{
    calm
    refused 'Operation not permitted' "mv drives/data $T/moved"
    words EPERM 'drives/data' 'cp -r' 'rm -r'
    test -s "$T/moved/drive.json" || fail 'the copy is not there'
    refused 'Operation not permitted' "python3 -c '
import shutil
shutil.move(\"snapshots/before-upgrade\", \"$T/moved\")'"
    works 'rm drives/archive/name'
    refused 'Directory not empty' 'rmdir drives/archive'
    refused 'Directory not empty' 'rmdir providers/training-data'
    nothing_sent
    eventually 15 test -e "$MNT/drives/archive/name"
    eventually 5 test -e "$MNT/snapshots/before-upgrade/snapshot.json"
    unharmed
}

# holds: tree-6 draft-18
test_making_things_at_the_root()
{
    calm
    refused 'Operation not permitted' 'mkdir x'
    refused 'Operation not permitted' 'mkdir -p .Trash/0/files'
    refused 'Operation not permitted' 'mkdir .Trash-0'
    refused 'Operation not permitted' 'touch x'
    refused 'Operation not permitted' 'echo x > .hidden'
    refused 'Operation not permitted' 'ln -s drives d'
    refused 'Operation not permitted' 'cp README README2'
    refused 'Operation not permitted' 'touch drives/x'
    refused 'Operation not permitted' 'ln -s data drives/x'
    refused 'Operation not permitted' 'rmdir drives'
    refused 'Operation not permitted' 'rm -rf drives/../README'
    unharmed
}

# holds: scratch-7
test_links_and_devices()
{
    calm
    refused 'Operation not permitted' "ln $DOC drives/data/link"
    refused 'Operation not permitted' 'mkfifo drives/data/pipe'
    refused 'Operation not permitted' 'mkdir drives/data/sub'
    unharmed
}

# holds: scratch-7 rename-2 edit-4 fail-3
test_a_snapshot_over_another()
{
    calm
    refused 'Operation not permitted' 'cp -r snapshots/before-upgrade "snapshots/trained model v2"'
    refused 'Operation not permitted' 'cp -r snapshots/before-upgrade drives/data'
    refused 'Directory not empty' 'mv -T snapshots/before-upgrade "snapshots/trained model v2"'
    refused 'Invalid argument' \
        'cp snapshots/before-upgrade/snapshot.json "snapshots/trained model v2/"'
    words EINVAL 'id'
    works 'rm "snapshots/trained model v2/snapshot.json.rej"'
    unharmed
}

# holds: send-6 attr-1
test_looking_around()
{
    calm
    works 'ls -laR . > /dev/null; find . -type f -size +0 -newer README > /dev/null; du -a . > /dev/null'
    works 'grep -r name . > /dev/null; find . -name "*.json" -exec cat {} + > /dev/null'
    works 'tar -c . 2>/dev/null | wc -c > /dev/null; cd drives/data; test ! -e .git; test ! -e .hidden'
    works "rsync -a --exclude .paperspacefs . $T/mirror; diff -r drives $T/mirror/drives"
    works 'file -k drives/data/* > /dev/null 2>&1 || true; stat -f . > /dev/null; df . > /dev/null'
    unharmed
}

# holds: tree-6 scratch-7
test_git_looking_around()
{
    calm
    shell 'git status; git -C drives/data status; git init .'
    unharmed
    shell 'cd drives/data && git init .'
    unharmed
}

# holds: attr-13
test_updatedb()
{
    calm
    works "updatedb -U $MNT -o $T/db -l 0 --prunefs '' --prunepaths '' --prune-bind-mounts no"
    works "plocate -d $T/db drives/data/drive.json"
    unharmed
}

# holds: send-6 scratch-6
test_vim_opened_and_quit()
{
    calm
    works "vim -e -s -u NONE -c quit $DOC drives/data/name < /dev/null 2>&1 || true"
    works "view -e -s -u NONE -c quit $DOC < /dev/null > /dev/null 2>&1 || true"
    prints '' 'ls -A drives/data | grep -E "sw|~|4913" || true'
    unharmed
}

# holds: send-2 edit-8
test_writing_into_the_middle()
{
    calm
    refused 'Invalid argument' \
        "dd if=/dev/zero of=$DOC bs=10 count=1 seek=2 conv=notrunc status=none"
    works 'rm -f drives/data/drive.json.rej'
    refused 'Invalid argument' "printf '###' | dd of=$DOC conv=notrunc status=none"
    works 'rm -f drives/data/drive.json.rej'
    unharmed
}

# holds: attr-20
test_fallocate_and_attributes()
{
    calm
    shell "fallocate -l 4096 $DOC"
    shell "fallocate -p -l 4096 $DOC"
    shell "setfattr -n user.x -v y $DOC"
    works "chmod 600 $DOC; chown 0:0 $DOC; chmod u+x drives/data/name"
    shell "chattr +i $DOC"
    shell "flock $DOC true"
    unharmed
}

# A build tool or an archiver sets explicit times everywhere; only 'now' means something.
# holds: restore-2 attr-20
test_explicit_times_on_everything()
{
    calm
    works 'find drives snapshots machines providers -exec touch -h -d 2020-01-01 {} +'
    works 'find drives snapshots machines providers -exec touch -r README {} +'
    works 'find drives snapshots providers -exec touch -m -d yesterday {} +'
    works 'find drives snapshots providers -exec touch -a -d yesterday {} +'
    prints never 'cat snapshots/before-upgrade/restore'
    unharmed
}

# holds: restore-4 restore-5 restore-2
test_nothing_but_touch_restores()
{
    calm
    works 'touch -d 2020-01-01 snapshots/before-upgrade/restore'
    works ': > snapshots/before-upgrade/restore'
    works 'cat snapshots/before-upgrade/restore > '"$T"'/r; cat '"$T"'/r > snapshots/before-upgrade/restore'
    works 'cp -p '"$T"'/r snapshots/before-upgrade/restore; tee snapshots/before-upgrade/restore < '"$T/r > /dev/null"
    works 'cp '"$T"'/r snapshots/before-upgrade/x; mv snapshots/before-upgrade/x snapshots/before-upgrade/restore'
    works 'cp --remove-destination '"$T"'/r snapshots/before-upgrade/restore'
    works 'install '"$T"'/r snapshots/before-upgrade/restore'
    works 'exec 5<>snapshots/before-upgrade/restore; exec 5>&-'
    works 'rm snapshots/before-upgrade/restore; touch snapshots/before-upgrade/restore'
    works 'mv snapshots/before-upgrade/restore snapshots/before-upgrade/y;
        touch snapshots/before-upgrade/restore; rm snapshots/before-upgrade/y'
    refused 'Invalid argument' 'echo yes > snapshots/before-upgrade/restore'
    prints never 'cat snapshots/before-upgrade/restore'
    unharmed
}

run_scenarios "$@"
