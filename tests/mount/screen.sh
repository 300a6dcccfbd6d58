# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Editors in a terminal, driven as a user drives them. A file of scenarios sources this instead of
# lib.sh; EDITOR is a prefix of the functions
#
#     EDITOR_open FILE           opens it, in the mount's directory
#     EDITOR_change FROM TO      changes the first FROM of each line; words of letters and digits
#     EDITOR_save                saves, and stays in the editor
#     EDITOR_again               saves once more after a refusal
#     EDITOR_leave               leaves, giving up what is not saved
#
# of which all but the first are vi's where there is none of its own, and of an element in each of
# the arrays below that concerns it.
#
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# shellcheck disable=SC2034
declare -A saved=() unsaved=() backup=()
# saved     what the screen shows after a save, a regex
# unsaved   and after a refused one; %s is what the C library says
# backup    set if it leaves a backup FILE~ on purpose

# What editors say when they think that somebody else wrote the file.
CHANGED='(has|been|file) changed|changed (on disk|since|more)|reload|overwrite|really|anyway'

# How long an editor may take to show something, on a machine that does much else.
screen_s=20

terminals=0 # so far; each has a server of its own: one that ends takes its time

terminal()
{
    tmux -f "$WORK/tmux.conf" -S "$WORK/tmux$terminals" "$@" 2>>"$WORK/tmux.err"
}

# in_terminal COMMAND…: starts it there, in the mount's directory.
in_terminal()
{
    terminals=$((terminals + 1))
    rm -f "$WORK/status"
    echo 'set-option -s escape-time 0' >"$WORK/tmux.conf"
    terminal -u new-session -d -P -F '#{pid}' -x 150 -y 40 -c "$MNT" \
        bash -c 'file=$1; shift; "$@"; status=$?; cd /; echo $status >"$file"' - \
        "$WORK/status" "$@" >"$WORK/tmux.pid"
}

screen()
{
    terminal capture-pane -p || echo "the editor has ended with status $(cat "$WORK/status")"
}

# What failures show.
screen_in_words()
{
    screen | grep -v '^~*$' || true
    echo "last-error: $(last_error)"
}

keys()
{
    terminal send-keys "$@"
}

# typed TEXT: as it is, then Enter.
typed()
{
    terminal send-keys -l "$1"
    terminal send-keys Enter
}

screen_shows()
{
    screen | grep -i -E -e "$1" >/dev/null
}

# sees REGEX: the screen comes to show it, in a while.
sees()
{
    local start=$SECONDS

    until screen_shows "$1"; do
        if ((SECONDS - start > screen_s * patience)); then
            fail "the screen does not show: $1" "$(screen_in_words)"
        fi
        pause 0.03
    done
}

never_saw()
{
    if screen_shows "$1"; then
        fail "the screen shows what it must not: $1" "$(screen_in_words)"
    fi
}

has_ended()
{
    [ -s "$WORK/status" ]
}

# ended [STATUS]: the program in the terminal ends, with that exit status.
ended()
{
    local start=$SECONDS

    until has_ended; do
        if ((SECONDS - start > screen_s * patience)); then
            fail 'the editor does not end' "$(screen_in_words)"
        fi
        pause 0.03
    done
    terminal kill-server || true
    assert_eq "${1:-0}" "$(cat "$WORK/status")" 'exit status of the editor'
}

vi_change()
{
    typed ":%s/$1/$2/"
}

vi_save()
{
    typed ':w'
}

vi_again()
{
    typed ':w!'
}

vi_leave()
{
    typed ':q!'
}

# does EDITOR WHAT [ARG…]
does()
{
    local function=$1_$2

    if ! declare -F "$function" >/dev/null; then
        function=vi_$2
    fi
    "$function" "${@:3}"
}

# needs COMMAND…: without them, the file of scenarios is skipped; with PFS_REQUIRE_MOUNT=1 it fails.
needs()
{
    local command

    for command in "$@"; do
        if ! command -v "$command" >/dev/null && [ "${PFS_REQUIRE_MOUNT:-0}" != 1 ]; then
            tap_skip_all "$command is not installed"
        fi
    done
}

# --- what is asked of each editor ----------------------------------------------------------------

# The names in a directory, with those that start with a dot.
names_in()
{
    (cd "$MNT" && ls -A "$1")
}

# leaves EDITOR DIRECTORY NAMES: nothing beside them, but for a backup if it makes one.
leaves()
{
    if [ -n "${backup[$1]:-}" ]; then
        works "rm '$2/'*~"
    fi
    assert_eq "$3" "$(names_in "$2")" "what is in $2"
}

# change EDITOR FROM TO: and the text on the screen has it.
change()
{
    does "$1" change "$2" "$3"
    sees "^[ 0-9]*(\"[A-Za-z]+\": )?\"?$3\"?,? *\$"
}

# save EDITOR: and the editor says so, without a question.
save()
{
    does "$1" save
    sees "${saved[$1]}"
    never_saw "$CHANGED"
}

# fails_to_save EDITOR ERROR: and the user is told.
fails_to_save()
{
    does "$1" save
    # shellcheck disable=SC2059  # a format
    sees "$(printf "${unsaved[$1]}" "${2:-}")"
}

# shown_at FILE NAME: where it is to others than its editor, which may have renamed its resource so.
shown_at()
{
    if [ -e "$MNT/$1" ]; then
        echo "$1"
    else
        echo "${1%%/*}/$2/${1#*/*/}"
    fi
}

