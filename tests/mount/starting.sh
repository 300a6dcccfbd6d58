#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The mount point: every state that it may be in, and who else may have a hand in it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# starts [OPTION…]: mounts on $MNT in the background, as a user would; sets out, err and rc.
starts()
{
    starts_on "$MNT" "$@"
}

# starts_on DIRECTORY [OPTION…]
starts_on()
{
    run env PAPERSPACE_API_KEY="$KEY" timeout -s KILL $((30 * patience)) \
        "$PAPERSPACEFS" "${@:2}" "$URL" "$1"
}

# mount_types DIRECTORY: of all that is mounted right there, the lowest first.
mount_types()
{
    awk -v at="$1" '$5 == at { sub(/.* - /, ""); print $1 }' /proc/self/mountinfo
}

# is_ours DIRECTORY: it is mounted there, and answers.
is_ours()
{
    assert_eq fuse.paperspacefs "$(mount_types "$1" | tail -n 1)" "what is mounted on $1"
    assert_eq 4 "$(find "$1/drives" -mindepth 1 -maxdepth 1 | wc -l)"
}

# ends [DIRECTORY]: the mount there is taken away, and its daemon ends.
ends()
{
    local at=${1:-$MNT} pid

    pid=$(pgrep -n -f "paperspacefs .*$URL") || fail 'there is no daemon'
    fusermount3 -u "$at"
    eventually 10 gone "$pid"
    assert_lacks "$(mount_types "$at")" paperspacefs
}

# needs_root: scenarios of other users, and of mounts of other kinds; not for a user of no rights.
needs_root()
{
    if [ "$(id -u)" -ne 0 ]; then
        exit 0
    fi
}

# dead_fuse DIRECTORY SUBTYPE: a mount of that kind whose daemon has gone.
dead_fuse()
{
    bash -c 'exec 5<>/dev/fuse &&
        mount -i -t "fuse.$2" -o fd=5,rootmode=40000,user_id=0,group_id=0 gone "$1"' - "$1" "$2"
    assert_contains "$(stat -f "$1" 2>&1 || true)" 'not connected'
}

# silent_fuse DIRECTORY: a mount of another kind whose daemon never answers, until `speak`.
silent_fuse()
{
    bash -c 'exec 5<>/dev/fuse &&
        mount -i -t fuse.sshfs -o fd=5,rootmode=40000,user_id=0,group_id=0 silent "$1" &&
        echo $$ >"$2/silent.pid" && exec sleep 600' - "$1" "$WORK" &
    silent=$!
    eventually 10 test -s "$WORK/silent.pid"
}

# holds: start-5 cmd-1
test_docs_an_empty_directory_is_mounted_on_in_silence()
{
    start_emulator
    starts
    assert_status 0
    assert_eq '' "$out$err"
    is_ours "$MNT"
    ends
}

# holds: start-5
test_docs_what_is_hidden_by_the_mount_is_warned_of()
{
    start_emulator
    touch "$MNT/.hidden"
    starts
    assert_status 0
    assert_contains "$err" "$MNT: the directory is not empty"
    is_ours "$MNT"
    ends
    assert_eq .hidden "$(ls -A "$MNT")"
}

# holds: start-5
test_docs_a_mount_point_inside_a_mount_of_ours_is_refused()
{
    mounted
    ln -s "$MNT/drives/data" "$T/link"
    for at in "$MNT/drives" "$MNT/drives/data" "$T/link" "$MNT/.paperspacefs"; do
        starts_on "$at"
        assert_status 1
        assert_contains "$err" "lies inside a paperspacefs ($MNT)"
    done
    assert_eq fuse.paperspacefs "$(mount_types "$MNT")"
    assert_eq '' "$(mount_types "$MNT/drives")"
}

# holds: start-7
test_docs_a_live_mount_of_ours_is_refused_whatever_way_leads_there()
{
    mounted
    ln -s "$MNT" "$T/link"
    ln -s link "$T/link2"
    for at in "$MNT" "$MNT/" "$T/link" "$T/link2" "$T/../mnt" "$MNT/."; do
        starts_on "$at"
        assert_status 1
        assert_contains "$err" "$MNT: a paperspacefs is mounted there already"
    done
    assert_eq fuse.paperspacefs "$(mount_types "$MNT")"
    works 'ls drives > /dev/null'
}

