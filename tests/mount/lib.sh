# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Scenarios on a real mount. A file of scenarios sources this, defines functions
#
#     test_WHAT_HOLDS            runs in both dialects
#     test_docs_WHAT_HOLDS       in the docs dialect only
#     test_openapi_WHAT_HOLDS    in the openapi dialect only
#
# each right below a line '# holds: RULE…', which names what of doc/semantics.md it would fail
# without, and ends with `run_scenarios "$@"`. Each function runs in a shell of its own
# with errexit, its own emulator, mount and directory, a deadline, and cleanup
# whatever happens. It begins with `mounted`; afterwards
#
#     $MNT   the mount point           $T     a directory for anything
#     $URL   the emulator's base URL   $D     the dialect
#
# A scenario has passed if it came to its end, the mount then ended with exit
# status 0 and nothing was said on the daemon's or the emulator's stderr that
# the scenario did not ask for with daemon_said.
#
# Environment: top_srcdir, top_builddir; PFS_WRAPPER, a command to run the daemon
# under; PFS_TEST_ONLY, a regex of scenario names; PFS_TEST_SHARE=N, every Nth of
# them, in the two dialects by turns (PFS_TEST_TURN=1: begun with the other one;
# PFS_TEST_PART=K: another Nth); 0, the default: all in both; PFS_TEST_PATIENCE, a
# factor for all deadlines; PFS_TEST_DIR, where the work directories go (not below /tmp,
# where some editors behave differently); PFS_REQUIRE_MOUNT=1: no /dev/fuse is a failure,
# no skip; PFS_TEST_OPTIONS, mount options for every mount.

top_srcdir=${top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"

if [ -x /usr/bin/dpkg-query ]; then
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin # the programs that packages.sh installs, no others
fi
export LC_ALL=C
umask 022
unset "${!PAPERSPACE_@}" MAKEFLAGS MFLAGS http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
PAPERSPACEFS=$top_builddir/paperspacefs
EMULATOR=$top_builddir/paperspace-emulator
KEY=demo-key
patience=${PFS_TEST_PATIENCE:-1}
deadline_s=${PFS_TEST_DEADLINE:-60}
tests_dir=${PFS_TEST_DIR:-/var/tmp}

# --- the runner ---------------------------------------------------------------------------------

# Says why nothing can be mounted here; silent if it can.
why_no_mount()
{
    if [ ! -x "$EMULATOR" ]; then
        echo 'this build has no emulator (--disable-emulator)'
        return
    fi
    if ! { exec 9<>/dev/fuse; } 2>/dev/null; then
        echo 'no usable /dev/fuse'
        return
    fi
    exec 9>&-
    if ! command -v fusermount3 >/dev/null; then
        echo 'no usable /dev/fuse: fusermount3 is missing'
    elif [ "$(id -u)" -eq 0 ] &&
        (((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) >> 21 & 1) == 0)); then
        echo 'no usable /dev/fuse: no right to mount'
    fi
}

# The scenarios of this file in their order, with the dialect each is run in: 'NAME DIALECT'.
list_scenarios()
{
    local share=${PFS_TEST_SHARE:-0}

    sed -nE 's/^(test_[A-Za-z0-9_]+)\(\).*/\1/p' "$0" | grep -E -e "${PFS_TEST_ONLY:-.}" |
        awk -v share="$share" -v part="${PFS_TEST_PART:-0}" -v turn="${PFS_TEST_TURN:-0}" '
            share > 0 && (NR - 1 + part) % share != 0 { next }
            { chosen = share > 0 ? ++turn % 2 : -1 }
            !/^test_openapi_/ && (/^test_docs_/ || chosen != 0) { docs[NR] = $0 " docs" }
            !/^test_docs_/ && (/^test_openapi_/ || chosen != 1) { openapi[NR] = $0 " openapi" }
            END {
                for (i = 1; i <= NR; i++) if (i in docs) print docs[i]
                for (i = 1; i <= NR; i++) if (i in openapi) print openapi[i]
            }'
}

