#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whatever the server sends, for however many kinds at once: the daemon stays below 512 MiB, gives
# back what it took, and goes on.
. "$(dirname "$0")/lib.sh"

deadline_s=180 # hundreds of megabytes go by

# stays_below: since its start it has never had 512 MiB.
stays_below()
{
    if [ "$(memory VmHWM)" -ge 512 ]; then
        fail "the daemon had $(memory VmHWM) MiB"
    fi
}

# at_once COMMAND…: all of them, each in a process of its own, whatever they say.
at_once()
{
    local -a all=()
    local command

    for command in "$@"; do
        (cd "$MNT" && timeout -s KILL $((50 * patience)) bash -c "$command") >/dev/null 2>&1 &
        all+=($!)
    done
    wait "${all[@]}" || true
}

# Each as the keys of a fault; the unit is sent 250 at a time.
floods()
{
    jq -c '. + {times: -1} | .flood.unit *= 250' <<'END'
{"status": 200, "flood": {"prefix": "[", "unit": "{},", "count": 80000, "suffix": "{}]"}}
{"status": 200, "flood": {"prefix": "[{\"id\":\"a\"", "unit": ",\"k\":[[[[[]]]]]", "count": 12000, "suffix": "}]"}}
{"status": 200, "flood": {"prefix": "[{\"id\":\"a\",\"name\":\"", "unit": "xxxxxxxxxxxxxxxx", "count": -1}}
{"status": 422, "flood": {"prefix": "{\"message\":\"", "unit": "no no no no ", "count": -1}}
{"raw": true, "flood": {"prefix": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", "unit": "X-More: 1234567890123456\r\n", "count": -1}}
END
}

# Each of them, to every request there is, of all kinds at once.
# holds: http-12
test_docs_floods_to_all_kinds_at_once()
{
    local flood

    measured
    mounted -- ttl=0,timeout=20,stale=0
    works 'ls drives snapshots providers > /dev/null'
    while IFS= read -r flood; do
        fault "$flood"
        at_once 'ls drives' 'ls snapshots' 'ls providers' 'cat utilization.json' \
            'echo x > snapshots/before-upgrade/name' 'mkdir machines/psnew/x' 'mv drives/data drives/d'
        no_faults
        stays_below
        works 'ls drives snapshots providers > /dev/null'
    done < <(floods)
    if [ "$(memory VmRSS)" -ge 96 ]; then
        fail "the daemon keeps $(memory VmRSS) MiB"
    fi
}

# What is known of the kinds together is bounded as well, and so is what comes to replace it.
# holds: http-10 http-12
test_docs_three_kinds_that_are_as_large_as_one_may_be()
{
    local line fd

    measured
    exec {fd}< <(exec python3 "$top_srcdir/tests/mount/hoard.py" 320 480000 2>/dev/null)
    echo $! >"$WORK/hoard.pid"
    read -r -t $((20 * patience)) line <&"$fd"
    URL=${line#listening on }
    mount_fs ttl=1,timeout=60
    at_once 'ls drives' 'ls snapshots' 'ls providers'
    pause 1.1
    at_once 'ls drives' 'ls snapshots' 'ls providers' 'cat drives/n1/drive.json'
    stays_below
    refused 'File too large' 'ls drives && ls snapshots && ls providers'
    words EFBIG
    kill "$(cat "$WORK/hoard.pid")"
}

run_scenarios "$@"
