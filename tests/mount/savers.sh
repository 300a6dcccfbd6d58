#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Programs that write over what is there and then cut it, and programs that go on writing: what was
# written is carried out or refused while they still look.
. "$(dirname "$0")/lib.sh"

DOC=drives/$DATA/drive.json
NAME=drives/$DATA/name
PUT="PUT /shared-drives/$DATA"

# sudoedit never looks at what its close says, and removes its own copy then. It asks for no password
# of root, and takes the editor from the environment.
sudoedited()
{
    cat >"$T/editor" <<'EDITOR'
#!/bin/sh
exec cp "$TEXT" "$1"
EDITOR
    chmod +x "$T/editor"
    shell "TEXT='$T/$2' SUDO_EDITOR='$T/editor' sudoedit -n '$PWD_OF_MNT/$1' </dev/null"
}

# with_sudo: a mount, and texts; false where this user may not use sudo.
with_sudo()
{
    sudo -n true 2>/dev/null || return 1
    mounted -- ttl=3600
    PWD_OF_MNT=$MNT
    printf '{"name": "short"}\n' >"$T/shorter"
    printf '{"name": "short"\n' >"$T/shorter-broken"
    jq '. + {name: "a name that is a good deal longer"}' "$MNT/$DOC" >"$T/longer"
    head -c -3 "$T/longer" >"$T/longer-broken"
}

# holds: send-3
test_sudoedit_saves()
{
    with_sudo || return 0
    sudoedited "$DOC" shorter
    assert_status 0
    assert_changes "$PUT {\"name\":\"short\"}"
    sudoedited "$DOC" longer
    assert_status 0
    assert_changes "$PUT {\"name\":\"a name that is a good deal longer\"}"
    printf 'a' >"$T/field"
    sudoedited "$NAME" field
    assert_status 0
    assert_changes "$PUT {\"name\":\"a\"}"
}

# keeps_its_copy FILE TEXT: it says what went wrong and where its own copy is.
keeps_its_copy()
{
    sudoedited "$1" "$2"
    assert_status 1
    assert_contains "$err" 'contents of edit session left in'
    cmp "$T/$2" "$(sed -n 's/.*contents of edit session left in //p' <<<"$err")"
    rm -f "$(sed -n 's/.*contents of edit session left in //p' <<<"$err")"
}

# holds: send-3 fail-3
test_sudoedit_is_told_what_is_refused_and_keeps_its_copy()
{
    with_sudo || return 0
    keeps_its_copy "$DOC" shorter-broken
    words EINVAL
    cmp "$T/shorter-broken" "$MNT/$DOC.rej"
    keeps_its_copy "$DOC" longer-broken
    cmp "$T/longer-broken" "$MNT/$DOC.rej"
    nothing_sent
    fault '{"method": "PUT", "times": -1, "status": 409, "body": {"message": "not now"}}'
    keeps_its_copy "$DOC" shorter
    words EBUSY 'not now'
    printf 'a' >"$T/field"
    keeps_its_copy "$NAME" field
    words EBUSY 'not now'
}

# over TEXT SIZE…: writes the text over what is there, in pieces, cuts it to each size, and tells of
# each step that fails.
cat_over='import os, sys
def step(name, act, *args):
    try: act(*args)
    except OSError as e: print(name, os.strerror(e.errno))
path, text, *sizes = sys.argv[1:]
fd = os.open(path, os.O_WRONLY)
for i in range(0, len(text), 7):
    step("write", os.pwrite, fd, text[i:i + 7].encode(), i)
for size in sizes:
    step("ftruncate", os.ftruncate, fd, int(size))
step("close", os.close, fd)'

over()
{
    run python3 -c "$cat_over" "$MNT/$1" "${@:2}"
    assert_status 0
}

