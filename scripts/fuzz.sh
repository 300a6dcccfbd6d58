#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/fuzz.sh [--seconds N] [TARGET…]: runs the fuzz targets (all, or those named: answer
# document …) under libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, N seconds each
# (default 20), from their corpus on, as many at once as there are processors. Needs clang with its
# runtime (Debian: libclang-rt-dev); skips, loudly, where that is not there. Prints TAP. What breaks a target is left in
# build/fuzz/TARGET/: put it into tests/fuzz/corpus/TARGET/ with the repair.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/tap.sh
seconds=20
build=$root/build/fuzz

if [ "${1:-}" = --seconds ]; then
    seconds=${2:?}
    shift 2
fi

has_libfuzzer()
{
    command -v clang >/dev/null &&
        clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null <<'TARGET'
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size)
{
    return data == 0 && size > 0;
}
TARGET
}

build_targets()
{
    mkdir -p "$build"
    (
        [ -x configure ] || autoreconf -fi
        cd "$build"
        if [ ! -e config.status ]; then
            "$root/configure" -q CC=clang CFLAGS='-g -O1' --enable-fuzzers \
                --enable-sanitizers=address,undefined
        fi
        targets=$(make -s --no-print-directory print-fuzzers)
        # shellcheck disable=SC2086
        make -j "$(nproc)" $targets
    ) >"$build.log" 2>&1 || {
        tail -n 50 "$build.log" >&2
        return 1
    }
}

# fuzz TARGET: new inputs that reach further are kept in build/, for the next run.
fuzz()
{
    local found=$build/$1 status=0

    mkdir -p "$found/corpus"
    (cd "$found" && exec "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=1024 -max_len=16384 -verbosity=0 -print_final_stats=1 \
        "$found/corpus" "$root/tests/fuzz/corpus/$1") >"$found/fuzz.log" 2>&1 || status=$?
    echo "$status" >"$found/status"
}

# fuzz_all TARGET…: some at a time.
fuzz_all()
{
    local target

    for target in "$@"; do
        while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
            wait -n || true
        done
        fuzz "$target" &
    done
    wait
}

# What became of a target.
outcome()
{
    local found=$build/$1

    grep 'number_of_executed_units' "$found/fuzz.log" | sed "s/^stat::/# $1: /" >&3 || true
    [ "$(cat "$found/status")" = 0 ] || {
        tail -n 60 "$found/fuzz.log"
        return 1
    }
}

if ! has_libfuzzer; then
    tap_skip_all 'no clang with libFuzzer (Debian: clang libclang-rt-dev)'
fi
exec 3>&1
build_targets
if [ $# -eq 0 ]; then
    mapfile -t targets < <(cd tests/fuzz && printf '%s\n' fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')
    set -- "${targets[@]}"
fi
fuzz_all "$@"
for target in "$@"; do
    check "$target for $seconds s" outcome "$target"
done
tap_done
