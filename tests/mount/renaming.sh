#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mv.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# holds: rename-1
test_mv_sends_the_new_name()
{
    mounted
    works 'mv drives/data drives/renamed'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    prints '"renamed"' 'jq .name drives/renamed/drive.json'
    refused 'No such file or directory' 'stat drives/data'
    prints $'archive\nrenders\nteam files\nrenamed' 'ls -U drives'
}

# holds: rename-1
test_mv_of_a_snapshot_in_both_views()
{
    mounted
    works 'mv snapshots/before-upgrade snapshots/before'
    assert_changes "PUT /snapshots/$UPGRADE {\"name\":\"before\"}"
    works "mv machines/$MACHINE/before machines/$MACHINE/b2"
    assert_changes "PUT /snapshots/$UPGRADE {\"name\":\"b2\"}"
    works 'test -f snapshots/b2/snapshot.json'
}

# holds: edit-13 rename-1
test_docs_mv_of_a_provider_sends_it_whole()
{
    mounted
    works 'ls providers > /dev/null'
    forget_requests
    works 'mv providers/backups providers/b2'
    assert_requests "GET /storage-providers/splk9d2w5hn7uyc" \
        'PUT /storage-providers/splk9d2w5hn7uyc {"isTeamDefault":false,"name":"b2","s3Config":{"accessKey":"AKIADEMO4BACKUPS","bucket":"nightly-backups","endpoint":null,"region":"ams1","retainData":false,"secretAccessKey":"demo/secret+backups/0002","signatureVersion":null}}'
}

# holds: name-3
test_mv_decodes_the_name()
{
    mounted
    works 'mv drives/data drives/a%2Fb'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"a/b\"}"
}

# holds: rename-2
test_mv_onto_an_existing_resource_is_refused()
{
    mounted
    refused 'Directory not empty' 'mv -T drives/data drives/archive'
    refused 'File exists' 'python3 -c "
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, b\"drives/data\", -100, b\"drives/archive\", 1) != 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"'
    refused 'Operation not permitted' 'python3 -c "
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, b\"drives/data\", -100, b\"drives/archive\", 2) != 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"'
    nothing_sent
}

# holds: rename-3
test_mv_across_directories_kinds_and_machines_is_refused()
{
    mounted
    refused 'Operation not permitted' 'mv drives/data snapshots/data'
    refused 'Operation not permitted' "mv machines/$MACHINE/before-upgrade machines/psd0w6r3nj1z/b"
    refused 'Operation not permitted' "mv snapshots/before-upgrade machines/$MACHINE/b"
    refused 'Operation not permitted' 'mv drives/data .'
    nothing_sent
    works 'test -f drives/data/drive.json'
}

# holds: rename-4
test_a_refused_rename_leaves_the_name()
{
    mounted
    fault '{"method": "PUT", "times": -1, "status": 422, "body": {"message": "bad name"}}'
    refused 'Bad message' 'mv -T drives/data drives/renamed'
    words EBADMSG 'bad name'
    assert_changes "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
    works 'test -f drives/data/drive.json'
    refused 'No such file or directory' 'stat drives/renamed'
}

# holds: path-1
test_a_rename_never_hits_another_than_was_shown()
{
    mounted
    works 'stat drives/data > /dev/null'
    api PUT /shared-drives/$DATA '{"name": "old-data"}' >/dev/null
    api PUT /shared-drives/sdq7h2m4xc '{"name": "data"}' >/dev/null
    shell 'mv -T drives/data drives/renamed'
    assert_eq "" "$(changes | grep sdq7h2m4xc || true)" 'another drive was renamed'
}

# holds: name-12 rename-2
test_a_taken_name_is_taken_by_every_way()
{
    mounted
    refused 'File exists' 'echo sdq7h2m4xc > drives/data/name'
    refused 'File exists' 'echo "{\"name\": \"sdq7h2m4xc\"}" > drives/data/drive.json'
    refused 'Directory not empty' 'mv -T drives/data drives/sdq7h2m4xc'
    works 'mkdir drives/draft'
    refused 'File exists' 'echo draft > drives/data/name'
    works 'rm -r drives/draft'
    refused 'File exists' "mkdir machines/ps4t7k2qhx8d/$UPGRADE"
    refused 'File exists' "mkdir 'machines/ps4t7k2qhx8d/before-upgrade~$UPGRADE'"
    nothing_sent
}

