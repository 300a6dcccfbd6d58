#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The one command for tests: installs what they need, builds out of tree with
# warnings as errors, runs all tests and prints, alone on the last line, how
# many passed, failed and were skipped. Fails if any test failed.
#
#   scripts/test.sh                                 everything
#   scripts/test.sh --only PATTERN                  test programs that match (extended regex)
#   scripts/test.sh --sanitizers=address,undefined  in an instrumented build
#   scripts/test.sh --sanitizers=thread
#   scripts/test.sh --valgrind                      the unit tests under valgrind
#   scripts/test.sh --build-dir DIR                 not in build/…
#
# Environment: CC, MAKEFLAGS (default -j with all processors); for the mount tests
# PFS_TEST_ONLY, a regex of test points; PFS_TEST_SHARE=N, every Nth of them, in the
# two dialects by turns (default 2, which the other half follows with PFS_TEST_PART=1;
# 1: each of them; 0: each in both); PFS_REQUIRE_MOUNT=1: no /dev/fuse
# is a failure, and so is an editor that is missing; PFS_TEST_DEADLINE_S (default 1800): how
# long a test program may take.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
only=
sanitizers=
valgrind=no
build_dir=

usage()
{
    sed -n '3,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --only) only=${2:?} && shift ;;
    --only=*) only=${1#*=} ;;
    --sanitizers) sanitizers=${2:?} && shift ;;
    --sanitizers=*) sanitizers=${1#*=} ;;
    --valgrind) valgrind=yes ;;
    --build-dir) build_dir=${2:?} && shift ;;
    --build-dir=*) build_dir=${1#*=} ;;
    *) usage ;;
    esac
    shift
done

if [ -z "$build_dir" ]; then
    build_dir=$root/build/${sanitizers:-test}
fi
build_dir=${build_dir//,/+}
export MAKEFLAGS=${MAKEFLAGS:--j$(nproc)}

say()
{
    printf '== %s\n' "$*"
}

# quietly LOG COMMAND…: shows what the command said only if it fails.
quietly()
{
    local log=$1
    shift
    if ! "$@" </dev/null >"$log" 2>&1; then
        grep -v -E '^  [A-Z]+ +[^ ]+$|^make(\[[0-9]+\])?: (Entering|Leaving)' "$log" | tail -n 200
        say "failed: $*"
        return 1
    fi
}

summary()
{
    printf '%d passed, %d failed, %d skipped\n' "$1" "$2" "$3"
}

# Anything that goes wrong before a test could run counts as one failure.
broken()
{
    summary 0 1 0
    exit 1
}

configure()
{
    local -a flags=(--enable-werror)

    if [ -n "$sanitizers" ]; then
        flags+=("--enable-sanitizers=$sanitizers")
    fi
    mkdir -p "$build_dir"
    cd "$build_dir"
    if [ ! -e config.status ] || [ "$root/configure" -nt config.status ]; then
        quietly configure.log "$root/configure" -q "${flags[@]}"
    fi
}

prepare()
{
    bash "$root/scripts/packages.sh" test
    if [ ! -e "$root/configure" ] || [ ! -e "$root/Makefile.in" ] ||
        [ "$root/configure.ac" -nt "$root/configure" ] ||
        [ -n "$(find "$root" \( -path "$root/build*" -o -path "$root/.git" \) -prune -o \
            \( -name '*.mk' -o -name 'Makefile.am' -o -name '*.m4' \) ! -name aclocal.m4 \
            -newer "$root/Makefile.in" -print -quit)" ]; then
        mkdir -p "$build_dir"
        (cd "$root" && quietly "$build_dir/autoreconf.log" autoreconf -fi)
    fi
    configure
    quietly make.log make all
}

# Tests meet the programs that packages.sh installs, not others that the caller has before them.
tests_path()
{
    if [ -x /usr/bin/dpkg-query ]; then
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    fi
}

# Which tests to run, one per line, as the Makefile knows them.
selected_tests()
{
    make -s --no-print-directory print-tests | tr ' ' '\n' | sed '/^$/d' |
        if [ "$valgrind" = yes ]; then grep -v '\.sh$'; else cat; fi |
        if [ -n "$only" ]; then grep -E -e "$only"; else cat; fi
}

run_tests()
{
    # Most tests wait for something, four fifths of their time; where they are instrumented, half.
    local -a args=(-k check "TESTS=$1") wrapper=()
    local jobs=3

    if [ "$valgrind" = yes ]; then
        export CK_FORK=no CK_DEFAULT_TIMEOUT=120
        jobs=2
        args+=("LOG_COMPILER=timeout -k 10 1800 valgrind -q --error-exitcode=99 --leak-check=full \
--errors-for-leak-kinds=definite,possible")
    fi
    case $sanitizers in
    *thread*)
        # Its shadow memory does not fit the wide address randomisation of some kernels.
        if setarch -R true 2>/dev/null; then
            wrapper=(setarch -R)
        fi
        ;;
    esac
    if [ -n "$sanitizers" ]; then
        jobs=2
    fi
    tests_path
    export PFS_TEST_SHARE=${PFS_TEST_SHARE:-2} PFS_TEST_PATIENCE=${PFS_TEST_PATIENCE:-3}
    "${wrapper[@]}" make "-j$((jobs * $(nproc)))" "${args[@]}" </dev/null >check.log 2>&1
}

