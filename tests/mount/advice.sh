#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What last-error says is true, and leads on: what it advises does what it says.
. "$(dirname "$0")/lib.sh"

# --- renames say where to ---------------------------------------------------------------------------

# Errno, source, target, command.
renames()
{
    cat <<EOF2
EBUSY;drives/data;drives/elsewhere;mv drives/data drives/elsewhere
EBUSY;machines/$MACHINE/before-upgrade;machines/$MACHINE/after;mv machines/$MACHINE/before-upgrade machines/$MACHINE/after
ENOTEMPTY;drives/data;drives/archive;mv -T drives/data drives/archive
EPERM;drives/data;providers/data;mv drives/data providers/data
EPERM;drives/data;drives/a%2fb;mv drives/data drives/a%2fb
EPERM;drives;drivers;mv drives drivers
EPERM;drives/data/size;drives/data/region;mv -f drives/data/size drives/data/region
EBADMSG;drives/data/draft;drives/data/drive.json;echo '{"nmae": 1}' > drives/data/draft; mv drives/data/draft drives/data/drive.json
EACCES;drives/data/other;drives/data/id;echo other > drives/data/other; mv -f drives/data/other drives/data/id
EOF2
}

# holds: rename-4 words-7 errno-5 rename-2 rename-3 scratch-3 scratch-5 scratch-10
test_a_rename_that_fails_says_where_to()
{
    local errno from to command

    mounted
    fault '{"method": "PUT", "status": 409, "times": -1}'
    while IFS=';' read -r errno from to command; do
        shell "$command"
        assert_eq 1 $((rc != 0)) "$command"
        words "$errno" " $from" "to $to: "
    done < <(renames)
}

# --- what deletes, and what does not ------------------------------------------------------------------

# advised PATH: what is advised to who has unlinked something of PATH, newest last.
advised()
{
    jq -r --arg path "$1" 'select(.path == $path) | .message' "$MNT/.paperspacefs/errors.jsonl" |
        sed -nE "s/.*'(rm -r [^']*)'.*/\1/p"
}

is_advised()
{
    [ "$(advised "$1")" = "$2" ]
}

# However deep the file was that was unlinked, what is advised deletes the resource.
# holds: delete-2 delete-1
test_docs_what_a_lone_unlink_advises_deletes()
{
    mounted
    works 'rm -f providers/backups/s3Config/bucket providers/backups/s3Config/secretAccessKey'
    works 'rm providers/training-data/provider.json drives/data/size'
    eventually 15 is_advised providers/backups/s3Config 'rm -r providers/backups'
    eventually 5 is_advised providers/training-data 'rm -r providers/training-data'
    eventually 5 is_advised drives/data 'rm -r drives/data'
    works 'test -s providers/backups/s3Config/bucket; test -s drives/data/size'
    nothing_sent
    works "$(advised providers/backups/s3Config)"
    assert_changes 'DELETE /storage-providers/splk9d2w5hn7uyc'
}

# --- nothing was sent ---------------------------------------------------------------------------------

# Before a whole object can be sent the one that is there must be read: where that fails, the words
# say that nothing was sent, whoever asked for it.
# holds: edit-14
test_what_was_not_read_was_not_sent_and_says_so()
{
    local command answer errno
    local -A answers=([500]=EIO [403]=EACCES [404]=ENOENT [409]=EBUSY)

    mounted
    for answer in "${!answers[@]}"; do
        errno=${answers[$answer]}
        for command in 'echo new > providers/backups/name' 'mv providers/backups providers/new' \
            "echo '{\"name\": \"new\"}' > providers/backups/provider.json"; do
            works 'touch .paperspacefs/refresh; ls providers > /dev/null'
            fault "{\"method\": \"GET\", \"path\": \"/storage-providers/\", \"times\": -1, \"status\": $answer}"
            forget_requests
            shell "$command"
            assert_eq 1 $((rc != 0)) "$command, after $answer"
            words "$errno" 'nothing was sent'
            nothing_sent
            no_faults
        done
    done
}

# --- conflicts ----------------------------------------------------------------------------------------

