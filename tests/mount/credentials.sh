#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where the API key comes from, and that it is read again.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# client_keys TEAM KEY…: the official client's file with these keys.
client_keys()
{
    mkdir -p "$HOME/.paperspace"
    (
        umask 077
        printf 'version = 1\n\n[keys]\n' >"$HOME/.paperspace/credentials.toml"
        printf '%s = "%s"\n' "$@" >>"$HOME/.paperspace/credentials.toml"
    )
}

# client_team TEAM: the team that the client has in use.
client_team()
{
    printf 'version = 1\nteam = "%s"\nlocale = "en-US"\n' "$1" >"$HOME/.paperspace/config.toml"
}

# starts [OPTIONS]: the program without a key in the environment, in the background.
starts()
{
    run timeout $((20 * patience)) "$PAPERSPACEFS" ${1:+-o "$1"} "$URL" "$MNT"
}

# mounts [OPTIONS]: it mounts, shows the drives, and is gone again.
mounts()
{
    starts "$@"
    assert_status 0
    assert_eq '' "$err"
    prints 4 'ls drives | wc -l'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

gone_from_mounts()
{
    ! is_mounted
}

# refuses TEXT [OPTIONS]: it mounts nothing, and says TEXT but no key.
refuses()
{
    starts "${2:-}"
    assert_status 1
    grep -q -F -e "$1" <<<"$err" || fail "stderr lacks $1" "$err"
    assert_lacks "$err" demo-key
    assert_lacks "$err" other-key
    gone_from_mounts || fail 'there is a mount'
}

# key_file KEY: (re)writes the file that key_file= names.
key_file()
{
    (umask 077 && printf '%s\n' "$1" >"$T/key")
}

# How many of the mount's requests were refused for their key.
refusals()
{
    control GET requests | jq '[.[] | select((.userAgent // "" | startswith("paperspacefs"))
        and .status == 401)] | length'
}

# new_key KEY: the API accepts another key from now on, at the same address.
new_key()
{
    stop_emulator
    start_emulator --key "$1"
}

# holds: key-1
test_the_only_key_of_the_client()
{
    start_emulator
    client_keys mine demo-key
    mounts
    client_team mine
    mounts
    run timeout $((20 * patience)) "$PAPERSPACEFS" --check "$URL"
    assert_status 0
    assert_lacks "$out$err" demo-key
}

# holds: key-1
test_docs_a_team_is_named_by_option_or_by_the_client()
{
    start_emulator
    client_keys theirs other-key mine demo-key
    mounts team=mine
    refuses 'key is not accepted' team=theirs
    client_team mine
    mounts
    client_team theirs
    mounts team=mine
    refuses 'key is not accepted'
}

# holds: key-1
test_docs_which_team_is_not_guessed()
{
    start_emulator
    client_keys theirs other-key mine demo-key
    refuses 'there are keys of theirs, mine: name one with -o team='
    refuses 'no key of the team nobody; there are those of theirs, mine' team=nobody
    client_team nobody
    refuses 'no key of the team nobody; there are those of theirs, mine'
    assert_eq '' "$(requests)"
}

# holds: key-7 http-19
test_docs_what_is_not_understood_is_named_with_its_line()
{
    start_emulator
    client_keys mine demo-key
    echo 'theirs = other-key' >>"$HOME/.paperspace/credentials.toml"
    refuses "$HOME/.paperspace/credentials.toml:5: "
    client_keys mine demo-key theirs other-key
    echo 'team: mine' >"$HOME/.paperspace/config.toml"
    refuses "$HOME/.paperspace/config.toml:1: "
}

# holds: key-1
test_docs_no_key_anywhere_names_all_places()
{
    start_emulator
    refuses 'key_file='
    refuses 'PAPERSPACE_API_KEY'
    refuses "$HOME/.paperspace/credentials.toml"
    assert_eq '' "$(requests)"
}

# holds: key-1
test_docs_other_keys_go_before_the_clients()
{
    start_emulator
    client_keys mine other-key
    key_file demo-key
    mounts "key_file=$T/key"
    export PAPERSPACE_API_KEY=demo-key
    mounts
    PAPERSPACE_API_KEY=other-key mounts "key_file=$T/key"
    PAPERSPACE_API_KEY='' refuses 'key is not accepted'
}

