#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How long what was read is believed, and what happens when the server is away.
. "${BASH_SOURCE[0]%/*}/lib.sh"

elsewhere_renamed()
{
    api PUT "/shared-drives/$DATA" "{\"name\": \"$1\"}" >/dev/null
}

# holds: fresh-1
test_within_the_ttl_nothing_is_asked()
{
    mounted
    works 'ls snapshots > /dev/null'
    forget_requests
    works 'ls snapshots; cat snapshots/before-upgrade/snapshot.json; ls drives'
    nothing_asked
}

# holds: fresh-2 fresh-8
test_past_the_ttl_a_change_made_elsewhere_is_seen()
{
    local start listings

    mounted -- ttl=1
    works 'cat drives/data/drive.json'
    elsewhere_renamed moved
    pause 1.3
    start=${EPOCHREALTIME/./}
    forget_requests
    prints '"moved"' 'jq .name drives/moved/drive.json'
    listings=$(count_requests GET '/shared-drives(\?limit=120)?')
    if ((listings < 1 || listings > 1 + (${EPOCHREALTIME/./} - start) / 1000000)); then
        fail "listed $listings times"
    fi
    refused 'No such file or directory' 'cat drives/data/drive.json'
}

# holds: fresh-6
test_touching_the_directory_of_a_kind_asks_the_server()
{
    mounted
    elsewhere_renamed moved
    works 'test -d drives/data'
    nothing_asked
    works 'touch drives'
    works 'test -d drives/moved'
    assert_eq 1 "$(count_requests GET '/shared-drives(\?limit=120)?')"
}

# holds: fresh-6
test_touching_the_directory_of_a_resource_asks_the_server()
{
    mounted
    works 'cat drives/data/drive.json > /dev/null'
    api PUT /shared-drives/$DATA '{"name": "data"}' >/dev/null
    nothing_asked
    works 'touch drives/data'
    works 'cat drives/data/drive.json > /dev/null'
    assert_eq 1 "$(count_requests GET '/shared-drives.*')"
}

# holds: fresh-7
test_touching_refresh_asks_the_server()
{
    mounted
    elsewhere_renamed moved
    works 'touch .paperspacefs/refresh'
    works 'test -d drives/moved'
}

# holds: fresh-7
test_SIGHUP_asks_the_server()
{
    mounted
    elsewhere_renamed moved
    kill -HUP "$daemon"
    eventually 5 test -d "$MNT/drives/moved"
}

# holds: fresh-5 stale-4
test_a_failed_fetch_is_an_error_and_no_empty_directory()
{
    mounted
    fault '{"path": "/snapshots", "times": -1, "status": 500, "body": {"code":
        "INTERNAL_SERVER_ERROR", "message": "the shelf fell down"}}'
    refused 'Input/output error' 'ls -A snapshots'
    assert_eq '' "$out"
    words 'EIO' '500' 'the shelf fell down'
    refused 'Input/output error' 'ls machines'
    no_faults
    works 'touch snapshots; ls snapshots'
}

# holds: errno-3 start-2
test_a_kind_that_the_key_may_not_see_is_EACCES()
{
    mounted
    emu_config '{"forbid": ["/snapshots"]}'
    refused 'Permission denied' 'ls snapshots'
    words EACCES 403
    works 'ls drives'
}

# holds: stale-1 stale-2
test_without_connection_what_was_known_stays_readable()
{
    local before start

    mounted -- ttl=1
    before=$(cat "$MNT"/snapshots/*/snapshot.json "$MNT"/drives/*/drive.json)
    stop_emulator
    pause 1.3
    start=$SECONDS
    assert_eq "$before" "$(cat "$MNT"/snapshots/*/snapshot.json "$MNT"/drives/*/drive.json)"
    assert_eq 1 $((SECONDS - start <= 5 * patience)) 'it took too long'
    prints '' 'ls drives | grep -v -e archive -e renders -e team -e data || true'
}

