#!/bin/bash
# SPDX-License-Identifier: MIT
# What a resource takes, and that nothing grows.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

resident()
{
    jq .resident_bytes "$MNT/.paperspacefs/status.json"
}

# look N: a listing, and the documents of N snapshots in it.
look()
{
    ls "$MNT/snapshots" >"$T/names"
    shuf -n "$1" --random-source="$T/names" "$T/names" | while IFS= read -r name; do
        cat "$MNT/snapshots/$name/snapshot.json" "$MNT/snapshots/$name/name"
    done >"$T/looked"
    [ "$(grep -c '^  "id"' "$T/looked")" -eq "$1" ]
}

# holds: http-12 control-2
test_a_resource_takes_at_most_512_bytes()
{
    local count=60000 before each

    measured
    mounted --populate $count -- ttl=3600,timeout=120
    works 'ls drives >/dev/null; cat README drives/*/drive.json >/dev/null'
    before=$(resident)
    look 20
    assert_eq "$(wc -l <"$T/names")" "$count"
    each=$((($(resident) - before) / count))
    [ "$each" -le 512 ] || fail "$each bytes each"
}

# refreshes COUNT DRIVE: as many listings anew; at every fourth somebody else has renamed the drive.
refreshes()
{
    python3 - "$MNT" "$URL/shared-drives/$2" "$KEY" "$1" <<'END'
import json
import os
import sys
import urllib.request

mnt, url, key, count = sys.argv[1:]
for i in range(int(count)):
    if i % 4 == 3:
        urllib.request.urlopen(urllib.request.Request(
            url, json.dumps({"name": f"called-{i}"}).encode(), method="PUT",
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})).close()
    os.utime(f"{mnt}/.paperspacefs/refresh")
    os.listdir(f"{mnt}/snapshots")
    for name in os.listdir(f"{mnt}/drives"):
        with open(f"{mnt}/drives/{name}/drive.json") as document:
            assert json.load(document)["name"] == name
END
}

# What is remembered of requests and changes has bounds of its own, and threads have stacks; each of
# 119 resources may leave less than 80 bytes in each.
# holds: http-12
test_docs_a_hundred_refreshes_leave_next_to_nothing()
{
    local before grown drive

    measured
    mounted --populate 119 -- ttl=3600
    drive=$(id_of shared-drives data)
    look 20
    refreshes 20 "$drive"
    before=$(resident)
    refreshes 100 "$drive"
    works 'ls -d drives/called-99 && ! ls -d drives/called-95 2>/dev/null'
    look 20
    grown=$(($(resident) - before))
    [ "$grown" -le 900000 ] || fail "it has grown by $grown bytes"
    assert_eq "$(wc -l <"$T/names")" 119
}

run_scenarios "$@"