# holds: start-6
test_docs_dead_mounts_of_ours_are_cleaned_up_whatever_way_leads_there()
{
    needs_root
    start_emulator
    ln -s "$MNT" "$T/link"
    for at in "$MNT" "$T/link" "$MNT/"; do
        dead_fuse "$MNT" paperspacefs
        dead_fuse "$MNT" paperspacefs
        starts_on "$at"
        assert_status 0
        assert_eq '' "$err"
        assert_eq fuse.paperspacefs "$(mount_types "$MNT")"
        is_ours "$MNT"
        ends
    done
}

# holds: start-7
test_docs_a_dead_mount_of_another_kind_is_refused_and_stays()
{
    local at

    needs_root
    start_emulator
    ln -s "$MNT" "$T/link"
    dead_fuse "$MNT" sshfs
    for at in "$MNT" "$T/link" "$MNT/"; do
        starts_on "$at"
        assert_status 1
        assert_contains "$err" "$MNT: a dead mount of another kind (fuse.sshfs) is there"
        assert_eq fuse.sshfs "$(mount_types "$MNT")" 'what was there is gone'
    done
    umount "$MNT"
}

# Only what lies on top of it is removed.
# holds: start-6 start-7
test_docs_a_dead_mount_of_ours_on_another_that_is_dead()
{
    needs_root
    start_emulator
    dead_fuse "$MNT" sshfs
    dead_fuse "$MNT" paperspacefs
    starts
    assert_status 1
    assert_contains "$err" 'of another kind'
    assert_eq fuse.sshfs "$(mount_types "$MNT")"
    umount "$MNT"
}

# holds: start-7
test_docs_what_does_not_answer_is_refused_in_time()
{
    local silent start=$SECONDS

    needs_root
    start_emulator
    silent_fuse "$MNT"
    ln -s "$MNT" "$T/link"
    starts_on "$T/link"
    assert_status 1
    assert_contains "$err" "$MNT: what is mounted there does not answer"
    assert_eq 1 $((SECONDS - start <= 10 * patience)) 'it took too long'
    assert_eq fuse.sshfs "$(mount_types "$MNT")"
    kill -KILL "$silent"
    wait "$silent" || true
    umount "$MNT"
}

# holds: start-8 end-1
test_docs_what_else_is_mounted_there_is_mounted_over()
{
    needs_root
    start_emulator
    mount -t tmpfs under "$MNT"
    starts
    assert_status 0
    assert_eq '' "$err"
    assert_eq $'tmpfs\nfuse.paperspacefs' "$(mount_types "$MNT")"
    is_ours "$MNT"
    ends
    assert_eq tmpfs "$(mount_types "$MNT")" 'more than its own mount was taken away'
    umount "$MNT"
}

# holds: start-8
test_docs_a_directory_of_another_mount_is_mounted_on()
{
    needs_root
    start_emulator
    mount -t tmpfs above "$MNT"
    mkdir "$MNT/in it"
    starts_on "$MNT/in it"
    assert_status 0
    assert_eq fuse.paperspacefs "$(mount_types "$MNT/in\\\\040it")"
    assert_eq 4 "$(find "$MNT/in it/drives" -mindepth 1 -maxdepth 1 | wc -l)"
    fusermount3 -u "$MNT/in it"
    eventually 10 umount "$MNT" 2>/dev/null
}

# --- other people ---------------------------------------------------------------------------------

# Who owns the directory above puts a link in the place of the mount point while it starts.
# holds: start-9
test_docs_a_mount_point_that_is_swapped_is_mounted_on_all_the_same()
{
    needs_root
    start_emulator
    fault '{"path": "/shared-drives", "times": 1, "delayMs": 1500}'
    mkdir "$T/target" "$T/above" "$T/above/mnt"
    starts_on "$T/above/mnt" &
    eventually 10 a_listing_is_asked_for
    mv "$T/above/mnt" "$T/above/moved"
    ln -s "$T/target" "$T/above/mnt"
    wait $!
    assert_eq '' "$(mount_types "$T/target")" 'it is mounted on the target of the link'
    is_ours "$T/above/moved"
    ends "$T/above/moved"
}

a_listing_is_asked_for()
{
    [ "$(control GET requests | jq length)" -gt 0 ]
}