# Takes away what a scenario that was killed has left: processes and mounts of its directory.
sweep()
{
    local work=$1 pid point

    for pid in "$work"/*.pid; do
        [ ! -e "$pid" ] || kill -KILL "$(<"$pid")" 2>/dev/null || true
    done
    while read -r _ _ _ _ point _; do
        [[ "$point" == "$work/"* ]] || continue
        umount -f "$point" 2>/dev/null || true # frees whoever hangs in it
        fusermount3 -u -z "$point" 2>/dev/null || umount -l "$point" 2>/dev/null || true
    done </proc/self/mountinfo
    rm -rf --one-file-system "$work"
}

# One test point; what it took stands below it.
run_one()
{
    local TIMEFORMAT='# %1R s, %1U + %1S s of a processor'
    local function=$1 dialect=$2 work status=0 title

    title=${function#test_}
    title="${title//_/ } [$dialect]"
    work=$(mktemp -d "$tests_dir/paperspacefs-test.XXXXXX")
    {
        time timeout -k 10 $((deadline_s * patience)) bash "$0" --run "$function" "$dialect" "$work" \
            </dev/null >"$work/log" 2>&1 || status=$?
    } 2>"$work/time"
    case $status in
    0) ok "$title" ;;
    124 | 137) not_ok "$title" "$(tail -n 60 "$work/log")" \
        "did not end within $((deadline_s * patience)) s" ;;
    *) not_ok "$title" "$(tail -n 60 "$work/log")" ;;
    esac
    printf '%s\n' "$(<"$work/time")"
    if [ -n "${PFS_TEST_KEEP:-}" ] && [ $status -ne 0 ]; then
        cp -r "$work" "$PFS_TEST_KEEP/" || true
    fi
    sweep "$work"
}

# Where nothing can be mounted this is the end: a skipped test, with PFS_REQUIRE_MOUNT=1 a failed one.
need_a_mount()
{
    local reason

    reason=$(why_no_mount)
    if [ -n "$reason" ] && [ "${PFS_REQUIRE_MOUNT:-0}" != 1 ]; then
        tap_skip_all "$reason"
    elif [ -n "$reason" ]; then
        echo "Bail out! $reason"
        exit 1
    fi
}

# run_python FILE [ARG…]: a program that mounts by itself, and says TAP.
run_python()
{
    need_a_mount
    export top_builddir PYTHONDONTWRITEBYTECODE=1
    exec python3 "$@"
}

run_scenarios()
{
    local function dialect

    if [ "${1:-}" = --run ]; then
        run_here "$2" "$3" "$4"
        exit
    fi
    need_a_mount
    tests_dir=$(cd "$tests_dir" && pwd -P)
    while read -r function dialect; do
        run_one "$function" "$dialect"
    done < <(list_scenarios)
    if [ "$tap_count" -eq 0 ]; then
        tap_skip_all 'no scenario was selected'
    fi
    tap_done
}

# --- one scenario -------------------------------------------------------------------------------

run_here()
{
    D=$2
    T=$3/t
    MNT=$3/mnt
    WORK=$3
    daemon=
    emulator_pid=
    mount_options=
    export HOME=$WORK/home
    mkdir -p "$T" "$MNT" "$HOME"
    cd "$T"
    set -Eeuo pipefail
    trap 'where $? "$BASH_COMMAND"' ERR
    trap 'cleanup' EXIT
    "$1"
    cd /
    end_mount
    end_emulator
}

# The calls that led here, innermost first, from the N-th on.
call_stack()
{
    local i

    for ((i = $1; i < ${#FUNCNAME[@]} - 3; i++)); do
        printf '    in %s, %s:%s\n' "${FUNCNAME[i]}" "${BASH_SOURCE[i]##*/}" "${BASH_LINENO[i - 1]}"
    done
}

# A command of the scenario has failed under errexit.
where()
{
    printf 'failed with status %s: %s\n' "$1" "$2"
    call_stack 2
}

fail()
{
    trap - ERR
    printf '%s\n' "$@"
    call_stack 2
    if [ -s "$WORK/mount.err" ]; then
        printf 'the daemon said:\n%s\n' "$(head -c 8000 "$WORK/mount.err")"
    fi
    exit 1
}

# Leaves nothing behind, however the scenario ended.
cleanup()
{
    local status=$? pid

    trap - ERR EXIT
    set +e
    cd /
    if [ $status -ne 0 ] && [ -n "${URL:-}" ]; then
        printf 'requests:\n%s\n' "$(requests 2>/dev/null | head -n 40)"
    fi
    for pid in $(jobs -p) $daemon $emulator_pid; do
        kill -TERM "$pid" 2>/dev/null
    done
    if is_mounted; then
        fusermount3 -u -z "$MNT" 2>/dev/null
    fi
    exit $status
}

# pause SECONDS, without a process.
exec {pause_fd}<> <(:)
pause()
{
    read -r -t "$1" -u "$pause_fd" || true
}

# eventually SECONDS COMMAND…: repeats the command until it succeeds; fails after that time.
eventually()
{
    local seconds=$1 start=$SECONDS
    shift
    until "$@"; do
        if ((SECONDS - start > seconds * patience)); then
            fail "did not become true within $seconds s: $*"
        fi
        pause 0.05
    done
}

