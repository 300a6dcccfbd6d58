#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How tools save: each way of it edits a resource, by its document and by a field.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# --- the ways -------------------------------------------------------------------------------------
#
# way_X, called in the mount, saves $new as $f, a file in the directory $d; $OLD is the word in it
# that has become $NEW.

way_bash()          { bash -c 'echo "$(cat "$1")" > "$2"' - "$new" "$f"; }
way_bash_append()   { bash -c 'echo "$(cat "$1")" >> "$2"' - "$new" "$f"; }
way_bash_printf()   { bash -c 'printf "%s" "$(cat "$1")" > "$2"' - "$new" "$f"; }
way_bash_lines()    { bash -c 'while IFS= read -r l; do echo "$l"; done <"$1" > "$2"' - "$new" "$f"; }
way_dash()          { dash -c 'echo "$(cat "$1")" > "$2"' - "$(plain)" "$f"; }
way_dash_append()   { dash -c 'echo "$(cat "$1")" >> "$2"' - "$(plain)" "$f"; }
way_busybox()       { busybox sh -c 'echo "$(cat "$1")" > "$2"' - "$(plain)" "$f"; }
way_busybox_append() { busybox sh -c 'echo "$(cat "$1")" >> "$2"' - "$(plain)" "$f"; }
way_zsh()           { zsh -f -c 'print -r -- "$(cat "$1")" > "$2"' - "$new" "$f"; }
way_zsh_append()    { zsh -f -c 'print -r -- "$(cat "$1")" >> "$2"' - "$new" "$f"; }

# A file that a tool has put beside the document goes along when that renames the directory.
without_backup()
{
    rm -f "$f$1" "drives/$NEW/${f##*/}$1"
}

way_cat()           { cat "$new" > "$f"; }
way_cat_append()    { cat "$new" >> "$f"; }
way_tee()           { tee "$f" < "$new" > /dev/null; }
way_tee_append()    { tee -a "$f" < "$new" > /dev/null; }
way_cp()            { cp "$new" "$f"; }
way_cp_p()          { cp -p "$new" "$f"; }
way_cp_a()          { cp -a "$new" "$f"; }
way_cp_f()          { cp -f "$new" "$f"; }
way_cp_remove()     { cp --remove-destination "$new" "$f"; }
way_cp_backup()     { cp -b "$new" "$f" && without_backup '~'; }
way_mv_from_other() { cp "$new" "$T/moved" && mv "$T/moved" "$f"; }
way_mv_within()     { cp "$new" "$d/moved" && mv "$d/moved" "$f"; }
way_mv_f_within()   { cp "$new" "$d/moved" && mv -f -T "$d/moved" "$f"; }
way_dd()            { dd if="$new" of="$f" status=none; }
way_dd_blocks()     { dd if="$new" of="$f" bs=5 status=none; }
way_dd_fsync()      { dd if="$new" of="$f" bs=64 conv=fsync status=none; }
way_sort()          { sort -o "$f" "$(in_one_line)"; }
way_sponge()        { sed "s/$OLD/$NEW/" "$f" | sponge "$f"; }
way_busybox_cp()    { busybox cp "$new" "$f"; }
way_busybox_mv()    { cp "$new" "$d/moved" && busybox mv "$d/moved" "$f"; }

way_sed()           { sed -i "s/$OLD/$NEW/" "$f"; }
way_sed_bak()       { sed -i.bak "s/$OLD/$NEW/" "$f" && without_backup .bak; }
way_busybox_sed()   { busybox sed -i "s/$OLD/$NEW/" "$f"; }
way_perl()          { perl -i -pe "s/$OLD/$NEW/" "$f"; }
way_perl_bak()      { perl -i.bak -pe "s/$OLD/$NEW/" "$f" && without_backup .bak; }
way_gawk()          { gawk -i inplace "{ sub(\"$OLD\", \"$NEW\") } 1" "$f"; }
way_jq_mv()         { jq . "$new" > "$d/tmp" && mv "$d/tmp" "$f"; }
way_patch()         { { diff -u "$f" "$new" || true; } | patch --quiet --reject-file=- "$f"; }

way_rsync()         { rsync -a "$new" "$d/"; }
way_rsync_r()       { rsync -r "$new" "$f"; }
way_rsync_inplace() { rsync -a --inplace "$new" "$d/"; }
way_tar()           { tar -C "$T/src" -c "${f##*/}" | tar -C "$d" -x; }
way_tar_overwrite() { tar -C "$T/src" -c "${f##*/}" | tar -C "$d" -x --overwrite; }
way_busybox_tar()   { tar -C "$T/src" -c "${f##*/}" | busybox tar -C "$d" -x; }

