#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever a server sends, the mount stays within bounds, and goes on.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# below KEY MIB
below()
{
    local mib

    if ldd "$PAPERSPACEFS" | grep -E 'libasan|libtsan' >/dev/null; then
        return
    fi
    mib=$(memory "$1")
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

# holds: http-8 http-12 errno-6
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

# holds: end-2
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

# The rest is in the document only; what others hold is not touched by it.
# holds: field-9
test_docs_of_a_record_with_very_many_keys_a_thousand_are_files()
{
    mounted -- ttl=0,stale=0
    keys big 40000 >"$T/big"
    keys small 3 other >"$T/small"
    list "$T/big" "$T/small"
    prints 998 'ls drives/big | grep -c "^k"'
    prints 7 'cat drives/big/size'
    prints 0 'cat drives/big/k0'
    prints 997 'cat drives/big/k997'
    refused 'No such file' 'cat drives/big/k998'
    prints 39999 'jq .k39999 drives/big/drive.json'
    prints 2 'cat drives/small/other2'
    below VmHWM 256
}

# holds: field-9
test_docs_an_object_within_has_files_for_what_is_left_of_the_thousand()
{
    mounted -- ttl=0
    keys a 700 | jq -c '. + {in: ([range(400) | {key: "i\(.)", value: .}] | from_entries)}' >"$T/a"
    list "$T/a"
    prints 699 'cat drives/a/k699' # with id, name, size and in: 704
    prints 296 'ls drives/a/in | wc -l'
    prints 295 'cat drives/a/in/i295'
    refused 'No such file' 'cat drives/a/in/i296'
    prints 399 'jq .in.i399 drives/a/drive.json'
}

# holds: field-4
test_docs_what_can_be_given_and_is_not_answered_is_an_empty_file()
{
    mounted -- ttl=0
    fault '{"path": "/storage-providers", "method": "GET", "status": 200, "times": -1, "body":
        {"items": [{"id": "p1", "name": "one", "isManaged": false, "isTeamDefault": null,
        "s3Config": {"accessKey": "AK", "bucket": "b"}}], "hasMore": false}}'
    prints 'accessKey bucket endpoint region retainData signatureVersion' \
        'ls providers/one/s3Config | xargs'
    prints '' 'cat providers/one/s3Config/endpoint'
    prints '644 0' 'stat -c "%a %s" providers/one/s3Config/endpoint'
}

# holds: field-4 field-7
test_openapi_what_can_be_given_and_is_not_answered_is_an_empty_file()
{
    mounted -- ttl=0
    fault '{"path": "/storage-providers", "method": "GET", "status": 200, "times": -1, "body":
        [{"id": "p1", "name": "one", "type": "s3"}]}'
    prints 'bucket id name provider.json region type' 'ls providers/one | xargs'
    prints '200' 'stat -c %a providers/one/secretKey'
    prints '' 'cat providers/one/bucket'
}

# holds: http-11
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
# holds: errno-9 doc-4
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
# holds: attr-1 http-12
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