# contents NAME FILE: what the file holds, without its last newlines, in the variable NAME. As
# $(<FILE), without a process.
contents()
{
    local -n contents_of=$1

    IFS= read -r -d '' contents_of <"$2" || true
    while [[ "$contents_of" == *$'\n' ]]; do
        contents_of=${contents_of%$'\n'}
    done
}

is_mounted()
{
    local mounts

    contents mounts /proc/self/mountinfo
    [[ "$mounts" == *" $MNT "* ]]
}

is_running()
{
    kill -0 "$1" 2>/dev/null
}

# start_emulator [OPTION…]: sets URL and ROOT; the data are its own sample unless told otherwise.
start_emulator()
{
    local line='' fd

    exec {fd}< <(exec "$EMULATOR" --control --port "${emulator_port:-0}" --dialect "$D" \
        "$@" 2>>"$WORK/emulator.err")
    emulator_pid=$!
    echo "$emulator_pid" >"$WORK/emulator.pid"
    if ! read -r -t $((20 * patience)) line <&"$fd" || [[ "$line" != 'listening on '* ]]; then
        fail "the emulator did not start: $line $(cat "$WORK/emulator.err")"
    fi
    URL=${line#listening on }
    ROOT=${URL%/v1}
}

# Ends the emulator, to start it again at the same address or to leave it away.
stop_emulator()
{
    emulator_port=${ROOT##*:}
    kill -TERM "$emulator_pid"
    eventually 10 gone "$emulator_pid"
    emulator_pid=
}

gone()
{
    ! is_running "$1"
}

end_emulator()
{
    if [ -n "$emulator_pid" ]; then
        stop_emulator
    fi
    if [ -s "$WORK/emulator.err" ]; then
        fail "the emulator said: $(head -c 4000 "$WORK/emulator.err")"
    fi
}

# mount_fs [OPTIONS [ARG…]]: mounts with -o OPTIONS and further arguments before the SOURCE, and
# waits until it is there.
mount_fs()
{
    local options=${1-$mount_options}
    local -a args=(-f)

    mount_options=$options
    options+=${PFS_TEST_OPTIONS:+${options:+,}$PFS_TEST_OPTIONS}
    shift || true
    if [ -n "$options" ]; then
        args+=(-o "$options")
    fi
    : >"$WORK/mount.err"
    # shellcheck disable=SC2086  # a command with its arguments
    PAPERSPACE_API_KEY=$KEY ${PFS_WRAPPER:-} "$PAPERSPACEFS" "${args[@]}" "$@" "$URL" "$MNT" \
        >"$WORK/mount.out" 2>>"$WORK/mount.err" </dev/null &
    daemon=$!
    echo "$daemon" >"$WORK/daemon.pid"
    eventually 30 mount_settled
    if ! is_mounted || ! is_running "$daemon"; then
        fail 'the mount did not come up'
    fi
}

mount_settled()
{
    { is_mounted && read -r _ <"$MNT/README"; } 2>/dev/null || ! is_running "$daemon"
}

# mounted [EMULATOR OPTION…] [-- [OPTIONS [ARG…]]]: an emulator, a mount on it, and the requests
# of its start-up waited for and forgotten.
mounted()
{
    local -a emulator=()

    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        emulator+=("$1")
        shift
    done
    [ "${1:-}" != -- ] || shift
    start_emulator "${emulator[@]}"
    mount_fs "${1:-}" "${@:2}"
    eventually 20 started_up
    forget_requests
}

# The listing that start-up asks for has been answered, and used.
started_up()
{
    local seen

    order_answer=
    order GET requests
    seen=${order_answer//[[:space:]]/}
    [[ "$seen" =~ \"userAgent\":\"paperspacefs[^{}]*\"status\":[1-9]|\"status\":[1-9][^{}]*\"userAgent\":\"paperspacefs ]] &&
        [ -d "$MNT/drives" ]
}

# Unmounts; the daemon has to end with exit status 0, and silent but for what was asked for.
end_mount()
{
    if [ -z "$daemon" ]; then
        return
    fi
    if is_running "$daemon"; then
        let_interrupts_go
        fusermount3 -u "$MNT" || fail 'could not unmount' "$(fuser -vm "$MNT" 2>&1)"
    fi
    await_daemon
}

# libfuse keeps an interrupt that came after its request was answered until the next request comes,
# and never frees it when none does: LeakSanitizer counts that. This is that next request.
let_interrupts_go()
{
    [ -e "$MNT/.paperspacefs/nothing" ] || true
}

# Waits for the daemon's own end.
await_daemon()
{
    local status=0

    eventually 20 gone "$daemon"
    wait "$daemon" || status=$?
    daemon=
    if [ $status -ne 0 ]; then
        fail "the daemon ended with status $status"
    fi
    if [ -s "$WORK/mount.err" ]; then
        fail 'the daemon was not silent'
    fi
    if is_mounted; then
        fail 'the mount is still there'
    fi
}

# remount [OPTIONS]: the same emulator, a new daemon.
remount()
{
    end_mount
    mount_fs "$@"
}

# daemon_said REGEX: the daemon's stderr has such a line; those lines are no noise then.
daemon_said()
{
    local noise

    eventually 5 grep -q -i -E -e "$1" "$WORK/mount.err"
    noise=$(grep -v -i -E -e "$1" "$WORK/mount.err" || true)
    if [ -n "$noise" ]; then
        fail "the daemon said more than $1"
    fi
    : >"$WORK/mount.err"
}

# --- the emulator behind the mount ---------------------------------------------------------------

# api METHOD PATH [BODY]: a request of somebody else; prints the answer, fails on a refusal.
api()
{
    curl -sS --fail-with-body -X "$1" -A elsewhere -H "Authorization: Bearer $KEY" \
        ${3+-H 'Content-Type: application/json' --data-binary "$3"} "$URL$2"
}

# control METHOD NAME [BODY]
control()
{
    curl -sS --fail-with-body -X "$1" -A elsewhere ${3+--data-binary "$3"} "$ROOT/_control/$2"
}

# order METHOD NAME [BODY]: as control, without a process; what was answered is in order_answer.
order()
{
    local fd status line body=${3-}

    exec {fd}<>"/dev/tcp/127.0.0.1/${ROOT##*:}"
    printf '%s /_control/%s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" ${#body} "$body" >&"$fd"
    read -r _ status _ <&"$fd"
    while IFS= read -r line <&"$fd" && [ "$line" != $'\r' ]; do :; done
    IFS= read -r -d '' order_answer <&"$fd" || true
    exec {fd}>&-
    if [[ "$status" != 2* ]]; then
        fail "$1 /_control/$2: $status" "$order_answer"
    fi
}

fault()
{
    order POST faults "$1"
}

no_faults()
{
    order DELETE faults
}

# silence open|all|none: those connections pass nothing any more.
silence()
{
    order POST silence "{\"connections\": \"$1\"}"
}

emu_config()
{
    order POST config "$1"
}

# The mount's requests, one per line: METHOD PATH [BODY], keys of bodies sorted; any cursor is a *.
requests()
{
    control GET requests | jq -r '# tojson does not sort keys in every version of jq
        def sorted: walk(if type == "object" then to_entries | sort_by(.key) | from_entries else . end);
        .[] | select(.userAgent // "" | startswith("paperspacefs"))
        | "\(.method) \(.path | sub("^/v1"; "") | sub("after=[^&]*"; "after=*"))"
            + (if .body == null then "" else " \(.body | sorted | tojson)" end)'
}

forget_requests()
{
    order DELETE requests
}

# assert_requests LINE…: exactly these, in this order, since they were last forgotten; and forgets
# them. Without a line: none at all.
assert_requests()
{
    local expected seen

    expected=$([ $# -eq 0 ] || printf '%s\n' "$@")
    seen=$(requests)
    if [ "$seen" != "$expected" ]; then
        fail 'requests expected:' "$expected" 'seen:' "$seen"
    fi
    forget_requests
}

# count_requests METHOD PATH_REGEX: how many of the mount's requests match.
count_requests()
{
    requests | grep -c -E "^$1 $2( |\$)" || true
}

# changes: those requests of the mount that are no GET.
changes()
{
    requests | grep -v '^GET ' || true
}

# assert_changes LINE…: like assert_requests, of changes only.
assert_changes()
{
    local expected seen

    expected=$([ $# -eq 0 ] || printf '%s\n' "$@")
    seen=$(changes)
    if [ "$seen" != "$expected" ]; then
        fail 'changes expected:' "$expected" 'seen:' "$seen"
    fi
    forget_requests
}

# No request at all.
nothing_asked()
{
    assert_requests
}

# memory KEY: of the daemon's /proc/PID/status, in MiB.
memory()
{
    awk -v key="$1:" '$1 == key { print int($2 / 1024) }' "/proc/$daemon/status"
}

# measured: ends the scenario where sanitizers or valgrind keep and add memory of their own.
measured()
{
    if [ -n "${PFS_WRAPPER:-}" ] || readelf -d "$PAPERSPACEFS" | grep -E 'lib(asan|tsan|lsan)' >/dev/null; then
        exit 0
    fi
}

# No change; reading may have cost requests.
nothing_sent()
{
    assert_changes
}

# --- commands and what they say ------------------------------------------------------------------

# run COMMAND…: sets out, err and rc.
out='' err=''
run()
{
    rc=0
    "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || rc=$?
    contents out "$WORK/out"
    contents err "$WORK/err"
}

# shell TEXT: what a user types in a shell whose directory is the mount.
shell()
{
    run bash -c "cd \"\$0\" || exit"$'\n'"$1" "$MNT"
}

# works TEXT: every command of it succeeds, in silence. Those before || or &&, after !, in a condition
# or in the background do not count, as always with errexit.
works()
{
    run bash -e -o pipefail -c "trap 'echo \"failed: \$BASH_COMMAND\" >&2' ERR"'
        cd "$0"'$'\n'"$1" "$MNT"
    if [ "$rc" -ne 0 ] || [ -n "$err" ]; then
        fail "$1: exit status $rc" "$err" "last-error: $(last_error)"
    fi
}

# refused ERROR TEXT: the command fails with that error in its own words.
refused()
{
    shell "$2"
    if [ "$rc" -eq 0 ]; then
        fail "$2: succeeded, but $1 was expected" "$out" "last-error: $(last_error)"
    fi
    if [[ "$err" != *"$1"* ]]; then
        fail "$2: $1 was expected" "stderr: $err" "last-error: $(last_error)"
    fi
}

# prints EXPECTED TEXT: the command succeeds and prints exactly that.
prints()
{
    works "$2"
    if [ "$out" != "$1" ]; then
        fail "$2" "expected: $1" "printed:  $out"
    fi
}

last_error()
{
    cat "$MNT/.paperspacefs/last-error" 2>&1
}

# words REGEX…: last-error is one line and has each of them, in any case.
words()
{
    local text='' regex

    contents text "$MNT/.paperspacefs/last-error"
    if [[ "$text" == *$'\n'* ]]; then
        fail 'last-error is not one line:' "$text"
    fi
    shopt -s nocasematch
    for regex in "$@"; do
        [[ "$text" =~ $regex ]] || fail "last-error lacks $regex:" "$text"
    done
    shopt -u nocasematch
}

assert_eq()
{
    if [ "$1" != "$2" ]; then
        fail "${3:-values differ}" "expected: $1" "seen:     $2"
    fi
}

assert_contains()
{
    if [[ "$1" != *"$2"* ]]; then
        fail "${3:-something is missing}" "expected: $2" "in:       $1"
    fi
}

assert_lacks()
{
    if [[ "$1" == *"$2"* ]]; then
        fail "${3:-something is there that must not be}" "found: $2" "in:    $1"
    fi
}

assert_matches()
{
    if ! grep -q -E -e "$2" <<<"$1"; then
        fail "${3:-no match}" "expected: $2" "seen:     $1"
    fi
}

# assert_status N: of the last run.
assert_status()
{
    if [ "$rc" -ne "$1" ]; then
        fail "exit status $rc, expected $1" "stdout: $out" "stderr: $err"
    fi
}

# --- the sample account, as the emulator has it ----------------------------------------------------

# shellcheck disable=SC2034  # for the scenarios
{
    DATA=sdvkpg3v2v          # the drive data
    MACHINE=psm9u09bwu5i     # a machine with four snapshots, among them
    UPGRADE=slqafgu4n6gxge   # before-upgrade
    TRAINING=splx4m8r1bq6tze # the provider training-data
}

# The key that names a drive's network in this dialect.
network_key()
{
    if [ "$D" = docs ]; then
        echo networkId
    else
        echo privateNetworkId
    fi
}

# A body that creates a drive: drive_body NAME.
drive_body()
{
    printf '{"name": "%s", "size": 100, "region": "ny2", "%s": "nwhoe4ox"}' "$1" "$(network_key)"
}

# The id that the API has for a drive's or snapshot's name: id_of shared-drives NAME.
id_of()
{
    api GET "/$1?limit=120" | jq -r --arg name "$2" \
        '(.items? // .)[] | select(.name == $name) | .id'
}

# with_data JSON: writes it to a file for --data and prints its name.
with_data()
{
    printf '%s\n' "$1" >"$WORK/data.json"
    echo "$WORK/data.json"
}
