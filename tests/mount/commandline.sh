#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line: what is refused, and in which words.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# pfs ARG…: the program as a user calls it, with the key in the environment.
pfs()
{
    # shellcheck disable=SC2086
    run env PAPERSPACE_API_KEY="$KEY" timeout $((20 * patience)) ${PFS_WRAPPER:-} "$PAPERSPACEFS" "$@"
}

# says TEXT: on stderr, one or more lines, all naming the program.
says()
{
    grep -q -i -E -e "$1" <<<"$err" || fail "stderr lacks $1" "$err"
}

not_mounted()
{
    ! is_mounted || fail 'there is a mount'
}

# holds: cmd-2
test_docs_help_goes_to_stdout()
{
    pfs --help
    assert_status 0
    assert_eq '' "$err"
    assert_matches "$out" '^[Uu]sage: paperspacefs '
    for option in key_file= ttl= stale= timeout= restore_backup= ro --demo --check; do
        assert_matches "$out" "^  ${option}[A-Za-z|]* +[^ ]" "$option is not listed"
    done
    pfs -h
    assert_status 0
}

# holds: cmd-2
test_docs_version_goes_to_stdout()
{
    pfs --version
    assert_status 0
    assert_matches "$out" '^paperspacefs [0-9]+\.[0-9]+'
    pfs -V
    assert_status 0
}

# holds: cmd-5
test_docs_without_a_mount_point_it_says_how_to_use_it()
{
    pfs
    assert_status 1
    says 'usage|mount ?point'
}

# holds: cmd-3
test_docs_an_unknown_option_is_named()
{
    start_emulator
    pfs -o tttl=3 "$URL" "$MNT"
    assert_status 1
    says tttl
    not_mounted
    pfs --frobnicate "$URL" "$MNT"
    assert_status 1
    says frobnicate
    not_mounted
    assert_eq '' "$(requests)"
}

# holds: cmd-3
test_docs_a_value_that_is_wrong_is_named()
{
    local option

    start_emulator
    for option in ttl=soon ttl=-1 dialect=klingon timeout=0 umask=999 restore_backup=perhaps \
        connections=0; do
        pfs -o "$option" "$URL" "$MNT"
        assert_status 1
        says "${option%=*}"
        not_mounted
    done
}

# holds: cmd-5
test_docs_a_mount_point_that_is_not_there()
{
    start_emulator
    pfs "$URL" "$MNT/none"
    assert_status 1
    says "no such file or directory; make it with mkdir -p $MNT/none"
    touch "$T/file"
    pfs "$URL" "$T/file"
    assert_status 1
}

# The tables are in tests/unit/test_options.c and test_key.c.
# holds: cmd-5 key-2 start-3
test_docs_what_is_wrong_says_what_to_do()
{
    start_emulator
    pfs -f "$MNT" "$URL"
    assert_status 1
    says 'the mount point comes last: paperspacefs'
    pfs -f "$URL" -o ttl=3, ro "$MNT"
    assert_status 1
    says 'a blank stands behind a comma, so that ro is none of the options'
    pfs -f -o key=0123456789abcdef01234567 "$URL" "$MNT"
    assert_status 1
    says 'key; put the key into a file .* key_file=FILE'
    assert_lacks "$err" 0123456789
    (umask 077 && echo "PAPERSPACE_API_KEY=$KEY" >"$T/key")
    KEY='' pfs -f -o "key_file=$T/key" "$URL" "$MNT"
    assert_status 1
    says "key_file=$T/key: no key can be read: its first line is NAME=value"
    assert_lacks "$err" "$KEY"
    pfs -f "$ROOT" "$MNT"
    assert_status 1
    says "did you mean $ROOT/v1"
    assert_eq '' "$(requests | grep -v 404 | grep -v ' /\(shared-drives\|snapshots\|storage-providers\)' || true)"
    not_mounted
}

# without_device COMMAND: mounts where /dev/fuse is as that command makes it.
without_device()
{
    # shellcheck disable=SC2016
    run env PAPERSPACE_API_KEY="$KEY" URL="$URL" MNT="$MNT" PFS="$PAPERSPACEFS" WORK="$WORK" \
        timeout $((20 * patience)) unshare -m --propagation private bash -c '
        let_copies_go; mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && eval "$0" &&
        ${PFS_WRAPPER:-} $as "$PFS" -f "$URL" "$MNT"' "$1"
    assert_status 1
}

