#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How resources are called.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# drives_called NAME…: an account with these drives (JSON string texts), ids sd1, sd2, …
drives_called()
{
    local name list='' number=0

    for name in "$@"; do
        number=$((number + 1))
        list+="${list:+, }{\"id\": \"sd$number\", \"name\": \"$name\"}"
    done
    with_data "{\"shared-drives\": [$list]}"
}

# holds: name-1 name-2
test_what_a_file_name_cannot_hold_is_percent_encoded()
{
    mounted --data "$(drives_called 'a/b' . .. '100%' '100%41' '50%zz' 'tab\there' 'del\u007f' \
        'new\nline' 'grün' '...')"
    prints $'a%2Fb\n%2E\n%2E%2E\n100%\n100%2541\n50%zz\ntab%09here\ndel%7F\nnew%0Aline\ngrün\n...' \
        'ls -AU drives'
    prints '"a/b"' 'jq .name drives/a%2Fb/drive.json'
    prints '".."' 'jq .name drives/%2E%2E/drive.json'
    prints '"100%41"' 'jq .name drives/100%2541/drive.json'
}

# holds: name-4
test_another_spelling_of_a_name_is_not_there()
{
    mounted --data "$(drives_called 'a/b' A)"
    refused 'No such file or directory' 'cat drives/%41/drive.json'
    refused 'No such file or directory' 'cat drives/a%2fb/drive.json'
    refused 'Operation not permitted' 'mkdir drives/%42'
    refused 'Operation not permitted' 'mkdir drives/x%2fy'
    refused 'Operation not permitted' 'mkdir drives/%2e'
    refused 'Operation not permitted' 'mv drives/A drives/%42'
    nothing_sent
}

# holds: name-5
test_resources_of_the_same_name_show_their_ids()
{
    mounted --data "$(drives_called twin single twin)"
    prints $'twin~sd1\nsingle\ntwin~sd3' 'ls -U drives'
    prints '"sd3"' 'jq .id drives/twin~sd3/drive.json'
}

# holds: name-11 name-12
test_an_ambiguous_name_is_not_there_and_last_error_has_the_candidates()
{
    mounted --data "$(drives_called twin single twin)"
    refused 'No such file or directory' 'cat drives/twin/drive.json'
    words 'twin~sd1' 'twin~sd3'
    refused 'File exists' 'mkdir drives/twin'
    refused 'File exists' 'python3 -c "import os; os.rename(\"drives/single\", \"drives/twin\")"'
    nothing_sent
}

# holds: name-10
test_ids_and_names_with_ids_always_resolve()
{
    mounted
    works "cmp drives/data/drive.json drives/$DATA/drive.json"
    works "cmp drives/data/drive.json drives/data~$DATA/drive.json"
    works "cmp snapshots/before-upgrade/snapshot.json snapshots/$UPGRADE/snapshot.json"
    works "cmp snapshots/before-upgrade/snapshot.json machines/$MACHINE/$UPGRADE/snapshot.json"
    works "cmp providers/training-data/provider.json providers/$TRAINING/provider.json"
    refused 'No such file or directory' "cat drives/archive~$DATA/drive.json"
    refused 'No such file or directory' "cat drives/data~sdq7h2m4xc/drive.json"
}

# The longest has 255 bytes, also where a byte takes three.
# holds: name-17
test_a_name_can_not_be_longer_than_a_file_name()
{
    local long umlauts
    long=$(printf 'x%.0s' {1..255})
    umlauts=$(printf '%%0A%.0s' {1..85})
    mounted
    works "mkdir drives/$long drives/$umlauts; rm -r drives/$long drives/$umlauts"
    refused 'File name too long' "mkdir drives/x$long"
    refused 'File name too long' "mkdir drives/x$umlauts"
    refused 'File name too long' "mkdir machines/$MACHINE/x$long"
    refused 'File name too long' "mv -T drives/data drives/x$long"
    refused 'File name too long' "echo x > drives/data/x$long"
    nothing_sent
}

# shows_none_of ID: the snapshots are listed anew, without it.
shows_none_of()
{
    touch "$MNT/snapshots"
    [[ "$(ls "$MNT/snapshots")" != *"$1"* ]]
}

