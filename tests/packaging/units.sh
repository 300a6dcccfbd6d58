#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The units, by systemd's own tools: nothing in them is unknown to it, and how exposed they leave the
# machine. What they do is in boot.sh.
set -euo pipefail

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-$PWD}" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C

if ! command -v systemd-analyze >/dev/null; then
    tap_skip_all 'there is no systemd-analyze here'
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_RUNTIME_DIR=$work XDG_CONFIG_HOME=$work SYSTEMD_LOG_LEVEL=warning

# unit KIND: an instance of that unit whose program is where it was built.
unit()
{
    mkdir -p "$work/$1"
    sed "s|^ExecStart=[^ ]*|ExecStart=$top_builddir/paperspacefs|" \
        "$top_builddir/packaging/systemd/$1/paperspacefs@.service" >"$work/$1/paperspacefs@.service"
    cp "$work/$1/paperspacefs@.service" "$work/$1/paperspacefs@cloud.service"
    echo "$work/$1/paperspacefs@cloud.service"
}

filled_in()
{
    ! grep -E '@[A-Za-z_]+@' "$top_builddir/packaging/systemd/$1/paperspacefs@.service" &&
        grep -q '^ExecStart=/' "$top_builddir/packaging/systemd/$1/paperspacefs@.service"
}

# systemd has nothing to say; of other units of this machine it may.
verified()
{
    local said

    said=$(systemd-analyze verify --man=no "--$1" --recursive-errors=no "$(unit "$1")" 2>&1) ||
        { echo "$said" && return 1; }
    ! grep -F "$work" <<<"$said"
}

# exposed KIND LIMIT: in tenths, as systemd-analyze(1) rates it; 100 is anything goes.
exposed()
{
    systemd-analyze security --offline=true --no-pager "--threshold=$2" "$(unit "$1")"
}

# holds: install-3
for kind in system user; do
    check_steps "the $kind unit is filled in" filled_in $kind
    check_steps "systemd has nothing to say about the $kind unit" verified $kind
done
check 'what a mount of the whole machine can do is bounded' exposed system 50
check 'the limit is one: a unit without bounds is above it' \
    bash -c "! systemd-analyze security --offline=true --no-pager --threshold=50 '$(unit user)'"
tap_done
