#!/bin/bash
# SPDX-License-Identifier: MIT
# Listings of what is unchanged, where the server gives ETags: what is asked, and what is shown.
set -u
. "$(dirname "$0")/lib.sh"

# statuses: of the mount's requests for snapshots, each with its number, as '2x200 2x304'.
statuses()
{
    control GET requests | jq -r '[.[] | select((.userAgent // "" | startswith("paperspacefs"))
            and (.path | test("^(/v1)?/snapshots"))) | .status]
        | group_by(.) | map("\(length)x\(.[0])") | join(" ")'
}

# The id of the snapshot that lists begin with.
first_id()
{
    api GET '/snapshots?limit=1' | jq -r '(if type == "array" then . else .items end)[0].id'
}

# is_gone ID: lists have no such snapshot any more.
is_gone()
{
    [ "$(first_id)" != "$1" ]
}

# listed STATUSES: a listing that asks the server gets these answers; what it shows is in out.
listed()
{
    forget_requests
    works 'touch .paperspacefs/refresh; ls snapshots'
    if [ "$(statuses)" != "$1" ]; then
        fail "answers expected: $1" "seen: $(statuses)"
    fi
}

# holds: http-21 fresh-1
test_what_is_unchanged_is_not_sent_again()
{
    local form first

    for form in strong weak; do
        mounted --populate 300
        emu_config "{\"etag\": \"$form\"}"
        listed 3x200
        first=$out
        listed 3x304
        [ "$out" = "$first" ]
        listed 3x304
        works 'jq -se "map(select(.status == 304 and .bytes == 0)) | length >= 6" \
            .paperspacefs/requests.jsonl'
        end_mount
        end_emulator
        emulator_port=
    done
}

# holds: http-21
test_a_server_without_etags_is_asked_for_none()
{
    mounted --populate 130
    listed 2x200
    listed 2x200
    [ "$(control GET requests | jq '[.[].ifNoneMatch | select(. != null)] | length')" = 0 ]
}

# holds: http-21
test_an_etag_that_is_always_another_costs_nothing_but_itself()
{
    mounted --populate 130
    emu_config '{"etag": "changing"}'
    listed 2x200
    listed 2x200
}

# holds: http-21 fresh-8
test_what_others_change_is_sent()
{
    local id

    mounted --populate 130 --etag
    listed 2x200
    id=$(first_id)
    api PUT "/snapshots/$id" '{"name": "elsewhere"}' >"$T/answer"
    listed '1x200 1x304'
    grep -q -x elsewhere <<<"$out"
    api DELETE "/snapshots/$id" >"$T/answer"
    eventually 5 is_gone "$id"
    works 'touch .paperspacefs/refresh; ls snapshots'
    ! grep -q -x elsewhere <<<"$out"
}

# holds: http-21
test_own_changes_and_a_304_agree()
{
    local id

    mounted --populate 130 --etag
    listed 2x200
    id=$(first_id)
    works "echo mine >snapshots/$id/name; cat snapshots/$id/name"
    listed '1x200 1x304'
    grep -q -x mine <<<"$out"
    listed 2x304
    grep -q -x mine <<<"$out"
    works 'rm -r snapshots/mine'
    works 'touch .paperspacefs/refresh; ls snapshots'
    ! grep -q -x mine <<<"$out"
}

# holds: http-21
test_a_304_that_nobody_asked_for_is_refused()
{
    mounted
    fault '{"method": "GET", "path": "/snapshots", "status": 304, "times": -1}'
    refused 'Protocol error' 'ls snapshots'
    works 'grep -q "Not Modified, which nothing here asks for" .paperspacefs/last-error'
    no_faults
    works 'ls snapshots'
}

# holds: http-21
test_docs_a_long_listing_is_unchanged_from_both_ends()
{
    local first

    mounted --populate 1500 --etag
    works 'ls snapshots'
    first=$out
    forget_requests
    works 'touch .paperspacefs/refresh; ls snapshots'
    [ "$out" = "$first" ]
    [ "$(control GET requests | jq '[.[] | select(.status == 304)] | length')" -ge 10 ]
    [ "$(count_requests GET '/snapshots.*')" -le 15 ]
}

run_scenarios "$@"
