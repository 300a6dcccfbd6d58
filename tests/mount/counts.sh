#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What reading costs, in requests.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# pages N: exactly the N pages of the snapshots' listing were asked for, and nothing else; where it is
# fetched from both ends, at most two more.
pages()
{
    local seen count most=$1
    local pattern='GET /snapshots\?limit=120(&order=asc)?(&after=\*)?'

    if [ "$D" = docs ] && [ "$1" -ge 9 ]; then
        most=$(($1 + 2))
    else
        pattern='GET /snapshots\?limit=120(&after=\*)?'
    fi
    seen=$(requests | sed -E 's/\?after=\*&limit=120/?limit=120\&after=*/')
    count=$(grep -c . <<<"$seen" || true)
    if [ "$count" -lt "$1" ] || [ "$count" -gt "$most" ] || grep -v -x -q -E "$pattern" <<<"$seen" ||
        [ "$(grep -c -x -F 'GET /snapshots?limit=120' <<<"$seen")" -ne 1 ]; then
        fail "$1 to $most pages were expected" "seen:" "$seen"
    fi
    forget_requests
}

# holds: cost-1 cost-2 cost-4
test_a_thousand_snapshots_cost_nine_requests_cold_and_none_warm()
{
    mounted --populate 1000 -- ttl=3600
    works 'ls -lR snapshots | grep -c snapshot.json'
    assert_eq 1000 "$out"
    pages 9
    works 'cat snapshots/*/snapshot.json | jq -s length'
    assert_eq 1000 "$out"
    works 'ls -lR snapshots machines > /dev/null; find . > /dev/null'
    nothing_asked_of_snapshots
}

nothing_asked_of_snapshots()
{
    assert_eq '' "$(requests | grep snapshots || true)"
}

# holds: cost-2
test_a_thousand_documents_cost_nine_requests_cold()
{
    mounted --populate 1000
    works 'cat snapshots/*/snapshot.json | jq -s length'
    assert_eq 1000 "$out"
    pages 9
}

# holds: cost-4
test_machines_and_snapshots_share_one_copy()
{
    mounted --populate 1000
    works 'ls machines/* > /dev/null'
    pages 9
    works 'ls -l snapshots > /dev/null'
    nothing_asked
}

# holds: cost-5
test_32_readers_of_the_same_cold_thing_cost_one_listing()
{
    mounted --populate 1000 --latency 20
    works 'for i in {1..32}; do
        cat snapshots/snapshot-000001/snapshot.json > /dev/null & done; wait'
    pages 9
}

# holds: cost-5
test_32_parallel_listings_cold_cost_one_listing()
{
    mounted --populate 1000
    works 'for i in {1..32}; do ls -l snapshots | tail -n +2 | wc -l & done; wait'
    assert_eq "$(printf '1000\n%.0s' {1..32})" "$out"
    pages 9
}

# holds: cost-2
test_the_whole_tree_costs_one_listing_per_kind()
{
    local kinds

    mounted
    works 'ls -lR . > /dev/null; cat */*/*.json utilization.json > /dev/null'
    kinds=$(requests | sed 's/?.*//' | sort | uniq -c | sed 's/^ *//')
    assert_eq '1 GET /snapshots
1 GET /storage-providers
1 GET /storage-providers/utilization' "$kinds"
}

# holds: dialect-2
test_the_listing_of_the_start_is_kept()
{
    mounted
    works 'cat drives/*/drive.json > /dev/null'
    nothing_asked
}

# holds: cost-1
test_exactly_120_resources_are_one_or_two_pages()
{
    mounted --populate 120
    works 'ls snapshots | wc -l'
    assert_eq 120 "$out"
    if [ "$D" = docs ]; then
        pages 1
    else
        pages 2
    fi
}

# holds: cost-3
test_docs_an_item_without_its_s3Config_costs_one_GET_when_it_is_read()
{
    start_emulator
    emu_config '{"dropS3ConfigInList": true}'
    mount_fs
    eventually 20 started_up
    forget_requests
    works 'ls providers'
    assert_requests 'GET /storage-providers?limit=120'
    prints '"nightly-backups"' 'jq .s3Config.bucket providers/backups/provider.json'
    assert_requests 'GET /storage-providers/splk9d2w5hn7uyc'
    works 'cat providers/backups/provider.json > /dev/null'
    nothing_asked
}