# saves_twice EDITOR FILE REQUEST NAME…: changes the first NAME to the second, saves, and so on;
# REQUEST has %s for the new one. What the directory holds afterwards is what it held before.
saves_twice()
{
    local editor=$1 file=$2 request=$3 before
    shift 3

    before=$(names_in "$(dirname "$file")")
    does "$editor" open "$file"
    forget_requests
    while [ $# -gt 1 ]; do
        change "$editor" "$1" "$2"
        save "$editor"
        # shellcheck disable=SC2059  # a format
        assert_changes "$(printf "$request" "$2")"
        shift
    done
    does "$editor" leave
    ended
    nothing_sent
    file=$(shown_at "$file" "$1")
    assert_matches "$(cat "$MNT/$file")" "^( *\"[A-Za-z]+\": \")?$1(\",)?\$"
    leaves "$editor" "$(dirname "$file")" "$before"
}

# edits_drives EDITOR: a document, then a field of it, each with the first save changing the name.
edits_drives()
{
    mounted
    saves_twice "$1" drives/data/drive.json "PUT /shared-drives/$DATA {\"name\":\"%s\"}" \
        data alpha beta
    assert_eq '"beta"' "$(api GET /shared-drives/$DATA | jq .name)"
    saves_twice "$1" drives/beta/name "PUT /shared-drives/$DATA {\"name\":\"%s\"}" \
        beta gamma delta
    assert_eq '"delta"' "$(api GET /shared-drives/$DATA | jq .name)"
    prints $'archive\nrenders\nteam files\ndelta' 'ls -U drives'
}

# edits_a_nested_field EDITOR: of a provider.
edits_a_nested_field()
{
    local rest='"isTeamDefault":true,"name":"training-data"'
    local object='"accessKey":"AKIADEMO4TRAINING","bucket":"training-data"'

    object+=',"endpoint":"https://s3.example.com","region":"%s","retainData":true'
    object+=',"secretAccessKey":"demo/secret+training/0001","signatureVersion":"v4"'
    mounted
    works 'ls providers/training-data/s3Config > /dev/null'
    saves_twice "$1" providers/training-data/s3Config/region \
        "PUT /storage-providers/$TRAINING {$rest,\"s3Config\":{$object}}" \
        ny2 ca1 ams1
}

# keeps_the_text EDITOR FILE TEXT: what was refused is beside the document.
keeps_the_text()
{
    if [[ $2 = *.json ]]; then
        assert_contains "$(cat "$MNT/$2.rej")" "$3" 'the text is not in .rej'
        assert_eq 600 "$(stat -c %a "$MNT/$2.rej")"
    fi
}

# is_refused EDITOR FILE FROM TO REQUEST STATUS ERROR: the server says STATUS; the editor shows it,
# the file shows the truth, the text is beside it; then the server agrees.
is_refused()
{
    local editor=$1 file=$2 from=$3 to=$4 request=$5 before truth

    before=$(names_in "$(dirname "$file")")
    truth=$(cat "$MNT/$file")
    does "$editor" open "$file"
    fault "{\"method\": \"PUT\", \"times\": -1, \"status\": $6,
        \"body\": {\"message\": \"not this name\"}}"
    forget_requests
    change "$editor" "$from" "$to"
    fails_to_save "$editor" "${7:-}"
    assert_changes "$request"
    words "$file" 'not this name' "$6"
    assert_eq "$truth" "$(cat "$MNT/$file")" "$file does not show the truth"
    keeps_the_text "$editor" "$file" "$to"
    no_faults
    does "$editor" again
    sees "${saved[$editor]}"
    assert_changes "$request"
    does "$editor" leave
    ended
    nothing_sent
    file=$(shown_at "$file" "$to")
    assert_contains "$(cat "$MNT/$file")" "$to"
    leaves "$editor" "$(dirname "$file")" "$before"
}

# shows_refusals EDITOR
shows_refusals()
{
    mounted
    is_refused "$1" drives/data/drive.json data alpha \
        "PUT /shared-drives/$DATA {\"name\":\"alpha\"}" 422 'Invalid argument'
    is_refused "$1" drives/alpha/name alpha beta \
        "PUT /shared-drives/$DATA {\"name\":\"beta\"}" 402 'Disk quota exceeded'
}

# is_invalid EDITOR FILE FROM TO: the editor shows it, nothing is sent.
is_invalid()
{
    local editor=$1 file=$2 from=$3 to=$4 truth before

    before=$(names_in "$(dirname "$file")")
    truth=$(cat "$MNT/$file")
    does "$editor" open "$file"
    forget_requests
    change "$editor" "$from" "$to"
    fails_to_save "$editor" 'Invalid argument'
    words EINVAL "$file"
    assert_eq "$truth" "$(cat "$MNT/$file")" "$file does not show the truth"
    keeps_the_text "$editor" "$file" "$to"
    change "$editor" "$to" "$from"
    pause 1.1 # any sooner it would be a program that puts the old text back
    does "$editor" again
    sees "${saved[$editor]}"
    does "$editor" leave
    ended
    nothing_sent
    assert_eq "$truth" "$(cat "$MNT/$file")"
    leaves "$editor" "$(dirname "$file")" "$before"
}

# shows_what_is_invalid EDITOR: text that is no JSON, and a field of a wrong type.
shows_what_is_invalid()
{
    mounted
    is_invalid "$1" drives/data/drive.json 1000 10x0
    if [ "$D" = docs ]; then
        works 'cat providers/training-data/isTeamDefault > /dev/null'
        is_invalid "$1" providers/training-data/isTeamDefault true maybe
    else
        is_invalid "$1" drives/data/size 1000 10x0
    fi
}
