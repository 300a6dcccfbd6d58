#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Long lists, which are fetched from both ends where the API has an order.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# all_in_order COUNT: the mount lists so many snapshots, in the API's order.
all_in_order()
{
    works 'ls -U snapshots'
    assert_eq "$1" "$(wc -l <<<"$out")"
    assert_eq '' "$(sed 's/^[a-z]*-//; s/~.*//' <<<"$out" | grep '^[0-9]*$' | sort -r -n -c 2>&1)"
}

# from_the_rear: how many pages were asked for from there.
from_the_rear()
{
    requests | grep -c 'order=asc' || true
}

# listed_within MS: a listing from the server takes at most that at the best of three times.
listed_within()
{
    local start took

    for _ in 1 2 3; do
        works 'touch .paperspacefs/refresh'
        start=${EPOCHREALTIME/./}
        works 'ls -U snapshots > /dev/null'
        took=$(((${EPOCHREALTIME/./} - start) / 1000))
        [ $took -gt $(($1 * patience)) ] || return 0
    done
    fail "it took $took ms, and $1 are allowed"
}

# A second on an idle machine; one page after the other it is two.
# holds: cost-1 cost-2
test_docs_ten_thousand_snapshots_come_from_both_ends()
{
    local pages rear

    mounted --populate 10000 --latency 20
    all_in_order 10000
    pages=$(requests | wc -l) rear=$(from_the_rear)
    if [ "$pages" -lt 84 ] || [ "$pages" -gt 86 ]; then
        fail "$pages requests in place of 84 to 86"
    fi
    [ "$rear" -ge 20 ] || fail "only $rear of $pages pages came from the other end"
    listed_within 3000
}

# holds: cost-1
test_docs_eight_pages_come_from_one_end()
{
    mounted --populate 960
    all_in_order 960
    assert_eq 8 "$(requests | wc -l)"
    assert_eq 0 "$(from_the_rear)"
}

# holds: cost-7
test_docs_an_item_repeated_across_pages_of_both_ends_shows_once()
{
    mounted --populate 2000
    emu_config '{"duplicateAcrossPages": true}'
    all_in_order 2000
}

# What the other end brings is a help only: whatever happens to it, the list is whole.
# holds: cost-1
test_docs_whatever_happens_to_the_other_end_the_list_is_whole()
{
    local rule

    mounted --populate 1500 -- timeout=10
    for rule in '"status": 400' '"status": 500' '"status": 404' '"close": "before", "times": -1' \
        '"body": "no JSON"' '"body": {"items": [], "hasMore": false}' '"body": {"items": [{}]}' \
        '"truncate": 500' '"delayMs": 60000, "times": -1'; do
        fault "{\"path\": \"/snapshots\", \"query\": \"order=asc\", $rule}"
        works 'touch .paperspacefs/refresh'
        all_in_order 1500
        no_faults
    done
    assert_eq '' "$(cat "$MNT/.paperspacefs/errors.jsonl")"
}

# On a busy machine the other end may come too late to be seen to be wrong: three times it is.
# holds: cost-1 attr-14
test_docs_an_order_that_is_not_honoured_is_not_asked_for_again()
{
    mounted --populate 1500 --latency 3
    emu_config '{"ignoreOrder": true}'
    for _ in {1..12}; do
        forget_requests
        works 'touch .paperspacefs/refresh'
        all_in_order 1500
        [ "$(from_the_rear)" -gt 0 ] || break
    done
    assert_eq 0 "$(from_the_rear)"
    assert_eq 13 "$(requests | wc -l)"
}

# holds: fresh-6
test_docs_what_others_change_meanwhile_is_right_in_the_end()
{
    mounted --populate 2500 --latency 5 -- ttl=1
    ls -U "$MNT/snapshots" >/dev/null &
    for i in 3 20 40 60 90; do
        api DELETE "/snapshots/$(api GET "/snapshots?limit=120&order=asc" |
            jq -r ".items[$i].id")" >/dev/null
    done
    wait $!
    works 'touch .paperspacefs/refresh'
    eventually 10 all_there 2495
}

all_there()
{
    [ "$(find "$MNT/snapshots" -mindepth 1 -maxdepth 1 | wc -l)" -eq "$1" ]
}

run_scenarios "$@"
