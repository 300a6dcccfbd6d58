#!/bin/bash
# SPDX-License-Identifier: MIT
# Ids are whatever the server calls them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

long=$(printf 'x%.0s' {1..256})
# What the server says, how a file name has it, and how a URL.
IDS=('sd.2|sd.2|sd.2' 's 2|s 2|s%202' 's/2|s%2F2|s%2F2' 'b~c|b%7Ec|b~c' '../x|..%2Fx|..%2Fx'
    '#1|%231|%231' 'a%41|a%2541|a%2541' 'é?|é?|%C3%A9%3F')

# drives ID NAME [ID NAME]…: an account of these drives.
drives()
{
    jq -nc '[$ARGS.positional | range(0; length; 2) as $i | {id: .[$i], name: .[$i + 1], size: 1,
        region: "ny2", networkId: "nw1", privateNetworkId: "nw1", mountPoint: "", username: "u",
        password: "p", dtCreated: "2025-01-0\($i / 2 + 1)T00:00:00.000Z"}] |
        {"shared-drives": .}' --args "$@"
}

# holds: id-1 id-2
test_each_is_a_path_a_name_and_one_segment_of_a_URL()
{
    local row id file url args=() n=0

    for row in "${IDS[@]}"; do
        args+=("${row%%|*}" "drive-$((n++))")
    done
    mounted --data "$(with_data "$(drives "${args[@]}" "$long" long)")" -- ttl=3600,guard=0
    prints $((n + 1)) 'ls drives | wc -l'
    n=0
    for row in "${IDS[@]}"; do
        IFS='|' read -r id file url <<<"$row"
        export file n
        # shellcheck disable=SC2016
        prints "drive-$n" 'cat "drives/$file/name"'
        # shellcheck disable=SC2016
        prints "$id" 'cat "drives/drive-$n~$file/id"'
        # shellcheck disable=SC2016
        works 'mv "drives/drive-$n" "drives/moved-$n"; rm -r "drives/$file"'
        assert_changes "PUT /shared-drives/$url {\"name\":\"moved-$n\"}" "DELETE /shared-drives/$url"
        n=$((n + 1))
    done
    works 'mv drives/long drives/longer'
    assert_changes "PUT /shared-drives/$long {\"name\":\"longer\"}"
}

# An object where there is mostly null: a directory in the copy, too.
# holds: draft-7 field-3
test_docs_a_drive_with_an_empty_dtDeleted_is_copied()
{
    local body

    body=$(jq -c '."shared-drives"[0].dtDeleted = {}' <<<"$(drives sd1 odd)")
    mounted --data "$(with_data "$body")" -- ttl=3600
    works 'cp -r drives/odd drives/copy; ls drives/copy >/dev/null'
    assert_contains "$(changes)" 'POST /shared-drives {"name":"copy",'
    works "cp -r drives/odd $T/out; test -d $T/out/dtDeleted"
}

# So that NAME~ID splits at its last one.
# holds: id-2 name-5 name-7
test_names_and_ids_with_a_tilde_are_told_apart()
{
    mounted --data "$(with_data "$(drives c a~b b~c a d a e a~b)")" -- ttl=3600
    prints 'a~b%7Ec a~b~c a~b~e a~d' 'ls drives | xargs'
    prints c 'cat drives/a~b~c/id'
    prints 'b~c' 'cat drives/a~b%7Ec/id'
}

# holds: id-3
test_a_hash_stands_for_a_long_one()
{
    local shown

    mounted --data "$(with_data "$(drives "$long" same "y$long" same)")" -- ttl=3600
    prints 2 "ls drives | grep -cE '^same~#[0-9a-f]{16}\$'"
    shown=$(find "$MNT/drives" -maxdepth 1 -name 'same~*' | head -n 1)
    shown=${shown##*/}
    assert_matches "$(cat "$MNT/drives/$shown/id")" "^y?$long\$"
    prints same "cat 'drives/${shown#*~}/name'"
    works "echo one > 'drives/$shown/name'; ls drives"
    assert_matches "$(changes)" "PUT /shared-drives/y?$long {\"name\":\"one\"}"
}

# holds: id-1 id-2 id-3 snap-2
test_machines_too()
{
    mounted --data "$(with_data "$(jq -nc --arg long "$long" '{snapshots: [
        {id: "s/1", name: "one", machineId: "m 1/~"}, {id: "s2", name: "two", machineId: $long}]}')")" \
        -- ttl=3600
    prints 'm 1%2F%7E' 'ls machines | grep -v "^#"'
    prints s/1 'cat "machines/m 1%2F%7E/one/id"'
    prints s2 'cat machines/\#????????????????/two/id'
    works 'mkdir "machines/m 1%2F%7E/new"; mkdir -p machines/fresh.1/first'
    assert_changes 'POST /snapshots {"machineId":"m 1/~","name":"new"}' \
        'POST /snapshots {"machineId":"fresh.1","name":"first"}'
    refused 'Operation not permitted' 'mkdir machines/a%41'
}

# holds: id-4
test_only_what_has_no_id_is_left_out()
{
    mounted -- ttl=0
    fault "$(jq -nc --arg d "$D" '[{id: "a", name: "a"}, {name: "lost"}, {id: "..", name: "up"},
        {id: "b", name: "b"}] | {path: "/shared-drives", method: "GET", status: 200, times: -1,
        body: (if $d == "docs" then {hasMore: false, items: .} else . end)}')"
    prints 'a b' 'ls drives | xargs'
    prints 2 'jq .kinds.drives.skipped .paperspacefs/status.json'
    prints 0 'jq .kinds.snapshots.skipped .paperspacefs/status.json'
    words EPROTO 'GET /shared-drives: 2 of the items have no id' 'item 2'
    prints 'a b' 'ls drives | xargs'
    prints 1 'grep -c "have no id" .paperspacefs/errors.jsonl'
}

run_scenarios "$@"
