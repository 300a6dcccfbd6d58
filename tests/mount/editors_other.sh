#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nano, emacs, micro and ed: each saves twice, and shows what the server refuses.
. "$(dirname "$0")/screen.sh"

nano_saved='\[ Wrote [0-9]+ lines? \]'
nano_error='Error writing [^ ]*: %s'

nano_open()
{
    in_terminal nano "$1"
    sees '\^X Exit'
}

nano_change()
{
    keys 'M-\'
    keys 'C-\'
    sees 'Search \(to replace\)'
    typed "$1"
    sees 'Replace with'
    typed "$2"
    sees 'Replace this instance'
    keys a
    sees '\[ Replaced [0-9]+ occurrences? \]'
}

nano_save()
{
    keys C-o
    sees 'File Name to Write'
    keys Enter
}

nano_again()
{
    nano_save
    sees "$nano_saved"
}

nano_leave()
{
    keys C-x
    pause 0.1
    if screen_shows 'Save modified buffer'; then
        keys n
    fi
}

test_nano_saves_twice()
{
    edits_drives nano
}

test_docs_nano_edits_a_nested_field()
{
    edits_a_nested_field nano
}

test_nano_shows_refusals()
{
    shows_refusals nano
}

test_nano_shows_what_is_invalid()
{
    shows_what_is_invalid nano
}

# micro shows what close says, but not what write does.
micro_saved='Saved [^ ]+'
micro_error='%s'

micro_open()
{
    in_terminal micro "$1"
    sees "^$1 "
}

micro_change()
{
    keys C-e
    sees '^>'
    typed "replaceall $1 $2"
    sees 'Replaced [0-9]+ occurrence'
}

micro_save()
{
    keys C-s
}

micro_again()
{
    micro_save
    sees "$micro_saved"
}

micro_leave()
{
    keys C-q
    pause 0.1
    if screen_shows 'Save changes'; then
        keys n
    fi
}

test_micro_saves_twice()
{
    edits_drives micro
}

test_docs_micro_edits_a_nested_field()
{
    edits_a_nested_field micro
}

test_micro_shows_refusals()
{
    shows_refusals micro
}

test_micro_shows_what_is_invalid()
{
    shows_what_is_invalid micro
}

# emacs saves the first time in a new file; the old one is the backup that it leaves.
emacs_saved='^Wrote .*'
emacs_error='Write error: %s|Writing to file: %s|%s, '
emacs_restores=yes
emacs_backup=yes

emacs_open()
{
    in_terminal emacs -nw -Q "$1"
    sees 'For information about GNU Emacs|\(Fundamental\)|\(JavaScript|\(JSON'
}

emacs_change()
{
    keys 'M-<'
    keys M-x
    sees '^M-x'
    typed replace-string
    sees 'Replace string'
    typed "$1"
    sees 'with:'
    typed "$2"
    sees 'Replaced [0-9]+ occurrence'
}

emacs_save()
{
    keys C-x C-s
}

emacs_again()
{
    emacs_save
    sees "$emacs_saved"
}

emacs_leave()
{
    keys C-x C-c
}

test_emacs_saves_twice()
{
    edits_drives emacs
}

test_emacs_shows_refusals()
{
    shows_refusals emacs
}

test_emacs_shows_what_is_invalid()
{
    shows_what_is_invalid emacs
}

run_scenarios "$@"