# holds: cost-6
test_names_that_tools_probe_for_cost_nothing()
{
    mounted
    works 'ls snapshots drives > /dev/null'
    forget_requests
    works 'for n in .git .hidden 4913 .drive.json.swp .Trash autorun.inf .svn; do
        stat $n drives/$n drives/data/$n snapshots/$n 2>&1 | grep -v "No such file" || true; done'
    assert_eq '' "$out"
    nothing_asked
}

# holds: cost-1
test_docs_an_incomplete_page_is_followed_whatever_ends_the_list()
{
    local form

    for form in null absent empty; do
        start_emulator --populate 130
        emu_config "{\"endCursor\": \"$form\"}"
        mount_fs ''
        works 'ls snapshots | wc -l'
        assert_eq 130 "$out"
        end_mount
        end_emulator
        emulator_port=
    done
}

# holds: cost-7
test_docs_an_item_repeated_across_pages_shows_once()
{
    mounted --populate 300
    emu_config '{"duplicateAcrossPages": true}'
    works 'ls snapshots | wc -l'
    assert_eq 300 "$out"
}

# holds: cost-7
test_docs_a_cursor_that_comes_back_is_an_error()
{
    mounted --populate 300
    emu_config '{"repeatCursor": true}'
    refused 'Protocol error' 'ls snapshots'
    assert_eq '' "$out"
}

# holds: fresh-3
test_docs_a_larger_kind_past_its_ttl_costs_one_GET_per_document()
{
    mounted --populate 300 -- ttl=1
    works 'cat snapshots/*/snapshot.json | wc -l > /dev/null'
    forget_requests
    pause 1.3
    works 'cat snapshots/snapshot-000007/snapshot.json > /dev/null'
    assert_matches "$(requests)" '^GET /snapshots/[A-Za-z0-9]+$'
    forget_requests
    pause 1.3
    works 'ls snapshots > /dev/null'
    pages 3
}

# holds: attr-18
test_df_costs_one_request_when_nothing_is_known()
{
    mounted
    works 'df . > /dev/null'
    assert_requests 'GET /storage-providers/utilization'
    works 'df . > /dev/null'
    nothing_asked
}

# holds: attr-19
test_df_waits_for_an_answer_two_seconds_at_most()
{
    local before
    mounted
    fault '{"path": "/storage-providers/utilization", "times": -1, "delayMs": 60000}'
    before=$EPOCHSECONDS
    prints 0 'df --output=used . | tail -n 1 | tr -d " "'
    [ $((EPOCHSECONDS - before)) -le $((4 * patience)) ] || fail 'it took too long'
    no_faults
}

# plan_is BYTES: the next answer says that so much is used.
plan_is()
{
    fault "{\"path\": \"/storage-providers/utilization\", \"status\": 200, \"delayMs\": 500, \"body\":
        $(api GET /storage-providers/utilization | jq -c --argjson used "$1" '
            if has("totalUsage") then .totalUsage = $used
            else .datasets = $used | .models = 0 | .notebooks = 0 | .sharedStorage = 0 end')}"
}

used_is()
{
    [ "$(df -B4096 --output=used "$MNT" | tail -n 1)" -eq "$1" ]
}

# holds: attr-18
test_df_is_answered_at_once_and_asks_again_in_the_background_once_a_minute()
{
    local before

    mounted -- ttl=1
    plan_is 4096
    works 'df . > /dev/null'
    used_is 1
    pause 1.1
    forget_requests
    plan_is 8192
    before=$(date +%s%N)
    used_is 1
    [ $((($(date +%s%N) - before) / 1000000)) -lt $((400 * patience)) ]
    eventually 3 used_is 2
    assert_requests 'GET /storage-providers/utilization'
    pause 1.1
    used_is 2
    nothing_asked
}

run_scenarios "$@"
