#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Manual pages: well-formed to both who print them, and with exactly the options that --help lists.
set -euo pipefail

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-$PWD}" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C.UTF-8
unset MANROFFOPT MANOPT

# said_nothing COMMAND…: and succeeded.
said_nothing()
{
    local said

    said=$("$@" 2>&1 >/dev/null) || { echo "$said" && return 1; }
    [ -z "$said" ] || { echo "$said" && return 1; }
}

# mandoc(1) says on its standard output what it thinks of a page; our own are not installed where it looks.
mandoc_is_silent()
{
    local said

    said=$(mandoc -Tlint -W style "$1" 2>&1 | grep -v -E 'outdated mandoc.db|referenced manual not found' || true)
    [ -z "$said" ] || { echo "$said" && return 1; }
}

# The names of all options of --help, without dashes and values; a letter by itself is one.
in_help()
{
    "$top_builddir/$1" --help | sed -nE 's/^  (-[^ ,]+), (--[^ ]+).*/\1\n\2/p; t
        s/^  ([a-z_]+(=[^ ]+)?|--?[A-Za-z]+)([ ].*|$)/\1/p' | sed -E 's/^--?//; s/=.*//' | sort -u
}

# Those that a page has an entry for: .It Fl -check, .It Fl h , Fl -help, .It Cm uid Ns =…, all
# before its first subsection and in OPTIONS; and what libfuse brings, which has one paragraph.
in_page()
{
    awk '/^\.S[sh] / { options = /DESCRIPTION|OPTIONS/ || (options && all); all = /OPTIONS/ || (all && /^\.Ss/)
            fuse = /^\.Ss FUSE/ }
        all && /^\.Ss/ { options = 1 }
        fuse && /^mean what/ { fuse = 0 }
        fuse && sub(/^\.Cm /, "") { print; next }
        options && /^\.It (Fl|Cm) / { sub(/^\.It /, ""); print }' "$top_srcdir/man/$1" |
        tr ',' '\n' | sed -E 's/^ *(Fl|Cm)? *//; s/ .*//; s/^-//; /^(Ns)?$/d' | sort -u
}

# Options that mean what mount.fuse3(8) says; --help names those only that it has words for.
plain='exec noexec sync async dirsync atime noatime'

same_options()
{
    diff <(in_help "$1") <(in_page "$2" | grep -v -x -F "$(tr ' ' '\n' <<<"$plain")")
}

# holds: install-5
for page in "$top_srcdir"/man/*.[0-9]; do
    name=${page##*/}
    ! grep -q '^\.so ' "$page" || continue # another name of another page
    if command -v mandoc >/dev/null; then
        check_steps "$name is well-formed to mandoc" mandoc_is_silent "$page"
    else
        skip "$name is well-formed to mandoc" 'there is no mandoc here'
    fi
    if command -v man >/dev/null && command -v groff >/dev/null; then
        check_steps "$name is well-formed to man" said_nothing \
            man --warnings -E UTF-8 -l -Tutf8 -Z "$page"
    else
        skip "$name is well-formed to man" 'there is no man here'
    fi
done
check_steps 'paperspacefs(1) has the options of --help' same_options paperspacefs paperspacefs.1
check_steps 'paperspace-emulator(1) has the options of --help' \
    same_options paperspace-emulator paperspace-emulator.1
tap_done
