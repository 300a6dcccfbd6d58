#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the program says of an account, a machine and a mount: --check, --why, --version.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# pfs ARG…: the program as a user calls it, with the key in the environment.
pfs()
{
    # shellcheck disable=SC2086
    run env PAPERSPACE_API_KEY="$KEY" timeout $((20 * patience)) ${PFS_WRAPPER:-} "$PAPERSPACEFS" "$@"
}

# row NAME REGEX: a line of that name, and what it says.
row()
{
    grep -q -E -e "^$1 +.*$2" <<<"$out" || fail "no line $1 with $2" "$out" "$err"
}

# check NAME FILTER: what --json has of that check.
check()
{
    jq -r --arg name "$1" ".checks[\$name] | $2" <<<"$out"
}

# holds: check-1
test_check_says_what_is_found_and_with_which_versions()
{
    start_emulator
    pfs --check "$URL"
    assert_status 0
    assert_eq '' "$err"
    row url "$URL"
    row key 'of PAPERSPACE_API_KEY in the environment'
    row dialect "$D"
    row drives '4$'
    row snapshots '8$'
    row providers '3$'
    row plan '[0-9.]+ GB used, [0-9.]+ GB left'
    row /dev/fuse 'can be opened'
    row kernel "$(uname -r)"
    row libraries 'libfuse 3\.[0-9.]+, libcurl [0-9.]+ \(.*\), json-c 0\.[0-9]+'
    [ "$D" = openapi ] || { row team demo-team && row user demo@example.com; }
    assert_lacks "$out" "$KEY"
    ! is_mounted || fail 'there is a mount'
}

# holds: check-2
test_check_json_is_one_object_for_scripts()
{
    start_emulator
    pfs --check --json "$URL"
    assert_status 0
    assert_eq '0 well' "$(jq -r '"\(.exit) \(.verdict)"' <<<"$out")"
    assert_eq "4 8 3 $D" "$(check drives .count) $(check snapshots .count) $(check providers .count) $(check dialect .says)"
    assert_eq '' "$(jq -r '.checks[] | select(.state == "bad") | .says' <<<"$out")"
    pfs --check --json "$ROOT"
    assert_status 4
    assert_eq "4 no such API bad there is no such API: did you mean $ROOT/v1?" \
        "$(jq -r '"\(.exit) \(.verdict)"' <<<"$out") $(check url '"\(.state) \(.hint)"')"
}

# ends_with STATUS TEXT ARG…: --check ends so, and says that on one line of standard error.
ends_with()
{
    pfs --check "${@:3}"
    assert_status "$1"
    assert_contains "$err" "$2"
    assert_eq 1 "$(wc -l <<<"$err")" "more than a line: $err"
    pfs --check --json "${@:3}"
    assert_status "$1"
    assert_eq "$1" "$(jq .exit <<<"$out")"
}

# holds: check-3
test_each_way_that_check_ends_has_a_status_of_its_own()
{
    start_emulator
    KEY=wrong ends_with 3 'the key is not accepted by' "$URL"
    KEY='' ends_with 3 'no API key: name its file with -o key_file=FILE' "$URL"
    (umask 077 && echo >"$T/key")
    ends_with 3 "key_file=$T/key: no key can be read" -o "key_file=$T/key" "$URL"
    ends_with 4 "did you mean $ROOT/v1?" "$ROOT"
    ends_with 4 'is the path right?' "$ROOT/v2"
    emu_config '{"forbid": ["/shared-drives", "/snapshots", "/storage-providers"]}'
    ends_with 3 'nothing can be read from' "$URL"
    emu_config '{"forbid": ["/shared-drives"]}'
    pfs --check "$URL"
    assert_status 0
    row drives .
    row '' 'the key is not allowed to see them'
    fault '{"path": "/", "times": -1, "status": 500}'
    ends_with 2 'nothing can be read from' -o timeout=1 "$URL"
    stop_emulator
    ends_with 2 'connection refused' -o timeout=2 "$URL"
    ends_with 2 'no such host' -o timeout=2 https://host.invalid/v1
    assert_contains "$(check address .says)" 'resolve'
    pfs --check -o nonsense=1 "$URL"
    assert_status 1
    pfs --check --demo
    assert_status 1
}