# holds: path-1
test_a_name_that_has_just_come_to_mean_another_is_not_acted_on()
{
    local other

    mounted -- ttl=3600
    other=$(id_of shared-drives renders)
    works 'ls -l drives > /dev/null'
    api PUT "/shared-drives/$DATA" '{"name": "swap"}' >/dev/null
    api PUT "/shared-drives/$other" '{"name": "data"}' >/dev/null
    works 'touch .paperspacefs/refresh'
    refused 'Device or resource busy' 'python3 -c "import os; os.rename(\"drives/data\", \"drives/mine\")"'
    words EBUSY 'look again'
    nothing_sent
    pause 2.1
    works 'mv drives/data drives/mine'
    assert_changes "PUT /shared-drives/$other {\"name\":\"mine\"}"
}

# Two drives have changed their names elsewhere; what this mount did before does not matter.
swapped()
{
    local other

    mounted -- ttl=3600
    works 'mv drives/data drives/tmp; mv drives/tmp drives/data; ls -l drives > /dev/null'
    pause 2.1
    other=$(id_of shared-drives renders)
    api PUT "/shared-drives/$DATA" '{"name": "swap"}' >/dev/null
    api PUT "/shared-drives/$other" '{"name": "data"}' >/dev/null
    works 'touch .paperspacefs/refresh'
    forget_requests
}

# holds: path-1
test_an_own_change_of_before_does_not_make_a_swap_elsewhere_acceptable()
{
    swapped
    refused 'Device or resource busy' 'rm -r drives/data'
    words EBUSY 'look again'
    nothing_sent
}

# Of thousands names alone are listed, without a directory for each.
# holds: path-1
test_docs_a_name_among_thousands_that_has_just_come_to_mean_another_is_not_acted_on()
{
    local oldest one other name

    mounted --populate 4500 -- ttl=3600
    oldest=$(api GET '/snapshots?limit=120&order=asc' |
        jq -c '[.items[] | select(.isAutoSnapshot | not)]')
    one=$(jq -r '.[0].id' <<<"$oldest") other=$(jq -r '.[1].id' <<<"$oldest")
    name=$(jq -r '.[0].name' <<<"$oldest")
    works "ls -U snapshots | tail -n 200 | grep -x '$name'"
    api PUT "/snapshots/$one" '{"name": "swap"}' >/dev/null
    api PUT "/snapshots/$other" "{\"name\": \"$name\"}" >/dev/null
    works 'touch .paperspacefs/refresh; ls -U snapshots > /dev/null'
    refused 'Device or resource busy' "rm -r snapshots/$name"
    words EBUSY 'look again'
    nothing_sent
}

# holds: path-1
test_what_is_written_to_a_name_that_has_just_come_to_mean_another_is_not_sent()
{
    swapped
    refused 'Device or resource busy' 'echo mine > drives/data/name'
    words EBUSY 'look again'
    refused 'Device or resource busy' 'echo "{\"name\": \"mine\"}" > drives/data/drive.json'
    nothing_sent
}

# holds: path-1
test_a_restore_by_a_name_that_has_just_come_to_mean_another_is_not_sent()
{
    local other

    mounted -- ttl=3600
    works 'ls -lR snapshots > /dev/null'
    other=$(id_of snapshots 'trained model v2')
    api PUT "/snapshots/$UPGRADE" '{"name": "swap"}' >/dev/null
    api PUT "/snapshots/$other" '{"name": "before-upgrade"}' >/dev/null
    works 'touch .paperspacefs/refresh'
    refused 'Device or resource busy' 'touch snapshots/before-upgrade/restore'
    words EBUSY 'look again'
    nothing_sent
    pause 2.1
    works 'touch snapshots/before-upgrade/restore'
}