# holds: cmd-5
test_docs_dev_fuse_that_is_not_there_or_forbidden()
{
    if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
        exit 0
    fi
    start_emulator
    without_device true
    says '/dev/fuse is not there: load the module with modprobe fuse; .*--device /dev/fuse'
    install -m 755 "$PAPERSPACEFS" "$WORK/paperspacefs"
    chmod 711 "$WORK"
    # shellcheck disable=SC2016
    without_device 'as="setpriv --reuid 65534 --clear-groups"; PFS=$WORK/paperspacefs
        mknod -m 600 /dev/fuse c 10 229'
    says '/dev/fuse may not be opened by you: .*chmod 666 /dev/fuse'
    assert_eq '' "$(requests)"
}

# holds: http-18 http-14
test_docs_a_URL_with_user_query_or_fragment_is_refused()
{
    local url

    for url in https://me:pw@example.com/v1 'https://example.com/v1?x=y' https://example.com/v1#f \
        ftp://example.com/v1 http://192.0.2.1/v1; do
        pfs -f "$url" "$MNT"
        assert_status 1
        assert_lacks "$err" "me:pw"
        not_mounted
    done
}

# The tables are in tests/unit/test_options.c.
# holds: url-3
test_docs_a_source_that_is_neither_URL_nor_label_is_refused()
{
    local source

    for source in 127.0.0.1:8080 https:/host api.example.com/v1 ./here; do
        pfs -f "$source" "$MNT"
        assert_status 1
        says 'did you mean https://'
        not_mounted
    done
}

# holds: key-2
test_docs_a_key_where_none_belongs_is_not_repeated()
{
    local args

    start_emulator
    KEY=0123456789abcdef0123456789abcd
    for args in "$KEY $MNT" "-o $KEY $URL $MNT" "-o key=$KEY $URL $MNT" "--$KEY $URL $MNT" \
        "$URL $MNT $KEY" "-o key_file=$KEY $URL $MNT" "-o ttl=$KEY $URL $MNT" "$URL $KEY" \
        "https://$KEY@127.0.0.1/v1 $MNT" "$URL?key=$KEY $MNT"; do
        # shellcheck disable=SC2086
        pfs $args
        assert_status 1
        assert_lacks "$out$err" "$KEY"
        not_mounted
    done
    KEY=demo-key
    pfs demo-key "$MNT"
    assert_status 1
    says 'SOURCE'
    (umask 077 && echo first-key >"$T/key")
    KEY='' pfs -o "key_file=$T/key" first-key "$MNT"
    assert_status 1
    says 'SOURCE is the key itself'
    not_mounted
    assert_eq '' "$(requests)"
}

# holds: url-2 start-13
test_docs_mount_and_df_show_the_source_as_it_was_given()
{
    start_emulator
    for source in storage "$URL" "$URL/"; do
        pfs -o "url=$URL" "$source" "$MNT"
        assert_status 0
        assert_eq "$source" "$(awk -v at="$MNT" '$2 == at { print $1 }' /proc/mounts)"
        assert_eq "$source" "$(df --output=source "$MNT" | tail -n 1)"
        fusermount3 -u "$MNT"
        eventually 10 gone_from_mounts
    done
    pfs -o "url=$URL" "$MNT"
    assert_eq "$URL" "$(awk -v at="$MNT" '$2 == at { print $1 }' /proc/mounts)"
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

# holds: start-1
test_a_wrong_key_mounts_nothing()
{
    start_emulator
    KEY=wrong pfs "$URL" "$MNT"
    assert_status 1
    says 'key'
    assert_lacks "$err" wrong
    not_mounted
    KEY=wrong pfs -f "$URL" "$MNT"
    assert_status 1
    not_mounted
}

# holds: start-3
test_docs_an_address_without_the_API_mounts_nothing()
{
    start_emulator
    pfs "$ROOT" "$MNT"
    assert_status 1
    says "no such API.*did you mean $ROOT/v1"
    not_mounted
    pfs "$ROOT/v2" "$MNT"
    assert_status 1
    says 'no such API.*is the path right.*/v1'
    not_mounted
}

# holds: dialect-3 start-4
test_docs_one_kind_that_is_there_is_an_API()
{
    local kind other

    start_emulator
    for kind in /snapshots /storage-providers; do
        for other in /shared-drives /snapshots /storage-providers; do
            [ "$other" = "$kind" ] || fault "{\"path\": \"$other\", \"times\": -1, \"status\": 404}"
        done
        mount_fs ''
        daemon_said 'the list of drives: HTTP 404'
        end_mount
        no_faults
    done
}

# holds: start-1 dialect-3
test_docs_a_key_that_is_not_accepted_by_another_kind_mounts_nothing()
{
    start_emulator
    fault '{"path": "/shared-drives", "times": -1, "status": 404}'
    fault '{"path": "/snapshots", "times": -1, "status": 401}'
    pfs "$URL" "$MNT"
    assert_status 1
    says 'the key is not accepted'
    not_mounted
}

# holds: dialect-2 http-20
test_start_up_asks_for_the_drives_only()
{
    start_emulator
    mount_fs ''
    eventually 20 started_up
    assert_eq 1 "$(requests | wc -l)"
    assert_matches "$(requests)" '^GET /shared-drives'
    assert_eq "$("$PAPERSPACEFS" --version | tr ' ' /)" "$(control GET requests |
        jq -r '.[].userAgent | select(startswith("paperspacefs"))')"
}

