#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What stat says.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# holds: attr-1
test_the_size_of_every_file_is_exact()
{
    mounted
    works 'find . -type f -not -path "./.paperspacefs/*" -not -name README -print0 |
        while IFS= read -r -d "" f; do
            s=$(stat -c %s "$f"); n=$(cat "$f" | wc -c); [ "$s" = "$n" ] || echo "$f: $s, not $n"
        done'
    assert_eq '' "$out"
}

# holds: attr-1
test_the_size_after_open_is_the_size_that_is_read()
{
    mounted
    works 'python3 -c "
import os
for name in [\"drives/data/drive.json\", \"README\", \"utilization.json\",
             \".paperspacefs/status.json\", \"snapshots/before-upgrade/restore\"]:
    fd = os.open(name, os.O_RDONLY)
    size = os.fstat(fd).st_size
    text = os.read(fd, 1 << 20)
    assert len(text) == size, (name, len(text), size)
"'
}

inodes()
{
    (cd "$MNT" && find . -not -path './.paperspacefs*' -printf '%i %p\n' | sort -k 2)
}

# holds: attr-15
test_inode_numbers_are_stable_across_remounts()
{
    local before

    mounted
    before=$(inodes)
    remount
    assert_eq "$before" "$(inodes)"
}

# holds: attr-15
test_inode_numbers_are_unique_and_differ_between_views()
{
    mounted
    assert_eq '' "$(inodes | cut -d ' ' -f 1 | sort | uniq -d)" 'two files of one number'
    works "stat -c %i snapshots/before-upgrade machines/$MACHINE/before-upgrade | uniq | wc -l"
    assert_eq 2 "$out"
}

# holds: attr-2 attr-3 control-1
test_modes_and_owner()
{
    mounted
    prints '755 drives
755 drives/data
644 drives/data/drive.json
644 snapshots/before-upgrade/restore
444 README
444 utilization.json
700 .paperspacefs' 'stat -c "%a %n" drives drives/data drives/data/drive.json \
        snapshots/before-upgrade/restore README utilization.json .paperspacefs'
    prints "$(id -u) $(id -g)" 'stat -c "%u %g" drives/data/drive.json'
}

# holds: attr-2 attr-3
test_uid_gid_and_umask_are_options()
{
    mounted -- uid=1234,gid=2345,umask=027
    prints '750 1234 2345 drives/data
640 1234 2345 drives/data/drive.json
440 1234 2345 utilization.json' \
        'stat -c "%a %u %g %n" drives/data drives/data/drive.json utilization.json'
}

# holds: attr-4
test_opening_a_read_only_file_for_writing_is_refused_for_root_too()
{
    mounted
    refused 'Permission denied' 'echo x > utilization.json'
    refused 'Permission denied' 'echo x >> utilization.json'
    nothing_sent
}

# holds: attr-5
test_the_date_is_dtCreated()
{
    mounted
    prints "$(date -d '2025-02-14 10:31:07.255 UTC' +%s.%3N)" 'stat -c %.3Y drives/data/drive.json'
    prints "$(date -d '2025-02-14 10:31:07.255 UTC' +%s.%3N)" 'stat -c %.3Y drives/data'
    if [ "$D" = openapi ]; then
        prints 2025-11-08 \
            'TZ=UTC0 stat -c %y snapshots/before-upgrade/snapshot.json | cut -d " " -f 1'
    fi
}

# holds: attr-7
test_snapshots_sort_by_age()
{
    mounted
    works 'diff <(ls -U snapshots) <(ls -t snapshots)'
}

# holds: attr-8 attr-11
test_the_date_moves_only_when_the_content_changes()
{
    local before changed_at

    mounted
    before=$(stat -c %y "$MNT"/snapshots/*/snapshot.json)
    touch "$MNT/.paperspacefs/refresh"
    assert_eq "$before" "$(stat -c %y "$MNT"/snapshots/*/snapshot.json)"
    works 'cat drives/data/drive.json > /dev/null'
    assert_eq "$before" "$(stat -c %y "$MNT"/snapshots/*/snapshot.json)"
    before=$(stat -c %y "$MNT/drives/archive/"{,drive.json,name})
    changed_at=$(date +%s%3N)
    api PUT "/shared-drives/$DATA" '{"name": "renamed"}' >/dev/null
    works 'touch drives; stat -c %.3Y drives/renamed/{,drive.json,name}'
    assert_eq 1 $(($(head -n 1 <<<"$out" | tr -d .) >= changed_at)) "it is $out, before $changed_at"
    assert_eq 1 "$(uniq <<<"$out" | wc -l)" 'the directory and its files have different dates'
    prints "$out" 'sleep 0.1; touch drives; stat -c %.3Y drives/renamed/{,drive.json,name}'
    works 'echo again > drives/renamed/name; stat -c %.3Y drives/again/drive.json'
    assert_eq 1 $((${out/./} > changed_at + 100)) 'a change of this mount did not move it'
    assert_eq "$before" "$(stat -c %y "$MNT/drives/archive/"{,drive.json,name})"
}

# holds: attr-16
test_blocks_cover_the_size()
{
    mounted
    works 'find drives snapshots -type f -printf "%s %b\n"'
    awk '$1 > $2 * 512 { exit 1 }' <<<"$out" || fail 'too few blocks' "$out"
}

# holds: attr-13
test_directories_have_one_link_and_every_walk_finds_all()
{
    local all

    mounted
    works 'find . -type d -exec stat -c %h {} + | sort -u'
    assert_eq 1 "$out"
    all=$(cd "$MNT" && find . | sort)
    prints "$all" "perl -MFile::Find -e 'find({no_chdir => 1, wanted => sub { print \"\$_\n\" }}, \".\")' | sort"
    prints "$all" 'find . -noleaf | sort'
    prints "$all" 'du -a | cut -f 2 | sort'
    prints "$all" "python3 -c 'import os
print(\".\")
for top, dirs, files in os.walk(\".\"):
    for name in dirs + files: print(os.path.join(top, name))' | sort"
    works "rsync -r --exclude=wait --exclude=*.jsonl ./ $T/copy/"
    assert_eq "$(cd "$MNT" && find . -type d | sort)" "$(cd "$T/copy" && find . -type d | sort)"
}

# holds: attr-20
test_setting_owner_mode_and_times_succeeds_and_means_nothing()
{
    mounted
    works 'chown 12:34 drives/data/drive.json'
    works 'chmod 600 drives/data/drive.json'
    works 'touch -d 2001-01-01 drives/data/drive.json'
    prints "644 $(id -u) 2025" \
        'TZ=UTC0 stat -c "%a %u %y" drives/data/drive.json | cut -d - -f 1'
    nothing_sent
}

# holds: errno-13
test_setting_an_extended_attribute_is_not_supported()
{
    mounted
    works 'python3 -c "
import errno, os
try:
    os.setxattr(\"drives/data/drive.json\", \"user.x\", b\"y\")
    raise SystemExit(\"setxattr succeeded\")
except OSError as e:
    assert e.errno == errno.EOPNOTSUPP, e
"'
}

# Each by its system call, on the document and on a scratch file.
# holds: errno-13
test_what_it_does_not_do_the_kernel_does_as_anywhere()
{
    mounted
    works 'python3 -c "
import errno, fcntl, os, select
for name in (\"drive.json\", \"scratch\"):
    fd = os.open(\"drives/data/\" + name, os.O_RDWR | os.O_CREAT)
    if name == \"scratch\":
        os.write(fd, b\"x\" * 100)
    size = os.fstat(fd).st_size
    assert os.lseek(fd, 0, os.SEEK_DATA) == 0 and os.lseek(fd, 0, os.SEEK_HOLE) == size
    assert os.lseek(fd, -1, os.SEEK_END) == size - 1
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    assert poll.poll(0)[0][1] & select.POLLIN
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    to = os.open(\"$OLDPWD/copied\", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        assert os.copy_file_range(fd, to, size, 0) == size
    except OSError as e:
        assert e.errno in (errno.EXDEV, errno.EOPNOTSUPP), e  # the kernel'"'"'s, between two filesystems
    for act in (lambda: os.posix_fallocate(fd, 0, size), lambda: os.getxattr(fd, \"user.x\"),
                lambda: fcntl.ioctl(fd, 0x80086601, bytes(8))):
        try:
            act()
        except OSError as e:
            assert e.errno in (errno.EOPNOTSUPP, errno.ENOTTY, errno.ENODATA), e
    os.close(fd)
directory = os.open(\"drives/data\", os.O_RDONLY)
os.fsync(directory)
"'
    works 'cp --sparse=always drives/data/drive.json "$OLDPWD/sparse"; cmp drives/data/drive.json "$OLDPWD/sparse"'
    nothing_sent
}

# holds: attr-8
test_the_date_of_utilization_is_that_of_its_content()
{
    local before

    mounted
    before=$(stat -c %Y "$MNT/README")
    works 'sleep 1.2; cat utilization.json > /dev/null; stat -c %y utilization.json'
    before=$((before < $(stat -c %Y "$MNT/utilization.json")))
    assert_eq 1 "$before" 'it is not when the content was first seen'
    before=$out
    works 'sleep 0.1; touch utilization.json; cat utilization.json > /dev/null'
    prints "$before" 'stat -c %y utilization.json'
}

run_scenarios "$@"