# Who never opened the file is not told what it did.
# holds: conflict-1 conflict-3 conflict-7
test_a_conflict_is_told_as_it_was()
{
    mounted -- ttl=0
    works 'cat drives/data/drive.json > /dev/null'
    api PUT "/shared-drives/$DATA" '{"name": "newer"}' >/dev/null
    works 'ls drives > /dev/null'
    refused 'Stale file handle' "echo '{\"name\": \"data\", \"region\": \"ny2\"}' > drives/$DATA/drive.json"
    words ESTALE 'name was changed elsewhere to .newer.' 'older value' 'write that key alone'
    assert_lacks "$(last_error)" opened
    works "echo '{\"name\": \"data\"}' > drives/$DATA/drive.json"
}

# --- a move that would destroy -------------------------------------------------------------------------

# holds: move-1 move-2
test_what_the_guard_of_moves_advises_deletes()
{
    mounted -- ttl=3600
    shell "mv drives/data $T/"
    assert_eq 1 $((rc != 0))
    words EPERM 'cp -r' 'rm -r drives/data from another command'
    works 'rm -r drives/data'
    assert_changes "DELETE /shared-drives/$DATA"
}

# To a daemon in a pid namespace of its own its callers have no pids.
# holds: move-3
test_docs_callers_without_a_pid_are_told_to_wait()
{
    if ! unshare --pid --fork true 2>/dev/null; then
        return 0 # only root may
    fi
    export PFS_WRAPPER="unshare --pid --fork ${PFS_WRAPPER:-}"
    mounted -- ttl=3600
    works 'cat drives/data/* > /dev/null'
    refused 'Operation not permitted' 'rm -r drives/data'
    words EPERM 'wait a minute, then rm -r drives/data'
    assert_lacks "$(last_error)" 'from another command'
    nothing_sent
}

# --- names ----------------------------------------------------------------------------------------------

# Each name of one automatic snapshot, of several, and of none.
# holds: name-6 name-11 words-8
test_docs_the_plain_name_of_an_automatic_snapshot_says_how_it_is_shown()
{
    mounted
    refused 'No such file or directory' 'cat snapshots/auto-weekly/id'
    words ENOENT 'snapshots/auto-weekly' 'shown as auto-weekly~slc8n5g7rqo0yi'
    refused 'No such file or directory' 'ls machines/psd0w6r3nj1z/auto-weekly'
    words ENOENT machines/psd0w6r3nj1z/auto-weekly 'shown as auto-weekly~slc8n5g7rqo0yi'
    refused 'No such file or directory' 'ls snapshots/auto-daily'
    words 'use one of' auto-daily~slm3x8k1tqz5wd auto-daily~slb7r2y9fnc4hj auto-daily~slz1v6d0pks8ma
    refused 'No such file or directory' 'ls machines/ps4t7k2qhx8d/auto-daily'
    words 'shown as auto-daily~slb7r2y9fnc4hj'
    prints auto-weekly 'cat snapshots/auto-weekly~slc8n5g7rqo0yi/name'
    shell 'ls snapshots/auto-monthly machines/psd0w6r3nj1z/auto-daily'
    words auto-daily # those that nobody has are no error
    works 'mkdir machines/psd0w6r3nj1z/auto-weekly' # it is not taken
    assert_eq 1 "$(count_requests POST /snapshots)"
}

# --- what the key may not see ----------------------------------------------------------------------------

# It is listed all the same, as a file that a user may not read is: it is the open that fails.
# holds: start-2 errno-3 errno-4
test_what_the_key_may_not_see_is_listed_and_can_not_be_opened()
{
    local status errno text

    while IFS=: read -r status errno text; do
        mounted -- ttl=0
        fault "{\"path\": \"/storage-providers/utilization\", \"times\": -1, \"status\": $status}"
        works 'ls -l > /dev/null'
        prints 'utilization.json 0' "stat -c '%n %s' utilization.json"
        prints '' 'cat .paperspacefs/errors.jsonl'
        refused "$text" 'cat utilization.json'
        words "$errno" utilization.json
        no_faults
        works 'jq -e . utilization.json > /dev/null; test -s utilization.json'
        end_mount
        end_emulator
        emulator_port=0
    done < <(printf '%s\n' '401:EACCES:Permission denied' '403:EACCES:Permission denied' \
        '404:ENOENT:No such file or directory')
}

run_scenarios "$@"
