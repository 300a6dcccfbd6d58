#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tree and its documents, as they are read.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# holds: tree-1
test_the_root_shows_the_kinds()
{
    mounted
    prints $'.paperspacefs\nREADME\ndrives\nmachines\nproviders\nsnapshots\nutilization.json' \
        'ls -A | sort'
}

# holds: tree-4 attr-4
test_README_says_how_to_use_it_and_is_read_only()
{
    mounted
    works 'cat README'
    assert_contains "$out" drives
    assert_contains "$out" 'touch snapshots/NAME/restore'
    assert_contains "$out" 'touch drives'
    assert_contains "$out" .rej
    assert_eq "$([ "$D" = docs ] && echo 2 || echo 0)" "$(grep -c -E '/(fstab|credentials) ' <<<"$out" || true)"
    refused 'Permission denied' 'echo x > README'
    nothing_asked
}

# holds: tree-4
test_README_of_a_read_only_mount_tells_no_way_to_change()
{
    mounted -- ro,secrets=hide
    works 'cat README'
    assert_contains "$out" read-only
    assert_matches "$out" 'secrets=hide'
    assert_eq '' "$(grep -E 'echo |mkdir|mv |rm |cp |touch|/credentials' <<<"$out" || true)"
}

# holds: restore-6 tree-4
test_README_says_what_a_restore_does_first()
{
    mounted
    works 'cat README'
    if [ "$D" = docs ]; then
        assert_contains "$out" '{} asks for none'
    else
        assert_contains "$out" "can't take a safety snapshot"
    fi
    remount restore_backup=yes
    works 'cat README'
    assert_eq "$([ "$D" = docs ] && echo 1 || echo 0)" "$(grep -c 'touch snapshots' <<<"$out" || true)"
    assert_eq "$([ "$D" = docs ] && echo 0 || echo 1)" "$(grep -c 'Restores are refused' <<<"$out" || true)"
    remount restore_backup=no
    works 'cat README'
    assert_contains "$out" 'safety snapshot'
    assert_lacks "$out" 'Restores are refused'
}

# holds: attr-14
test_drives_are_listed_in_the_order_of_the_API()
{
    mounted
    prints $'archive\nrenders\nteam files\ndata' 'ls -U drives'
}

# holds: attr-14 name-5 name-6
test_docs_snapshots_are_listed_in_the_order_of_the_API()
{
    mounted
    prints $'auto-daily~slm3x8k1tqz5wd\nauto-daily~slb7r2y9fnc4hj\nbefore-upgrade
auto-daily~slz1v6d0pks8ma\ntrained model v2\nauto-weekly~slc8n5g7rqo0yi
clean install~slk2p4s6vfl9td\nclean install~sle0j3u8mwb7xr' 'ls -U snapshots'
}

# holds: attr-14 name-5
test_openapi_snapshots_are_listed_in_the_order_of_the_API()
{
    mounted
    prints $'auto-daily~slm3x8k1tqz5wd\nauto-daily~slb7r2y9fnc4hj\nbefore-upgrade
auto-daily~slz1v6d0pks8ma\ntrained model v2\nauto-weekly
clean install~slk2p4s6vfl9td\nclean install~sle0j3u8mwb7xr' 'ls -U snapshots'
}

# holds: tree-3
test_machines_show_the_same_snapshots_by_machine()
{
    mounted
    prints $'ps4t7k2qhx8d\npsd0w6r3nj1z\npsm9u09bwu5i' 'ls machines'
    prints $'auto-daily~slm3x8k1tqz5wd\nbefore-upgrade\nauto-daily~slz1v6d0pks8ma
clean install~sle0j3u8mwb7xr' "ls -U machines/$MACHINE"
    works "cmp machines/$MACHINE/before-upgrade/snapshot.json snapshots/before-upgrade/snapshot.json"
    refused 'No such file or directory' \
        "cat 'machines/$MACHINE/trained model v2/snapshot.json'"
}

# holds: tree-2
test_a_resource_has_its_document()
{
    mounted
    works 'test -f drives/data/drive.json'
    works 'test -f snapshots/before-upgrade/snapshot.json'
    works 'test -f snapshots/before-upgrade/restore'
    works 'test -f providers/backups/provider.json'
}

# document PATH API_PATH: the file is the API's answer, pretty, secrets masked.
document()
{
    prints "$(api GET "$2" | jq 'if has("password") then .password = "********" else . end
        | if .s3Config? then .s3Config.secretAccessKey = "********" else . end')" "cat '$1'"
    works "tail -c 1 '$1' | od -An -c"
    assert_contains "$out" '\n' 'no final newline'
}

# holds: doc-1
test_documents_are_pretty_printed_in_the_order_of_the_server()
{
    mounted
    document drives/data/drive.json /shared-drives/$DATA
    document 'drives/team files/drive.json' /shared-drives/sdt5y0r9jd
    document snapshots/before-upgrade/snapshot.json /snapshots/$UPGRADE
    document providers/training-data/provider.json /storage-providers/$TRAINING
    document providers/backups/provider.json /storage-providers/splk9d2w5hn7uyc
    document utilization.json /storage-providers/utilization
}