# holds: name-15
test_ids_that_are_gone_mean_no_others()
{
    local one=slm3x8k1tqz5wd machine=machines/$MACHINE id

    mounted -- ttl=3600
    cp -r "$MNT/$machine/auto-daily~$one" "$T/"
    id=$(cat "$MNT/drives/archive/id")
    api DELETE "/snapshots/$one" >/dev/null
    eventually 10 shows_none_of "$one"
    forget_requests
    refused 'Operation not permitted' "cp -r $T/auto-daily~$one $machine/"
    words EPERM "$one, which is gone"
    refused 'Operation not permitted' "mkdir $machine/$one"
    refused 'Operation not permitted' "mv snapshots/before-upgrade snapshots/x~$one"
    works 'rm -r drives/archive; mkdir drives/new'
    assert_changes "DELETE /shared-drives/$id"
    refused 'Operation not permitted' "mkdir drives/archive~$id"
    refused 'Operation not permitted' "mv drives/new drives/$id"
    works "mkdir drives/archive~other; rm -r drives/new drives/archive~other"
    nothing_sent
}

# holds: name-7
test_a_name_that_equals_the_id_of_another_shows_its_own_id()
{
    mounted --data "$(drives_called sd2 plain plain~sd2)"
    prints $'sd2~sd1\nplain\nplain~sd2~sd3' 'ls -U drives'
    prints '"sd2"' 'jq .id drives/sd2/drive.json'
    prints '"sd2"' 'jq .id drives/plain~sd2/drive.json'
    prints '"sd1"' 'jq .id drives/sd2~sd1/drive.json'
}

# holds: name-6
test_docs_automatic_snapshots_show_their_ids()
{
    mounted --data "$(with_data '{"snapshots": [
        {"id": "sl1", "name": "auto", "machineId": "ps1", "isAutoSnapshot": true},
        {"id": "sl2", "name": "mine", "machineId": "ps1", "isAutoSnapshot": false}]}')"
    prints $'auto~sl1\nmine' 'ls -U snapshots'
    prints $'auto~sl1\nmine' 'ls -U machines/ps1'
}

# holds: name-8
test_an_empty_name_shows_as_the_id()
{
    mounted --data "$(drives_called '' b)"
    prints $'~sd1\nb' 'ls -U drives'
    prints '"sd1"' 'jq .id drives/~sd1/drive.json'
}

# holds: name-9
test_long_names_are_cut_at_a_character_and_have_the_id()
{
    local long umlauts slashes name

    long=$(printf 'x%.0s' {1..300})
    umlauts=$(printf 'ä%.0s' {1..200})
    slashes=a$(printf '/%.0s' {1..200})
    mounted --data "$(drives_called "$long" "$umlauts" "$slashes" "${long:0:255}")"
    works 'ls -U drives'
    while read -r name; do
        assert_eq 1 $((${#name} <= 255)) "too long: $name"
        works "jq . 'drives/$name/drive.json' && iconv -f UTF-8 -t UTF-8 <<<'$name'"
    done <<<"$out"
    shell 'ls -U drives'
    assert_eq "${long:0:251}~sd1" "$(sed -n 1p <<<"$out")"
    assert_eq "${umlauts:0:250}~sd2" "$(sed -n 2p <<<"$out")"
    assert_eq "a$(printf '%%2F%.0s' {1..83})~sd3" "$(sed -n 3p <<<"$out")"
    assert_eq "${long:0:255}" "$(sed -n 4p <<<"$out")"
}

# holds: name-13
test_names_are_looked_up_in_a_complete_listing_only()
{
    mounted --populate 300
    fault '{"path": "/snapshots", "skip": 1, "times": -1, "status": 500}'
    refused 'Input/output error' 'cat snapshots/snapshot-000001/snapshot.json'
    refused 'Input/output error' 'stat snapshots/nowhere'
}

# holds: path-4 attr-15
test_the_same_directory_has_one_identity_per_path_form()
{
    local form

    mounted
    # A directory that is open or worked in keeps its path, while it is found by all the others.
    for form in "drives/$DATA" drives/data "drives/data~$DATA"; do
        prints "$MNT/$form"$'\n'"$MNT/$form" "exec 5<$form; cd $form
            stat $MNT/drives/{data,$DATA,data~$DATA}/name > /dev/null; ls -lR $MNT/drives > /dev/null
            pwd -P; readlink /proc/\$\$/fd/5"
    done
    works "exec 5<drives/data 6<drives/$DATA 7<drives/data~$DATA; ls -lR drives > /dev/null
        readlink /proc/\$\$/fd/{5,6,7}"
    assert_eq "$(printf "$MNT/drives/%s\n" data "$DATA" "data~$DATA")" "$out"
    works "stat -c %i snapshots/before-upgrade machines/$MACHINE/before-upgrade"
    assert_eq 2 "$(sort -u <<<"$out" | wc -l)" 'two views have one inode'
}

run_scenarios "$@"