# holds: stale-1
test_with_5xx_what_was_known_stays_readable()
{
    mounted -- ttl=1
    works 'ls snapshots; ls drives'
    fault '{"times": -1, "status": 503, "body": "busy"}'
    pause 1.3
    works 'jq .name drives/data/drive.json; ls snapshots'
}

# holds: stale-1 errno-11
test_stale_0_gives_the_error()
{
    mounted -- ttl=1,stale=0,timeout=3
    works 'ls drives'
    stop_emulator
    pause 1.3
    refused 'No route to host' 'ls drives'
}

# holds: stale-4 errno-11
test_with_nothing_known_the_error_is_the_network_s()
{
    mounted -- timeout=3
    stop_emulator
    refused 'No route to host' 'ls snapshots'
    words EHOSTUNREACH
}

# holds: stale-3 errno-3 errno-4
test_401_403_and_404_never_give_stale_data()
{
    local status error

    mounted -- ttl=1
    for status in 401 403 404; do
        error='Permission denied'
        [ $status != 404 ] || error='No such file or directory'
        works 'touch snapshots; ls snapshots; cat snapshots/before-upgrade/snapshot.json'
        fault "{\"path\": \"/snapshots\", \"times\": -1, \"status\": $status}"
        pause 1.3
        refused "$error" 'ls snapshots'
        assert_eq '' "$out" "listed in spite of $status"
        refused "$error" 'cat snapshots/before-upgrade/snapshot.json'
        assert_eq '' "$out" "read in spite of $status"
        words "$status"
        no_faults
    done
}

# What the plan does not cover is denied as well.
# holds: stale-3 errno-1
test_a_quota_for_reading_is_EDQUOT_and_never_gives_stale_data()
{
    mounted -- ttl=0,timeout=2
    works 'ls drives > /dev/null'
    fault '{"path": "/shared-drives", "status": 403, "times": 1,
        "body": {"code": "FORBIDDEN", "message": "not in your plan"}}'
    refused 'Disk quota exceeded' 'ls drives'
    words EDQUOT 403 'not in your plan'
    fault '{"path": "/shared-drives", "status": 500, "times": -1}'
    refused 'Input/output error' 'ls drives'
    no_faults
    prints 4 'ls drives | wc -l'
}

# holds: wait-1 wait-2 errno-10
test_a_slow_answer_ends_in_ETIMEDOUT()
{
    local start

    mounted -- timeout=1
    fault '{"path": "/snapshots", "times": -1, "delayMs": 20000}'
    start=$SECONDS
    refused 'Connection timed out' 'ls snapshots'
    assert_eq 1 $((SECONDS - start <= 6 * patience)) 'it took too long'
    refused 'Connection timed out' 'ls snapshots'
    works 'ls drives'
}

