#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a listing, nothing that exists is ever left out or shown twice.
. "$(dirname "$0")/lib.sh"

# listed DIRECTORY COUNT LINES COMMAND…: lists it COUNT times at least, and until $T/there has so
# many lines (20 s at most), while the command, a function, runs again and again beside it; counts
# the listings that lack a line of $T/there, and those that have a name,
# or $T/name~ID of one, twice. None may.
listed()
{
    local dir=$1 count=$2 lines=$3 other

    shift 3
    while [ ! -e "$T/enough" ]; do "$@" || true; done >/dev/null 2>&1 &
    other=$!
    run python3 -c '
import os, sys, time
directory, count, there, lines = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
lacking = doubled = 0
expected = []
end = time.monotonic() + 20
while count > 0 or (len(expected) < lines and time.monotonic() < end):
    count -= 1
    expected = open(there).read().splitlines()
    names = os.listdir(directory)
    plain = [name.split("~")[0] for name in names]
    lacking += not set(expected) <= set(names)
    doubled += len(set(plain)) != len(plain)
print(f"{lacking} lacking, {doubled} doubled")
' "$MNT/$dir" "$count" "$T/there" "$lines"
    touch "$T/enough"
    wait "$other"
    assert_eq '0 lacking, 0 doubled' "$out" "$err"
}

one_comes_and_goes()
{
    n=$((n % 20 + 1))
    mkdir "$MNT/drives/passing-$n" && rm -r "$MNT/drives/passing-$((n % 7 + 1))"
}

# holds: list-1
test_a_listing_lacks_no_draft_and_has_none_twice_while_others_come_and_go()
{
    mounted
    n=0
    seq -f 'kept-%g' 60 | tee "$T/there" | sed "s:^:$MNT/drives/:" | xargs mkdir
    echo data >>"$T/there"
    listed drives 500 0 one_comes_and_goes
    works 'rm -r drives/kept-* drives/passing-*'
}

# A draft is made, named to the lister, and becomes a drive; the server is slow to say so, and is
# asked for its list meanwhile. Who writes has no children: the end of one would interrupt it.
one_is_created()
{
    n=$((n + 1))
    mkdir "$MNT/drives/new-$n"
    echo "new-$n" >>"$T/there"
    (
        sleep 0.02
        touch "$MNT/drives"
    ) &
    (drive_body "new-$n" >"$MNT/drives/new-$n/drive.json")
    wait $!
}

# holds: list-1
test_a_draft_that_becomes_a_drive_is_in_every_listing_once()
{
    mounted
    n=0
    echo data >"$T/there"
    fault '{"method": "POST", "path": "/shared-drives", "answerDelayMs": 60, "times": -1}'
    listed drives 800 20 one_is_created
    assert_eq 1 $(($(wc -l <"$T/there") >= 20)) "only few drives were made"
}

one_machine_gets_its_first()
{
    n=$((n + 1))
    mkdir "$MNT/machines/psnew$n"
    echo "psnew$n" >>"$T/there"
    mkdir "$MNT/machines/psnew$n/first"
}

# holds: list-1
test_a_machine_that_gets_its_first_snapshot_is_in_every_listing_once()
{
    mounted
    n=0
    printf '%s\n' psm9u09bwu5i ps4t7k2qhx8d >"$T/there"
    listed machines 600 20 one_machine_gets_its_first
    assert_eq 1 $(($(wc -l <"$T/there") >= 20)) "only few machines got one"
}

# What is renamed while a directory is open is in it under one name or the other.
# holds: list-1
test_what_is_renamed_while_a_directory_is_read_is_in_it_once()
{
    mounted --populate 300
    cat >"$T/read.py" <<'EOF'
import ctypes, os, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)


def entries(directory):
    """Names as getdents64 gives them, a page at a time."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    page = ctypes.create_string_buffer(1024)
    while (size := libc.syscall(217, fd, page, len(page))) > 0:
        at = 0
        names = []
        while at < size:
            length = int.from_bytes(page.raw[at + 16:at + 18], "little")
            names.append(page.raw[at + 19:at + length].split(b"\0")[0].decode())
            at += length
        yield names
    os.close(fd)


directory, command = sys.argv[1], sys.argv[2]
before = set(os.listdir(directory))
seen = []
for page, names in enumerate(entries(directory)):
    seen += names
    if page == 1:
        subprocess.run(command, shell=True, check=True)
seen = [name for name in seen if name not in (".", "..")]
after = set(os.listdir(directory))
print(len(seen) - len(before), len(seen) - len(set(seen)), len(set(seen) - after - before))
EOF
    works 'ls -U snapshots | tail -n 1'
    prints '0 0 0' "python3 $T/read.py snapshots 'mv \"snapshots/$out\" snapshots/renamed-1'"
    works 'ls -U drives | tail -n 1'
    prints '0 0 0' "python3 $T/read.py drives 'echo renamed-2 > \"drives/$out/name\"'"
}

run_scenarios "$@"
