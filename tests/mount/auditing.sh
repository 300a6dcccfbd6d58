#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An audit that outlives the mount: what the systemd journal is told, by somebody who listens in its
# place. Its socket has one path on a machine, so the scenarios are in a mount namespace of their own.
. "$(dirname "$0")/lib.sh"

SOCKET=/run/systemd/journal/socket

# listens: notes each entry in $WORK/entries, an object of its fields a line.
listens()
{
    mkdir -p "${SOCKET%/*}"
    rm -f "$SOCKET"
    : >"$WORK/entries"
    python3 - "$SOCKET" "$WORK/entries" <<'END' &
import json, socket, struct, sys

def fields(data):
    while data:
        name, data = data.split(b"\n", 1)
        if b"=" in name:
            name, value = name.split(b"=", 1)
        else:
            size, = struct.unpack("<Q", data[:8])
            value, data = data[8:8 + size], data[9 + size:]
        yield name.decode(), value.decode()

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
noted = open(sys.argv[2], "a", buffering=1)
while True:
    pairs = list(fields(s.recv(1 << 20)))
    assert len(pairs) == len(dict(pairs)), pairs
    noted.write(json.dumps(dict(pairs)) + "\n")
END
    echo $! >"$WORK/listener.pid"
    eventually 10 test -S "$SOCKET"
}

listens_no_more()
{
    kill -KILL "$(cat "$WORK/listener.pid")"
    rm "$SOCKET"
}

# is_told FILTER: in the end there is one entry, and one only, that the filter of jq selects; it is
# in entry.
is_told()
{
    eventually 10 some_entry "$1"
    entry=$(jq -c "select($1)" "$WORK/entries")
    assert_eq 1 "$(wc -l <<<"$entry")" "$entry"
}

some_entry()
{
    jq -e -n "[inputs | select($1)] | length > 0" "$WORK/entries" >/dev/null
}

