#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A dry run: everything is checked, reads are sent, no change is.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# Ten changes, of every verb and kind, by every way there is.
ten_changes()
{
    cat <<END
mkdir machines/$MACHINE/before
mkdir drives/new
echo '$(drive_body new)' > drives/new/drive.json
echo renamed > drives/data/name
echo '{"name": "other"}' > drives/archive/drive.json
mv drives/renders drives/rendered
rm -r drives/archive
rm -r snapshots/before-upgrade
echo snap > 'snapshots/trained model v2/name'
touch 'snapshots/trained model v2/restore'
echo backups2 > providers/backups/name
END
}

plan()
{
    jq -r "$1" "$MNT/.paperspacefs/plan.jsonl"
}

# holds: dry-3 dry-2 dry-4
test_a_script_goes_on_and_leaves_a_line_of_plan_for_each_change()
{
    local script=$T/script before

    ten_changes >"$script"
    mounted -- dry_run=pretend
    before=$(cd "$MNT" && ls -R drives snapshots machines providers && cat ./*/*/*.json)
    run bash -e -c "cd '$MNT'; . '$script'"
    assert_eq "0 " "$rc $err" "$(last_error)"
    nothing_sent
    assert_eq 10 "$(plan .method | wc -l)"
    assert_eq "mkdir POST write POST write PUT write PUT rename PUT rmdir DELETE rmdir DELETE write PUT setattr POST write PUT" \
        "$(plan '"\(.op) \(.method)"' | paste -sd ' ')"
    assert_eq 'body method op path time url' "$(plan 'keys | join(" ")' | sort -u)"
    assert_eq "$URL/shared-drives/$DATA drives/data/name {\"name\":\"renamed\"}" \
        "$(plan 'select(.body.name == "renamed") | "\(.url) \(.path) \(.body)"')"
    assert_eq "$URL/snapshots/$UPGRADE null" \
        "$(plan 'select(.path == "snapshots/before-upgrade") | "\(.url) \(.body)"')"
    # The tree goes on showing the server, and what is local.
    works 'rm -r drives/new'
    assert_eq "$before" "$(cd "$MNT" && ls -R drives snapshots machines providers && cat ./*/*/*.json)"
    assert_eq '' "$(cat "$MNT/.paperspacefs/changes.jsonl")"
}

# holds: dry-1 dry-2
test_without_pretend_each_change_is_EROFS_and_planned()
{
    local line changes=0

    mounted -- dry_run
    works 'mkdir drives/new'
    while read -r line; do
        [ "$line" != 'mkdir drives/new' ] || continue
        changes=$((changes + 1))
        refused 'Read-only file system' "$line"
        words EROFS 'dry_run, not sent: (POST|PUT|DELETE) http://127'
        assert_eq $changes "$(plan .method | wc -l)" "$line"
    done < <(ten_changes)
    assert_eq 10 $changes
    nothing_sent
    # What was hidden on the way is there again.
    works 'cat drives/archive/drive.json snapshots/before-upgrade/name > /dev/null'
    prints never 'cat snapshots/before-upgrade/restore'
    works 'rm -r drives/new'
}

# holds: dry-2
test_the_words_show_method_URL_and_body_with_its_secrets_masked()
{
    mounted -- dry_run
    works 'mkdir providers/new'
    if [ "$D" = docs ]; then
        shell 'echo "{\"s3Config\": {\"accessKey\": \"ak\", \"bucket\": \"b\", \"secretAccessKey\": \"topsecret9\"}}" > providers/new/provider.json'
    else
        shell 'echo "{\"type\": \"s3\", \"bucket\": \"b\", \"region\": \"r\", \"accessKey\": \"ak\", \"secretKey\": \"topsecret9\"}" > providers/new/provider.json'
    fi
    words EROFS "POST $URL/storage-providers \\{.*\"bucket\":\"b\"" '\*\*\*\*\*\*\*\*'
    assert_lacks "$(cat "$MNT"/.paperspacefs/*)" topsecret9
    assert_eq 1 "$(plan .method | wc -l)"
    nothing_sent
    works 'rm -r providers/new'
}

# holds: dry-1 dry-3
test_everything_is_checked()
{
    mounted -- dry_run=pretend
    refused 'Invalid argument' 'echo "{\"region\": \"mars\"}" > drives/data/drive.json'
    refused 'File exists' 'mkdir drives/data'
    refused 'Directory not empty' 'rmdir drives/data'
    refused 'Invalid argument' 'echo please > snapshots/before-upgrade/restore'
    refused 'No such file' 'rm -r drives/none'
    works 'echo data > drives/data/name'
    assert_eq '' "$(plan .method)"
    nothing_sent
}

