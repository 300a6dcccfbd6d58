#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/demo.sh: builds paperspacefs, mounts a sample account that a local
# emulator serves, and walks through it; no account and no network are needed.
# On a terminal the mount stays until you unmount it; else it ends at once.
#
#   --programs DIR   don't build, take the programs in DIR
#   --dir DIR        mount on DIR, which exists and is empty
#   --tour           the tour alone: only commands and what they print
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/.." && pwd)
programs=
dir=
tour=no
emulator=

while [ $# -gt 0 ]; do
    case $1 in
    --programs) programs=${2:?} && shift ;;
    --dir) dir=${2:?} && shift ;;
    --tour) tour=yes ;;
    *)
        sed -n '3,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
        exit 2
        ;;
    esac
    shift
done

# The tour: every line is typed into a shell in the mounted directory.
commands()
{
    cat <<'TOUR'
ls
ls drives snapshots
cat drives/data/drive.json
jq -r '"\(.name): \(.size) GB in \(.region)"' drives/*/drive.json
echo '{"name": "datasets"}' > drives/data/drive.json
ls drives
mkdir machines/psm9u09bwu5i/before-the-talk
jq -r '.name + " of " + .machineId' snapshots/before-the-talk/snapshot.json
mkdir drives/scratch
echo '{"size": 100, "region": "ny2", "networkId": "nwhoe4ox"}' > drives/scratch/drive.json
ls drives
touch 'snapshots/trained model v2/restore'
sleep 1; cat 'snapshots/trained model v2/restore'
echo 15 > .paperspacefs/allow
rm -r drives/scratch
ls drives
echo '{"size": 5000}' > drives/archive/drive.json
cut -d ' ' -f 2- .paperspacefs/last-error
TOUR
}

note()
{
    if [ "$tour" = no ]; then
        printf '%s\n' "$@"
    fi
}

build()
{
    bash "$root/scripts/packages.sh" build
    note 'Building …'
    mkdir -p "$root/build/demo"
    (
        if [ ! -x "$root/configure" ]; then
            cd "$root"
            autoreconf -fi
        fi
        cd "$root/build/demo"
        if [ ! -e config.status ]; then
            "$root/configure" -q
        fi
        make -j "$(nproc)" all
    ) >"$root/build/demo/demo.log" 2>&1 || {
        tail -n 50 "$root/build/demo/demo.log" >&2
        exit 1
    }
    programs=$root/build/demo
}

# Sets url.
start_emulator()
{
    local line='' fd

    # It outlives a terminal that closes, as the mount does.
    exec {fd}< <(trap '' HUP && exec "$programs/paperspace-emulator" --port 0)
    emulator=$!
    read -r -t 20 line <&"$fd" || true
    url=${line#listening on }
    if [ -z "$url" ] || [ "$url" = "$line" ]; then
        echo 'demo.sh: the emulator did not start' >&2
        exit 1
    fi
}

finish()
{
    cd /
    if mountpoint -q "$dir"; then
        fusermount3 -u "$dir" || fusermount3 -u -z "$dir"
    fi
    if [ -n "$emulator" ]; then
        kill "$emulator" 2>/dev/null || true
    fi
    if [ -n "$made" ]; then
        rmdir "$dir" || true
    fi
}

# Types one line, as an interactive shell would show it and its output.
type_line()
{
    printf '$ %s\n' "$1"
    bash -c "$1" 2>&1 </dev/null | sed 's/^bash: line 1: /bash: /' || true
}

# The emulator ends with the mount, the directory too.
watch_over()
{
    trap '' HUP INT TERM
    while mountpoint -q "$dir"; do
        sleep 1
    done
    finish
}

if [ -z "$programs" ]; then
    build
fi
made=
if [ -z "$dir" ]; then
    dir=$(mktemp -d "${TMPDIR:-/tmp}/paperspace.XXXXXX")
    made=yes
fi
trap finish EXIT
start_emulator
PAPERSPACE_API_KEY=demo-key "$programs/paperspacefs" "$url" "$dir"
note "A sample account is mounted on $dir." ''
cd "$dir"
while IFS= read -r line; do
    type_line "$line"
done < <(commands)
cd /

if [ "$tour" = no ] && [ -t 0 ] && [ -t 1 ]; then
    trap - EXIT
    watch_over </dev/null >/dev/null 2>&1 &
    disown
    note '' "It is yours now: cd $dir" "To end it: fusermount3 -u $dir"
fi
