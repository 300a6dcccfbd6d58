#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The family of vi in a terminal: each saves twice, and shows what the server refuses.
. "${BASH_SOURCE[0]%/*}/screen.sh"

# vim does not say which error a write had, but that there was one.
saved[vim]='"[^"]*" [0-9]+L, [0-9]+B written'
unsaved[vim]='E514: Write error|E667: Fsync failed|E512: Close failed'

vim_open()
{
    in_terminal vim -u NONE -N -c "set noruler noshowcmd backupcopy=$backupcopy" "$1"
    sees "\"$1\" .*[0-9]+L, "
}

saved[nvim]=${saved[vim]}
unsaved[nvim]=${unsaved[vim]}

nvim_open()
{
    in_terminal nvim -u NONE -c 'set noruler noshowcmd' "$1"
    sees "^$1\$"
}

saved[nvi]='[^ ]*: [0-9]+ lines?, [0-9]+ characters\.'
unsaved[nvi]='Error: [^ ]*: %s'

nvi_open()
{
    in_terminal env NEXINIT="set recdir=$T" nvi "$1"
    sees "$1: .*line"
}

# busybox vi shows a write's error as "0C", ignores what close says and does not call fsync. It
# writes over the old text and then cuts it: one that is shorter is judged at close only.
saved[busybox_vi]="'[^']*' [0-9]+L, [1-9][0-9]*C"
unsaved[busybox_vi]="'[^']*' [0-9]+L, 0C"

busybox_vi_open()
{
    in_terminal busybox vi "$1"
    sees "[0-9]+/[0-9]+ [0-9]+%"
}

# holds: scratch-6 path-7
test_vim_by_default_saves_twice()
{
    backupcopy=auto
    edits_drives vim
}