# holds: start-1
test_no_key_mounts_nothing()
{
    start_emulator
    run "$PAPERSPACEFS" "$URL" "$MNT"
    assert_status 1
    says 'key'
    not_mounted
    assert_eq '' "$(requests)"
}

# holds: key-1
test_the_key_of_a_file()
{
    start_emulator
    (umask 077 && echo demo-key >"$T/key")
    run "$PAPERSPACEFS" -o "key_file=$T/key" "$URL" "$MNT"
    assert_status 0
    prints 4 'ls drives | wc -l'
    fusermount3 -u "$MNT"
}

# holds: url-1
test_the_URL_of_the_environment()
{
    start_emulator
    run env PAPERSPACE_API_KEY=$KEY PAPERSPACE_API_URL="$URL" "$PAPERSPACEFS" label "$MNT"
    assert_status 0
    prints 4 'ls drives | wc -l'
    fusermount3 -u "$MNT"
}

# holds: start-4
test_an_unreachable_API_is_mounted_with_a_warning()
{
    start_emulator
    stop_emulator
    mount_fs timeout=2
    daemon_said "$ROOT|reach|connect"
    refused 'No route to host' 'ls drives'
    start_emulator
    eventually 20 drives_are_there
}

drives_are_there()
{
    [ -d "$MNT/drives/data" ] && [ -d "$MNT/drives/archive" ]
}

# holds: start-2
test_a_kind_that_is_forbidden_does_not_hinder_the_mount()
{
    start_emulator
    emu_config '{"forbid": ["/shared-drives"]}'
    mount_fs
    : >"$WORK/mount.err"
    refused 'Permission denied' 'ls drives'
    prints 8 'ls snapshots | wc -l'
}

# holds: check-1 check-3
test_check_says_what_is_found_and_mounts_nothing()
{
    start_emulator
    pfs --check "$URL"
    assert_status 0
    assert_contains "$out" "$D"
    assert_matches "$out" 'drives.*4|4.*drives'
    assert_matches "$out" 'snapshots.*8|8.*snapshots'
    assert_lacks "$out" "$KEY"
    not_mounted
    KEY=wrong pfs --check "$URL"
    assert_status 3
    says key
    stop_emulator
    pfs -o timeout=2 --check "$URL"
    assert_status 2
}

# holds: cmd-8
test_docs_demo_needs_no_account_and_no_network()
{
    run "$PAPERSPACEFS" --demo "$MNT"
    assert_status 0
    works 'ls drives snapshots providers machines'
    works 'echo "{\"name\": \"renamed\"}" > drives/data/drive.json; test -d drives/renamed'
    fusermount3 -u "$MNT"
    eventually 10 gone_from_mounts
}

