#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever a server sends, the mount stays within bounds, and goes on.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# rss KEY: a number of the daemon's /proc/PID/status, in MiB.
rss()
{
    awk -v key="$1:" '$1 == key { print int($2 / 1024) }' "/proc/$daemon/status"
}

# below KEY MIB
below()
{
    local mib

    if ldd "$PAPERSPACEFS" | grep -q -E 'libasan|libtsan'; then
        return
    fi
    mib=$(rss "$1")
    [ "$mib" -lt "$2" ] || fail "$1 is $mib MiB"
}

# list FILE…: the drives' listing has these items, whoever asks.
list()
{
    no_faults
    jq -sc --arg d "$D" '{path: "/shared-drives", method: "GET", status: 200, times: -1,
        body: (if $d == "docs" then {hasMore: false, items: .} else . end)}' "$@" >"$T/fault"
    curl -sS --fail-with-body -A elsewhere --data-binary "@$T/fault" "$ROOT/_control/faults" \
        >/dev/null
}

# keys ID COUNT [PREFIX]: an item with so many keys that nobody knows.
keys()
{
    jq -nc --arg id "$1" --argjson n "$2" --arg p "${3:-k}" '{id: $id, name: $id} +
        ([range($n) | {key: "\($p)\(.)", value: .}] | from_entries) + {size: 7}'
}

test_a_flood_takes_no_memory_and_the_mount_goes_on()
{
    mounted -- ttl=0,stale=0
    works 'ls drives >/dev/null'
    fault '{"path": "/shared-drives", "status": 200, "times": -1, "headers":
        {"Content-Type": "application/json"}, "flood": {"prefix": "[", "unit": "{},",
        "count": 2796202, "suffix": "{}]"}}'
    refused 'File too large' 'ls drives'
    words EFBIG 'more than 2000000 values'
    below VmHWM 128
    no_faults
    works 'ls drives >/dev/null'
    below VmRSS 64
}

test_docs_a_mount_ends_at_once_while_a_flood_comes()
{
    local before

    mounted -- ttl=0,stale=0
    fault '{"path": "/shared-drives", "status": 200, "times": -1,
        "flood": {"prefix": "[", "unit": "{},", "count": -1}}'
    shell 'ls drives' &
    pause 0.3
    before=$EPOCHSECONDS
    kill -TERM "$daemon"
    await_daemon
    wait $! || true
    [ $((EPOCHSECONDS - before)) -le $((3 * patience)) ] || fail 'it took long to end'
}

test_docs_journals_keep_two_kibibytes_of_a_url()
{
    mounted -- ttl=0
    jq -nc '{path: "/shared-drives", method: "GET", status: 200, times: 1, body: {hasMore: true,
        items: [{id: "a", name: "a"}], nextPage: ("é" * 1000)}}' >"$T/fault"
    curl -sS -A elsewhere --data-binary "@$T/fault" "$ROOT/_control/faults" >/dev/null
    shell 'ls drives >/dev/null' || true
    prints true 'jq -s "all(.[]; .url | length <= 2048) and any(.[]; .url | length > 2000)" \
        .paperspacefs/requests.jsonl'
}

# Utilization, or an error: nothing else is shown, and a key more is no harm.
test_what_is_no_utilization_is_a_broken_answer()
{
    local body good

    mounted -- ttl=0,stale=0
    good=$(api GET /storage-providers/utilization | jq -c '. + {more: [1]}')
    for body in '[]' '{}' '42' 'null' '{"id": "a", "name": "b"}' \
        "$(jq -c 'map_values("many")' <<<"$good")" "$(jq -c 'map_values({})' <<<"$good")" \
        "$(jq -c 'del(.[keys[1]])' <<<"$good")"; do
        fault "{\"path\": \"/storage-providers/utilization\", \"status\": 200, \"times\": -1,
            \"body\": $body}"
        refused 'Protocol error' 'cat utilization.json'
        no_faults
    done
    fault "{\"path\": \"/storage-providers/utilization\", \"status\": 200, \"times\": -1,
        \"body\": $good}"
    prints '[1]' 'jq -c .more utilization.json'
}

# 300 handles of a document of 400 KiB.
test_docs_open_handles_share_what_they_show()
{
    mounted -- ttl=60
    keys a 1 | jq -c '. + {long: ("x" * 400000)}' >"$T/a"
    list "$T/a"
    works 'touch .paperspacefs/refresh; ls drives >/dev/null'
    works 'python3 -c "
import os
os.closerange(3, 50)
held = [os.open(\"drives/a/drive.json\", os.O_RDONLY) for _ in range(300)]
assert len({os.pread(fd, 500000, 0) for fd in held}) == 1
assert os.fstat(held[0]).st_size == len(os.pread(held[299], 500000, 0))
"'
    below VmHWM 96
}

run_scenarios "$@"