# A user may lock any directory that it can open.
# holds: start-10
test_docs_a_lock_of_somebody_else_keeps_no_mount_from_starting()
{
    local how lock

    start_emulator
    for how in -s -x; do
        flock "$how" "$MNT" sleep 60 &
        lock=$!
        eventually 10 is_locked
        starts
        assert_status 0
        is_ours "$MNT"
        kill "$lock"
        pkill -P "$lock" || true
        wait "$lock" || true
        ends
    done
}

is_locked()
{
    ! flock -n -x "$MNT" true
}

# holds: start-10
test_docs_of_many_starts_at_once_one_mounts()
{
    local i status=0 mounted=0
    local -a starts=()

    start_emulator
    fault '{"path": "/shared-drives", "times": -1, "delayMs": 700}'
    for i in 1 2 3 4 5; do
        PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT" 2>>"$WORK/starts.err" &
        starts+=($!)
    done
    for i in "${starts[@]}"; do
        status=0
        wait "$i" || status=$?
        [ $status -ne 0 ] || mounted=$((mounted + 1))
    done
    assert_eq 1 "$mounted" 'how many have mounted'
    assert_eq fuse.paperspacefs "$(mount_types "$MNT")"
    assert_eq 4 "$(grep -c 'is mounted there already' "$WORK/starts.err")"
    is_ours "$MNT"
    ends
}

# A mount that was moved is taken away where it is by then; what lies in its place is left alone.
# holds: end-1
test_docs_the_end_takes_away_no_mount_but_its_own()
{
    needs_root
    start_emulator
    mount -t tmpfs private "$T"
    mount --make-private "$T"
    mkdir "$T/a" "$T/b"
    PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" -f "$URL" "$T/a" 2>"$WORK/mount.err" &
    daemon=$!
    eventually 10 is_there "$T/a"
    mount --move "$T/a" "$T/b"
    mount -t tmpfs other "$T/a"
    kill -TERM "$daemon"
    await_daemon
    assert_eq tmpfs "$(mount_types "$T/a")"
    assert_eq '' "$(mount_types "$T/b")"
    umount "$T/a"
    cd /
    umount "$T"
}

# A mount's number goes to the next one of anybody as soon as it is gone: here before the daemon
# knows that it is.
# holds: end-1
test_docs_the_end_takes_away_no_mount_that_has_its_number()
{
    local i

    needs_root
    start_emulator
    mount_fs
    kill -STOP "$daemon"
    fusermount3 -u "$MNT"
    for i in {1..20}; do
        mkdir "$T/$i"
        mount -t tmpfs other "$T/$i"
    done
    kill -CONT "$daemon"
    await_daemon
    for i in {1..20}; do
        assert_eq tmpfs "$(mount_types "$T/$i")" "the mount $i was taken away"
        umount "$T/$i"
    done
}

is_there()
{
    [ -n "$(mount_types "$1")" ]
}

# --- an automounter -------------------------------------------------------------------------------

# trigger DIRECTORY: makes it one of a direct map whose automounter is asked of nothing; what it was
# asked is in $WORK/asked.
trigger()
{
    python3 - "$1" "$WORK" <<'END' &
import ctypes, os, sys, time
point, work = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
os.setpgid(0, 0)
r, w = os.pipe()
data = f"fd={w},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
if libc.mount(b"trigger", point.encode(), b"autofs", 0, data.encode()):
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
os.close(w)
open(work + "/trigger.pid", "w").write(str(os.getpid()))
asked = os.read(r, 300)
open(work + "/asked", "w").write("something was asked")
time.sleep(60)
END
    eventually 10 test -s "$WORK/trigger.pid"
}

# holds: start-8
test_docs_nothing_is_asked_of_an_automounters_trigger()
{
    local automounter at

    needs_root
    if ! grep -q autofs /proc/filesystems; then
        return
    fi
    start_emulator
    ln -s "$MNT" "$T/link"
    trigger "$MNT"
    automounter=$(cat "$WORK/trigger.pid")
    for at in "$MNT" "$MNT/" "$T/link"; do
        starts_on "$at"
        assert_status 0
        assert_eq '' "$err"
        assert_eq $'autofs\nfuse.paperspacefs' "$(mount_types "$MNT")"
        is_ours "$MNT"
        ends
        assert_eq autofs "$(mount_types "$MNT")" 'more than its own mount was taken away'
        [ ! -e "$WORK/asked" ] || fail 'the automounter was asked'
    done
    umount -l "$MNT"
    kill -KILL "$automounter"
}

run_scenarios "$@"
