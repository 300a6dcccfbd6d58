#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each picture is what scripts/pictures.sh makes of its text, is well-formed, and is shown.
set -euo pipefail

root=$(cd "${top_srcdir:-$(dirname "$0")/..}" && pwd)
# shellcheck source=tap.sh
. "$root/tests/tap.sh"

is_made()
{
    cp "$1" "$work/"
    bash "$root/scripts/pictures.sh" "$work/${1##*/}"
    cmp "$work/$(basename "$1" .txt).svg" "${1%.txt}.svg"
}

# Words are words: each of them is in it, in its order.
has_the_words()
{
    diff <(tr -d ' |+>v-' <"$1" | tr -d '\n') \
        <(sed -n 's|^<text[^>]*>\(.*\)</text>$|\1|p' "${1%.txt}.svg" |
            sed 's/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g' | tr -d ' |+>v-' | tr -d '\n')
}

is_shown()
{
    grep -q -F "](doc/pictures/$1.svg)" "$root/README.md"
    grep -q -F "](doc/pictures/$1.txt)" "$root/README.md"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for text in "$root"/doc/pictures/*.txt; do
    name=$(basename "$text" .txt)
    check_steps "$name.svg is made of $name.txt" is_made "$text"
    check_steps "$name.svg is well-formed" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
        "${text%.txt}.svg"
    check_steps "$name.svg has the words of $name.txt" has_the_words "$text"
    check_steps "$name is in README.md" is_shown "$name"
done
printf '  a-b -- "<&>" +\n  |\n  v   +--> end\n' >"$work/odd.txt"
bash "$root/scripts/pictures.sh" "$work/odd.txt"
check_steps 'what is odd is drawn, too' has_the_words "$work/odd.txt"
tap_done
