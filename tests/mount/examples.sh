#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# examples/ do what they say.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# example NAME ARG…: sets out, err and rc.
example()
{
    run "$top_srcdir/examples/$1" "${@:2}"
}

# The names of a machine's snapshots, as the server has them.
server_has()
{
    api GET "/snapshots?limit=120" | jq -r --arg machine "$1" \
        '(.items? // .)[] | select(.machineId == $machine) | .name' | sort
}

# A machine with snapshots by hand, oldest first n1 to n5, then an automatic one. In `openapi` their
# dates are in the future, in the server's order: its clock is off.
with_many()
{
    local i items=''

    for i in 5 4 3 2 1; do
        items+="{\"id\": \"sln$i\", \"name\": \"n$i\", \"machineId\": \"$MACHINE\", \"isAutoSnapshot\": false
            $([ "$D" = docs ] || echo ", \"dtCreated\": \"2099-01-0${i}T00:00:00.000Z\", \"note\": null, \"storageSize\": 1")},"
    done
    items+="{\"id\": \"slauto\", \"name\": \"auto\", \"machineId\": \"$MACHINE\", \"isAutoSnapshot\": true
        $([ "$D" = docs ] || echo ', "dtCreated": "1999-01-01T00:00:00.000Z", "note": null, "storageSize": 1')},"
    items+="{\"id\": \"slother\", \"name\": \"other\", \"machineId\": \"psother\", \"isAutoSnapshot\": false
        $([ "$D" = docs ] || echo ', "dtCreated": "2001-01-01T00:00:00.000Z", "note": null, "storageSize": 1')}"
    with_data "{\"snapshots\": [$items]}"
}

# holds: install-7 attr-7
test_prune_keeps_the_newest_of_each_machine_and_automatic_ones()
{
    mounted --data "$(with_many)"
    example prune.sh -n 2 "$MNT"
    assert_status 0
    assert_eq "$(printf '%s\n' "$MNT/machines/$MACHINE/"n{3,2,1})" "$out"
    nothing_sent
    example prune.sh 2 "$MNT"
    assert_status 0
    assert_eq '' "$err"
    eventually 5 deleted_all_but $'auto\nn4\nn5'
    assert_eq other "$(server_has psother)"
    example prune.sh 2 "$MNT"
    assert_status 0
    assert_eq '' "$out"
}

deleted_all_but()
{
    [ "$(server_has "$MACHINE")" = "$1" ]
}

# The server's clock is a day ahead, and then right again: what it says of dates is in its own order.
# Here one snapshot is of this mount, with the date of its event, and one is another's.
# holds: install-7 attr-7
test_prune_is_fooled_by_no_clock()
{
    mounted --data "$(with_many)" -- guard=0,ttl=1
    works "ls -t machines/$MACHINE >/dev/null"
    emu_config '{"clockMs": 86400000}'
    works "mkdir machines/$MACHINE/n6; cat machines/$MACHINE/n6/wait >/dev/null"
    emu_config '{"clockMs": 3600000}'
    api POST /snapshots "{\"name\": \"n7\", \"machineId\": \"$MACHINE\"}" >/dev/null
    works 'touch .paperspacefs/refresh; ls snapshots >/dev/null'
    forget_requests
    assert_eq "$(api GET "/snapshots?machineId=$MACHINE&limit=120" | jq -r '(.items? // .)[] | .id' | head -n 3)" \
        "$(cd "$MNT/machines/$MACHINE" && stat -c '%.9Y %n' -- * | sort -n -r | head -n 3 |
            while read -r _ name; do cat "$name/id"; done)"
    # In openapi, what this program and the API have made has no word of being automatic.
    [ "$D" = docs ] || prune_stops
    example prune.sh -a 2 "$MNT"
    assert_status 0
    assert_eq '' "$err"
    if [ "$D" = docs ]; then
        eventually 5 deleted_all_but $'auto\nn6\nn7'
    else
        eventually 5 deleted_all_but $'auto\nn4\nn5' # of the year 2099
    fi
}

prune_stops()
{
    example prune.sh 2 "$MNT"
    assert_status 1
    assert_contains "$err" 'does not tell which are automatic'
    nothing_sent
}

# The newest one is being made: it neither counts nor goes.
# holds: install-7
test_docs_prune_counts_only_what_is_ready()
{
    mounted --data "$(with_many)" -- guard=0
    fault '{"method": "GET", "path": "/machine-events", "times": -1, "status": 503}'
    works "mkdir machines/$MACHINE/unfinished"
    [ "$(cat "$MNT/machines/$MACHINE/unfinished/state")" != ready ] || fail 'it is ready'
    example prune.sh 2 "$MNT"
    assert_status 0
    eventually 5 deleted_all_but $'auto\nn4\nn5\nunfinished'
}

