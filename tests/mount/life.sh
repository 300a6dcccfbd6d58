#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From mount to unmount.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ends_by()
{
    mounted
    works 'ls snapshots > /dev/null'
    kill "-$1" "$daemon"
    await_daemon
}

# holds: end-1
test_SIGTERM_ends_it_with_0()
{
    ends_by TERM
}

# holds: end-1
test_SIGINT_ends_it_with_0()
{
    # A shell's background processes ignore SIGINT, so this one is started without a shell's job.
    start_emulator
    # shellcheck disable=SC2086
    PAPERSPACE_API_KEY=$KEY python3 - "$PAPERSPACEFS" "$URL" "$MNT" ${PFS_WRAPPER:-} <<'END'
import os, signal, subprocess, sys, time
program, url, point, *wrapper = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)
daemon = subprocess.Popen(wrapper + [program, "-f", url, point])
while not os.path.ismount(point):
    assert daemon.poll() is None
    time.sleep(0.02)
os.listdir(point + "/drives")
daemon.send_signal(signal.SIGINT)
assert daemon.wait(30) == 0, daemon.returncode
assert not os.path.ismount(point)
END
}

# holds: end-1
test_fusermount3_u_ends_it_with_0()
{
    mounted
    fusermount3 -u "$MNT"
    await_daemon
}

# holds: end-2
test_it_ends_at_once_while_requests_are_running()
{
    local start

    mounted
    fault '{"path": "/snapshots", "times": -1, "delayMs": 25000}'
    bash -c "ls '$MNT/snapshots'" >/dev/null 2>&1 &
    pause 0.5
    start=$SECONDS
    kill -TERM "$daemon"
    await_daemon
    assert_eq 1 $((SECONDS - start <= 5 * patience)) 'it took too long'
}

# holds: end-3
test_a_change_that_was_sent_is_let_finish()
{
    mounted
    fault '{"method": "PUT", "delayMs": 1500}'
    bash -c "echo '{\"name\": \"renamed\"}' > '$MNT/drives/data/drive.json'" >/dev/null 2>&1 &
    eventually 5 sent_a_PUT
    kill -TERM "$daemon"
    await_daemon
    assert_eq '"renamed"' "$(api GET /shared-drives/$DATA | jq .name)"
}

# Its caller has gone, and so has the mount when it is answered: there is nobody to be told of it.
# holds: end-3
test_a_change_whose_caller_has_gone_is_let_finish_after_the_mount()
{
    local writer

    mounted
    fault '{"method": "PUT", "delayMs": 1500}'
    bash -c "echo '{\"name\": \"renamed\"}' > '$MNT/drives/data/drive.json'" >/dev/null 2>&1 &
    writer=$!
    eventually 5 sent_a_PUT
    kill -KILL "$writer"
    wait "$writer" 2>/dev/null || true
    kill -TERM "$daemon"
    await_daemon
    assert_eq '"renamed"' "$(api GET /shared-drives/$DATA | jq .name)"
}

sent_a_PUT()
{
    [ "$(count_requests PUT '.*')" -eq 1 ]
}

# holds: cmd-1
test_without_f_it_goes_to_the_background_when_it_is_mounted()
{
    local pid

    start_emulator
    run env PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT"
    assert_status 0
    assert_eq '' "$out$err"
    is_mounted || fail 'it is not mounted'
    works 'ls drives > /dev/null'
    pid=$(pgrep -n -f "paperspacefs $URL $MNT\$")
    assert_eq / "$(readlink "/proc/$pid/cwd")" 'its directory'
    assert_eq '/dev/null /dev/null /dev/null' \
        "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | xargs)"
    fusermount3 -u "$MNT"
    eventually 10 gone "$pid"
}

# holds: start-13
test_the_mount_says_what_it_is()
{
    mounted
    assert_matches "$(grep " $MNT " /proc/mounts)" \
        "^$URL $MNT fuse.paperspacefs rw,nosuid,nodev.*default_permissions"
}

# holds: http-19
test_the_key_is_in_no_command_line_environment_or_log()
{
    mounted -- log=debug
    works 'ls -lR drives snapshots > /dev/null'
    assert_lacks "$(tr '\0' ' ' <"/proc/$daemon/cmdline")" "$KEY"
    assert_lacks "$(tr '\0' ' ' <"/proc/$daemon/environ")" "$KEY"
    assert_lacks "$(cat "$WORK/mount.err" "$WORK/mount.out")" "$KEY"
    assert_lacks "$(cat "$WORK/mount.err")" Lk6wPv42nGhX
    fusermount3 -u "$MNT"
    eventually 20 gone "$daemon"
    assert_lacks "$(cat "$WORK/mount.err")" "$KEY"
    : >"$WORK/mount.err"
    await_daemon
}