# can_not_mount TEXT COMMAND: --check in a mount namespace where that was done.
can_not_mount()
{
    # shellcheck disable=SC2016
    run env PAPERSPACE_API_KEY="$KEY" URL="$URL" PFS="$PAPERSPACEFS" WORK="$WORK" \
        timeout $((20 * patience)) unshare -m --propagation private bash -c '
        let_copies_go; eval "$0" && exec ${PFS_WRAPPER:-} "$PFS" --check "$URL"' "$2"
    assert_status 5
    assert_contains "$err" 'nothing can be mounted on this machine'
    assert_matches "$out" "$1"
    row drives '4$' # the account is well
}

# holds: check-3
test_docs_a_machine_that_can_not_mount_is_told()
{
    if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
        exit 0
    fi
    start_emulator
    can_not_mount 'modprobe fuse' 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3'
    assert_contains "$out" '--device /dev/fuse --cap-add SYS_ADMIN'
    # What docker -v makes of a path that is not there, and what a careless test leaves.
    can_not_mount 'mknod -m 666 /dev/fuse c 10 229' 'mount --bind /dev/null /dev/fuse'
    can_not_mount 'something else than that device' \
        'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mkdir /dev/fuse'
    if capsh --print >/dev/null 2>&1; then
        run env PAPERSPACE_API_KEY="$KEY" capsh --drop=cap_sys_admin -- -c \
            "$PAPERSPACEFS --check $URL"
        assert_status 5
        row mounting 'root may not mount here'
    fi
}

# holds: check-1 key-4
test_check_tells_where_the_key_is_and_who_else_can_read_it()
{
    start_emulator
    (umask 077 && echo "$KEY" >"$T/key")
    KEY='' pfs --check -o "key_file=$T/key" "$URL"
    assert_status 0
    row key "of $T/key, mode 0600, owner $(id -u)"
    chmod 644 "$T/key"
    KEY='' pfs --check --json -o "key_file=$T/key" "$URL"
    assert_status 0
    assert_eq "note other users can read it: chmod 600 $T/key" "$(check key '"\(.state) \(.hint)"')"
    assert_lacks "$out$err" "$KEY"
}

# --- a mount ---

# holds: check-4
test_check_of_a_mount_says_how_it_is()
{
    mounted -- ttl=0,timeout=1
    works 'ls drives snapshots >/dev/null'
    forget_requests
    pfs --check "$MNT"
    assert_status 0
    assert_eq '' "$err"
    row mount "$URL on $MNT"
    row url "$URL"
    row dialect "$D"
    row key 'accepted since 2'
    row drives '4, [0-9]+ s old'
    row providers 'not asked for yet'
    row guard '0 of 20 points spent'
    (cd "$MNT" && pfs --check --json . && echo "$out" >"$T/json")
    assert_eq 4 "$(jq .checks.drives.count "$T/json")"
    [ "$D" = openapi ] || assert_requests 'GET /auth/session' # who the key belongs to, once
    fault '{"path": "/", "times": -1, "status": 503}'
    shell 'ls drives snapshots providers; cat utilization.json'
    pfs --check "$MNT"
    assert_status 2
    assert_contains "$err" 'nothing can be read from'
    no_faults
    fault '{"path": "/", "times": -1, "status": 401}'
    shell 'touch .paperspacefs/refresh; ls drives'
    pfs --check "$MNT"
    assert_status 3
    assert_contains "$err" 'the key is not accepted'
    no_faults
    : >"$WORK/mount.err"
}

# holds: check-4
test_docs_check_of_what_is_no_mount_or_does_not_answer()
{
    pfs --check "$T"
    assert_status 1
    assert_contains "$err" "$T: no paperspacefs is mounted there"
    pfs --check "$T/none"
    assert_status 1
    mounted
    kill -STOP "$daemon"
    pfs --check "$MNT"
    kill -CONT "$daemon"
    assert_status 2
    assert_contains "$err" "$MNT: its daemon does not answer; end it with umount -f $MNT"
}

