#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nano, emacs, micro and ed: each saves twice, and shows what the server refuses.
. "${BASH_SOURCE[0]%/*}/screen.sh"

saved[nano]='\[ Wrote [0-9]+ lines? \]'
unsaved[nano]='Error writing [^ ]*: %s'

nano_open()
{
    in_terminal nano "$1"
    sees '\^X Exit'
}

nano_change()
{
    keys M-\\
    keys C-\\
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
}

nano_leave()
{
    keys C-x
    pause 0.1
    if screen_shows 'Save modified buffer'; then
        keys n
    fi
}

# holds: scratch-6 path-7
test_nano_saves_twice()
{
    edits_drives nano
}

# holds: scratch-6 edit-13
test_docs_nano_edits_a_nested_field()
{
    edits_a_nested_field nano
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_nano_shows_refusals()
{
    shows_refusals nano
}

# holds: scratch-6 fail-3 edit-8 put-4
test_nano_shows_what_is_invalid()
{
    shows_what_is_invalid nano
}

# micro shows what close says, but not what write does.
saved[micro]='Saved [^ ]+'
unsaved[micro]='%s'

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
}

micro_leave()
{
    keys C-q
    pause 0.1
    if screen_shows 'Save changes'; then
        keys n
    fi
}

# holds: scratch-6 path-7
test_micro_saves_twice()
{
    edits_drives micro
}

# holds: scratch-6 edit-13
test_docs_micro_edits_a_nested_field()
{
    edits_a_nested_field micro
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_micro_shows_refusals()
{
    shows_refusals micro
}

# holds: scratch-6 fail-3 edit-8 put-4
test_micro_shows_what_is_invalid()
{
    shows_what_is_invalid micro
}

# emacs saves the first time in a new file; the old one is the backup that it leaves.
saved[emacs]='^Wrote .*'
unsaved[emacs]='Write error: %s|Writing to file: %s|%s, '
backup[emacs]=yes

# Without its hints at shorter names of commands, which it thinks about while the next words are
# typed: on a busy machine it loses all but the first two characters of them.
emacs_open()
{
    in_terminal emacs -nw -Q \
        --eval '(setq suggest-key-bindings nil extended-command-suggest-shorter nil)' "$1"
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
}

emacs_leave()
{
    keys C-x C-c
}

# holds: scratch-6 path-7
test_emacs_saves_twice()
{
    edits_drives emacs
}

# holds: scratch-6 fail-1 fail-2 fail-3
test_emacs_shows_refusals()
{
    shows_refusals emacs
}

# holds: scratch-6 fail-3 edit-8 put-4
test_emacs_shows_what_is_invalid()
{
    shows_what_is_invalid emacs
}

# While a text is not saved, emacs holds a symbolic link as a lock, and writes what was typed into
# a file of its own from time to time.
# holds: scratch-6 scratch-9
test_emacs_locks_and_saves_by_itself()
{
    local lock

    mounted
    emacs_open drives/data/drive.json
    change emacs data alpha
    lock=$(readlink "$MNT/drives/data/.#drive.json")
    assert_matches "$lock" '^[^ ]+@[^ ]+\.[0-9]+'
    keys M-x
    sees '^M-x'
    typed do-auto-save
    sees 'Auto-saving|done'
    eventually 5 grep -q '"alpha"' "$MNT/drives/data/#drive.json#"
    nothing_sent
    save emacs
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    emacs_leave
    ended
    leaves emacs drives/alpha "$(names_in drives/archive)"
}

# emacs_batch TEXT: Lisp, after the file is visited.
emacs_batch()
{
    shell "emacs --batch -Q --visit $1 --eval '(progn $2)'"
}

# holds: scratch-6
test_emacs_in_a_script()
{
    mounted
    emacs_batch drives/data/drive.json '(replace-string "data" "alpha") (save-buffer)
        (goto-char 1) (replace-string "alpha" "beta") (save-buffer)'
    assert_status 0
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"beta\"}"
    emacs_batch drives/beta/name '(replace-string "beta" "gamma") (save-buffer)'
    assert_status 0
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"gamma\"}"
    leaves emacs drives/gamma "$(names_in drives/archive)"
}

# Unlike at a terminal, it then leaves the half-saved file to the system: the truth.
# holds: scratch-6 fail-1
test_emacs_in_a_script_is_refused()
{
    mounted
    fault '{"method": "PUT", "times": -1, "status": 422, "body": {"message": "not this name"}}'
    emacs_batch drives/data/drive.json '(replace-string "data" "alpha") (save-buffer)'
    assert_status 255
    assert_contains "$err" 'Invalid argument'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    prints '"data"' 'jq .name drives/data/drive.json'
    no_faults
    works 'rm -f drives/data/*~ drives/data/*.rej'
    assert_eq "$(names_in drives/archive)" "$(names_in drives/data)"
    emacs_batch drives/data/drive.json '(replace-string "1000" "10x0") (save-buffer)'
    assert_status 255
    assert_contains "$err" 'Invalid argument'
    nothing_sent
    prints 1000 'jq .size drives/data/drive.json'
}

# holds: scratch-6 path-7
test_ed_saves_twice()
{
    mounted
    works "printf ',s/data/alpha/\nw\n,s/alpha/beta/\nw\nq\n' | ed -s drives/data/drive.json"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"beta\"}"
    works "printf ',s/beta/gamma/\nw\n,s/gamma/delta/\nw\nq\n' | ed -s drives/beta/name"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"gamma\"}" \
        "PUT /shared-drives/$DATA {\"name\":\"delta\"}"
    prints $'archive\nrenders\nteam files\ndelta' 'ls -U drives'
    assert_eq "$(names_in drives/archive)" "$(names_in drives/delta)"
}

# holds: scratch-6 fail-3 errno-1
test_ed_shows_refusals()
{
    mounted
    fault '{"method": "PUT", "times": -1, "status": 402, "body": {"message": "too many"}}'
    refused 'Disk quota exceeded' \
        "printf ',s/data/alpha/\nw\nq\n' | ed -s drives/data/drive.json"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    words EDQUOT 'too many'
    assert_contains "$(cat "$MNT/drives/data/drive.json.rej")" '"alpha"'
    refused 'Disk quota exceeded' "printf ',s/data/alpha/\nw\nq\n' | ed -s drives/data/name"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    no_faults
    refused 'Invalid argument' \
        "printf ',s/1000/10x0/\nw\nq\n' | ed -s drives/data/drive.json"
    nothing_sent
    works "printf ',s/data/alpha/\nw\nq\n' | ed -s drives/data/drive.json"
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"alpha\"}"
    assert_eq "$(names_in drives/archive)" "$(names_in drives/alpha)"
}

needs tmux nano micro emacs ed
run_scenarios "$@"