# holds: start-6
test_a_dead_mount_is_cleaned_up()
{
    mounted
    kill -KILL "$daemon"
    wait "$daemon" || true
    daemon=
    assert_contains "$(ls "$MNT" 2>&1 || true)" 'not connected'
    mount_fs ''
    works 'ls drives > /dev/null'
    assert_eq 1 "$(grep -c " $MNT " /proc/self/mountinfo)" 'mounts are stacked'
    : >"$WORK/mount.err"
}

# What keeps several directories' locks held and many names changing.
disturb()
{
    local i=$1 n=0

    exec >/dev/null 2>&1
    cd "$MNT" || return
    while :; do
        n=$((n + 1))
        case $((i % 4)) in
        0) cat snapshots/*/name && ls -l drives machines/* && touch .paperspacefs/refresh ;;
        1) echo "{\"name\": \"n$i-$n\"}" >drives/$DATA/drive.json && ls drives/ ;;
        2) mkdir -p "machines/psl$i/s$i" && ls snapshots && rm -r "snapshots/s$i" ;;
        3) stat snapshots/* "drives/n1-$n" && find drives -name name ;;
        esac
    done
}

is_dead()
{
    [[ "$(timeout -s KILL 5 stat -f "$MNT" 2>&1)" == *'not connected'* ]]
}

# holds: start-6
test_a_daemon_that_is_killed_under_load_leaves_a_mount_that_is_cleaned_up()
{
    local round i
    local -a workers

    mounted --populate 200 -- ttl=1,guard=0
    for round in 1 2 3 4; do
        workers=()
        for i in {1..12}; do
            disturb "$i" &
            workers+=($!)
        done
        pause "1.$((RANDOM % 10))"
        kill -KILL "$daemon"
        wait "$daemon" || true
        daemon=
        pause 0.2
        is_dead || fail "round $round: the mount hangs" "$(timeout -s KILL 5 stat -f "$MNT" 2>&1)"
        kill -KILL "${workers[@]}" 2>/dev/null || true
        wait "${workers[@]}" 2>/dev/null || true
        mount_fs ttl=1,guard=0
        works 'ls drives > /dev/null'
        assert_eq 1 "$(grep -c " $MNT " /proc/self/mountinfo)" 'mounts are stacked'
        : >"$WORK/mount.err"
    done
}

# holds: start-7
test_a_live_mount_is_refused()
{
    mounted
    run env PAPERSPACE_API_KEY=$KEY timeout 20 "$PAPERSPACEFS" "$URL" "$MNT"
    assert_status 1
    assert_contains "$err" "$MNT"
    works 'ls drives > /dev/null'
    assert_eq 1 "$(grep -c " $MNT " /proc/self/mountinfo)" 'mounts are stacked'
}

# holds: start-7
test_a_mount_that_does_not_answer_is_refused_in_time()
{
    local start

    mounted
    kill -STOP "$daemon"
    start=$SECONDS
    run env PAPERSPACE_API_KEY=$KEY timeout -s KILL $((20 * patience)) "$PAPERSPACEFS" "$URL" "$MNT"
    kill -CONT "$daemon"
    assert_status 1
    assert_contains "$err" "$MNT: what is mounted there does not answer"
    assert_eq 1 $((SECONDS - start <= 10 * patience)) 'it took too long'
    works 'ls drives > /dev/null'
}

# holds: fresh-4
test_a_reader_that_is_killed_does_no_harm()
{
    mounted
    fault '{"path": "/snapshots", "delayMs": 1500}'
    shell 'timeout -s KILL 0.3 ls snapshots'
    assert_eq 1 $((rc != 0))
    works 'ls snapshots > /dev/null'
    assert_eq 1 "$(count_requests GET '/snapshots.*')" 'the fetch did not outlive its reader'
}

# holds: wait-10
test_a_reader_can_be_interrupted()
{
    local start

    mounted
    fault '{"path": "/snapshots", "times": -1, "delayMs": 15000}'
    start=$SECONDS
    shell 'timeout -s INT 0.3 ls snapshots'
    assert_eq 1 $((SECONDS - start <= 5 * patience)) 'it took too long'
}

# holds: list-1
test_many_readers_and_writers_at_once()
{
    mounted --populate 200
    : >"$T/gone"
    export T
    works 'for i in {1..8}; do
        (for j in {1..5}; do cat snapshots/*/snapshot.json > /dev/null 2>> $T/gone
            ls -l drives > /dev/null 2>> $T/gone
            touch .paperspacefs/refresh; done) &
        (for j in {1..5}; do echo "{\"name\": \"name$i-$j\"}" > drives/sdvkpg3v2v/drive.json
            cat drives/sdvkpg3v2v/drive.json > /dev/null; done) &
        (mkdir -p "machines/psload$i/s$i" && rm -r "machines/psload$i/s$i") &
    done; wait'
    # Between a listing and a look only those may go that are deleted and renamed here.
    prints '' "grep -v -E '(snapshots/s[1-8]/snapshot.json|drives/name[0-9-]+.?): No such file or' $T/gone || true"
    works 'ls -lR . > /dev/null'
}