# More than a burst may: exactly that much leave is asked for.
# holds: install-7 guard-4
test_docs_prune_asks_for_leave()
{
    mounted --populate 60 -- ttl=1
    example prune.sh 5 "$MNT"
    assert_status 0
    assert_eq '' "$err"
    (($(changes | wc -l) > 20)) || fail "no more than a burst may"
    works 'cat .paperspacefs/allow'
    assert_matches "$out" '^0 '
}

# holds: install-7
test_prune_deletes_nothing_when_the_API_does_not_answer()
{
    mounted --data "$(with_many)" -- timeout=1
    works 'ls snapshots machines/* > /dev/null'
    fault '{"method": "GET", "times": -1, "status": 503}'
    example prune.sh 0 "$MNT"
    [ "$rc" -ne 0 ] || fail 'it went on'
    nothing_sent
    no_faults
    example prune.sh x "$MNT"
    assert_status 2
}

# holds: install-7 event-3
test_snapshot_all_takes_one_of_each_machine_and_waits()
{
    local machine

    mounted
    example snapshot-all.sh nightly "$MNT"
    assert_status 0
    assert_eq '' "$err"
    shell 'ls machines'
    for machine in $out; do
        server_has "$machine" | grep -x nightly >/dev/null || fail "$machine has none"
        works "grep -q -x ready machines/$machine/nightly/state"
    done
    example snapshot-all.sh first "$MNT" psnewone
    assert_eq 'psnewone: done' "$out"
    assert_eq first "$(server_has psnewone)"
}

# holds: install-7
test_docs_snapshot_all_fails_where_one_fails_and_goes_on()
{
    mounted
    example snapshot-all.sh nightly "$MNT" psmissing "$MACHINE"
    assert_status 1
    assert_eq "$MACHINE: done" "$out"
    assert_contains "$err" psmissing
}

# holds: install-7 fail-2
test_rotate_secret_changes_both_keys_by_one_request()
{
    mounted
    printf 'AKIDNEW\nnew-secret-of-it\n' >"$T/pair"
    rc=0
    "$top_srcdir/examples/rotate-secret.sh" training-data "$MNT" <"$T/pair" >"$T/said" 2>&1 || rc=$?
    assert_eq '' "$(cat "$T/said")"
    assert_status 0
    assert_eq 1 "$(changes | wc -l)"
    assert_contains "$(changes)" AKIDNEW
    assert_contains "$(changes)" new-secret-of-it
    [ "$D" != docs ] || prints AKIDNEW 'cat providers/training-data/s3Config/accessKey'
    [ "$D" != docs ] || prints new-secret-of-it 'cat providers/training-data/s3Config/secretAccessKey'
    grep -r new-secret "$MNT/.paperspacefs" && fail 'the secret is in a journal'
    fault '{"method": "PUT", "status": 400, "body": {"code": "BAD_REQUEST", "message": "no such pair"}}'
    echo another-secret >>"$T/pair"
    tail -n 2 "$T/pair" | "$top_srcdir/examples/rotate-secret.sh" training-data "$MNT" >"$T/said" 2>&1 && fail 'it succeeded'
    assert_contains "$(cat "$T/said")" 'no such pair'
}

# holds: install-7 secret-3
test_export_for_git_has_a_diff_for_each_change()
{
    mounted -- ttl=1
    git init -q "$T/repository"
    git -C "$T/repository" config user.email me@example.com
    git -C "$T/repository" config user.name me
    example export-for-git.sh "$MNT" "$T/repository"
    assert_eq '' "$err"
    assert_status 0
    example export-for-git.sh "$MNT" "$T/repository"
    assert_eq 1 "$(git -C "$T/repository" rev-list --count HEAD)"
    works 'mv drives/data drives/archive2; rm -r "snapshots/before-upgrade"'
    eventually 5 export_shows 3
    assert_contains "$(git -C "$T/repository" show -M --name-status HEAD)" drives/archive2/drive.json
    grep -r -l -E '"(password|secretAccessKey)": "[^*]' "$T/repository/drives" "$T/repository/providers" &&
        fail 'a secret is in the repository'
    fault '{"method": "GET", "path": "/storage-providers", "times": -1, "status": 401}'
    touch "$MNT/providers" 2>/dev/null || true
    example export-for-git.sh "$MNT" "$T/repository"
    [ "$rc" -ne 0 ] || fail 'a listing that failed was committed'
    no_faults
    assert_eq '' "$(git -C "$T/repository" status --porcelain)"
}

# Exported again, two files of the snapshot and the drive's have changed.
export_shows()
{
    example export-for-git.sh "$MNT" "$T/repository"
    [ "$(git -C "$T/repository" diff --name-only --no-renames HEAD~1 HEAD 2>/dev/null | wc -l)" -ge "$1" ]
}

