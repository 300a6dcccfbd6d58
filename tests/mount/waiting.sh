#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Callers that wait: however many there are, the next one is answered, and each can be interrupted.
. "$(dirname "$0")/lib.sh"

# One thread of eight is kept free: seven may wait.
FEW=max_threads=8
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

test_docs_wait_ends_for_all_with_the_event()
{
    mounted -- $FEW,timeout=2
    emu_config '{"eventMs": 3500}'
    works "touch $DIR/restore"
    in_background 12 cat $DIR/wait
    freed 20
    assert_eq 12 "$(said '^done$')"
}

test_docs_who_reads_wait_is_answered_when_the_mount_ends()
{
    mounted -- $FEW
    crowd_at_wait 12
    kill -TERM "$daemon"
    freed 5
    assert_eq 12 "$(said "cat: $DIR/wait: ")"
    await_daemon
}

run_scenarios "$@"