# holds: start-11
test_nobody_meets_a_mount_that_does_not_answer_yet()
{
    start_emulator
    fault '{"path": "/shared-drives", "times": -1, "delayMs": 1500}'
    PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" -f "$URL" "$MNT" 2>"$WORK/mount.err" &
    daemon=$!
    pause 0.7
    is_mounted && fail 'it is mounted before it can answer'
    eventually 20 is_mounted
    run timeout 5 stat "$MNT/README"
    assert_status 0
}

# holds: start-11
test_a_start_that_is_given_up_leaves_no_mount()
{
    local starter

    start_emulator
    fault '{"path": "/shared-drives", "times": -1, "delayMs": 1500}'
    PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT" 2>"$WORK/start.err" &
    starter=$!
    pause 0.5
    kill -KILL "$starter"
    wait "$starter" || true
    eventually 10 no_process_on_the_mount_point
    is_mounted && fail 'a mount was left'
    assert_eq '' "$(cat "$WORK/mount.err" 2>/dev/null || true)"
}

no_process_on_the_mount_point()
{
    ! pgrep -f "paperspacefs $URL $MNT\$" >/dev/null
}

# holds: end-3
test_who_waits_for_a_change_learns_its_outcome_when_the_mount_ends()
{
    local writer status=0

    mounted
    fault '{"method": "PUT", "delayMs": 1500}'
    bash -c "echo '{\"name\": \"renamed\"}' > '$MNT/drives/data/drive.json'" &
    writer=$!
    eventually 5 sent_a_PUT
    kill -TERM "$daemon"
    wait "$writer" || status=$?
    assert_eq 0 "$status" 'the exit status of echo'
    await_daemon
    assert_eq '"renamed"' "$(api GET /shared-drives/$DATA | jq .name)"
}

# A new mount may begin where the old one was, and is not taken away at the old one's end.
# holds: end-4 end-3
test_the_mount_goes_at_once_and_the_daemon_when_its_changes_have_ended()
{
    local writer status=0
    mounted
    fault '{"method": "PUT", "delayMs": 1500}'
    bash -c "echo '{\"name\": \"renamed\"}' > '$MNT/drives/data/drive.json'" &
    writer=$!
    eventually 5 sent_a_PUT
    kill -TERM "$daemon"
    eventually 10 eval '! is_mounted'
    is_running "$daemon" || fail 'the mount went with its daemon'
    run env PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT"
    assert_status 0
    assert_eq '' "$err"
    wait "$writer" || status=$?
    assert_eq 0 "$status" 'the exit status of echo'
    wait "$daemon" || fail "the daemon ended with $?"
    daemon=
    assert_eq '' "$(cat "$WORK/mount.err")"
    prints '"renamed"' 'touch drives; jq .name drives/renamed/drive.json'
    fusermount3 -u "$MNT"
    eventually 10 no_process_on_the_mount_point
}

# holds: start-10
test_of_two_starts_at_once_one_is_refused()
{
    local first second one=0 two=0

    start_emulator
    fault '{"path": "/shared-drives", "times": -1, "delayMs": 1000}'
    PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT" 2>"$WORK/one.err" &
    first=$!
    PAPERSPACE_API_KEY=$KEY "$PAPERSPACEFS" "$URL" "$MNT" 2>"$WORK/two.err" &
    second=$!
    wait "$first" || one=$?
    wait "$second" || two=$?
    assert_eq 1 $((one + two)) 'the sum of their exit statuses'
    assert_contains "$(cat "$WORK/one.err" "$WORK/two.err")" "$MNT"
    assert_eq 1 "$(grep -c " $MNT " /proc/self/mountinfo)" 'mounts are stacked'
    fusermount3 -u "$MNT"
    eventually 10 no_process_on_the_mount_point
}

# holds: cmd-1
test_a_mount_that_does_not_answer_keeps_nobody_s_output_open()
{
    local stopper

    mounted
    fault '{"path": "/storage-providers", "times": -1, "delayMs": 20000}' # statfs waits for it
    (pause 0.5; kill -STOP "$daemon") &
    stopper=$!
    # shellcheck disable=SC2016
    run timeout -s KILL $((20 * patience)) bash -c \
        'out=$(PAPERSPACE_API_KEY=$1 "$2" "$3" "$4" 2>&1); echo "$out"' - \
        "$KEY" "$PAPERSPACEFS" "$URL" "$MNT"
    wait "$stopper"
    kill -CONT "$daemon"
    eventually 10 no_process_on_the_mount_point
    assert_status 0
    assert_contains "$out" 'does not answer'
}

run_scenarios "$@"