# entry_has KEY VALUE…: fields of the entry, without PAPERSPACE_ before them.
entry_has()
{
    while [ $# -gt 0 ]; do
        assert_eq "$2" "$(jq -r ".PAPERSPACE_$1 // \"none\"" <<<"$entry")" "$1 of $entry"
        shift 2
    done
}

# The constants that the manual page names.
SENT=a8f903f15be44647b56ba12918268533
SEEN=9d0575f266304272be2b0f9718596ea2

# holds: audit-1
test_each_change_that_is_sent_goes_to_the_journal()
{
    listens
    mounted -- log=info,guard=0
    works "echo '{\"name\": \"new\"}' > drives/data/drive.json"
    is_told '.PAPERSPACE_METHOD == "PUT"'
    entry_has ID "$DATA" PATH drives/data/drive.json OP write UID "$(id -u)" COMM bash STATUS 200 \
        KEYS name MOUNT "$MNT" URL "$URL/shared-drives/$DATA" EVENT none
    assert_eq "$SENT 6 paperspacefs" \
        "$(jq -r '"\(.MESSAGE_ID) \(.PRIORITY) \(.SYSLOG_IDENTIFIER)"' <<<"$entry")"
    assert_matches "$(jq -r .MESSAGE <<<"$entry")" \
        "^write drives/data/drive.json by bash\[[0-9]+\], uid $(id -u): PUT, answered by 200\$"
    works "mkdir machines/$MACHINE/first"
    is_told '.PAPERSPACE_OP == "mkdir"'
    entry_has ID "$(id_of snapshots first)" PATH "machines/$MACHINE/first" COMM mkdir METHOD POST \
        KEYS 'name machineId'
    works 'rm -r drives/archive'
    is_told '.PAPERSPACE_METHOD == "DELETE"'
    entry_has PATH drives/archive OP rmdir COMM rm KEYS none
    works 'touch snapshots/before-upgrade/restore'
    is_told '.PAPERSPACE_COMM == "touch"'
    entry_has PATH snapshots/before-upgrade/restore ID slqafgu4n6gxge METHOD POST
    works 'echo 7 > .paperspacefs/allow'
    is_told '.PAPERSPACE_PATH == ".paperspacefs/allow"'
    entry_has METHOD none STATUS none KEYS points
    listens_no_more
}

# holds: audit-1
test_a_change_that_failed_goes_there_too()
{
    listens
    mounted -- log=info
    fault '{"method": "PUT", "status": 409, "body": {"message": "not now"}}'
    refused busy 'mv drives/data drives/new'
    is_told '.PAPERSPACE_METHOD == "PUT"'
    entry_has STATUS 409 OP rename COMM mv
    fault '{"method": "POST", "close": "before"}'
    refused 'Input/output error' "mkdir machines/$MACHINE/first"
    is_told '.PAPERSPACE_METHOD == "POST"'
    entry_has STATUS none ID none
    assert_contains "$(jq -r .MESSAGE <<<"$entry")" 'POST, answered by nothing'
    listens_no_more
}

# holds: audit-2
test_each_change_made_elsewhere_that_is_seen_goes_there()
{
    listens
    mounted -- log=info
    works 'ls snapshots drives >/dev/null'
    api PUT "/shared-drives/$DATA" '{"name": "elsewhere"}' >/dev/null
    api DELETE /snapshots/slqafgu4n6gxge >/dev/null
    api POST /shared-drives "$(drive_body made)" >/dev/null
    pause 0.5 # the deletion's event
    works 'touch .paperspacefs/refresh; ls snapshots drives >/dev/null'
    is_told '.PAPERSPACE_CHANGE == "changed"'
    entry_has ID "$DATA" PATH drives/elsewhere KEYS name OP none COMM none MOUNT "$MNT"
    assert_eq "$SEEN changed elsewhere: drives/elsewhere" \
        "$(jq -r '"\(.MESSAGE_ID) \(.MESSAGE)"' <<<"$entry")"
    is_told '.PAPERSPACE_CHANGE == "deleted"'
    entry_has ID slqafgu4n6gxge PATH snapshots/before-upgrade
    is_told '.PAPERSPACE_CHANGE == "created"'
    entry_has ID "$(id_of shared-drives made)" PATH drives/made
    assert_eq 3 "$(wc -l <"$WORK/entries")"
    listens_no_more
}

# A name may hold anything: what it says is one field's text. Nor does a body, or the key, go there.
# holds: audit-3
test_no_secret_no_body_and_no_line_of_its_own_goes_there()
{
    local name=$'x\nMESSAGE_ID=0\nPRIORITY=0\e[31m\u2028end'

    listens
    mounted -- log=info,secrets=show
    api PUT "/shared-drives/$DATA" "$(jq -n --arg n "$name" '{name: $n}')" >/dev/null
    works 'touch .paperspacefs/refresh; ls drives >/dev/null'
    is_told '.PAPERSPACE_CHANGE == "changed"'
    assert_eq "$SEEN 6" "$(jq -r '"\(.MESSAGE_ID) \(.PRIORITY)"' <<<"$entry")"
    works "mv drives/archive \"drives/y%0APRIORITY=0\""
    is_told '.PAPERSPACE_COMM == "mv"'
    assert_eq "$SENT 6" "$(jq -r '"\(.MESSAGE_ID) \(.PRIORITY)"' <<<"$entry")"
    if [ "$D" = docs ]; then
        works 'echo new+secret/of+mine > providers/backups/s3Config/secretAccessKey'
        is_told '.PAPERSPACE_PATH | startswith("providers/")'
    fi
    assert_lacks "$(cat "$WORK/entries")" 'demo/secret'
    assert_lacks "$(cat "$WORK/entries")" 'new+secret'
    assert_lacks "$(cat "$WORK/entries")" nightly-backups
    assert_lacks "$(cat "$WORK/entries")" "$KEY"
    assert_eq '' "$(jq -r '.[] | select(test("[\u0000-\u001f\u007f-\u009f\u2028]"))' "$WORK/entries")"
    listens_no_more
}

# holds: audit-1 install-5
test_docs_the_manual_page_and_the_units_name_them()
{
    local page=$top_srcdir/man/paperspacefs.1 field

    for field in "$SENT" "$SEEN"; do
        grep -q -F "$field" "$page" || fail "$field is not in the page"
    done
    grep -q -F "MESSAGE_ID=$SENT" "$top_srcdir/packaging/systemd/system/paperspacefs@.service.in"
    grep -q -F "MESSAGE_ID=$SENT" "$top_srcdir/packaging/systemd/user/paperspacefs@.service.in"
    while read -r field; do
        sed -n '/^\.Sh AUDIT/,/^\.Sh ENV/p' "$page" | grep "$field" >/dev/null || fail "$field is not in the page"
    done < <(grep -o 'PAPERSPACE_[A-Z]*' "$top_srcdir/src/audit.c")
}

# holds: audit-5
test_without_log_info_nothing_goes_there()
{
    listens
    mounted -- log=warning
    works 'echo new > drives/data/name'
    end_mount
    assert_eq '' "$(cat "$WORK/entries")"
    listens_no_more
}

# Sees more changes than fit into a socket that nobody reads.
sees_many()
{
    local room

    room=$(cat /proc/sys/net/unix/max_dgram_qlen)
    listens
    mounted --populate $((room + 100)) -- log=info
    works 'ls snapshots >/dev/null'
    kill -STOP "$(cat "$WORK/listener.pid")"
    stop_emulator
    start_emulator --populate 10
    works 'touch .paperspacefs/refresh; ls snapshots >/dev/null'
    eventually 20 has_seen $((room + 50))
}

# They are written down one after the other.
has_seen()
{
    [ "$(wc -l <"$MNT/.paperspacefs/seen.jsonl")" -gt "$1" ]
}

# holds: audit-4
test_docs_a_journal_that_has_stopped_keeps_nobody()
{
    sees_many
    works 'echo new > drives/data/name'
    prints new "cat drives/$DATA/name"
    fusermount3 -u "$MNT"
    eventually 10 gone "$daemon"
    daemon_said '[0-9]+ changes are in no journal: it did not take them'
    await_daemon
    listens_no_more
}

# holds: audit-4
test_docs_a_journal_that_goes_on_has_them_all()
{
    sees_many
    kill -CONT "$(cat "$WORK/listener.pid")"
    eventually 20 has_all_entries
    listens_no_more
}

has_all_entries()
{
    [ "$(wc -l <"$WORK/entries")" -eq "$(wc -l <"$MNT/.paperspacefs/seen.jsonl")" ]
}

# holds: audit-5
test_where_there_is_no_journal_it_goes_to_the_log()
{
    rm -f "$SOCKET"
    mounted -- log=info
    works 'echo new > drives/data/name'
    eventually 10 grep -q "info: write drives/data/name by bash\[.*: PUT, answered by 200" \
        "$WORK/mount.err"
    daemon_said 'write drives/data/name'
}

if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
    tap_skip_all 'needs root, and mount namespaces'
fi
if ! grep -q -a -F libsystemd.so.0 "$PAPERSPACEFS"; then
    export PFS_TEST_ONLY=where_there_is_no_journal
fi
if [ -z "${PFS_TEST_APART:-}" ]; then
    # shellcheck disable=SC2016
    PFS_TEST_APART=yes exec unshare -m --propagation private bash -c '
        let_copies_go
        mount -t tmpfs tmpfs /run
        exec bash "$@"' - "$0" "$@"
fi
run_scenarios "$@"