way_python()        { python3 -c "
with open('$f', 'w') as f:
    f.write(open('$new').read())"; }
way_python_dump()   { python3 -c "
import json
json.dump(json.load(open('$new')), open('$f', 'w'))"; }
way_python_r_plus() { python3 -c "
import json
with open('$f', 'r+') as f:
    json.load(f)
    f.seek(0)
    json.dump(json.load(open('$new')), f, indent=1)
    f.truncate()"; }
way_python_replace() { python3 -c "
import os, tempfile
fd, name = tempfile.mkstemp(dir='$d')
with open(fd, 'w') as f:
    f.write(open('$new').read())
    f.flush()
    os.fsync(fd)
try:
    os.replace(name, '$f')
except OSError:
    os.unlink(name)
    raise"; }
way_node()          { node -e "fs.writeFileSync('$f', fs.readFileSync('$new'))"; }
way_node_rename()   { node -e "fs.writeFileSync('$f.tmp', fs.readFileSync('$new'));
    fs.renameSync('$f.tmp', '$f')"; }
way_perl_close()    { perl -e "open(F, '>', '$f') or die; open(N, '$new'); print F <N>;
    close(F) or die(\"\$!\n\")"; }

# The text without a backslash, which some shells' echo takes for an escape.
plain()
{
    in_one_line 'del(.mountPoint)'
}

# in_one_line [JQ_FILTER]: a file with the text in one line; a field's is one.
in_one_line()
{
    if [[ "$f" == *.json ]]; then
        jq -c "${1:-.}" "$new" >"$T/line"
        echo "$T/line"
    else
        echo "$new"
    fi
}

# --- what each of them has to do -------------------------------------------------------------------

in_mount()
(
    cd "$MNT"
    "$@"
)

# save WAY FILE OLD NEW
save()
{
    d=drives/$at
    f=$d/$2
    OLD=$3
    NEW=$4
    new=$T/src/$2
    cat "$MNT/$f" >"$T/before"
    sed "s/$OLD/$NEW/" "$T/before" >"$new"
    touch -d "-$((saves += 1)) hours" "$new" # rsync takes equal size and time for equal
    run in_mount "way_$1"
}

# complain WHAT: for the way and file that are being tried.
complain()
{
    fail "$way on $file: $1" "exit status $rc" "$out" "$err" "last-error: $(last_error)"
}

saved()
{
    if [ "$rc" -ne 0 ] || [ -n "$err" ]; then
        complain 'saving failed'
    fi
}

# not_saved ERROR: the way says it in its own words, or can't ('silent'); the file shows the
# truth.
not_saved()
{
    case $1 in
    silent) [ "$rc:$err" = 0: ] || complain 'it can speak' ;;
    *)
        [ "$rc" -ne 0 ] || complain 'it exits with 0'
        [[ "$err" == *"$1"* ]] || complain "it does not say $1"
        ;;
    esac
    cmp "$T/before" "$MNT/$f" || complain 'the file does not show the truth'
}

# A rename says it otherwise: mv and others take EINVAL for 'into itself'. Of node's words only the
# number is the same in all versions.
errno_of()
{
    case $1 in
    *'Bad message'* | 'errno: -74') echo EBADMSG ;;
    *) echo EINVAL ;;
    esac
}

put()
{
    echo "PUT /shared-drives/$DATA {\"name\":\"$1\"}"
}

# What was refused is beside the document; but cp -b puts the old one back, which is
# accepted.
rejected()
{
    if [ "$file" = drive.json ] && [ "$way" != cp_backup ]; then
        [[ "$(stat -c %a "$MNT/$f.rej")" = 600 ]] || complain 'the .rej is not there with 0600'
        grep -q "$1" "$MNT/$f.rej" || complain 'the .rej is not the refused text'
    fi
}

# accepted NAME: saves that name in the place of the one before.
accepted()
{
    save "$way" "$file" "$at" "$1"
    saved
    at=$1
    cmp "$new" "$MNT/drives/$at/$file" || complain 'the file is not what was saved'
    [ "$(ls -A "$MNT/drives/$at")" = "$listed" ] || complain 'something is left over'
    sent+=("$(put "$1")")
}

# refused_by_api ERROR
refused_by_api()
{
    fault '{"method": "PUT", "status": 422, "body": {"code": "UNPROCESSABLE",
        "message": "not this one"}}'
    save "$way" "$file" "$at" rejected
    not_saved "$1"
    rejected '"rejected"'
    words "$(errno_of "$1").* 422 .*not this one"
    sent+=("$(put rejected)")
}

# refused_at_once ERROR: another id.
refused_at_once()
{
    save "$way" "$file" "$DATA" ''
    not_saved "$1"
    rejected '"id": *""'
    words "drives/$at/.*$(errno_of "$1")"
}