# holds: rename-1
test_a_directory_that_was_opened_before_a_rename_does_not_bring_the_old_name_back()
{
    mounted
    cat >"$T/scan.py" <<'END'
import os

drives = os.scandir("drives")
os.rename("drives/archive", "drives/new")
names = [entry.name for entry in drives]
assert not os.path.lexists("drives/archive")
assert os.path.isdir("drives/new")
END
    works "python3 $T/scan.py"
}

# holds: path-9
test_an_old_name_that_was_taken_leads_nowhere_else_afterwards()
{
    mounted
    works 'echo tmp > drives/archive/name; echo archive > drives/data/name; rm -r drives/archive'
    refused 'No such file' 'ls drives/archive'
    prints tmp 'cat drives/tmp/name'
}

# holds: path-2
test_own_changes_by_another_path_are_no_surprise()
{
    local view=machines/ps4t7k2qhx8d

    mounted
    works "mkdir $view/daily; ls snapshots/daily > /dev/null
        rm -r $view/daily; mkdir $view/daily; rm -r snapshots/daily"
    works "mkdir $view/a $view/b; ls snapshots/a snapshots/b > /dev/null
        mv $view/a $view/a.old; mv $view/b $view/a; mv snapshots/a snapshots/c"
    works "a=\$(cat drives/archive/id); b=\$(cat drives/data/id)
        echo zz > drives/\$a/name; echo archive > drives/\$b/name; mv drives/archive drives/y"
    works "for i in 1 2 3; do mkdir $view/day; mv snapshots/day snapshots/day.\$i; done"
}

# --- names that can't be given ----------------------------------------------------------------------

# refused_each ERROR OF_MV NAME: as the new name of the drive data, by each way there is.
refused_each()
{
    refused "$1" "echo '{\"name\": \"$3\"}' > drives/data/drive.json"
    refused "$1" "echo '$3' > drives/data/name"
    refused "$2" "mv -T drives/data 'drives/$3'"
}

# holds: name-15 name-12
test_a_name_that_mv_refuses_is_refused_by_document_and_field()
{
    local gone

    mounted
    gone=$(id_of shared-drives archive)
    works 'rm -r drives/archive'
    forget_requests
    refused_each 'Operation not permitted' 'Operation not permitted' "$gone"
    words EPERM gone
    refused_each 'Operation not permitted' 'Operation not permitted' "archive~$gone"
    words EPERM gone
    refused_each 'File exists' 'Directory not empty' renders
    nothing_sent
    works 'echo archive > drives/data/name' # that name is free
}

# holds: name-16
test_a_name_is_never_empty()
{
    mounted
    refused 'Invalid argument' "echo '{\"name\": \"\"}' > drives/data/drive.json"
    words EINVAL 'name.*empty'
    refused 'Invalid argument' 'echo > drives/data/name'
    words EINVAL 'name.*empty'
    nothing_sent
}

# An automatic one is shown as NAME~ID: its name is nobody's.
# holds: rename-1
test_docs_the_name_of_an_automatic_snapshot_is_free()
{
    mounted --data "$(with_data '{"snapshots": [
        {"id": "sl1", "name": "auto", "machineId": "ps1", "isAutoSnapshot": true},
        {"id": "sl2", "name": "mine", "machineId": "ps1", "isAutoSnapshot": false}]}')"
    works 'ls snapshots > /dev/null'
    works 'mv snapshots/mine snapshots/auto'
    assert_changes 'PUT /snapshots/sl2 {"name":"auto"}'
}

# By its plain name alone a snapshot is found where no other machine's has it.
# holds: name-14
test_a_name_of_another_machine_s_snapshot_is_taken()
{
    mounted
    refused 'cannot overwrite' "mv -T machines/$MACHINE/before-upgrade 'machines/$MACHINE/trained model v2'"
    words EEXIST 'the name is taken'
    nothing_sent
    works "mkdir 'machines/$MACHINE/trained model v2'" # a new one may be called so there
}

run_scenarios "$@"