# holds: secret-1 secret-3
test_docs_secrets_are_masked_in_documents()
{
    local secret

    mounted
    works 'grep -rh . drives providers'
    for secret in Lk6wPv42nGhX Vt5mQx81pLrA demo/secret; do
        assert_lacks "$out" "$secret"
    done
    assert_contains "$out" '"password": "********"'
    assert_contains "$out" '"secretAccessKey": "********"'
}

# holds: doc-3
test_numbers_appear_digit_for_digit()
{
    local number

    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "big",
        "a": 123456789012345678901234567890, "b": -9223372036854775809, "c": 1.10,
        "d": 1E5, "e": 0.1000000000000000000001, "f": 18446744073709551616, "g": -0}]}')"
    works 'cat drives/big/drive.json'
    for number in '"a": 123456789012345678901234567890,' '"b": -9223372036854775809,' \
        '"c": 1.10,' '"d": 1E5,' '"e": 0.1000000000000000000001,' '"f": 18446744073709551616,' \
        '"g": -0'; do
        assert_contains "$out" "$number"
    done
}

# holds: doc-2
test_text_is_not_escaped_more_than_JSON_wants()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "a",
        "x": "grüße/日本 \"q\" \\ \u0001\n", "y": [1, {"z": []}], "w": {}}]}')"
    works 'cat drives/a/drive.json'
    assert_contains "$out" 'grüße/日本 \"q\" \\ \u0001\n'
    prints "$(api GET /shared-drives/sd1 | jq -S .)" 'jq -S . drives/a/drive.json'
}

# holds: doc-4 field-6
test_keys_that_nobody_knows_are_shown()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "sd1", "name": "a", "brandNew": [true],
        "": "empty key"}]}')"
    prints '[true]' 'jq -c .brandNew drives/a/drive.json'
    prints '"empty key"' 'jq -c '\''.[""]'\'' drives/a/drive.json'
}

# Servers are known to answer with a code, in capitals too, or with a label that has the code.
# holds: field-1 edit-2 put-4
test_a_region_is_shown_and_kept_however_the_server_spells_it()
{
    local row

    for row in code:ny2 upper:NY2 'label:East Coast (NY2)'; do
        start_emulator
        emu_config "{\"regions\": \"${row%%:*}\"}"
        mount_fs ''
        prints "${row#*:}" 'cat drives/data/region'
        prints $'drives/archive/region\ndrives/data/region' 'grep -l -i ny2 drives/*/region'
        works "jq '.name = \"renamed\"' drives/data/drive.json >$T/new; cat $T/new >drives/data/drive.json"
        assert_changes "PUT /shared-drives/$DATA {\"name\":\"renamed\"}"
        works "mkdir drives/new; echo '$(drive_body new)' >drives/new/drive.json"
        prints "${row#*:}" 'cat drives/new/region'
        end_mount
        end_emulator
        emulator_port=
    done
}

# holds: tree-7
test_an_empty_account_has_empty_directories()
{
    mounted --data "$(with_data '{}')"
    prints '' 'ls drives snapshots/ machines/ | grep -v :$ || true'
    refused 'No such file or directory' 'cat drives/data/drive.json'
}

# holds: open-1
test_an_open_file_keeps_showing_what_it_was_when_opened()
{
    local before

    mounted
    before=$(cat "$MNT/drives/data/drive.json")
    exec 8<"$MNT/drives/data/drive.json"
    works 'echo "{\"name\": \"other\"}" > drives/data/drive.json'
    assert_eq "$before" "$(cat <&8)"
    exec 8<&-
}

# holds: errno-14
test_files_can_be_read_in_pieces_and_mapped()
{
    mounted
    works 'dd if=drives/data/drive.json bs=7 status=none | cmp - drives/data/drive.json'
    works 'tail -c 20 drives/data/drive.json | wc -c | grep -x 20 >/dev/null'
    works 'python3 -c "
import mmap
with open(\"drives/data/drive.json\", \"rb\") as f:
    whole = f.read()
    assert mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE)[:] == whole
"'
    works 'busybox cat drives/data/drive.json | cmp - drives/data/drive.json'
}

# holds: attr-17
test_df_shows_the_plan()
{
    local used avail

    mounted
    works 'cat utilization.json'
    works 'df -B1 --output=used,avail . | tail -n 1'
    read -r used avail <<<"$out"
    assert_eq 1 $((used > 83315664384 - 4096 && used < 83315664384 + 4096)) "used: $used"
    if [ "$D" = docs ]; then
        assert_eq 1 $((avail > 131432700416 - 4096 && avail < 131432700416 + 4096)) "free: $avail"
    else
        assert_eq 0 "$avail"
    fi
}

run_scenarios "$@"
