#!/bin/sh
# SPDX-License-Identifier: MIT
#
# export-for-git.sh MOUNT REPOSITORY: commits what there is to a git repository, if it
# has changed: the documents of drives, providers and snapshots, in which secrets are
# masked. What the last commit has changed is then a diff, and so is any time span:
# git -C REPOSITORY log -p --since='1 week'.
#
# machines/ is left out, since it shows the same snapshots; utilization.json changes
# with every byte that is written; state and event.json pass.
set -eu

mount=${1:?where paperspacefs is mounted} repository=${2:?a git repository}

new=$(mktemp -d "$repository/.git/export.XXXXXX")
trap 'rm -rf "$new"' EXIT
# A listing that fails ends this here: it must not look like everything has been deleted.
for kind in drives providers snapshots; do
    mkdir "$new/$kind"
    names=$(ls "$mount/$kind")
    printf '%s\n' "$names" | while IFS= read -r name; do
        [ -n "$name" ] || continue
        mkdir "$new/$kind/$name"
        cp "$mount/$kind/$name/${kind%s}.json" "$new/$kind/$name/"
    done
done

cd "$repository"
rm -rf drives providers snapshots
mv "$new/drives" "$new/providers" "$new/snapshots" .
git add -A drives providers snapshots
git diff --cached --quiet || git commit -q -m "Storage at $(date -u +%Y-%m-%dT%H:%MZ)"
