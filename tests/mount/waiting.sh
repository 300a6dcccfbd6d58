#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Callers that wait: however many there are, the next one is answered, and each can be interrupted.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# One thread of eight is kept free: seven may wait.
FEW=max_threads=8,max_idle_threads=1
DIR=snapshots/before-upgrade
crowd=()

# in_background COUNT COMMAND…: so many of it at once; their processes are in crowd, what each says
# is in $T/out.N.
in_background()
{
    local count=$1 i
    shift
    for ((i = 0; i < count; i++)); do
        (cd "$MNT" && exec "$@") >"$T/out.${#crowd[@]}" 2>&1 &
        crowd+=($!)
    done
}

# waiting COUNT: so many callers wait, says status.json.
waiting()
{
    local count

    count=$(timeout -s KILL $((10 * patience)) jq .totals.waiting "$MNT/.paperspacefs/status.json")
    [ "$count" = "$1" ]
}

# answers TEXT: it works, and at once.
answers()
{
    works "timeout -s KILL $((5 * patience)) bash -e -c $(printf %q "$1") >/dev/null"
}

# freed SECONDS: everybody of the crowd comes back in that time.
freed()
{
    eventually "$1" nobody_is_left
    crowd=()
}

nobody_is_left()
{
    local pid

    for pid in "${crowd[@]}"; do
        if is_running "$pid"; then
            return 1
        fi
    done
}

# said TEXT: how many of the crowd did.
said()
{
    grep -l -e "$1" "$T"/out.* 2>/dev/null | wc -l
}

# hang JSON: what matches is not answered.
hang()
{
    fault "{\"times\": -1, \"delayMs\": 50000, $1}"
}

# --- wait ---------------------------------------------------------------------------------------

# crowd_at_wait COUNT
crowd_at_wait()
{
    emu_config '{"eventMs": 600000}'
    works "touch $DIR/restore"
    in_background "$1" cat $DIR/wait
    eventually 20 waiting "$1"
}

# holds: wait-8 event-4
test_docs_readers_of_wait_hold_no_thread()
{
    mounted -- $FEW
    crowd_at_wait 40
    answers "ls drives; cat drives/data/drive.json $DIR/state; echo x > drives/data/name"
    kill -KILL "${crowd[@]:0:20}"
    eventually 5 waiting 20
    kill -INT "${crowd[@]}" 2>/dev/null || true
    kill -TERM "${crowd[@]}" 2>/dev/null || true
    freed 5
    answers 'ls snapshots'
}

# holds: event-3 event-4
test_docs_wait_ends_for_all_with_the_event()
{
    mounted -- $FEW,timeout=2
    emu_config '{"eventMs": 3500}'
    works "touch $DIR/restore"
    in_background 12 cat $DIR/wait
    freed 20
    assert_eq 12 "$(said '^done$')"
}

# holds: end-2
test_docs_who_reads_wait_is_answered_when_the_mount_ends()
{
    mounted -- $FEW
    crowd_at_wait 12
    kill -TERM "$daemon"
    freed 5
    assert_eq 12 "$(said "cat: $DIR/wait: ")"
    await_daemon
}

# --- a full house -------------------------------------------------------------------------------

# fill_the_house: seven callers wait for a listing that is not answered.
fill_the_house()
{
    hang '"path": "/storage-providers"'
    in_background 7 ls providers
    eventually 20 waiting 7
}

# holds: wait-8 wait-9 errno-7
test_a_listing_that_hangs_holds_nobody_else_up()
{
    mounted -- $FEW
    hang '"path": "/snapshots"'
    in_background 20 ls snapshots
    eventually 20 waiting 7
    eventually 20 said_by 13 'Resource temporarily unavailable'
    words EAGAIN 'too many callers'
    answers 'ls drives; cat drives/data/drive.json; cat README'
    kill -KILL "${crowd[@]}" 2>/dev/null || true
    freed 5
    answers 'ls drives'
}

said_by()
{
    [ "$(said "$2")" -eq "$1" ]
}

# holds: wait-9
test_in_a_full_house_what_is_known_is_shown()
{
    mounted -- $FEW,timeout=20
    works 'ls snapshots; cat snapshots/before-upgrade/snapshot.json'
    works 'touch .paperspacefs/refresh'
    hang '"path": "/snapshots"'
    fill_the_house
    answers 'ls snapshots; cat snapshots/before-upgrade/snapshot.json; stat snapshots/before-upgrade'
    kill -KILL "${crowd[@]}"
    freed 5
}

