#!/bin/bash
# SPDX-License-Identifier: MIT
# Listings, documents and utilization that are unchanged, where the server gives ETags: what is
# asked, and what is shown.
set -u
. "$(dirname "$0")/lib.sh"

# statuses [PATH]: of the mount's requests for snapshots, or with a PATH that begins so, each with
# its number, as '2x200 2x304'.
statuses()
{
    control GET requests | jq -r --arg path "^(/v1)?${1:-/snapshots}" '
        [.[] | select((.userAgent // "" | startswith("paperspacefs"))
            and (.path | test($path))) | .status]
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

# holds: http-21 http-22
test_an_etag_that_is_always_another_costs_nothing_but_itself()
{
    local id

    mounted --populate 130
    emu_config '{"etag": "changing"}'
    listed 2x200
    listed 2x200
    id=$(first_id)
    document 1x200 "$id"
    document 1x200 "$id"
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

# --- documents and utilization --------------------------------------------------------------------

# shown STATUSES FILE PATH: the server is asked for the file, by one of that PATH, with these
# answers; what it shows is in out.
shown()
{
    forget_requests
    works "cat $2"
    if [ "$(statuses "$3")" != "$1" ] || [ "$(requests | wc -l)" -ne 1 ]; then
        fail "answers expected: $1" "seen: $(statuses "$3")" "$(requests)"
    fi
}

# a_304_counts NUMBER: so many were taken, and brought nothing.
a_304_counts()
{
    works "jq -se 'map(select(.status == 304 and .bytes == 0)) | length == $1' \
        .paperspacefs/requests.jsonl"
}

# document STATUSES ID: the same of a snapshot, after a touch.
document()
{
    works "touch snapshots/$2"
    shown "$1" "snapshots/$2/snapshot.json" "/snapshots/$2"
}

# holds: http-22 fresh-3 fresh-8
test_a_document_past_its_ttl_is_not_sent_again()
{
    local id file path first

    mounted --populate 300 --etag -- ttl=1
    works 'ls snapshots'
    id=$(first_id) file=snapshots/$id/snapshot.json path=/snapshots/$id
    pause 1.3
    shown 1x200 "$file" "$path"
    first=$out
    pause 1.3
    shown 1x304 "$file" "$path"
    [ "$out" = "$first" ]
    api PUT "$path" '{"name": "elsewhere"}' >"$T/answer"
    pause 1.3
    shown 1x200 "$file" "$path"
    assert_contains "$out" '"name": "elsewhere"'
    a_304_counts 1
}

# holds: http-22 fresh-1
test_a_304_makes_a_document_fresh()
{
    local id dates

    mounted --populate 300 --etag
    works 'ls snapshots'
    id=$(first_id)
    document 1x200 "$id"
    works "stat -c '%Y %i %s' snapshots/$id snapshots/$id/*"
    dates=$out
    document 1x304 "$id"
    forget_requests
    works "cat snapshots/$id/snapshot.json snapshots/$id/name"
    prints "$dates" "stat -c '%Y %i %s' snapshots/$id snapshots/$id/*"
    nothing_asked
    works 'test ! -s .paperspacefs/seen.jsonl'
}

# holds: http-22 fresh-8
test_utilization_past_its_ttl_is_not_sent_again()
{
    local file=utilization.json path=/storage-providers/utilization first other

    mounted --etag -- ttl=1
    shown 1x200 "$file" "$path"
    first=$out
    pause 1.3
    shown 1x304 "$file" "$path"
    [ "$out" = "$first" ]
    other=$(api GET "$path" | jq -c '. + {more: 1}')
    fault "{\"path\": \"$path\", \"status\": 200, \"body\": $other}"
    pause 1.3
    shown 1x200 "$file" "$path"
    assert_contains "$out" '"more": 1'
    a_304_counts 1
}

# holds: http-22
test_a_document_that_was_changed_here_is_sent()
{
    local id

    mounted --populate 300 --etag
    works 'ls snapshots'
    id=$(first_id)
    document 1x200 "$id"
    document 1x304 "$id"
    works "echo mine > snapshots/$id/name"
    document 1x200 "$id"
    assert_contains "$out" '"name": "mine"'
    document 1x304 "$id"
    assert_contains "$out" '"name": "mine"'
}

# holds: http-22
test_a_document_that_a_listing_brought_otherwise_is_sent()
{
    local id

    mounted --populate 300 --etag
    works 'ls snapshots'
    id=$(first_id)
    document 1x200 "$id"
    api PUT "/snapshots/$id" '{"name": "elsewhere"}' >"$T/answer"
    works 'touch .paperspacefs/refresh; ls snapshots'
    assert_contains "$out" elsewhere
    document 1x200 "$id"
    assert_contains "$out" '"name": "elsewhere"'
    document 1x304 "$id"
    assert_contains "$out" '"name": "elsewhere"'
}

# holds: http-21 http-22
test_an_etag_without_quotes_is_never_sent_back()
{
    local id

    mounted --populate 130
    emu_config '{"etag": "bare"}'
    listed 2x200
    listed 2x200
    id=$(first_id)
    document 1x200 "$id"
    document 1x200 "$id"
    [ "$(control GET requests | jq '[.[].ifNoneMatch | select(. != null)] | length')" = 0 ]
}

# holds: http-22
test_a_304_for_a_document_that_nobody_asked_for_is_refused()
{
    local id

    mounted --populate 300
    works 'ls snapshots'
    id=$(first_id)
    document 1x200 "$id"
    fault "{\"method\": \"GET\", \"path\": \"/snapshots/$id\", \"status\": 304, \"times\": -1}"
    works "touch snapshots/$id"
    refused 'Protocol error' "cat snapshots/$id/snapshot.json"
    works 'grep -q "Not Modified, which nothing here asks for" .paperspacefs/last-error'
    no_faults
    document 1x200 "$id"
}

# holds: http-22
test_docs_what_an_edit_is_merged_into_is_sent()
{
    local id path

    mounted --etag
    works 'touch providers/backups; cat providers/backups/provider.json'
    id=$(<"$MNT/providers/backups/id") path=/storage-providers/$id
    works 'touch providers/backups'
    shown 1x304 providers/backups/provider.json "$path"
    forget_requests
    works 'echo mine > providers/backups/s3Config/bucket'
    assert_eq "$(printf 'GET 200 none\nPUT 200 none')" "$(control GET requests |
        jq -r --arg path "$path\$" '.[] | select(.path | test($path))
            | "\(.method) \(.status) \(.ifNoneMatch // "none")"')"
}

run_scenarios "$@"
