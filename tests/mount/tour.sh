#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tour in README.md is what really runs.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# holds: install-6
test_docs_the_tour_of_README_is_what_the_demo_prints()
{
    sed -n '/^```console$/,/^```$/ { /^```/d; p }' "$top_srcdir/README.md" >"$T/expected"
    test -s "$T/expected" || fail 'README.md has no tour'
    timeout $((50 * patience)) bash "$top_srcdir/scripts/demo.sh" --tour \
        --programs "$top_builddir" --dir "$MNT" >"$T/seen" 2>"$T/stderr"
    diff "$T/expected" "$T/seen" || fail 'README.md and the demo differ (<: README.md)'
    assert_eq '' "$(cat "$T/stderr")"
    ! is_mounted || fail 'the demo left its mount'
}

run_scenarios "$@"
