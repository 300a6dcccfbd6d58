#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the service manager is told, by somebody who listens in its place.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# listens: notes what is told in $WORK/told, a line each.
listens()
{
    export NOTIFY_SOCKET=$WORK/notify
    : >"$WORK/told"
    python3 - "$NOTIFY_SOCKET" "$WORK/told" <<'END' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
told = open(sys.argv[2], "ab", buffering=0)
while True:
    told.write(s.recv(65536) + b"\n")
END
    echo $! >"$WORK/listener.pid"
    eventually 10 test -S "$NOTIFY_SOCKET"
}

# told REGEX: in the end there is such a line.
told()
{
    eventually 10 grep -q -E -e "$1" "$WORK/told"
}

# holds: notify-1 http-19
test_it_is_ready_when_it_is_mounted_and_says_how_it_is()
{
    listens
    mounted
    told '^READY=1$'
    told "^STATUS=$D: 4 drives\$"
    works 'ls snapshots >/dev/null'
    told "^STATUS=$D: 4 drives, 8 snapshots\$"
    fault '{"path": "/shared-drives", "times": -1, "status": 403, "body": {"message": "not you"}}'
    works 'touch .paperspacefs/refresh'
    refused 'Permission denied' 'ls drives'
    told "^STATUS=$D: .*drives.*not you"
    assert_lacks "$(cat "$WORK/told")" STOPPING
    end_mount
    told '^STOPPING=1$'
    assert_eq 1 "$(grep -c READY "$WORK/told")"
    assert_lacks "$(cat "$WORK/told")" "$KEY"
    kill "$(cat "$WORK/listener.pid")"
}

# holds: notify-1
test_docs_it_is_ready_although_the_API_has_not_answered()
{
    listens
    start_emulator
    stop_emulator
    mount_fs timeout=2
    daemon_said 'mounted all the same'
    told '^READY=1$'
    told "^STATUS=$URL: drives: .*connection refused"
    kill "$(cat "$WORK/listener.pid")"
}

# holds: notify-1
test_docs_what_is_not_mounted_is_not_ready()
{
    listens
    start_emulator
    run env PAPERSPACE_API_KEY=wrong timeout $((20 * patience)) "$PAPERSPACEFS" -f "$URL" "$MNT"
    assert_status 1
    assert_eq '' "$(cat "$WORK/told")"
    kill "$(cat "$WORK/listener.pid")"
}

# deaf: a socket that takes nothing any more.
deaf()
{
    export NOTIFY_SOCKET=$WORK/notify
    python3 - "$NOTIFY_SOCKET" <<'END' &
import signal, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
senders, more = [], True
while more: # each may have but so much on its way
    senders.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    senders[-1].setblocking(False)
    more = False
    try:
        while True:
            senders[-1].sendto(b"X_FULL=1", sys.argv[1])
            more = True
    except BlockingIOError:
        pass
open(sys.argv[1] + ".full", "w").close()
signal.pause()
END
    echo $! >"$WORK/listener.pid"
    eventually 10 test -e "$NOTIFY_SOCKET.full"
}

# holds: notify-2
test_docs_a_manager_that_does_not_listen_keeps_nobody()
{
    deaf
    mounted
    works 'ls snapshots >/dev/null; echo new > drives/data/name'
    kill -HUP "$daemon"
    pause 3 # it would tell how it is by now
    kill -TERM "$daemon"
    await_daemon
    kill "$(cat "$WORK/listener.pid")"
}

if ! grep -q -a -F libsystemd.so.0 "$PAPERSPACEFS"; then
    tap_skip_all 'built without libsystemd'
fi
run_scenarios "$@"
