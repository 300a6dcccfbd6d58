#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Completions, driven by the shells that they are for: they offer what --help lists, and nothing else.
set -euo pipefail

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=$(cd "${top_builddir:-$PWD}" && pwd)
top_srcdir=$(cd "$top_srcdir" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C

if ! grep -q '^PFS_HARDEN_CFLAGS = .' "$top_builddir/Makefile"; then
    tap_skip_all 'what shells offer is no other with sanitizers'
fi
completions=$top_srcdir/packaging/completions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home
mkdir -p "$HOME" "$work/here/a dir" "$work/here/mnt"
touch "$work/here/key.txt"
cd "$work/here"

# --- what --help says -----------------------------------------------------------------------------

# The names that stand at the beginning of a line of --help, one a line: -h, --help, ttl=SECONDS.
help_rows()
{
    "$top_builddir/$1" --help | sed -nE 's/^  (-[^ ,]+), (--[^ ]+).*/\1\n\2/p; t
        s/^  ([a-z_]+(=[^ ]+)?|--?[A-Za-z]+)([ ].*|$)/\1/p' | sort -u
}

# The mount options of --help, without values.
mount_options()
{
    help_rows paperspacefs | grep -v '^-' | sed 's/=.*//' | sort -u
}

switches()
{
    help_rows "$1" | grep '^-'
}

# Those options whose value is one of a few words: 'NAME WORD…'.
choices()
{
    help_rows paperspacefs | sed -nE 's/^([a-z_]+)=([a-z]+(\|[a-z]+)*)$/\1 \2/p' | tr '|' ' '
}

# Those whose value is the name of a file.
files()
{
    help_rows paperspacefs | sed -nE 's/=FILE$//p'
}

# --- what a shell offers --------------------------------------------------------------------------

# The lines that are typed, all into one shell: starting one takes longer than all of them.
questions()
{
    local name

    printf '%s\n' 'paperspacefs -o ' 'paperspacefs -o ro,ttl=3,d' 'paperspacefs --' \
        'paperspacefs -o ro ' 'paperspacefs https://api.example.com/v1 m' 'paperspace-emulator --' \
        'paperspace-emulator --dialect ' 'paperspace-emulator --data k'
    while read -r name _; do
        printf 'paperspacefs %s=\n' "-o $name" "--$name" "-o ttl=3,$name"
    done < <(choices)
    while read -r name _; do
        printf 'paperspacefs %s=k\n' "-o $name" "--$name" "-o ro,$name"
    done < <(files)
    printf '%s\t\n' 'paperspacefs -o ro,dialect=d' 'paperspacefs -o tt' 'paperspacefs m'
}

# answers SHELL: to each line of stdin one, the words that are offered, with tabs between them.
answers()
{
    if [ "$1" = fish ]; then
        # shellcheck disable=SC2016
        fish --private -N -c 'for file in $argv/*; source $file; end
            while read -l line
                set -l words (complete -C "$line" | string replace -r "\t.*" "")
                echo (string join \t -- $words; or true)
            end' \
            "$completions/fish"
    else
        python3 "$top_srcdir/tests/packaging/type_and_tab.py" "$1" "$completions/$1"
    fi
}

declare -A offered

# Asks a shell everything.
interview()
{
    local question answer

    questions >"$work/questions"
    answers "$1" <"$work/questions" >"$work/answers"
    offered=()
    while IFS= read -r question <&3 && IFS= read -r answer <&4; do
        offered[$question]=$answer
    done 3<"$work/questions" 4<"$work/answers"
}

same()
{
    if [ "$1" != "$2" ]; then
        diff <(echo "$1") <(echo "$2") | sed 's/^</missing:/; s/^>/offered:/'
        return 1
    fi
}

# offers LINE WORD…: exactly these. What is before the last = or comma, and an = or a comma at the
# end, is the shell's way to insert them.
offers()
{
    local expected

    expected=$(printf '%s\n' "${@:2}" | sort -u)
    same "$expected" "$(tr '\t' '\n' <<<"${offered[$1]}" | sed -E 's/[=,/]$//; s/.*[=,]//' | sort -u)" ||
        { echo "after: $1" && return 1; }
}

all_choices()
{
    local name words

    while read -r name words; do
        # shellcheck disable=SC2086
        offers "paperspacefs -o $name=" $words && offers "paperspacefs --$name=" $words &&
            offers "paperspacefs -o ttl=3,$name=" $words || return 1
    done < <(choices)
}

all_files()
{
    local name

    while read -r name; do
        offers "paperspacefs -o $name=k" key.txt && offers "paperspacefs --$name=k" key.txt &&
            offers "paperspacefs -o ro,$name=k" key.txt || return 1
    done < <(files)
}

# A tab, as a user presses it: the one candidate is taken over, and a value or a comma may follow.
tabs()
{
    local comma=$1

    same "paperspacefs -o ro,dialect=docs$comma" "${offered[$'paperspacefs -o ro,dialect=d\t']}" &&
        same 'paperspacefs -o ttl=' "${offered[$'paperspacefs -o tt\t']}" &&
        same 'paperspacefs mnt/' "${offered[$'paperspacefs m\t']}"
}

# --- the tests ------------------------------------------------------------------------------------

test_shell()
{
    local -a list with_d switches emulator

    mapfile -t list < <(mount_options)
    mapfile -t with_d < <(mount_options | grep '^d')
    mapfile -t switches < <(switches paperspacefs | grep '^--')
    mapfile -t emulator < <(switches paperspace-emulator | grep '^--')
    interview "$1"
    # holds: install-4
    check_steps "$1 completes each mount option of --help, and no other" offers 'paperspacefs -o ' "${list[@]}"
    check_steps "$1 completes them after a comma" offers 'paperspacefs -o ro,ttl=3,d' "${with_d[@]}"
    check_steps "$1 completes each switch of --help, and each option as a switch" \
        offers 'paperspacefs --' "${switches[@]}" "${list[@]/#/--}"
    check_steps "$1 completes the words that an option's value can be" all_choices
    check_steps "$1 completes files where a file is due" all_files
    check_steps "$1 completes directories to mount on" offers 'paperspacefs -o ro ' 'a dir' mnt
    check_steps "$1 completes directories after a URL" offers 'paperspacefs https://api.example.com/v1 m' mnt
    check_steps "$1 completes each switch of paperspace-emulator" offers 'paperspace-emulator --' "${emulator[@]}"
    check_steps "$1 completes the emulator's dialects" offers 'paperspace-emulator --dialect ' docs openapi
    check_steps "$1 completes the emulator's file" offers 'paperspace-emulator --data k' key.txt
    case $1 in
    bash) check "$1 goes on after a tab" tabs '' ;;
    zsh) check "$1 goes on after a tab" tabs , ;;
    esac
}

# holds: install-4
check '--help lists what can be completed' \
    same $'12\n3' "$(mount_options | grep -c -x -E 'url|key_file|team|cacert|ttl|stale|guard|ro|dry_run|secrets|log|uid'; files | wc -l)"
for shell in bash zsh fish; do
    if ! command -v "$shell" >/dev/null; then
        skip "completions of $shell" "there is no $shell here"
    elif [ "$shell" != fish ] && ! command -v python3 >/dev/null; then
        skip "completions of $shell" 'there is no python3 to type with'
    else
        test_shell "$shell"
    fi
done
tap_done
