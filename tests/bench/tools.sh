#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How long ordinary tools take on a mount, beside the same tools on a local copy
# of it: make bench. Prints, for each command, the best of several runs in
# milliseconds on either, and the ratio. With PFS_BENCH_OTHER=DIR, a build
# directory, its program is measured in the place of the local copy.
#
# Environment: PFS_BENCH_COUNT, resources in the account (1000); PFS_BENCH_RUNS (5).
set -euo pipefail
export LC_ALL=C

top_builddir=${top_builddir:-$PWD}
other=${PFS_BENCH_OTHER:-}
count=${PFS_BENCH_COUNT:-1000}
runs=${PFS_BENCH_RUNS:-5}
emulator_pid=
work=$(mktemp -d /var/tmp/paperspacefs-bench.XXXXXX)
trap 'finish' EXIT

commands=(
    'ls snapshots'
    'ls -l snapshots'
    'ls -lR snapshots'
    'find . -name name'
    'cat snapshots/*/snapshot.json'
    'grep -r no-such-text snapshots'
    'stat snapshots/*/name'
    'jq -r .name drives/*/drive.json'
)

finish()
{
    cd /
    for point in "$work"/*/mnt; do
        fusermount3 -u -z "$point" 2>/dev/null || true
    done
    [ -z "$emulator_pid" ] || kill "$emulator_pid" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}

start_emulator()
{
    local line fd

    exec {fd}< <(exec "$top_builddir/paperspace-emulator" --port 0 --populate "$count")
    emulator_pid=$!
    read -r line <&"$fd"
    url=${line#listening on }
}

# mount_build NAME BUILD_DIR: mounts its program, and lets it know everything.
mount_build()
{
    mkdir -p "$work/$1/mnt"
    PAPERSPACE_API_KEY=demo-key "$2/paperspacefs" -o ttl=3600 "$url" "$work/$1/mnt"
    ls "$work/$1"/mnt/* >/dev/null
}

now_us()
{
    echo $((${EPOCHREALTIME/./}))
}

# best_us DIR COMMAND: of several runs.
best_us()
{
    local best=0 start took run

    cd "$1"
    for ((run = 0; run < runs; run++)); do
        start=$(now_us)
        bash -c "$2" >/dev/null 2>&1 || true
        took=$(($(now_us) - start))
        if ((best == 0 || took < best)); then
            best=$took
        fi
    done
    echo "$best"
}

start_emulator
mount_build here "$top_builddir"
if [ -n "$other" ]; then
    mount_build there "$other"
    there=$work/there/mnt
else
    there=$work/copy
    cp -r "$work/here/mnt" "$there"
fi

printf '%-34s %12s %12s %8s\n' "$count snapshots, ms" 'this mount' "${other:-local copy}" ratio
for command in "${commands[@]}"; do
    a=$(best_us "$work/here/mnt" "$command")
    b=$(best_us "$there" "$command")
    printf '%-34s %12s %12s %8s\n' "$command" \
        "$(printf '%d.%d' $((a / 1000)) $((a % 1000 / 100)))" \
        "$(printf '%d.%d' $((b / 1000)) $((b % 1000 / 100)))" \
        "$(printf '%d.%02d' $((a / b)) $((a * 100 / b % 100)))"
done
