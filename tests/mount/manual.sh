#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The manual pages are about this program: its files, its errors, and examples that run.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# examples_of PAGE: the commands of its EXAMPLES, a line each.
examples_of()
{
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/ s/^\.Dl \$ //p' "$top_srcdir/man/$1" |
        sed 's/\\(aq/'"'"'/g; s/\\e/\\/g'
}

# Names of the files there are beside the fields, hidden ones that are listed nowhere included.
files_that_are_shown()
{
    (cd "$MNT" && ls -d ./* && cd .paperspacefs && ls ./*) | sed 's|^\./||'
    for document in drives/data/drive.json snapshots/before-upgrade/snapshot.json \
        providers/training-data/provider.json; do
        (cd "$MNT/${document%/*}" && find . -maxdepth 1 -type f) | sed 's|^\./||' |
            grep -v -x -F "$(jq -r 'keys[]' "$MNT/$document")"
    done
    printf '%s\n' credentials wait .draft drive.json.rej
}

# holds: install-5
test_each_file_is_in_the_page()
{
    local name

    mounted -- dry_run=pretend
    while read -r name; do
        grep -q -E "^\.(It )?Pa (.*/)?${name//./\\.}(/| |\$)" "$top_srcdir/man/paperspacefs.5" ||
            fail "$name is not in paperspacefs(5)"
    done < <(files_that_are_shown)
}

# holds: install-5
test_docs_each_error_is_in_the_page()
{
    local name

    mounted
    while read -r name; do
        case $name in
        ENOMEM | ENOTDIR | EISDIR | EBADF) continue ;; # as of any file system
        esac
        grep -q -E "^\.It Er $name Ta [a-z]" "$top_srcdir/man/paperspacefs.5" ||
            fail "$name is not in paperspacefs(5)"
    done < <(sed -nE 's/^    \{(E[A-Z]+), .*/\1/p' "$top_srcdir/src/journal/errno_names.c")
}

# holds: install-6
test_the_examples_in_the_mount_run()
{
    local line lines=0

    mounted
    while IFS= read -r line; do
        works "${line//\/tmp\//$T/}"
        lines=$((lines + 1))
    done < <(examples_of paperspacefs.5)
    ((lines >= 6)) || fail "only $lines examples"
    diff <(cd "$MNT" && ls -d drives/*/drive.json) <(cd "$T/export" && ls -d drives/*/drive.json) ||
        fail 'the export is not whole'
    assert_eq '{"size":1000,"region":"ny2"}' "$(jq -c . "$T/settings.json")"
}

# The newest three are left out of what is old.
# holds: install-6 attr-7
test_docs_what_is_old_is_told_by_the_order_of_the_API()
{
    mounted
    works "$(examples_of paperspacefs.5 | grep 'ls -t')"
    assert_eq "$(api GET "/snapshots?machineId=$MACHINE&limit=120" | jq -r '.items[3:][] | .id' | sort)" \
        "$(cd "$MNT/machines/$MACHINE" && while IFS= read -r name; do
            [ ! -e "$name" ] || cat "$name/id"
        done <<<"$out" | sort)"
}

# holds: install-6
test_docs_the_examples_of_the_program_run()
{
    local line lines=0

    start_emulator
    mkdir -p "$HOME/.paperspace"
    (umask 077 && echo "$KEY" >"$HOME/.paperspace/key")
    while IFS= read -r line; do
        run env PATH="$top_builddir:$PATH" PAPERSPACE_API_URL="$URL" bash -c "$line"
        [ "$rc" -eq 0 ] || fail "$line: $rc" "$err"
        assert_eq '' "$err"
        lines=$((lines + 1))
    done < <(examples_of paperspacefs.1)
    ((lines >= 8)) || fail "only $lines examples"
    fusermount3 -u cloud
}

# The commands of the page elsewhere, in their order; what the guard stops is meant to fail.
# holds: install-6
test_docs_the_commands_elsewhere_in_the_page_run()
{
    local line lines=0

    mounted
    while IFS= read -r line; do
        shell "$line"
        case $line in
        'rm -rf drives/*') assert_status 1 ;;
        *) [ "$rc" -eq 0 ] || fail "$line: $rc" "$err" ;;
        esac
        lines=$((lines + 1))
    done < <(sed -n '/^\.Sh EXAMPLES/q; s/^\.Dl \$ //p' "$top_srcdir/man/paperspacefs.5")
    ((lines >= 7)) || fail "only $lines commands"
}

# literally PAGE: the literal blocks of its EXAMPLES, with an empty line between them.
literally()
{
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$top_srcdir/man/$1" |
        awk '/^\.Bd/ { on = 1; next } /^\.Ed/ { on = 0; print "" } on { gsub(/\\e/, "\\"); print }'
}

# holds: install-6
test_docs_the_examples_of_the_emulator_run()
{
    local commands

    commands=$(literally paperspace-emulator.1 | sed -n '/^\$ /,/^$/ { s/^\$ //; /^listening on/d; p }')
    assert_eq 4 "$(grep -c -E '^(paperspace-emulator|curl) ' <<<"$commands")"
    literally paperspace-emulator.1 | sed -n '/^{/,/^}/p' >"$T/data.json"
    start_emulator --data "$T/data.json"
    assert_eq 'data first' "$(for kind in shared-drives snapshots; do
        api GET /$kind | jq -r '.items[].name'; done | xargs)"
    end_emulator
    # Its own port is any that is free.
    run env PATH="$top_builddir:$PATH" bash -e -c "
        curl() { command curl -sS --fail-with-body -o \"$T/said\" -w '%{http_code}\\n' \"\$@\"; }
        exec 3< <(exec $(grep ^paperspace-emulator <<<"$commands" | sed 's/4711/0/; s/ &$//')); emulator=\$!
        read -r _ _ url <&3; $(grep -v ^paperspace-emulator <<<"$commands" |
        sed 's|http://127.0.0.1:4711/v1|$url|; s|http://127.0.0.1:4711|${url%/v1}|')
        kill \$emulator"
    assert_eq '' "$err"
    assert_eq '200 204 204' "$(xargs <<<"$out")"
}

run_scenarios "$@"