# More than all the threads there are when nothing is said about them.
# holds: wait-8
test_docs_520_readers_of_wait_and_a_listing_that_hangs()
{
    mounted
    emu_config '{"eventMs": 600000}'
    works "touch $DIR/restore"
    python3 - "$MNT/$DIR/wait" <<'END' &
import os, sys, threading
def read(fd):
    try:
        os.read(fd, 100)
    except OSError:
        pass
threading.stack_size(65536)
for _ in range(520):
    threading.Thread(target=read, args=(os.open(sys.argv[1], os.O_RDONLY),)).start()
END
    crowd+=($!)
    eventually 30 waiting 520
    answers "ls drives; ls snapshots; cat $DIR/state"
    kill -KILL "${crowd[@]}"
    freed 10
    eventually 5 waiting 0
}

# --- every operation that waits -----------------------------------------------------------------

# ends_within MS PID: the process ends in that time.
ends_within()
{
    local start end

    start=$(date +%s%3N)
    while is_running "$2"; do
        end=$(date +%s%3N)
        if ((end - start > $1 * 3 * patience)); then
            fail "it was not freed within $1 ms"
        fi
        pause 0.01
    done
}

# freed_by SIGNAL COMMAND…: the command waits, and the signal frees it.
freed_by()
{
    local signal=$1
    shift
    in_background 1 "$@"
    eventually 20 waiting 1
    kill "-$signal" "${crowd[0]}"
    ends_within 200 "${crowd[0]}"
    crowd=()
    eventually 5 waiting 0
}

# can_leave FAULT TEXT [TEXT]: the operation, held up by the fault, is refused in a full house before
# anything is sent; and while it waits, an interrupt frees its caller, and a kill that of the second.
can_leave()
{
    hang "$1"
    fill_the_house
    refused 'Resource temporarily unavailable' "timeout -s KILL $((10 * patience)) $2"
    nothing_sent
    kill -KILL "${crowd[@]}"
    freed 5
    eventually 5 waiting 0
    freed_by TERM bash -c "$2 & trap 'kill \$!; wait \$!; exit' TERM; wait \$!"
    freed_by KILL bash -c "exec ${3:-$2}"
    answers 'ls .paperspacefs'
    stop_emulator # what was sent is let finish: now
}

# holds: wait-9 wait-10
test_a_lookup_can_be_left()
{
    mounted -- $FEW
    can_leave '"method": "GET", "path": "/snapshots"' 'stat snapshots/before-upgrade'
}

# holds: wait-9 wait-10
test_an_opendir_can_be_left()
{
    mounted -- $FEW
    can_leave '"method": "GET", "path": "/snapshots"' 'ls snapshots'
}

# holds: wait-9 wait-10
test_an_open_can_be_left()
{
    mounted -- $FEW,stale=0
    works 'stat drives/data/drive.json; touch drives/data'
    can_leave '"method": "GET", "path": "/shared-drives"' 'cat drives/data/drive.json'
}

# holds: wait-9 wait-10
test_a_write_can_be_left()
{
    mounted -- $FEW
    can_leave '"method": "PUT"' "sh -c 'exec echo new >drives/data/name'"
}

# holds: wait-9 wait-10
test_a_mkdir_can_be_left()
{
    mounted -- $FEW
    works "ls machines/$MACHINE"
    can_leave '"method": "POST"' "mkdir machines/$MACHINE/new"
}

# holds: wait-9 wait-10
test_an_rmdir_can_be_left()
{
    mounted -- $FEW
    can_leave '"method": "DELETE"' 'rm -r drives/archive'
}

# holds: wait-9 wait-10
test_a_rename_can_be_left()
{
    mounted -- $FEW
    can_leave '"method": "PUT"' 'mv drives/data drives/new'
}

# holds: wait-9 wait-10
test_a_restore_can_be_left()
{
    mounted -- $FEW,guard=0
    works 'ls snapshots'
    can_leave '"method": "POST"' "touch $DIR/restore" 'touch "snapshots/trained model v2/restore"'
}

# holds: wait-10 event-4
test_docs_wait_can_be_left()
{
    mounted -- $FEW
    emu_config '{"eventMs": 600000}'
    works "touch $DIR/restore"
    fill_the_house
    in_background 1 cat $DIR/wait
    eventually 5 waiting 8
    kill -KILL "${crowd[@]}"
    freed 5
    eventually 5 waiting 0
    freed_by TERM cat $DIR/wait
    freed_by KILL cat $DIR/wait
}