# The way to what lies deep in a mount leads through its daemon.
# holds: check-4 why-1
test_docs_a_daemon_that_hangs_keeps_neither_check_nor_why()
{
    local what

    mounted
    works 'ls drives/data >/dev/null'
    kill -STOP "$daemon"
    for what in "--check $MNT/drives/data" "--why $MNT/none/at/all"; do
        # shellcheck disable=SC2086
        run timeout -s KILL $((10 * patience)) "$PAPERSPACEFS" $what
        [ "$rc" -eq 2 ] || break
        assert_contains "$err" 'does not answer'
    done
    kill -CONT "$daemon"
    assert_status 2
}

# --- why ---

# why STATUS REGEX [PATH]: from a shell in the mount.
why()
{
    run bash -c 'cd "$1" && shift && exec "$@"' - "$MNT" "$PAPERSPACEFS" --why ${3+"$3"}
    assert_status "$1"
    assert_matches "$out" "^$2\$"
    assert_eq '' "$err"
}

# holds: why-1
test_why_has_the_words_of_the_last_failure_at_or_below()
{
    local dated='20[0-9T:.-]+Z'

    mounted
    why 1 ''
    why 1 '' drives
    refused '' 'echo 5 > drives/data/id'
    shell 'echo "{" > drives/data/drive.json'
    refused '' 'mkdir snapshots/none'
    refused '' 'rm -r drives/archive/drive.json; rmdir drives/archive'
    why 0 "$dated mkdir snapshots/none: EINVAL: .*mkdir machines/MACHINEID.*" snapshots
    why 0 "$dated mkdir snapshots/none: EINVAL: .*" snapshots/none
    why 0 "$dated [a-z]+ drives/data/drive.json: EINVAL: .*" drives/data
    why 0 "$dated [a-z]+ drives/data/drive.json: EINVAL: .*" "$MNT/drives/data/drive.json"
    why 0 "$dated rmdir drives/archive: .*" drives
    why 0 "$(last_error | sed 's/[][(){}*+?.^$|\\]/\\&/g')"
    why 1 '' drives/dat
    why 1 '' snapshots/none/at/all
    (cd "$MNT/drives/data" && run "$PAPERSPACEFS" --why && assert_contains "$out" drives/data/drive.json)
}

# holds: why-1
test_docs_why_is_told_also_when_the_way_there_is_not_there()
{
    mounted
    fault '{"path": "/snapshots", "times": -1, "status": 500}'
    shell 'ls snapshots/a/b'
    why 0 '.* lookup snapshots/a: EIO: HTTP 500.*' snapshots/a
    why 0 '.* lookup snapshots/a: EIO: HTTP 500.*' snapshots
    why 1 '' snapshots/a/b
}

# holds: why-1
test_docs_why_that_can_not_be_told()
{
    run "$PAPERSPACEFS" --why "$T"
    assert_status 2
    assert_contains "$err" "$T: no paperspacefs is mounted there"
    run "$PAPERSPACEFS" --why "$T/none/at/all"
    assert_status 2
    run "$PAPERSPACEFS" --why "$T" more
    assert_status 1
}

# --- versions ---

# holds: cmd-2
test_docs_version_is_one_line_and_with_v_the_libraries_too()
{
    pfs --version
    assert_status 0
    assert_matches "$out" '^paperspacefs [0-9.]+$'
    assert_eq 1 "$(wc -l <<<"$out")"
    for args in '--version -v' '-V -v' '-v -V'; do
        # shellcheck disable=SC2086
        pfs $args
        assert_status 0
        assert_eq 'paperspacefs libfuse libcurl json-c kernel' "$(awk '{ printf "%s%s", sep, $1; sep = " " }' <<<"$out")"
    done
}

run_scenarios "$@"