# holds: install-7
test_the_monitoring_check_tells_how_a_mount_is()
{
    mounted -- ttl=1,timeout=1
    works 'ls drives snapshots providers > /dev/null; cat utilization.json > /dev/null'
    example check_paperspacefs -w 99 -c 100 "$MNT"
    assert_matches "$out" '^PAPERSPACEFS OK - .* answers \| .*drives=4'
    assert_status 0
    if [ "$D" = docs ]; then
        assert_matches "$out" ' used=[0-9]+%;99;100 '
        example check_paperspacefs -w 0 -c 101 "$MNT"
        assert_matches "$out" '^PAPERSPACEFS WARNING - [0-9]+% of the plan'
        assert_status 1
        example check_paperspacefs -w 0 -c 0 "$MNT"
        assert_matches "$out" '^PAPERSPACEFS CRITICAL - '
        assert_status 2
    fi
    fault '{"method": "GET", "path": "/shared-drives", "times": -1, "status": 503}'
    touch "$MNT/drives"
    ls "$MNT/drives" >/dev/null 2>&1 || true
    eventually 5 check_warns_of_drives
    no_faults
    example check_paperspacefs "$T"
    assert_matches "$out" 'CRITICAL - .* is not mounted'
    assert_status 2
    example check_paperspacefs -x
    assert_status 3
}

check_warns_of_drives()
{
    example check_paperspacefs -w 99 -c 100 "$MNT"
    [ "$rc" -eq 1 ] && [[ "$out" == *'drives: '* ]]
}

# What can be told of the recipe without building it.
# holds: install-7
test_docs_the_container_is_nobodys_and_has_no_secret()
{
    local file=$top_srcdir/examples/container/Dockerfile

    assert_eq 'USER 10001' "$(grep '^USER' "$file" | tail -n 1)"
    assert_eq '' "$(grep -E '^(ARG|ENV).*(KEY|SECRET|TOKEN)' "$file" || true)"
    assert_eq '' "$(grep -E '^FROM ' "$file" | grep -v -E '^FROM [a-z]+:[0-9][^ ]*( AS [a-z]+)?$' || true)"
    # Its build needs what packages.sh says.
    for package in $(bash "$top_srcdir/scripts/packages.sh" --print build | grep -v -E '^(fuse3|jq)$'); do
        grep -q -w -e "$package" "$file" || fail "$package is not installed in it"
    done
    # Its commands are the shell's, and the program's options are options.
    sed -n 's/^ENV OPTIONS="\(.*\)"/\1/p' "$file" | grep -x -e '-o key_file=/run/secrets/paperspace' >/dev/null
    sed -e ':a; /\\$/ { N; s/\\\n//; ta }' -n -e 's/^RUN //p' "$file" | sh -n
}

# in_container TEXT: a shell as the image's user, in a world that has what its comment gives it:
# the key's file, its mount point, its OPTIONS; `run_image` is what it runs by default.
in_container()
{
    local file=$top_srcdir/examples/container/Dockerfile

    # shellcheck disable=SC2016
    run env KEY="$KEY" PAPERSPACE_API_URL="$URL" PFS="$WORK/bin" TEXT="$1" \
        OPTIONS="$(sed -n 's/^ENV OPTIONS="\(.*\)"/\1/p' "$file")" \
        CMD="$(sed -n 's/^CMD //p' "$file" | jq -r '@sh "\(.)"')" \
        timeout -s KILL $((60 * patience)) unshare -m --propagation private bash -e -c '
            let_copies_go
            mount -t tmpfs none /mnt
            install -d -o 10001 /mnt/cloud
            mount -t tmpfs none /run
            mknod -m 666 /run/fuse c 10 229 && mount --bind /run/fuse /dev/fuse
            (cat /etc/passwd && echo paperspace:x:10001:10001::/:/bin/sh) >/run/passwd
            mount --bind /run/passwd /etc/passwd
            mkdir /run/secrets
            (umask 077 && echo "$KEY" >/run/secrets/paperspace)
            chown 10001 /run/secrets/paperspace
            unset KEY
            cd /
            PATH=$PFS:$PATH exec setpriv --reuid 10001 --regid 10001 --clear-groups \
                bash -c "run_image() { eval exec \"\$CMD\"; }; $TEXT"'
}

# holds: install-7 start-12 end-1
test_docs_the_container_mounts_and_ends()
{
    if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
        exit 0
    fi
    start_emulator
    chmod 711 "$WORK"
    mkdir "$WORK/bin"
    install -m 755 "$PAPERSPACEFS" "$WORK/bin/paperspacefs"
    in_container 'run_image & i=0
        until [ -e /mnt/cloud/README ] || [ $((i += 1)) -gt 600 ]; do sleep 0.05; done
        ls /mnt/cloud; cat /mnt/cloud/drives/data/name; stat -c %u /mnt/cloud
        kill %1; wait %1'
    assert_status 0
    assert_matches "$out" $'^README\ndrives\nmachines\nproviders\nsnapshots\nutilization.json\ndata\n10001$'
    in_container 'paperspacefs $OPTIONS /mnt/cloud && ls /mnt/cloud/drives; fusermount3 -u /mnt/cloud'
    assert_status 0
    assert_matches "$out" 'team files$'
}

run_scenarios "$@"