# holds: control-2 control-3 draft-16
test_the_status_tells_of_every_kind()
{
    mounted
    works 'ls drives snapshots > /dev/null; mkdir drives/new; cat .paperspacefs/status.json'
    assert_eq "$URL $D" "$(jq -r '"\(.URL // .url) \(.dialect)"' <<<"$out")"
    assert_lacks "$out" "$KEY"
    assert_eq 'drives providers snapshots utilization' "$(jq -r '.kinds | keys | join(" ")' <<<"$out")"
    assert_eq '[true,false,4,["new"]] [true,false,8,[]]' "$(jq -c '.kinds.drives, .kinds.snapshots
        | [.online, .stale, .count, .drafts]' <<<"$out" | paste -sd ' ')"
    assert_eq true "$(jq '.kinds | .drives.requests >= 1 and .snapshots.requests == 1
        and .drives.age_s >= 0 and .snapshots.age_s >= 0' <<<"$out")" "$out"
    assert_eq '[false,null,false,null,0,[]]' "$(jq -c '.kinds | .providers, .utilization
        | [.online, .age_s, .stale, .count, .requests, .drafts]' <<<"$out" | uniq)"
    works 'rm -r drives/new'
    stop_emulator
    works 'touch snapshots; ls snapshots > /dev/null'
    prints '[false,true,8] [true,false,4]' 'jq -c ".kinds | .snapshots, .drives
        | [.online, .stale, .count]" .paperspacefs/status.json | paste -sd " "'
    works 'jq -e ".kinds.snapshots.requests > 1" .paperspacefs/status.json'
}

# holds: own-1 path-2
test_a_change_is_seen_at_once_by_every_other_path()
{
    mounted
    # One process, so that nothing but the change itself passes the time between two looks.
    cat >"$T/look.py" <<'END'
import os, shutil, sys

machine = sys.argv[1]
for n in range(20):
    by_machine, by_name, drive = f"{machine}/s{n}", f"snapshots/s{n}", f"drives/d{n}"
    os.mkdir(by_machine)
    assert os.stat(by_name).st_ino != os.stat(by_machine).st_ino
    os.rename(by_name, by_name + "x")
    assert not os.path.exists(by_machine), by_machine
    assert os.path.isdir(by_machine + "x")
    shutil.rmtree(by_machine + "x")
    assert not os.path.exists(by_name + "x"), by_name
    before = f"drives/d{n - 1}" if n > 0 else "drives/data"
    assert os.path.isdir(before)
    with open(before + "/name", "w") as name:
        name.write(f"d{n}\n")
    assert not os.path.exists(before), before
    assert os.path.isdir(drive)
END
    works "python3 $T/look.py machines/$MACHINE"
}

# holds: stale-2
test_a_server_in_trouble_is_not_asked_for_every_file()
{
    local status

    for status in 500 429; do
        [ -n "$daemon" ] || mounted -- ttl=1
        works 'ls drives > /dev/null; sleep 1.2'
        forget_requests
        fault "{\"method\": \"GET\", \"path\": \"/shared-drives\", \"status\": $status, \"times\": -1,
            \"headers\": {\"Retry-After\": \"100\"}}"
        works 'grep -rl data drives > /dev/null'
        assert_eq 1 "$(count_requests GET '/shared-drives.*')" "listings while it says $status"
        no_faults
        works 'touch drives; ls drives > /dev/null'
    done
}

# It breaks the protocol: no connection that is missing, and no trouble that a server tells of.
# holds: stale-3 errno-9
test_an_answer_that_is_cut_short_is_an_error()
{
    mounted -- ttl=1,timeout=8
    works 'ls drives > /dev/null; sleep 1.2'
    fault '{"path": "/shared-drives", "truncate": 100, "times": -1}'
    refused 'Protocol error' 'cat drives/data/name'
    words EPROTO 'cut short'
    no_faults
    prints data 'cat drives/data/name'
}

# holds: open-1 attr-1
test_an_open_file_has_its_size_though_the_resource_is_gone()
{
    mounted
    works 'ls -l drives > /dev/null'
    cat >"$T/hold.py" <<'END'
import os, subprocess, sys

file = open("drives/archive/drive.json", "rb", buffering=0)
here = os.open("drives/archive", os.O_RDONLY)
size = os.fstat(file.fileno()).st_size
subprocess.run(sys.argv[1], shell=True, check=True)
os.utime("drives")
assert "archive" not in os.listdir("drives")
assert os.fstat(file.fileno()).st_size == size == len(file.read()) > 100
assert os.fstat(here).st_mode & 0o170000 == 0o040000
END
    works "python3 $T/hold.py \"curl -sS -X DELETE -H 'Authorization: Bearer $KEY' $URL/shared-drives/sdq7h2m4xc\" > /dev/null"
}

# holds: wait-6
test_a_silent_kind_leaves_connections_for_others()
{
    local start

    mounted --populate 300 -- ttl=1,timeout=9
    works 'ls snapshots > /dev/null; sleep 1.2'
    fault '{"method": "GET", "path": "/snapshots", "delayMs": 20000, "times": -1}'
    start=$SECONDS
    works 'for name in $(find snapshots -mindepth 1 -maxdepth 1 2> /dev/null | head -24); do
            (cat "$name/name" > /dev/null 2>&1 &)
        done; sleep 0.3; ls providers > /dev/null'
    assert_eq 1 $((SECONDS - start <= 6 * patience)) 'the other kind was kept waiting'
}

run_scenarios "$@"