# holds: emulator-1 emulator-2
test_docs_the_emulator_says_where_it_listens_when_it_does()
{
    local dialect line fd
    for dialect in docs openapi; do
        exec {fd}< <(exec "$EMULATOR" --port 0 --dialect $dialect --key other --populate 3 --latency 300)
        emulator_pid=$!
        read -r -t $((20 * patience)) line <&"$fd"
        assert_matches "$line" '^listening on http://127\.0\.0\.1:[1-9][0-9]*/v1$'
        run curl -sS -w '\n%{http_code} %{time_total}' -H 'Authorization: Bearer other' \
            "${line#listening on }/snapshots"
        assert_matches "$(tail -n 1 <<<"$out")" '^200 (0\.[3-9]|[1-9])'
        assert_eq 3 "$(head -n -1 <<<"$out" | jq '.items? // . | length')"
        assert_eq 401 "$(curl -sS -o "$T/body" -w '%{http_code}' "${line#listening on }/snapshots")"
        kill "$emulator_pid"
        eventually 10 gone "$emulator_pid"
        emulator_pid=
        exec {fd}<&-
    done
}

# Any user of the machine can reach it, so its key must be nobody's guess.
# holds: cmd-8
test_docs_every_demo_has_a_key_of_its_own()
{
    local url

    "$PAPERSPACEFS" --demo -f "$MNT" 2>"$WORK/mount.err" &
    daemon=$!
    eventually 20 is_mounted
    url=$(jq -r .url "$MNT/.paperspacefs/status.json")
    for key in demo-key '' "$KEY" demo; do
        assert_eq 401 "$(curl -s -o "$WORK/body" -w '%{http_code}' \
            -H "Authorization: Bearer $key" "$url/shared-drives")"
    done
    assert_eq 401 "$(curl -s -o "$WORK/body" -w '%{http_code}' "$url/shared-drives")"
    works 'ls drives/data > /dev/null'
}

gone_from_mounts()
{
    ! is_mounted
}

# holds: cmd-4
test_what_mount_and_fstab_pass_is_ignored()
{
    start_emulator
    mount_fs rw,_netdev,nofail,auto,noauto,user,users,silent,iversion,mand,nosymfollow,nonempty,big_writes,,x-systemd.automount,x-anything=1,exec,dev,suid,noatime
    works 'ls drives'
}

has_no_core()
{
    grep -q -E 'Max core file size +0 +0' "/proc/$daemon/limits"
}

# holds: http-19
test_check_and_debug_leave_no_core_either()
{
    local option

    start_emulator --latency 1500
    for option in --check '-d -f'; do
        # shellcheck disable=SC2086
        (ulimit -c unlimited; PAPERSPACE_API_KEY=$KEY exec "$PAPERSPACEFS" $option "$URL" "$MNT" \
            >/dev/null 2>&1) &
        daemon=$!
        eventually 10 has_no_core
        kill -TERM "$daemon"
        wait "$daemon" || true
        daemon=
    done
}

# holds: http-19
test_demo_takes_a_key_out_of_the_environment()
{
    PAPERSPACE_API_KEY=topsecret "$PAPERSPACEFS" --demo -f "$MNT" 2>"$WORK/mount.err" &
    daemon=$!
    eventually 10 is_mounted
    assert_lacks "$(tr '\0' ' ' <"/proc/$daemon/environ")" topsecret
}

# holds: start-2 start-4
test_a_forbidden_kind_is_named_in_the_warning()
{
    start_emulator
    fault '{"path": "/shared-drives", "status": 403, "times": -1,
        "body": {"code": "FORBIDDEN", "message": "no"}}'
    mount_fs ''
    daemon_said 'the list of drives: HTTP 403 FORBIDDEN: no'
    refused 'Permission denied' 'ls drives'
    works 'ls snapshots > /dev/null'
}

# holds: start-4
test_an_answer_without_a_code_is_named_in_the_warning()
{
    start_emulator
    fault '{"path": "/shared-drives", "status": 403, "times": -1, "body": {"message": "not you"}}'
    mount_fs ''
    daemon_said 'the list of drives: HTTP 403: not you; mounted'
    end_mount
    no_faults
    fault '{"path": "/shared-drives", "status": 200, "times": -1, "body": {"no": "list"}}'
    mount_fs ''
    daemon_said 'the list of drives: HTTP 200: GET /shared-drives: the answer is no list; mounted'
}

run_scenarios "$@"
