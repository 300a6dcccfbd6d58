#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/check.sh [LINTER…]: all linters, or those named: format shell cppcheck
# tidy analyzer. Prints TAP; fails if one of them has something to say.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/tap.sh
bash scripts/packages.sh lint

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/config.h" <<'CONFIG'
#define PACKAGE_NAME "paperspacefs"
#define PACKAGE_VERSION "0"
#define _GNU_SOURCE 1
CONFIG

mapfile -t sources < <(find src -name '*.c' | sort)
mapfile -t tests < <(find tests -name '*.c' | sort)
mapfile -t headers < <(find src tests -name '*.h' | sort)
mapfile -t scripts < <(find scripts tests -name '*.sh' | sort)
read -r -a flags <<<"-std=gnu17 -I$work -I$root/src \
    $(pkg-config --cflags fuse3 libcurl json-c libmicrohttpd check)"

# in_parallel N COMMAND… -- FILE…: the command with N files each, as many at a time as processors.
in_parallel()
{
    local -a command=()
    local each=$1
    shift

    while [ "$1" != -- ]; do
        command+=("$1")
        shift
    done
    shift
    printf '%s\0' "$@" | xargs -0 -n "$each" -P "$(nproc)" "${command[@]}"
}

lint_format()
{
    clang-format --dry-run -Werror "${sources[@]}" "${tests[@]}" "${headers[@]}"
}

# With pipefail who still writes when grep -q has seen enough makes the pipe a failure, now and then.
no_early_end()
{
    ! grep -n -E '\| grep -[a-zA-Z]*q' -- "${scripts[@]}" .ci/run | grep -v ':#'
}

lint_shell()
{
    no_early_end || return 1
    in_parallel 5 shellcheck -- "${scripts[@]}" .ci/run packaging/completions/bash/* \
        examples/*.sh examples/check_paperspacefs
}

# It does not read system headers; without the macros of this one it can't parse lists.
queue_header()
{
    gcc -M -x c - <<<'#include <sys/queue.h>' | grep -o -m 1 '/[^ ]*sys/queue\.h'
}

lint_cppcheck()
{
    cppcheck -q --include="$(queue_header)" -j "$(nproc)" --std=c11 --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem --suppress=unknownMacro \
        --error-exitcode=1 -I "$work" -I src -D_GNU_SOURCE=1 src
}

# The analyzer in it gives up on a function after a ninth of the states that it would visit by
# default: a third of the time, and planted mistakes were found all the same. One file a process:
# its check of va_list takes the next file's for uninitialised.
lint_tidy()
{
    local -a budget=(-Xclang -analyzer-config -Xclang max-nodes=25000)

    printf '%s\n' "${flags[@]}" >"$work/compile_flags.txt"
    in_parallel 1 clang-tidy --quiet -p "$work" "${budget[@]/#/--extra-arg=}" \
        -- "${sources[@]}" 2>/dev/null
}

lint_analyzer()
{
    # Lists of queue.h look like leaks to it; leaks are found by the sanitizers. With hash tables
    # of uthash.h inlined it does not come to an end in reasonable time.
    mapfile -t sources < <(grep -L 'HASH_[A-Z_]* *(' "${sources[@]}")
    in_parallel 1 timeout 60 gcc -fanalyzer -Wno-analyzer-malloc-leak -O1 -g -Wall -Werror -c -o /dev/null "${flags[@]}" \
        -- "${sources[@]}"
}

if [ $# -eq 0 ]; then
    set -- format shell cppcheck tidy analyzer
fi
for linter in "$@"; do
    if ! declare -F "lint_$linter" >/dev/null; then
        echo "check.sh: there is no linter $linter" >&2
        exit 2
    fi
    check "$linter" "lint_$linter"
done
tap_done
