#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The objects of each room, by their symbols (so that tables of functions count as well): none call
# each other in a circle, and none calls a room that it must not know. What can be taken out alone
# can be read, tested and replaced alone. The last points show that the check can fail.
set -euo pipefail
export LC_ALL=C

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
build=${top_builddir:-$PWD}
# shellcheck source=tap.sh
. "$root/tests/tap.sh"
# shellcheck source=rooms.sh
. "$root/tests/rooms.sh"

# libraries BUILD: "ROOM PATH" of each room's library.
libraries()
{
    local room

    for room in "${!below[@]}"; do
        if [ -e "$1/src/$room/lib$room.a" ]; then
            printf '%s %s\n' "$room" "$1/src/$room/lib$room.a"
        fi
    done | sort
}

# symbols BUILD: "ROOM OBJECT TYPE SYMBOL" for all that is defined or called.
symbols()
{
    local room library

    while read -r room library; do
        nm -A "$library" | sed -nE "s/^[^:]*:([^:]*-)?([^:]*)\.o:[0-9a-f ]* ([A-Z]) ([^@ ]*).*/$room \2 \3 \4/p"
    done < <(libraries "$1")
}

# circles BUILD: for each room that has any, the objects that are in circles or between them: what
# is left when objects that call nobody who is left, or that nobody left calls, are taken away.
circles()
{
    symbols "$1" | awk '
        $3 == "U" { uses[$1 " " $2, $4] = 1; next }
        { home[$1, $4] = $1 " " $2 }
        END {
            for (use in uses) {
                split(use, part, SUBSEP)
                split(part[1], at, " ")
                to = home[at[1], part[2]]
                if (to != "" && to != part[1]) edges[part[1], to] = 1
            }
            do {
                split("", from); split("", into); gone = 0
                for (edge in edges) { split(edge, e, SUBSEP); from[e[1]] = 1; into[e[2]] = 1 }
                for (edge in edges) {
                    split(edge, e, SUBSEP)
                    if (!(e[2] in from) || !(e[1] in into)) { delete edges[edge]; gone = 1 }
                }
            } while (gone)
            for (edge in edges) { split(edge, e, SUBSEP); left[e[1]] = 1 }
            for (object in left) print object
        }' | sort | awk '
        { rooms[$1] = rooms[$1] " " $2 }
        END { for (room in rooms) print "src/" room ": in a circle:" rooms[room] }' | sort
}

# calls_upward BUILD: every call to a room that the caller must not know.
calls_upward()
{
    local room known=

    for room in "${!below[@]}"; do
        known="$known$room: ${below[$room]} |"
    done
    symbols "$1" | awk -v known="$known" '
        BEGIN {
            count = split(known, line, "|")
            for (i = 1; i <= count; i++) {
                split(line[i], side, ": ")
                words = split(side[2], word, " ")
                for (w = 1; w <= words; w++) may[side[1], word[w]] = 1
            }
        }
        $3 == "U" { uses[$0] = 1; next }
        { home[$4] = $1 }
        END {
            for (use in uses) {
                split(use, part, " ")
                to = home[part[4]]
                if (to != "" && to != part[1] && !((part[1], to) in may))
                    print "src/" part[1] "/" part[2] ".c calls " part[4] " of src/" to
            }
        }' | sort
}

# catches NAME COMMAND [ROOM OBJECT TEXT]…: passes if the command finds something in rooms made of
# such objects.
catches()
{
    local name=$1 command=$2 dir room object
    shift 2
    dir=$(mktemp -d)
    while [ $# -gt 0 ]; do
        room=$1 object=$2
        mkdir -p "$dir/src/$room"
        printf '%s\n' "$3" | ${CC:-cc} -x c -c -o "$dir/src/$room/$object.o" -
        ar rc "$dir/src/$room/lib$room.a" "$dir/src/$room/$object.o"
        shift 3
    done
    if [ -n "$("$command" "$dir")" ]; then
        ok "$name"
    else
        not_ok "$name" 'nothing was found'
    fi
    rm -rf "$dir"
}

every_room_is_built()
{
    comm -3 <(libraries "$build" | cut -d' ' -f1) <(printf '%s\n' "${!below[@]}" | sort)
}

holds 'every room has its library' every_room_is_built
holds 'no objects of a room call each other in a circle' circles "$build"
holds 'no object calls a room that it must not know' calls_upward "$build"
catches 'a circle of two is caught' circles \
    util a 'void b(void); void a(void); void a(void) { b(); }' \
    util b 'void a(void); void b(void); void b(void) { a(); }'
catches 'a circle by way of a table of functions is caught' circles \
    cache a 'void b(void); void a(void); void a(void) { b(); }' \
    cache b 'extern void (*const table[])(void); void b(void); void b(void) { table[0](); }' \
    cache c 'void a(void); extern void (*const table[])(void); void (*const table[])(void) = {a};'
catches 'a call upward is caught' calls_upward \
    util a 'void b(void); void a(void); void a(void) { b(); }' \
    cache b 'void b(void); void b(void) {}'
catches 'a call to the side is caught' calls_upward \
    emulator a 'void b(void); void a(void); void a(void) { b(); }' \
    http b 'void b(void); void b(void) {}'
tap_done
