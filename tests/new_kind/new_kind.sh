#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Adding a kind is one new file and its name in a list, in the program and in the emulator: in a
# copy of the sources the private networks are added so, which are in one dialect and can only be
# read, and a mount shows them. `make new-kind` runs it. Prints TAP.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tap.sh
. "$root/tests/tap.sh"
copy=$root/build/new-kind

copy_sources()
{
    rm -rf "$copy"
    mkdir -p "$copy"
    tar -C "$root" --exclude=./build --exclude=./.git --exclude=./autom4te.cache -cf - . |
        tar -C "$copy" -xf -
}

# add FILE TO LIST ROW: copies the file there, names it in local.mk, and adds the row to the list.
add()
{
    cp "$root/tests/new_kind/$1" "$copy/src/$2/"
    sed -i "0,/^[[:space:]]*src\\/.*\\\\\$/s||  src/$2/$1 \\\\\\n&|" "$copy/src/$2/local.mk"
    sed -i "s/^    ROW(drives) .*/&\\n    ROW(networks) \\\\/" "$copy/src/$2/$3"
}

add_kind()
{
    add networks.c kinds kind.h && add emu_networks.c emulator kinds.h
}

# What differs from the sources here, but for the two new files: the lists, and what names files.
touched()
{
    diff -rq "$root/src" "$copy/src" | sed -n 's/^Files \(.*\) and .*/\1/p' |
        sed "s|^$root/src/||" | sort
}

four_files_know_it()
{
    diff <(printf '%s\n' emulator/kinds.h emulator/local.mk kinds/kind.h kinds/local.mk) <(touched)
}

it_builds()
{
    (cd "$copy" && autoreconf -fi) >"$copy/build.log" 2>&1 && mkdir -p "$copy/build" &&
        cd "$copy/build" && ../configure -q CFLAGS='-O0 -g0' --enable-werror --disable-tests &&
        make "-j$(nproc)" paperspacefs paperspace-emulator
}

it_is_mounted()
{
    cd "$copy/build" && top_srcdir=$copy top_builddir=$PWD bash ../tests/new_kind/networks.sh
}

# try NAME COMMAND: passes if it succeeds; else shows what it said.
try()
{
    local log=$copy.log

    if ("$2") >"$log" 2>&1; then
        ok "$1"
    else
        not_ok "$1" "$(tail -n 20 "$log")"
    fi
}

copy_sources
add_kind
try 'a new kind is a file and a row, twice' four_files_know_it
try 'nothing else has to know of it' it_builds
try 'it is shown, and only read' it_is_mounted
tap_done
