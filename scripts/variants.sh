#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/variants.sh: what can be left out of a build is left out, in every combination, and
# without the library that is not needed then: --disable-emulator (libmicrohttpd) and
# --disable-tests (check). Each is configured, built, and asked; all of them without libsystemd,
# which is used where it is there. Prints TAP.
set -euo pipefail
export LC_ALL=C.UTF-8
unset PFS_REQUIRE_MOUNT # without an emulator what mounts is skipped, also where that is a failure

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
build=$root/build/variants
jobs=-j$(nproc)

# A pkg-config that knows nothing of the libraries named in HIDDEN, a regex.
hide_libraries()
{
    mkdir -p "$build"
    cat >"$build/pkg-config" <<'SCRIPT'
#!/bin/sh
if printf '%s\n' "$@" | grep -E "^($HIDDEN)( |\$)" >/dev/null; then
    exit 1
fi
exec pkg-config "$@"
SCRIPT
    chmod +x "$build/pkg-config"
}

# build_without HIDDEN FLAG…: all of them in one directory, whose objects are the same.
build_without()
{
    export HIDDEN="libsystemd|$1"
    cd "$build"
    "$root/configure" -q -C PKG_CONFIG="$build/pkg-config" CFLAGS='-O0 -g0' --enable-werror "${@:2}"
    make "$jobs" all
}

no_tests_are_run()
{
    [[ "$(make check)" == *'No tests: '* ]] && [ ! -e tests/unit/test_toml ]
}

there_is_no_emulator()
{
    local said status=0

    said=$(./paperspacefs --demo "$build" 2>&1) || status=$?
    [ ! -e paperspace-emulator ] && [ "$status" -eq 1 ] && [[ "$said" == *'not built in'* ]]
}

# One test that needs no emulator is run, one that does is skipped.
other_tests_are_run()
{
    make check check_PROGRAMS=tests/unit/test_toml TESTS='tests/unit/test_toml tests/mount/tour.sh' \
        >check.log 2>&1 &&
        grep -q '^# FAIL:  0' check.log && grep -q '^SKIP: tests/mount/tour' check.log
}

without_both()
{
    build_without 'check|libmicrohttpd' --disable-emulator --disable-tests &&
        there_is_no_emulator && no_tests_are_run
}

without_emulator()
{
    build_without libmicrohttpd --disable-emulator && there_is_no_emulator && other_tests_are_run
}

without_tests()
{
    rm -f "$build/tests/unit/test_toml"
    build_without check --disable-tests && no_tests_are_run && [ -x paperspace-emulator ]
}

[ -x "$root/configure" ] || (cd "$root" && autoreconf -fi) >&2
rm -rf "$build"
hide_libraries
check 'neither emulator nor tests' without_both
check 'no emulator' without_emulator
check 'no tests' without_tests
tap_done
