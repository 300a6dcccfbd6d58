#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Started by a user of no rights, through fusermount3: nobody, in a mount namespace where anybody may
# open /dev/fuse, as it is on most machines. What root's start does is in starting.sh.
. "$(dirname "$0")/lib.sh"

UNKNOWN=4711 # a user id that is nobody's

# user_ready: an emulator, a copy of the program and a directory U that are nobody's to use.
user_ready()
{
    if [ "$(id -u)" -ne 0 ] || ! id nobody >/dev/null 2>&1 ||
        ! mknod "$WORK/fuse" c 10 229 2>/dev/null || ! unshare -m true 2>/dev/null; then
        exit 0 # a user of no rights runs all other scenarios so
    fi
    chmod 666 "$WORK/fuse"
    chmod 711 "$WORK" "$T"
    install -m 755 "$PAPERSPACEFS" "$WORK/paperspacefs"
    U=$T/user
    install -d -o nobody -m 700 "$U" "$U/mnt"
    start_emulator "$@"
}

# as_user TEXT: a shell of nobody in its directory, with `start [OPTION…]`, which mounts on mnt, and
# `finish`, which takes the mount away; sets out, err and rc.
as_user()
{
    # shellcheck disable=SC2016
    run env HOME="$U" URL="$URL" WORK="$WORK" U="$U" timeout -s KILL $((60 * patience)) \
        unshare -m bash -e -c '
            mount --make-rprivate /
            let_copies_go
            mount --bind "$WORK/fuse" /dev/fuse
            exec setpriv --reuid nobody --regid nogroup --clear-groups bash -c "$0"' '
        cd "$U"
        start() { "$WORK/paperspacefs" "$@" "$URL" mnt; }
        finish() { fusermount3 -u mnt; while pgrep -u nobody -f "paperspacefs .*$URL" >/dev/null
            do sleep 0.05; done; }
        '"$1"
    pkill -KILL -f "^$WORK/paperspacefs" || true # what a shell that failed has left
}

# user_prints EXPECTED TEXT: the shell succeeds in silence, and prints that.
user_prints()
{
    as_user "set -e; $2"
    if [ "$rc" -ne 0 ] || [ -n "$err" ]; then
        fail "$2: exit status $rc" "$out" "$err"
    fi
    assert_eq "$1" "$out" "$2"
}

# holds: start-12 attr-2 end-1
test_a_user_mounts_works_and_unmounts()
{
    user_ready
    user_prints "fuse.paperspacefs $URL nobody 65534 4 renamed" '
        export PAPERSPACE_API_KEY=demo-key
        start
        echo $(findmnt -n -o FSTYPE,SOURCE mnt) $(stat -c "%U %g" mnt/drives/data/drive.json) \
            $(ls mnt/drives | wc -l) | tr "\n" " "
        echo renamed > mnt/drives/data/name
        cat mnt/drives/renamed/name
        finish
        [ -z "$(ls mnt)" ]'
}

# fusermount3 takes it away; what comes to its place stays at the old daemon's end.
# holds: end-4 end-3 start-12
test_docs_a_user_s_mount_goes_at_once()
{
    user_ready
    fault '{"method": "PUT", "delayMs": 1800}'
    user_prints '0 gone
written
fuse.paperspacefs renamed' '
        export PAPERSPACE_API_KEY=demo-key
        "$WORK/paperspacefs" -f "$URL" mnt &
        daemon=$!
        until findmnt mnt >/dev/null; do sleep 0.05; done
        ls mnt/drives/data >/dev/null
        (echo renamed > mnt/drives/data/name && echo written >out) &
        writer=$!
        sleep 0.5
        kill -TERM $daemon
        for i in $(seq 20); do findmnt mnt >/dev/null || break; sleep 0.05; done
        kill -0 $daemon
        echo "$(findmnt mnt | wc -l) gone"
        start
        wait $writer $daemon
        cat out
        touch mnt/drives
        echo $(findmnt -n -o FSTYPE mnt) $(cat mnt/drives/renamed/name)
        finish'
}

# Each of the states in which a mount point of one's own may be.
# holds: start-12 start-6 start-7
test_docs_the_mount_point_of_a_user()
{
    user_ready
    mkdir "$U/roots"
    user_prints 4 'export PAPERSPACE_API_KEY=demo-key; start
        pkill -KILL -u nobody -f "paperspacefs .*$URL"; sleep 0.2
        ! ls mnt 2>/dev/null
        start; ls mnt/drives | wc -l; finish' # a dead one of one's own is cleaned up
    as_user 'export PAPERSPACE_API_KEY=demo-key; start && ! start; ls mnt/drives | wc -l; finish'
    assert_contains "$err" 'mnt: a paperspacefs is mounted there already'
    assert_eq 4 "$out"
    as_user 'export PAPERSPACE_API_KEY=demo-key; "$WORK/paperspacefs" "$URL" roots'
    assert_status 1 # a directory of somebody else
    assert_contains "$err" 'no write access to mountpoint'
    as_user 'export PAPERSPACE_API_KEY=demo-key; start -o allow_other && finish'
    if [ "$rc" -ne 0 ]; then # not unless /etc/fuse.conf lets it
        assert_status 1
        assert_contains "$err" user_allow_other
    fi
}

# Owner, mode, and what becomes of a key in that file: taken, or the words that refuse it.
key_files()
{
    cat <<END
nobody 600 taken
nobody 400 taken
root 604 taken
root 644 taken
root 600 Permission denied
$UNKNOWN 644 it belongs to another user (uid $UNKNOWN)
nobody 602 any user can write it
nobody 666 any user can write it
root 646 any user can write it
END
}

# holds: key-3 key-4
test_docs_the_key_s_file_of_a_user()
{
    local owner mode outcome

    user_ready
    while read -r owner mode outcome; do
        printf 'demo-key\n' >"$U/key"
        chown "$owner" "$U/key"
        chmod "$mode" "$U/key"
        as_user 'start -o key_file=key && ls mnt/drives && finish'
        if [ "$outcome" = taken ]; then
            assert_eq 4 "$(wc -l <<<"$out")" "$owner $mode: $err"
            assert_eq "$((mode % 10 > 0))" "$(grep -c 'chmod 600' <<<"$err" || true)" "$owner $mode: $err"
        else
            assert_status 1
            assert_contains "$err" "$outcome" "$owner $mode"
        fi
    done < <(key_files)
    rm -f "$U/key"
    install -d -o nobody "$U/.paperspace"
    printf '[keys]\nmine = "demo-key"\n' >"$U/.paperspace/credentials.toml"
    chown $UNKNOWN "$U/.paperspace/credentials.toml"
    as_user 'start'
    assert_status 1
    assert_contains "$err" "credentials.toml: it belongs to another user (uid $UNKNOWN)"
    chown nobody "$U/.paperspace/credentials.toml"
    chmod 600 "$U/.paperspace/credentials.toml"
    user_prints 4 'start; ls mnt/drives | wc -l; finish'
}

run_scenarios "$@"
