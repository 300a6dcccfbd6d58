#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Readers agree on the content and the size of every file.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# Odd content too: long, empty, without a newline of its own, not ASCII.
odd_data()
{
    local long

    long=$(head -c 200000 /dev/zero | tr '\0' x)
    with_data '{"shared-drives": [{"id": "sd1", "name": "plain", "size": 100},
        {"id": "sd2", "name": "Grüße 日本", "size": 1e3, "empty": "", "nothing": null,
            "lines": "one\n\ntwo", "list": [1, 2, {"a": "b"}], "in": {"side": {"deep": 1.10}}},
        {"id": "sd3", "name": "long", "text": "'"$long"'"}]}'
}

# all [FIND_TEST…]: every listed file of the resources, NUL-separated, in order.
all()
{
    (cd "$MNT" && find README utilization.json drives snapshots machines providers -type f "$@" \
        -print0 | sort -z)
}

known()
{
    mounted "$@" -- ttl=3600
    works 'find . -type f -exec cat {} + > /dev/null 2>&1 || true'
    forget_requests
}

# reference [FIND_TEST…]: what python reads in one piece, as 'MD5 SIZE PATH', in $T/reference; the
# names are in $T/files.
reference()
{
    all "$@" >"$T/files"
    python3 -c '
import hashlib, os, sys
os.chdir(sys.argv[1])
for path in sys.stdin.buffer.read().split(b"\0")[:-1]:
    fd = os.open(path, os.O_RDONLY)
    data = os.read(fd, 1 << 22)
    os.close(fd)
    print(hashlib.md5(data).hexdigest(), len(data), os.fsdecode(path))
' "$MNT" <"$T/files" >"$T/reference"
    [ "$(wc -l <"$T/reference")" -ge 10 ] || fail 'too few files'
}

# agree NAME: stdin has the 'MD5 SIZE PATH' lines of another reader.
agree()
{
    diff "$T/reference" - >"$T/diff" || fail "$1 reads something else:" "$(head -n 20 "$T/diff")"
}

# sums_below DIRECTORY: 'MD5 SIZE PATH' of a copy of the tree, in the order of the reference.
sums_below()
{
    (cd "$1" && cut -d ' ' -f 3- "$T/reference" | tr '\n' '\0' |
        xargs -0 -n 1 sh -c 'echo "$(md5sum <"$0" | cut -d " " -f 1) $(stat -c %s "$0") $0"')
}

# The MD5 of each file whose name is on stdin, NUL-separated.
digests()
{
    xargs -0 md5sum -z -- | tr '\0' '\n' | cut -c 1-32
}