# holds: send-3 send-8
test_a_cut_behind_what_was_written_commits_or_refuses()
{
    local broken='{"name": "b"  ' whole='{"name": "b"} '

    mounted -- ttl=3600
    over "$DOC" "$broken" ${#broken}
    assert_eq $'ftruncate Invalid argument\nclose Invalid argument' "$out"
    nothing_sent
    over "$DOC" "$whole" ${#whole}
    assert_eq '' "$out"
    assert_changes "$PUT {\"name\":\"b\"}"
    over "$NAME" x 1
    assert_changes "$PUT {\"name\":\"x\"}"
    fault '{"method": "PUT", "times": -1, "status": 403, "body": {"message": "no"}}'
    over "$DOC" "$whole" ${#whole}
    assert_eq $'ftruncate Permission denied\nclose Permission denied' "$out"
    assert_changes "$PUT {\"name\":\"b\"}"
}

# holds: send-2
test_a_cut_through_what_is_inherited_is_judged_at_close()
{
    mounted -- ttl=3600
    over "$NAME" b 2
    assert_eq '' "$out"
    assert_changes "$PUT {\"name\":\"ba\"}"
}

# holds: send-3
test_a_piece_that_was_there_before_counts_as_written()
{
    mounted -- ttl=3600
    works "echo 1234567-890 > $NAME"
    forget_requests
    over "$NAME" 1234567-8 9
    assert_eq '' "$out"
    assert_changes "$PUT {\"name\":\"1234567-8\"}"
}

# holds: send-8 restore-3
test_a_cut_of_white_space_behind_a_restore_restores_once()
{
    mounted -- ttl=3600
    works "python3 -c 'import os
fd = os.open(\"snapshots/before-upgrade/restore\", os.O_WRONLY | os.O_TRUNC)
os.write(fd, b\"{}  \\n\")
os.ftruncate(fd, 3)
os.close(fd)'"
    assert_eq 1 "$(count_requests POST '/snapshots/.*')"
}

# holds: send-6
test_what_was_written_and_then_cut_to_nothing_is_not_sent()
{
    mounted -- ttl=3600
    works "python3 -c 'import os
for flags in 0, os.O_TRUNC:
    fd = os.open(\"$NAME\", os.O_WRONLY | flags)
    os.write(fd, b\"some\")
    os.ftruncate(fd, 0)
    os.close(fd)'"
    nothing_sent
}

# holds: send-3 send-7
test_rsync_inplace_is_told_of_a_shorter_text()
{
    mounted -- ttl=3600
    printf '{"name": "short"\n' >"$T/broken"
    shell "rsync --inplace $T/broken $DOC"
    assert_eq 1 $((rc != 0)) 'rsync succeeded'
    nothing_sent
    printf '{"name": "short"}\n' >"$T/whole"
    works "rsync --inplace $T/whole $DOC"
    assert_changes "$PUT {\"name\":\"short\"}"
}

# --- writers that stream -------------------------------------------------------------------------

# holds: put-3
test_one_value_is_taken_of_a_writer_that_goes_on()
{
    mounted -- ttl=3600
    refused 'Invalid argument' "{ echo one; sleep 1; echo two; } > $NAME"
    words EINVAL 'first line stays applied'
    assert_changes "$PUT {\"name\":\"one\"}"
    prints one "cat $NAME"
    works "{ echo two; sleep 0.1; echo; echo '  '; } > $NAME"
    assert_changes "$PUT {\"name\":\"two\"}"
}

# holds: put-3
test_a_stream_without_an_end_is_one_value_and_an_error()
{
    mounted -- ttl=3600
    refused 'Invalid argument' "yes x | head -c 3000000 > $NAME"
    words EINVAL 'first line stays applied'
    assert_eq 1 "$(changes | wc -l)" "$(changes | cut -c 1-100)"
    assert_eq x "$(head -n 1 "$MNT/$NAME")"
}

# holds: put-3
test_a_stream_into_a_draft_is_one_value_and_an_error()
{
    mounted
    works 'mkdir drives/draft'
    refused 'Invalid argument' '{ echo one; sleep 0.1; echo two; } > drives/draft/region'
    prints one 'cat drives/draft/region'
    works 'rm -r drives/draft'
    nothing_sent
}

run_scenarios "$@"