# holds: dry-4
test_what_depends_on_a_change_before_it_is_not_planned()
{
    mounted -- dry_run=pretend
    works "mkdir machines/$MACHINE/first"
    refused 'No such file' "rm -r machines/$MACHINE/first"
    works 'mv drives/data drives/moved'
    refused 'No such file' 'rm -r drives/moved'
    prints data 'cat drives/data/name'
    assert_eq "POST PUT" "$(plan .method | paste -sd ' ')"
}

# holds: dry-4
test_a_draft_that_was_planned_is_planned_once()
{
    mounted -- dry_run=pretend
    works 'cp -r drives/data drives/copy; echo 50 > drives/copy/size; ls drives/copy/.draft'
    prints 50 'cat drives/copy/size'
    assert_eq "POST $URL/shared-drives" "$(plan '"\(.method) \(.url)"')"
    nothing_sent
}

# holds: dry-4 draft-5
test_defaults_plan_what_mkdir_would_create()
{
    printf '{"drives": {"size": 100, "region": "ny2", "%s": "nwhoe4ox"},
        "snapshots": {"machineId": "%s"}}' "$(network_key)" $MACHINE >"$T/defaults.json"
    mounted -- "dry_run=pretend,defaults=$T/defaults.json"
    works 'mkdir drives/new snapshots/new; test -e drives/new/.draft; ! test -e snapshots/new'
    assert_eq "new new" "$(plan .body.name | paste -sd ' ')"
    nothing_sent
}

# holds: dry-5
test_the_guard_does_not_count()
{
    mounted -- dry_run=pretend
    works 'rm -r drives/data drives/archive; touch snapshots/before-upgrade/restore
        touch snapshots/before-upgrade/restore; echo 5 > .paperspacefs/allow'
    assert_eq 4 "$(plan .method | wc -l)"
    prints '[20,0]' 'jq -c "[.guard.limit, .guard.spent]" .paperspacefs/status.json'
}

# A directory in which somebody stands is there again, though the kernel was told that it is gone.
# holds: dry-4
test_a_directory_that_was_to_go_can_be_used_again()
{
    mounted -- dry_run=pretend
    works '(cd drives/data && rm -r ../data); ls -d drives/data/drive.json > /dev/null
        cd drives/data && echo x > scratch && cat drive.json scratch > /dev/null'
    works 'mv drives/archive drives/gone; cd drives/archive; echo x > scratch; cat drive.json > /dev/null'
    refused 'No such file' 'ls -d drives/gone'
}

# The line that README and man show, whatever the script is.
# holds: dry-2 install-6
test_the_plan_is_read_as_README_and_man_say()
{
    local command

    command=$(sed -n 's|^    \(jq .*\) /mnt/\.paperspacefs/plan.jsonl$|\1|p' "$top_srcdir/README.md")
    assert_contains "$(sed 's/\\(aq/'"'"'/g; s/\\e/\\/g' "$top_srcdir/man/paperspacefs.5")" \
        "$command /mnt/.paperspacefs/plan.jsonl"
    mounted -- dry_run=pretend
    works 'rm -r drives/data; echo x > drives/archive/name'
    prints "DELETE $URL/shared-drives/$DATA"$'\n'"PUT $URL/shared-drives/sdq7h2m4xc" \
        "$command .paperspacefs/plan.jsonl"
}

# holds: tree-4 dry-2
test_README_says_so()
{
    mounted -- dry_run
    prints 1 'grep -c "^This is a dry run" README'
    works 'test -e .paperspacefs/plan.jsonl'
    remount ''
    prints 0 'grep -c "^This is a dry run" README || true'
    works 'test ! -e .paperspacefs/plan.jsonl'
}

# holds: dry-1
test_refresh_and_reads_go_on()
{
    mounted -- dry_run
    works 'ls drives > /dev/null; touch .paperspacefs/refresh; ls drives > /dev/null'
    assert_eq 1 "$(count_requests GET '/shared-drives.*')"
    nothing_sent
}

# --- ro ---

# holds: ro-1
test_ro_every_change_is_EROFS()
{
    local line

    mounted -- ro
    while read -r line; do
        refused 'Read-only file system' "$line"
    done < <(
        ten_changes | grep -v drives/new/
        printf '%s\n' 'touch .paperspacefs/refresh' 'echo 5 > .paperspacefs/allow' 'touch drives' \
            'ln -s x drives/data/link' 'chmod 600 drives/data/name' 'echo x > drives/data/scratch'
    )
    nothing_sent
}

# holds: ro-1
test_ro_SIGHUP_refreshes()
{
    mounted -- ro
    works 'ls drives > /dev/null'
    api PUT "/shared-drives/$DATA" '{"name": "elsewhere"}' >/dev/null
    kill -HUP "$daemon"
    eventually 5 test -d "$MNT/drives/elsewhere"
}

run_scenarios "$@"