# try WAY FILE ERROR: an unchanged save, a good one, one that the API refuses; of a document also
# one that can't be right, and a good one again.
try()
{
    local -a sent=()
    local name=${1//_/-}-${2%.json}

    way=$1
    file=$2
    if [ "$way" != patch ]; then # it refuses an empty patch
        save "$way" "$file" "$at" "$at"
        saved
        cmp "$T/before" "$MNT/$f" || complain 'unchanged, and not the same'
    fi
    accepted "$name-1"
    refused_by_api "$3"
    if [ "$file" = drive.json ]; then
        refused_at_once "$3"
        accepted "$name-2"
    fi
    rm -f "$MNT/$d"/{moved,tmp,name.*} # what a way that failed leaves
    assert_requests "${sent[@]}"
    echo "$at" >"$T/at"
}

# ways: of each line 'WAY ERROR' on stdin, tries the way on a document and on a field; a line
# 'WAY FILE ERROR' on that file only.
ways()
{
    local each words status failed=0

    mounted -- ttl=3600
    mkdir -p "$T/src"
    at=data
    saves=0
    listed=$(ls -A "$MNT/drives/data")
    forget_requests
    while read -r each words; do
        case $words in
        'drive.json '* | 'name '*) try_alone "$each" "${words%% *}" "${words#* }" ;;
        *)
            try_alone "$each" drive.json "$words"
            try_alone "$each" name "$words"
            ;;
        esac
    done
    [ $failed -eq 0 ] || fail "$failed of them did not hold"
}

# In a shell of its own, so that the others are tried too.
try_alone()
{
    set +e
    (
        set -e
        try "$@"
    )
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        at=$(<"$T/at")
        return
    fi
    failed=$((failed + 1))
    no_faults
    remount ttl=3600
    at=$(api GET /shared-drives/$DATA | jq -r .name)
    forget_requests
}

# holds: scratch-6 send-1 send-4 fail-3 edit-3 words-7
test_shells()
{
    ways <<END
bash            write error: Invalid argument
bash_append     write error: Invalid argument
bash_lines      write error: Invalid argument
dash            I/O error
dash_append     I/O error
busybox         Invalid argument
busybox_append  Invalid argument
zsh             write error: invalid argument
zsh_append      write error: invalid argument
END
}

# holds: scratch-6 scratch-3 send-2 fail-3 edit-3
test_copiers()
{
    ways <<END
cat             Invalid argument
cat_append      Invalid argument
tee             Invalid argument
tee_append      Invalid argument
cp              Invalid argument
cp_p            Invalid argument
cp_a            Invalid argument
cp_f            Invalid argument
cp_remove       Invalid argument
cp_backup       Invalid argument
mv_from_other   Invalid argument
mv_within       Bad message
mv_f_within     Bad message
dd              Invalid argument
dd_blocks       Invalid argument
dd_fsync        Invalid argument
sort            Invalid argument
sponge          Invalid argument
busybox_cp      Invalid argument
busybox_mv      Bad message
END
}

# It sets the mode by the name that it was given, once all is written: not for what renames.
# holds: scratch-6
test_docs_install()
{
    mounted -- ttl=3600
    works 'ls providers > /dev/null'
    for bucket in one two three; do
        echo $bucket-bucket >"$T/$bucket"
    done
    works "install $T/one providers/backups/s3Config/bucket"
    works "install -p -m 600 $T/two providers/backups/s3Config/bucket"
    works "install -C $T/three providers/backups/s3Config/bucket"
    assert_eq '"one-bucket" "two-bucket" "three-bucket"' \
        "$(changes | grep -o '[a-z]*-bucket"' | sed 's/^/"/' | paste -sd ' ')"
}

# holds: scratch-6 scratch-3 fail-3 edit-3
test_editors_in_place()
{
    ways <<END
sed             Bad message
sed_bak         Bad message
busybox_sed     Bad message
perl            Bad message
perl_bak        Bad message
gawk            Bad message
jq_mv           drive.json Bad message
patch           Bad message
END
}

# holds: scratch-6 scratch-3 fail-3 edit-3
test_archivers()
{
    ways <<END
rsync           Bad message
rsync_r         Bad message
rsync_inplace   Invalid argument
tar             Invalid argument
tar_overwrite   Invalid argument
busybox_tar     Invalid argument
END
}

# holds: scratch-6 scratch-3 send-3 fail-3 edit-3
test_languages()
{
    ways <<END
python          Invalid argument
python_dump     drive.json silent
python_r_plus   drive.json Invalid argument
python_replace  Bad message
node            EINVAL
node_rename     errno: -74
perl_close      Invalid argument
END
}

run_scenarios "$@"