RENAMES='import os, signal, time
signal.signal(signal.SIGWINCH, lambda *of: None)
caller = os.getpid()
if os.fork() == 0:
    time.sleep(0.4)
    os.kill(caller, signal.SIGWINCH)
    os._exit(0)
os.rename("drives/a3", "drives/a4")'

# A script's own child ends while it writes (SIGCHLD), a window is resized (SIGWINCH).
# holds: wait-12
test_a_signal_that_means_nothing_interrupts_nothing()
{
    local text

    mounted
    for text in 'sleep 0.3 & echo a2 >drives/data/name' \
        'trap : CHLD; sleep 0.3 & sleep 0.6 & echo "{\"name\": \"a5\"}" >drives/a2/drive.json' \
        'trap : WINCH; (sleep 0.4; kill -WINCH $$) & echo a3 >drives/a5/name' \
        "python3 -c '$RENAMES'"; do
        forget_requests
        fault '{"method": "PUT", "delayMs": 1200}'
        shell "$text"
        assert_status 0
        assert_eq '' "$err" "what is said by: $text"
        assert_eq 1 "$(changes | wc -l)" "changes of: $text"
    done
}

# holds: wait-10 wait-12
test_after_one_that_means_nothing_the_next_signal_interrupts()
{
    mounted
    fault '{"method": "PUT", "delayMs": 4000}'
    shell 'trap : WINCH; trap "echo got it" USR1
        (sleep 0.4; kill -WINCH $$; sleep 0.4; kill -USR1 $$) & echo new >drives/data/name'
    assert_matches "$err" 'Interrupted system call'
    assert_matches "$out" 'got it'
    stop_emulator
}

# It is answered when the write is, or when its own time is over.
# holds: wait-8 wait-9
test_docs_a_read_waits_for_a_write_by_the_same_handle_without_a_thread()
{
    mounted -- $FEW
    fault '{"method": "PUT", "delayMs": 3000}'
    python3 - "$MNT/drives/data/name" >"$T/read" 2>&1 <<'END' &
import os, sys, threading
fd = os.open(sys.argv[1], os.O_RDWR)
threading.Thread(target=os.pwrite, args=(fd, b'new!\n', 0)).start()
threads = [threading.Thread(target=lambda: print(os.pread(fd, 10, 0))) for _ in range(12)]
threading.Event().wait(0.5)
for thread in threads:
    thread.start()
END
    crowd+=($!)
    eventually 10 waiting 13
    answers 'ls drives; cat drives/renders/name'
    freed 20
    assert_eq 12 "$(grep -o 'new!' "$T/read" | wc -l)"
}

# --- silence ------------------------------------------------------------------------------------

# took MS TEXT…: the command, whether it works or not, ends within that time.
took()
{
    local start

    start=$(date +%s%3N)
    shell "$2"
    if (($(date +%s%3N) - start > $1 * (patience + 1) / 2)); then
        fail "$2: took $(($(date +%s%3N) - start)) ms, not $1"
    fi
}

# holds: wait-1
test_docs_a_name_that_was_known_costs_one_timeout_when_the_server_is_busy_to_the_end()
{
    local status

    for status in 429 503; do
        mounted -- ttl=1,stale=0,timeout=3
        works 'stat drives/data'
        fault "{\"path\": \"/shared-drives\", \"times\": -1, \"status\": $status}"
        pause 1.1
        took 4000 'stat drives/data'
        assert_status 1
        no_faults
        pause 0.6
        works 'stat drives/data'
        end_mount
        end_emulator
    done
}

# holds: stale-1 stale-2
test_docs_what_is_known_is_shown_after_two_seconds_when_the_server_is_busy()
{
    mounted -- ttl=1
    works 'stat drives/data'
    fault '{"path": "/shared-drives", "times": -1, "status": 429}'
    pause 1.1
    took 3000 'stat drives/data && cat drives/data/drive.json && ls drives'
    assert_status 0
}

# The kernel lets one change of a directory in after the other, and who lists it comes last.
# holds: wait-5 wait-11
test_docs_renames_that_get_no_answer_hold_a_directory_for_little_more_than_one_timeout()
{
    local i

    mounted --populate 20 -- timeout=3
    works 'ls snapshots'
    hang '"method": "PUT"'
    for i in 1 2 3 4 5 6; do
        in_background 1 mv "snapshots/snapshot-00000$i" "snapshots/n$i"
    done
    pause 1
    took 8000 'ls snapshots'
    freed 10
    assert_eq 6 "$(said 'Connection timed out')"
    no_faults
    works 'mv snapshots/snapshot-000015 snapshots/renamed'
}

run_scenarios "$@"
