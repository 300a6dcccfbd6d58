#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The family of vi in a terminal: each saves twice, and shows what the server refuses.
. "$(dirname "$0")/screen.sh"

# vi's own commands; sets what the others of the family share.
family()
{
    eval "
        $1_change() { typed \":%s/\$1/\$2/\"; }
        $1_save() { typed ':w'; }
        $1_leave() { typed ':q!'; }
        $1_again() { typed ':w!'; sees \"\$$1_saved\"; }
    "
}

# vim does not say which error a write had, but that there was one.
vim_saved='"[^"]*" [0-9]+L, [0-9]+B written'
vim_error='E514: Write error|E667: Fsync failed|E512: Close failed'
vim_restores=yes
family vim

vim_open()
{
    in_terminal vim -u NONE -N -c 'set noruler noshowcmd' ${backupcopy:+-c "set backupcopy=$backupcopy"} "$1"
    sees "\"$1\" [0-9]+L"
}

nvim_saved=$vim_saved
nvim_error=$vim_error
nvim_restores=yes
family nvim

nvim_open()
{
    in_terminal nvim -u NONE -c 'set noruler noshowcmd' "$1"
    sees "^$1\$"
}

nvi_saved='[^ ]*: [0-9]+ lines?, [0-9]+ characters\.'
nvi_error='Error: [^ ]*: %s'
family nvi

nvi_open()
{
    in_terminal nvi "$1"
    sees "$1: .*line"
}

# busybox vi shows a write's error as "0C", ignores what close says and does not call fsync. It writes
# over the old text and then cuts it: a shorter one is complete at close only.
busybox_vi_saved="'[^']*' [0-9]+L, [1-9][0-9]*C"
busybox_vi_error="'[^']*' [0-9]+L, 0C"
family busybox_vi

busybox_vi_open()
{
    in_terminal busybox vi "$1"
    sees "[0-9]+/[0-9]+ [0-9]+%"
}

test_vim_by_default_saves_twice()
{
    backupcopy=auto
    edits_drives vim
}

test_docs_vim_by_default_edits_a_nested_field()
{
    backupcopy=auto
    edits_a_nested_field vim
}

test_vim_by_default_shows_refusals()
{
    backupcopy=auto
    shows_refusals vim
}

test_vim_by_default_shows_what_is_invalid()
{
    backupcopy=auto
    shows_what_is_invalid vim
}

test_vim_with_backupcopy_yes_saves_twice()
{
    backupcopy=yes
    edits_drives vim
}

test_docs_vim_with_backupcopy_yes_edits_a_nested_field()
{
    backupcopy=yes
    edits_a_nested_field vim
}

test_vim_with_backupcopy_yes_shows_refusals()
{
    backupcopy=yes
    shows_refusals vim
}

test_vim_with_backupcopy_yes_shows_what_is_invalid()
{
    backupcopy=yes
    shows_what_is_invalid vim
}

test_vim_with_backupcopy_no_saves_twice()
{
    backupcopy=no
    edits_drives vim
}

test_docs_vim_with_backupcopy_no_edits_a_nested_field()
{
    backupcopy=no
    edits_a_nested_field vim
}

test_vim_with_backupcopy_no_shows_refusals()
{
    backupcopy=no
    shows_refusals vim
}

test_vim_with_backupcopy_no_shows_what_is_invalid()
{
    backupcopy=no
    shows_what_is_invalid vim
}

test_nvim_saves_twice()
{
    edits_drives nvim
}

test_docs_nvim_edits_a_nested_field()
{
    edits_a_nested_field nvim
}

test_nvim_shows_refusals()
{
    shows_refusals nvim
}

test_nvim_shows_what_is_invalid()
{
    shows_what_is_invalid nvim
}

test_nvi_saves_twice()
{
    edits_drives nvi
}

test_docs_nvi_edits_a_nested_field()
{
    edits_a_nested_field nvi
}

test_nvi_shows_refusals()
{
    shows_refusals nvi
}

test_nvi_shows_what_is_invalid()
{
    shows_what_is_invalid nvi
}

test_busybox_vi_saves_twice()
{
    edits_drives busybox_vi
}

test_docs_busybox_vi_edits_a_nested_field()
{
    edits_a_nested_field busybox_vi
}

test_busybox_vi_shows_refusals_of_a_text_that_is_not_shorter()
{
    mounted
    is_refused busybox_vi drives/data/drive.json data alpha \
        "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" 422
    is_refused busybox_vi drives/alpha/name alpha omega \
        "PUT /shared-drives/$DATA {\"name\":\"omega\"}" 402
}

test_busybox_vi_is_silent_about_what_is_known_at_close_only()
{
    mounted
    busybox_vi_error=$busybox_vi_saved
    is_refused busybox_vi drives/data/drive.json data ida \
        "PUT /shared-drives/$DATA {\"name\":\"ida\"}" 422
    is_refused busybox_vi drives/ida/name ida io \
        "PUT /shared-drives/$DATA {\"name\":\"io\"}" 402
    is_invalid busybox_vi drives/io/drive.json 1000 10x0
}

run_scenarios "$@"