# holds: key-7
test_docs_a_team_without_effect_is_said()
{
    start_emulator
    key_file demo-key
    starts "key_file=$T/key,team=mine"
    assert_status 0
    assert_contains "$err" 'team=mine has no effect'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

# holds: key-4
test_docs_keys_that_others_can_read_are_warned_of()
{
    start_emulator
    client_keys mine demo-key
    chmod 644 "$HOME/.paperspace/credentials.toml"
    starts
    assert_status 0
    assert_contains "$err" 'chmod 600'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
    key_file demo-key
    chmod 604 "$T/key"
    starts "key_file=$T/key"
    assert_status 0
    assert_contains "$err" 'chmod 600'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

# Owner and mode of the file, and what becomes of it; the table of all is in tests/unit/test_key.c.
# holds: key-3 key-4
test_docs_a_key_that_somebody_else_can_have_written_is_not_taken()
{
    start_emulator
    key_file demo-key
    chmod 602 "$T/key"
    refuses 'any user can write it' "key_file=$T/key"
    ln -s "$T/key" "$T/link"
    refuses 'any user can write it' "key_file=$T/link"
    chmod 620 "$T/key"
    starts "key_file=$T/link"
    assert_status 0
    assert_contains "$err" 'its group can change the key: chmod 600'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
    client_keys mine demo-key
    chmod 606 "$HOME/.paperspace/credentials.toml"
    refuses 'credentials.toml: any user can write it'
    if [ "$(id -u)" -eq 0 ]; then
        chmod 600 "$T/key"
        chown 4711 "$T/key"
        refuses 'it belongs to another user (uid 4711)' "key_file=$T/key"
        mounts "key_file=$T/key,uid=4711"
    fi
}

# holds: key-5
test_docs_SIGHUP_takes_no_key_that_has_become_anybodys()
{
    start_emulator
    key_file demo-key
    KEY='' mount_fs "key_file=$T/key"
    key_file other-key
    chmod 666 "$T/key"
    kill -HUP "$daemon"
    daemon_said 'any user can write it.*the old key stays'
    prints 8 'ls snapshots | wc -l'
}

# holds: key-6
test_docs_a_pipe_and_a_byte_order_mark()
{
    start_emulator
    printf '\xef\xbb\xbfdemo-key\r\n' >"$T/key"
    chmod 600 "$T/key"
    mounts "key_file=$T/key"
    # shellcheck disable=SC2016
    run bash -c '"$1" -o key_file=<(sleep 0.3; echo demo-key) "$2" "$3"' - \
        "$PAPERSPACEFS" "$URL" "$MNT"
    assert_status 0
    assert_eq '' "$err"
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

# holds: key-5
test_a_refused_key_is_read_again_from_its_file()
{
    start_emulator --key first-key
    key_file first-key
    KEY='' mount_fs "key_file=$T/key,ttl=0"
    prints 4 'ls drives | wc -l'
    new_key second-key
    key_file second-key
    prints 4 'ls drives | wc -l'
    works 'echo "{\"name\": \"renamed\"}" > drives/data/drive.json; test -d drives/renamed'
    assert_eq 1 "$(refusals)" 'requests that were refused'
}

# holds: key-5
test_a_refused_key_is_read_again_from_the_clients_file()
{
    start_emulator --key first-key
    client_keys theirs other-key mine first-key
    KEY='' mount_fs team=mine,ttl=0
    prints 4 'ls drives | wc -l'
    new_key second-key
    client_keys mine second-key theirs other-key
    client_team theirs
    prints 4 'ls drives | wc -l'
    assert_eq 1 "$(refusals)" 'requests that were refused'
}

# holds: key-5
test_a_key_that_did_not_change_is_not_tried_again()
{
    start_emulator
    key_file demo-key
    KEY='' mount_fs "key_file=$T/key,ttl=0"
    prints 4 'ls drives | wc -l'
    forget_requests
    fault '{"status": 401, "times": 1}'
    refused 'Permission denied' 'ls drives'
    assert_eq 1 "$(refusals)"
    prints 4 'ls drives | wc -l'
}

# holds: key-5
test_a_key_of_the_environment_is_not_read_again()
{
    mounted -- ttl=0
    fault '{"status": 401, "times": 1}'
    refused 'Permission denied' 'ls drives'
    words 'ls|opendir|readdir|drives' EACCES 401
    assert_eq 1 "$(refusals)"
}

# The key is another one before anything is refused.
# holds: key-5
test_SIGHUP_reads_the_key_again()
{
    start_emulator --key first-key
    key_file first-key
    KEY='' mount_fs "key_file=$T/key,log=info"
    prints 4 'ls drives | wc -l'
    key_file second-key
    kill -HUP "$daemon"
    daemon_said 'another key was read'
    new_key second-key
    prints 4 'ls drives | wc -l'
    prints 8 'ls snapshots | wc -l'
    assert_eq 0 "$(refusals)" 'requests that were refused'
}

# holds: key-5
test_SIGHUP_reads_the_clients_file_again()
{
    start_emulator --key first-key
    client_keys mine first-key
    KEY='' mount_fs log=info
    client_keys mine second-key
    kill -HUP "$daemon"
    daemon_said 'another key was read'
    new_key second-key
    prints 4 'ls drives | wc -l'
    assert_eq 0 "$(refusals)" 'requests that were refused'
}

key_is()
{
    prints "$1" 'jq -r .key.state .paperspacefs/status.json'
}

# Who is asked for the session answers 200 to any key, and a missing page is nobody's answer.
# holds: control-10
test_only_what_says_something_about_the_key_counts()
{
    local status

    start_emulator
    key_file demo-key
    KEY='' mount_fs "key_file=$T/key,ttl=0,log=info"
    prints 4 'ls drives | wc -l'
    key_file wrong-key
    kill -HUP "$daemon"
    daemon_said 'another key was read'
    forget_requests
    refused 'Permission denied' 'ls drives'
    assert_eq 1 "$(refusals)" 'requests that were refused, the key being the same'
    key_is refused
    key_is refused # now the session has been asked for
    for status in 302 400 403 404 429 503; do
        fault "{\"path\": \"/shared-drives\", \"status\": $status, \"times\": 1,
            \"headers\": {\"Retry-After\": \"60\"}}"
        shell 'ls drives'
        key_is refused
    done
    key_file demo-key
    kill -HUP "$daemon"
    daemon_said 'another key was read'
    prints 4 'ls drives | wc -l'
    key_is accepted
}

# holds: key-5
test_docs_SIGHUP_with_a_file_that_is_gone_keeps_the_key()
{
    start_emulator
    key_file demo-key
    KEY='' mount_fs "key_file=$T/key"
    rm "$T/key"
    kill -HUP "$daemon"
    daemon_said 'the old key stays'
    prints 8 'ls snapshots | wc -l'
    assert_lacks "$(cat "$WORK/mount.err")" demo-key
}

# holds: key-5
test_docs_the_file_may_be_replaced_by_rename()
{
    start_emulator --key first-key
    key_file first-key
    KEY='' mount_fs "key_file=$T/key,ttl=0"
    new_key second-key
    (umask 077 && echo second-key >"$T/key.new")
    mv "$T/key.new" "$T/key"
    prints 4 'ls drives | wc -l'
}

# holds: http-19
test_docs_no_key_is_seen_from_outside()
{
    start_emulator
    client_keys mine demo-key
    KEY='' mount_fs team=mine,log=debug
    works 'ls drives; cat drives/data/drive.json .paperspacefs/* > /dev/null'
    shell 'cat .paperspacefs/*.json* .paperspacefs/last-error'
    assert_lacks "$out" demo-key
    assert_lacks "$(tr '\0' ' ' <"/proc/$daemon/cmdline")" demo-key
    assert_lacks "$(cat "$WORK/mount.err")" demo-key
    : >"$WORK/mount.err"
}

# holds: secret-7
test_docs_a_drive_without_a_mount_point_has_no_line()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "d1", "name": "d1", "mountPoint": ""}]}')"
    prints '' 'cat drives/d1/fstab'
}

run_scenarios "$@"