# count RESULTS: how many test points ended so (a regex). A test program that says 'not ok' and also
# exits with a status that is not 0 has failed once, not twice.
count()
{
    local trs number total=0

    for trs in $trs_files; do
        [ -e "$trs" ] || continue
        number=$(grep -c -E "^:test-result: ($1)( |\$)" "$trs" || true)
        if [[ ERROR =~ ^($1)$ ]] && grep -q '^:test-result: FAIL' "$trs" &&
            grep -q '^ERROR: .* exited with status' "${trs%.trs}.log"; then
            number=$((number - 1))
        fi
        total=$((total + number))
    done
    echo "$total"
}

# failing_points LOG: the test points that failed, with what they said; all of a log without any.
failing_points()
{
    if grep -q '^not ok ' "$1"; then
        awk '/^(PASS|FAIL|SKIP|ERROR|XFAIL|XPASS): / { next }
            /^not ok / { show = 1 } /^ok / { show = 0 } show' "$1"
    else
        tail -n 200 "$1" || true
    fi
}

show_failures()
{
    local trs

    for trs in $trs_files; do
        if [ ! -e "$trs" ]; then
            say "no result: ${trs%.trs}"
        elif grep -q -E '^:test-result: (FAIL|XPASS|ERROR)' "$trs"; then
            say "failed: ${trs%.trs}"
            failing_points "${trs%.trs}.log" | head -n 500
        fi
    done
}

cd "$root"
say "building in $build_dir"
prepare || broken
cd "$build_dir"
tests=$(selected_tests | tr '\n' ' ') || true
if [ -z "$tests" ]; then
    say 'no such test'
    broken
fi
trs_files=
for test in $tests; do
    trs_files+=" ${test%.sh}.trs"
done
# shellcheck disable=SC2086
rm -f $trs_files

say "running $(wc -w <<<"$tests") test programs"
status=0
run_tests "$tests" || status=$?

passed=$(count 'PASS|XFAIL')
failed=$(count 'FAIL|XPASS|ERROR')
skipped=$(count 'SKIP')
for trs in $trs_files; do
    [ -e "$trs" ] || failed=$((failed + 1))
done
if [ "$failed" -gt 0 ]; then
    show_failures
elif [ "$status" -ne 0 ]; then
    tail -n 100 check.log
    failed=1
fi
# shellcheck disable=SC2086
if cat $trs_files 2>/dev/null | grep 'SKIP.*/dev/fuse' >/dev/null ||
    grep -l 'no usable /dev/fuse' ${trs_files//.trs/.log} >/dev/null 2>&1; then
    say 'SKIPPED: the mount tests, because there is no usable /dev/fuse here'
fi
summary "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
