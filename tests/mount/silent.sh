#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One silent thing stops nothing else: connections, and who may have them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# quickly TEXT: works, and is not kept waiting by what hangs.
quickly()
{
    local start=${EPOCHREALTIME/./}

    works "$1"
    assert_eq 1 $((${EPOCHREALTIME/./} - start <= 2000000 * patience)) "$1 was kept waiting"
}

# hanging_puts: ten drives are renamed by their fields, which the API does not answer. They run in
# the background, as the jobs of this shell.
hanging_puts()
{
    local i

    hanging=()
    start_emulator
    for i in 1 2 3 4 5 6 7 8 9 10; do
        api POST /shared-drives "$(drive_body "d$i")" >/dev/null
    done
    mount_fs timeout=3
    works 'ls -d drives/d10 snapshots/before-upgrade > /dev/null'
    fault '{"method": "PUT", "path": "/shared-drives", "times": -1, "delayMs": 4000}'
    for i in 1 2 3 4 5 6 7 8 9 10; do
        bash -c "echo new-$i > '$MNT/drives/d$i/name'" 2>/dev/null &
        hanging+=($!)
    done
    eventually 5 hits 3
}

# hits N: the fault has hit so often.
hits()
{
    [ "$(control GET faults | jq '.[0].hits')" -ge "$1" ]
}

# holds: wait-6
test_ten_changes_that_hang_leave_other_kinds_theirs()
{
    hanging_puts
    quickly 'mv snapshots/before-upgrade snapshots/after-upgrade'
    quickly 'touch providers; ls providers > /dev/null'
    quickly 'touch drives; ls drives > /dev/null'
    no_faults
    wait "${hanging[@]}" || true
}

# holds: wait-6
test_changes_that_were_given_up_hold_nothing_of_other_kinds()
{
    hanging_puts
    kill -TERM "${hanging[@]}"
    wait "${hanging[@]}" || true
    quickly 'mv snapshots/before-upgrade snapshots/after-upgrade'
    quickly 'touch drives; ls drives > /dev/null'
    no_faults
}

# holds: wait-6
test_docs_events_that_hang_hold_up_no_change()
{
    local i
    local -a hanging=()

    mounted -- timeout=3
    emu_config '{"eventMs": 600000}'
    works "cd machines/$MACHINE; mkdir s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12 s13 s14; sleep 1.1"
    fault '{"path": "/machine-events", "times": -1, "delayMs": 4000}'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
        cat "$MNT/snapshots/s$i/state" >/dev/null &
        hanging+=($!)
    done
    eventually 5 hits 3
    quickly 'mv drives/data drives/data-2'
    quickly 'mv snapshots/before-upgrade snapshots/after-upgrade'
    no_faults
    wait "${hanging[@]}"
}

# Connections that are open pass nothing any more, as after a suspend: new ones do.
all_online()
{
    jq -e '[.kinds | .drives, .snapshots, .providers | .online] | all' \
        "$MNT/.paperspacefs/status.json" >/dev/null
}

# holds: wait-3 wait-2
test_connections_that_died_in_silence_cost_one_timeout()
{
    mounted -- timeout=2,ttl=3600
    works 'cat drives/*/name snapshots/*/name providers/*/name > /dev/null &
        ls utilization.json > /dev/null; touch drives/* snapshots/*
        for file in drives/*/name snapshots/*/name; do cat "$file" > /dev/null & done; wait'
    silence open
    works 'touch drives snapshots providers'
    shell 'echo new > drives/data/name'
    eventually 10 works 'touch drives; ls drives > /dev/null'
    quickly 'touch snapshots; ls snapshots > /dev/null'
    quickly 'touch providers; ls providers > /dev/null'
    quickly 'mv snapshots/before-upgrade snapshots/after-upgrade'
    quickly 'mkdir "machines/$(ls machines | head -n 1)/now"'
    eventually 10 all_online
}

# What was sent over one is asked of another: a change that is made after a timeout is made.
# holds: wait-4
test_a_change_after_a_timeout_takes_a_fresh_connection()
{
    mounted -- timeout=2,ttl=3600
    works 'ls drives > /dev/null'
    silence open
    refused 'Connection timed out' 'mv drives/data drives/data-2'
    quickly 'mv drives/data drives/data-2'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"data-2\"}"
}

run_scenarios "$@"