# holds: scratch-6 edit-13
test_docs_vim_by_default_edits_a_nested_field()
{
    backupcopy=auto
    edits_a_nested_field vim
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_vim_by_default_shows_refusals()
{
    backupcopy=auto
    shows_refusals vim
}

# holds: scratch-6 fail-3 edit-8 put-4
test_vim_by_default_shows_what_is_invalid()
{
    backupcopy=auto
    shows_what_is_invalid vim
}

# holds: scratch-6 path-7
test_vim_with_backupcopy_yes_saves_twice()
{
    backupcopy=yes
    edits_drives vim
}

# holds: scratch-6 edit-13
test_docs_vim_with_backupcopy_yes_edits_a_nested_field()
{
    backupcopy=yes
    edits_a_nested_field vim
}

# After a failed write it copies its backup back and leaves it there, as on any filesystem.
# holds: scratch-6 fail-1 fail-2 fail-3 fail-5
test_vim_with_backupcopy_yes_shows_refusals()
{
    backupcopy=yes
    backup[vim]=yes
    shows_refusals vim
}

# holds: scratch-6 fail-3 edit-8 put-4 fail-5
test_vim_with_backupcopy_yes_shows_what_is_invalid()
{
    backupcopy=yes
    backup[vim]=yes
    shows_what_is_invalid vim
}

# holds: scratch-6 path-7
test_vim_with_backupcopy_no_saves_twice()
{
    backupcopy=no
    edits_drives vim
}

# holds: scratch-6 edit-13
test_docs_vim_with_backupcopy_no_edits_a_nested_field()
{
    backupcopy=no
    edits_a_nested_field vim
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_vim_with_backupcopy_no_shows_refusals()
{
    backupcopy=no
    shows_refusals vim
}

# holds: scratch-6 fail-3 edit-8 put-4
test_vim_with_backupcopy_no_shows_what_is_invalid()
{
    backupcopy=no
    shows_what_is_invalid vim
}

# holds: scratch-6 path-7
test_nvim_saves_twice()
{
    edits_drives nvim
}

# holds: scratch-6 edit-13
test_docs_nvim_edits_a_nested_field()
{
    edits_a_nested_field nvim
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_nvim_shows_refusals()
{
    shows_refusals nvim
}

# holds: scratch-6 fail-3 edit-8 put-4
test_nvim_shows_what_is_invalid()
{
    shows_what_is_invalid nvim
}

# holds: scratch-6 path-7
test_nvi_saves_twice()
{
    edits_drives nvi
}

# holds: scratch-6 edit-13
test_docs_nvi_edits_a_nested_field()
{
    edits_a_nested_field nvi
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_nvi_shows_refusals()
{
    shows_refusals nvi
}

# holds: scratch-6 fail-3 edit-8 put-4
test_nvi_shows_what_is_invalid()
{
    shows_what_is_invalid nvi
}

# holds: scratch-6 path-7
test_busybox_vi_saves_twice()
{
    edits_drives busybox_vi
}

# holds: scratch-6 edit-13
test_docs_busybox_vi_edits_a_nested_field()
{
    edits_a_nested_field busybox_vi
}

# holds: scratch-6 fail-1
test_busybox_vi_shows_what_is_wrong_with_a_text_that_is_not_shorter()
{
    mounted
    is_refused busybox_vi drives/data/drive.json data alpha \
        "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" 422
    is_refused busybox_vi drives/alpha/name alpha omega \
        "PUT /shared-drives/$DATA {\"name\":\"omega\"}" 402
    is_invalid busybox_vi drives/omega/drive.json 1000 10x00
}

# holds: scratch-6 send-2
test_busybox_vi_is_silent_about_what_is_known_at_close_only()
{
    mounted
    unsaved[busybox_vi]=${saved[busybox_vi]}
    is_refused busybox_vi drives/data/drive.json data ida \
        "PUT /shared-drives/$DATA {\"name\":\"ida\"}" 422
    is_refused busybox_vi drives/ida/name ida io \
        "PUT /shared-drives/$DATA {\"name\":\"io\"}" 402
    is_invalid busybox_vi drives/io/drive.json 1000 1x0
}

# batch EDITOR…: edits by a script, without a terminal, in the manner of :w.
batch()
{
    mounted
    works "$1 -c '%s/data/alpha/' -c w -c '%s/alpha/beta/' -c wq drives/data/drive.json"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"beta\"}"
    works "$1 -c '%s/beta/gamma/' -c wq drives/beta/name"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"gamma\"}"
    fault '{"method": "PUT", "times": -1, "status": 422, "body": {"message": "not this name"}}'
    shell "$1 -c '%s/gamma/delta/' -c wq drives/gamma/drive.json"
    assert_status 1
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"delta\"}"
    words 'not this name' 422
    prints '"gamma"' 'jq .name drives/gamma/drive.json'
    prints '"delta"' 'jq .name drives/gamma/drive.json.rej'
    works 'rm drives/gamma/drive.json.rej'
    assert_eq "$(names_in drives/archive)" "$(names_in drives/gamma)"
}

# holds: scratch-6 fail-3
test_vim_in_a_script()
{
    batch 'vim -u NONE -N -es'
}

# holds: scratch-6 fail-3
test_nvim_in_a_script()
{
    batch 'nvim -u NONE --headless -es'
}

# holds: scratch-6 attr-4
test_vim_shows_that_a_field_is_read_only()
{
    mounted
    backupcopy=auto
    vim_open drives/data/id
    vi_change $DATA other
    vi_save
    sees "E45: 'readonly' option is set"
    vi_again
    sees "${unsaved[vim]}"
    words EACCES drives/data/id read-only
    vi_leave
    ended
    nothing_sent
    prints $DATA 'cat drives/data/id'
    assert_eq "$(names_in drives/archive)" "$(names_in drives/data)"
}

# holds: send-6
test_vim_opened_and_quit_sends_nothing()
{
    mounted
    backupcopy=auto
    forget_requests
    vim_open drives/data/drive.json
    typed ':q'
    ended
    nothing_asked
    assert_eq "$(names_in drives/archive)" "$(names_in drives/data)"
}

# holds: scratch-1 scratch-6
test_vim_that_is_killed_leaves_its_swap_file_and_recovers_from_it()
{
    mounted
    backupcopy=auto
    vim_open drives/data/drive.json
    change vim data alpha
    typed ':preserve'
    sees 'File preserved'
    kill -KILL "$(terminal list-panes -F '#{pane_pid}' | xargs pgrep -P)"
    ended 137
    nothing_sent
    prints .drive.json.swp 'ls -A drives/data | grep swp'
    in_terminal vim -u NONE -N -r drives/data/drive.json
    sees 'Recovery completed'
    keys Enter
    sees '"name": "alpha"'
    vi_save
    sees "${saved[vim]}"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    vi_leave
    ended
    works 'rm drives/alpha/.drive.json.swp'
    nothing_sent
    assert_eq "$(names_in drives/archive)" "$(names_in drives/alpha)"
}

needs tmux vim nvim nvi busybox
run_scenarios "$@"
