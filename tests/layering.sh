#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The rooms of src/ and the arrows between them: every #include points to the
# same room or to one below. Its last points show that the check can fail.
set -euo pipefail
export LC_ALL=C

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
# shellcheck source=tap.sh
. "$root/tests/tap.sh"

# shellcheck source=rooms.sh
. "$root/tests/rooms.sh"

# Headers of libraries that belong to one room.
declare -A owner=(
    [fuse_lowlevel.h]=fs
    [fuse.h]=fs
    [curl/curl.h]=http
    [microhttpd.h]=emulator
)

sources()
{
    find "$1/src" -name '*.[ch]' | sort
}

# includes FILE: "QUOTE NAME" for every #include, QUOTE being " or <.
includes()
{
    sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*(["<])([^">]*)[">].*/\1 \2/p' "$1"
}

# room_of PATH: the room of a path below src/, in `found_room`; empty for src/ itself.
room_of()
{
    found_room=${1%%/*}
    [[ "$1" == */* ]] || found_room=
}

# judge ROOM QUOTE NAME FILE: says what is wrong with one #include.
judge()
{
    local room=$1 quote=$2 name=$3 file=$4 target

    if [ -n "${owner[$name]:-}" ] && [ "$room" != "${owner[$name]}" ]; then
        echo "$file: <$name> belongs to src/${owner[$name]} alone"
    fi
    if [ "$quote" = '<' ] || [ "$name" = config.h ] || [ -z "$room" ]; then
        return
    fi
    room_of "$name"
    target=$found_room
    if [ -z "$target" ]; then
        echo "$file: \"$name\" does not name its room"
    elif [ -z "${below[$target]+set}" ]; then
        echo "$file: \"$name\" is in no room that is known"
    elif [ "$target" != "$room" ] && [[ " ${below[$room]} " != *" $target "* ]]; then
        echo "$file: $room must not include $target (\"$name\")"
    fi
}

# wrong_includes ROOT: one line for each wrong #include of src/.
wrong_includes()
{
    local file relative room quote name

    while read -r file; do
        relative=${file#"$1/src/"}
        room_of "$relative"
        room=$found_room
        if [ -n "$room" ] && [ -z "${below[$room]+set}" ]; then
            echo "src/$relative: the room $room is not known"
            continue
        fi
        while read -r quote name; do
            judge "$room" "$quote" "$name" "src/$relative"
        done < <(includes "$file")
    done < <(sources "$1")
}

# unlicensed ROOT: every source without its SPDX line on top.
unlicensed()
{
    local file
    local -a roots=()

    for file in src tests scripts m4 .ci configure.ac Makefile.am; do
        if [ -e "$1/$file" ]; then
            roots+=("$1/$file")
        fi
    done
    find "${roots[@]}" -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' \
        -o -name '*.m4' -o -name '*.ac' -o -name '*.am' -o -name '*.py' -o -path '*/.ci/run' \) \
        ! -name '*~' -print0 | sort -z | xargs -0 awk -v root="$1/" '
        FNR == 1 { tell(); name = FILENAME; sub(root, "", name); licensed = 0 }
        FNR <= 3 && /SPDX-License-Identifier: MIT/ { licensed = 1 }
        END { tell() }
        function tell() {
            if (name != "" && !licensed) print name ": no SPDX line in the first three lines"
        }'
}

# unusable ROOT: every program of tests/mount that can't be run by its name.
unusable()
{
    find "$1/tests/mount" -name '*.sh' ! -perm -u+x -exec grep -l '^#!' {} + || true
}

# without_config ROOT: every .c of src/ whose first #include is not config.h.
without_config()
{
    local file first

    while read -r file; do
        first=$(includes "$file" | head -n 1)
        if [ "$first" != '" config.h' ]; then
            echo "${file#"$1/"}: config.h is not its first #include"
        fi
    done < <(sources "$1" | grep '\.c$')
}

# namesakes ROOT: files, and structures, of one name; whoever looks for one finds two.
namesakes()
{
    sources "$1" | sed 's|.*/||' | sort | uniq -d
    sources "$1" | xargs grep -hoE '^struct [a-z_0-9]+ [{]' | sort | uniq -d
}

# notifications ROOT: every place that tells the kernel to drop what it has cached, but for the
# attributes of a number alone (an offset below 0). It may wait there for a lock whose holder waits
# for us, and a daemon that is killed then leaves a mount that hangs.
notifications()
{
    grep -r -n -E 'fuse_lowlevel_notify_[a-z_]+ *\(' "$1/src" |
        grep -v -E 'notify_inval_inode\([^,]+, [^,]+, -1, 0\);$' || true
}

# catches NAME FILE TEXT COMMAND: passes if the command finds a file with that text.
catches()
{
    local name=$1 file=$2 text=$3 command=$4 dir found

    dir=$(mktemp -d)
    mkdir -p "$dir/$(dirname "$file")"
    printf '%b' "$text" >"$dir/$file"
    found=$("$command" "$dir")
    rm -rf "$dir"
    if [ -n "$found" ]; then
        ok "$name"
    else
        not_ok "$name" "nothing was found in $file: $text"
    fi
}

spdx='/* SPDX-License-Identifier: MIT */\n'

holds 'every #include points to the same room or below' wrong_includes "$root"
holds 'every source has its SPDX line' unlicensed "$root"
holds 'every test program can be run' unusable "$root"
holds 'every .c file includes config.h first' without_config "$root"
holds 'no two files and no two structures have one name' namesakes "$root"
holds 'the kernel is never told what it would wait for a lock for' notifications "$root"
catches 'an arrow that points up is caught' src/util/a.c '#include "http/http.h"\n' wrong_includes
catches 'an arrow to the side is caught' src/emulator/a.c '#include "api/api.h"\n' wrong_includes
catches 'kinds that include a room are caught' src/kinds/a.h '# include "tree/x.h"\n' wrong_includes
catches 'an unknown room is caught' src/odd/a.h "$spdx" wrong_includes
catches 'a header without its room is caught' src/fs/a.c '#include "inode.h"\n' wrong_includes
catches 'libfuse outside of fs is caught' src/tree/a.c '#include <fuse_lowlevel.h>\n' wrong_includes
catches 'curl outside of http is caught' src/api/a.c '#include <curl/curl.h>\n' wrong_includes
catches 'libmicrohttpd outside of the emulator is caught' src/b.c '#include <microhttpd.h>\n' \
    wrong_includes
catches 'a notification is caught' src/fs/a.c '    fuse_lowlevel_notify_delete(se, 1, 2, "a", 1);\n' \
    notifications
catches 'a notification that drops pages is caught' src/fs/a.c \
    '    fuse_lowlevel_notify_inval_inode(se, 5, 0, 0);\n' notifications
catches 'a missing SPDX line is caught' src/util/a.c 'int a;\n' unlicensed
catches 'two structures of one name are caught' src/util/a.c 'struct a {\n};\nstruct a {\n};\n' namesakes
catches 'a missing config.h is caught' src/util/a.c '#include <stdio.h>\n' without_config
tap_done