# by COMMAND: it writes the content of "$file" to stdout; whole and cut to the size.
# shellcheck disable=SC2034  # file is the command's
by()
{
    local command=$1 file number=10000

    rm -rf "$T/got"
    mkdir "$T/got"
    cd "$MNT"
    while IFS= read -r -d '' file; do
        number=$((number + 1))
        eval "$command" >"$T/got/$number"
    done <"$T/files"
    agree "$1" < <(paste -d ' ' <(printf '%s\0' "$T/got"/* | digests) \
        <(xargs -0 stat -c '%s %n' -- <"$T/files"))
    cd "$T"
}

# The view by machine has the same files once more.
compare_all()
{
    reference ! -path 'machines/*'
    by 'cat "$file"'
    by 'head -c 10000000 "$file"'
    by 'tail -c +1 "$file"'
    by 'busybox cat "$file"'
    by 'dd bs=4093 status=none if="$file"'
    by 'wc -c "$file" >"$T/counted"; read -r count _ <"$T/counted"; head -c "$count" "$file"'
    cd "$MNT"
    agree md5sum < <(paste -d ' ' <(digests <"$T/files") <(xargs -0 stat -c '%s %n' -- <"$T/files"))
    cd "$T"
}

# holds: attr-1 cost-2
test_commands_agree()
{
    known
    compare_all
    nothing_asked
}

# holds: attr-1 cost-2
test_commands_agree_on_odd_content()
{
    known --data "$(odd_data)"
    compare_all
    nothing_asked
}

# holds: attr-1
test_dd_byte_by_byte()
{
    known
    works 'for f in drives/data/*; do cmp "$f" <(dd bs=1 status=none if="$f") || echo "$f"; done >&2'
    works 'f=snapshots/before-upgrade/snapshot.json
        cmp "$f" <(dd bs=1 status=none if="$f") && cmp "$f" <(dd bs=7 iflag=direct status=none if="$f")'
}

# holds: attr-1
test_parts_of_a_file()
{
    known
    works 'f=drives/data/drive.json; size=$(stat -c %s $f)
        for n in 0 1 10 $((size - 1)) $size $((size + 1)); do
            test $(head -c $n $f | wc -c) = $((n < size ? n : size)) || echo "head $n" >&2
            test $(tail -c +$((n + 1)) $f | wc -c) = $((n < size ? size - n : 0)) || echo "tail $n" >&2
        done'
}

# holds: attr-1
test_tar_agrees()
{
    known --data "$(odd_data)"
    reference
    mkdir "$T/tar"
    works "tar -c --null -T $T/files | tar -x -C $T/tar"
    sums_below "$T/tar" | agree tar
    works "tar -c --null -T $T/files | tar -t --full-time -v | awk '{ print \$3 }' > $T/sizes"
    assert_eq "$(cut -d ' ' -f 2 "$T/reference")" "$(cat "$T/sizes")" 'tar t'
}

# holds: attr-1 attr-8
test_copies_agree()
{
    local tool

    known --data "$(odd_data)"
    reference ! -name README ! -name utilization.json
    mkdir "$T/cp" "$T/busybox" "$T/rsync" "$T/python" "$T/cpio"
    works "cp -r drives snapshots machines providers $T/cp/"
    works "busybox cp -r drives snapshots machines providers $T/busybox/"
    works "rsync -a drives snapshots machines providers $T/rsync/"
    works "python3 -c '
import shutil
for d in \"drives\", \"snapshots\", \"machines\", \"providers\":
    shutil.copytree(d, \"$T/python/\" + d)'"
    for tool in cp busybox rsync python; do
        sums_below "$T/$tool" | agree $tool
    done
    works "diff -r drives $T/cp/drives && diff -r machines $T/rsync/machines"
    works "rsync -a --checksum -i drives snapshots machines providers $T/rsync/"
    assert_eq '' "$out" 'rsync finds differences'
    works "rsync -a -i drives snapshots machines providers $T/rsync/"
    assert_eq '' "$out" 'times or sizes have moved'
    nothing_asked
}

# holds: errno-14 attr-1
test_maps_agree()
{
    known --data "$(odd_data)"
    reference -size +0
    cat >"$T/map.py" <<'END'
import hashlib, mmap, os, sys
os.chdir(sys.argv[1])
for path in sys.stdin.buffer.read().split(b'\0')[:-1]:
    with open(path, 'rb') as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY) as m:
        print(hashlib.md5(m[:]).hexdigest(), len(m), os.fsdecode(path))
END
    python3 "$T/map.py" "$MNT" <"$T/files" | agree 'mmap with ACCESS_COPY'
}

# holds: attr-1 doc-1
test_other_programs_agree()
{
    known
    reference -size +0
    agree perl < <(perl -MDigest::MD5=md5_hex -e '
        chdir shift; $/ = "\0"; while (<STDIN>) { chomp; open(F, "<", $_) or die; local $/;
            my $t = <F>; print md5_hex($t), " ", -s $_, " $_\n" }' "$MNT" <"$T/files")
    agree node < <(node -e '
        process.chdir(process.argv[1]);
        for (const p of fs.readFileSync(0).toString().split("\0").slice(0, -1)) {
            const t = fs.readFileSync(p);
            console.log(crypto.createHash("md5").update(t).digest("hex"), fs.statSync(p).size, p);
        }' "$MNT" <"$T/files")
    works 'for f in drives/*/drive.json; do jq . "$f" | cmp - "$f"; done'
    works 'for f in drives/*/*; do test "$(cat "$f")" = "$(< "$f")"; done; test -s drives/data/name'
    works '. /dev/stdin < <(sed "s/^/v=/" drives/data/name); test "$v" = data'
    works 'gzip -c drives/data/drive.json | gunzip -c | cmp - drives/data/drive.json'
    works 'git hash-object drives/data/drive.json'
    assert_eq "$(git hash-object --stdin <"$MNT/drives/data/drive.json")" "$out"
}

# holds: attr-1 fresh-6
test_a_size_is_exact_after_a_change_elsewhere()
{
    mounted -- ttl=1
    works 'stat drives/data/drive.json drives/data/name > /dev/null'
    api PUT /shared-drives/$DATA '{"name": "data"}' >/dev/null
    api PUT /shared-drives/sdq7h2m4xc '{"name": "a much longer name than it was before"}' >/dev/null
    works 'stat drives/sdq7h2m4xc/name > /dev/null; touch drives'
    prints 'a much longer name than it was before' 'cat drives/sdq7h2m4xc/name'
    prints 38 'stat -c %s drives/sdq7h2m4xc/name'
    prints 38 'wc -c < drives/sdq7h2m4xc/name'
    works 'jq -e . drives/sdq7h2m4xc/drive.json > /dev/null'
}

# Whoever has a file open goes on reading what it was.
# holds: open-1
test_an_open_file_stays_what_it_was()
{
    mounted -- ttl=3600
    cp "$MNT/drives/data/drive.json" "$T/before"
    exec 7<"$MNT/drives/data/drive.json" 8<"$MNT/drives/data/name"
    works 'echo something-else > drives/data/name'
    cmp "$T/before" - <&7 || fail 'the open document changed'
    assert_eq data "$(cat <&8)"
    exec 7<&- 8<&-
    prints something-else 'cat drives/something-else/name'
}

run_scenarios "$@"
