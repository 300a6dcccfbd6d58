#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# doc/semantics.md has the rules, and tests say in a comment which of them they hold: directly above a
# scenario '# holds: name-1 name-5', above a unit test '/* holds: name-1 */', and in tests/packaging
# above a check, or the first of several. No rule is without a test, no test without a rule, and no
# name is one that no rule has. The last points show that the check can fail.
#
#     semantics.sh              these checks
#     semantics.sh RULE…        the tests that hold them
set -euo pipefail
export LC_ALL=C

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
# shellcheck source=tap.sh
. "$root/tests/tap.sh"

# rules ROOT: their names, in their order.
rules()
{
    sed -nE 's/^- \*\*([a-z]+-[1-9][0-9]*)\*\* .*/\1/p' "$1/doc/semantics.md"
}

# notes ROOT: 'FILE:LINE RULE' for each rule that a test says it holds.
notes()
{
    awk -v root="$1/" '/^ *(#|\/\*) holds: / {
        file = substr(FILENAME, length(root) + 1)
        for (i = 3; i <= NF && $i != "*/"; i++) print file ":" FNR, $i
    }' "$1"/tests/mount/*.sh "$1"/tests/packaging/*.sh "$1"/tests/unit/*.c
}

# What is listed as a rule, and has no name or no sentence; or a name that is given twice.
rules_without_a_name()
{
    grep -E '^ *[-*] ' "$1/doc/semantics.md" | grep -v -E '^- \*\*[a-z]+-[1-9][0-9]*\*\* .*\.$' || true
    rules "$1" | sort | uniq -d | sed 's/$/: given twice/'
}

rules_without_a_test()
{
    comm -23 <(rules "$1" | sort -u) <(notes "$1" | cut -d ' ' -f 2 | sort -u)
}

names_that_no_rule_has()
{
    notes "$1" | awk 'NR == FNR { is[$1] = 1; next } !($2 in is)' <(rules "$1") -
}

# Each function test_* of a file of scenarios; a file without one as a whole. Of the others each check
# that has no line above it in its paragraph.
tests_without_a_rule()
{
    # lib.sh and screen.sh are helpers.
    awk -v root="$1/" '
        function whole() { if (file != "" && !all && !noted && file !~ /\/(lib|screen)\.sh$/) print file }
        FNR == 1 { whole(); file = substr(FILENAME, length(root) + 1); all = noted = 0; before = "" }
        /^test_[A-Za-z0-9_]*\(\)/ { all++; if (before !~ /^# holds: [a-z]/) print file ": " $1 }
        /^# holds: [a-z]/ { noted++ }
        { before = $0 }
        END { whole() }' "$1"/tests/mount/*.sh
    awk -v root="$1/" '
        FNR == 1 { noted = 0 }
        /^ *# holds: [a-z]/ { noted = 1 }
        /^ *check(_steps)? / && !noted { print substr(FILENAME, length(root) + 1) ":" FNR ": " $0 }
        /^$/ { noted = 0 }' "$1"/tests/packaging/*.sh
}

# A line that stands above no test says nothing of any.
notes_without_a_test()
{
    awk -v root="$1/" '
        noted && !/^(test_[A-Za-z0-9_]*\(\)|START_TEST\(|run_python |(    )*(check|check_steps|for|if) )/ {
            print substr(FILENAME, length(root) + 1) ":" FNR - 1 ": " before
        }
        { noted = /^ *(#|\/\*) holds:/; before = $0 }' \
        "$1"/tests/mount/*.sh "$1"/tests/packaging/*.sh "$1"/tests/unit/*.c
}

# tests_of ROOT RULE…: a line each, with the line that begins the test.
tests_of()
{
    local rule note file

    for rule in "${@:2}"; do
        grep -F "**$rule** " "$1/doc/semantics.md" || { echo "$rule: no such rule" >&2 && return 1; }
        while IFS=' :' read -r file note _; do
            printf '    %s:%d: %s\n' "$file" $((note + 1)) "$(sed -n "$((note + 1))p" "$1/$file")"
        done < <(notes "$1" | grep -x ".* $rule")
    done
}

# catches NAME COMMAND RULES SCENARIOS [PACKAGING [UNIT]]: passes if the command finds something in
# such texts, and nothing in others that are well.
catches()
{
    local dir

    dir=$(mktemp -d)
    mkdir -p "$dir/doc" "$dir/tests/mount" "$dir/tests/packaging" "$dir/tests/unit"
    plant "$dir" $'- **a-1** A.' $'# holds: a-1\ntest_a()\n{'
    if [ -n "$("$2" "$dir")" ]; then
        not_ok "$1" 'something was found where all is well' "$("$2" "$dir")"
    else
        plant "$dir" "${@:3}"
        if [ -n "$("$2" "$dir")" ]; then
            ok "$1"
        else
            not_ok "$1" 'nothing was found'
        fi
    fi
    rm -rf "$dir"
}

# plant DIRECTORY RULES SCENARIOS [PACKAGING [UNIT]]
plant()
{
    printf '%s\n' "$2" >"$1/doc/semantics.md"
    printf '%s\n' "$3" >"$1/tests/mount/scenarios.sh"
    printf '%s\n' "${4:-}" >"$1/tests/packaging/checks.sh"
    printf '%s\n' "${5:-}" >"$1/tests/unit/test_it.c"
}

if [ $# -gt 0 ]; then
    tests_of "$root" "$@"
    exit
fi
holds 'every rule is one line, with a name of its own' rules_without_a_name "$root"
holds 'no rule is without a test' rules_without_a_test "$root"
holds 'no test is without a rule' tests_without_a_rule "$root"
holds 'no test names a rule that there is not' names_that_no_rule_has "$root"
holds 'what names a rule is a test' notes_without_a_test "$root"

held=$'# holds: a-1\ntest_a()\n{'
catches 'a rule without a name is caught' rules_without_a_name $'- **a-1** A.\n- B.' "$held"
catches 'a rule without a sentence is caught' rules_without_a_name $'- **a-1** A.\n- **a-2** B' "$held"
catches 'a name that is given twice is caught' rules_without_a_name $'- **a-1** A.\n- **a-1** B.' "$held"
catches 'a rule without a test is caught' rules_without_a_test $'- **a-1** A.\n- **a-11** B.' "$held"
catches 'a scenario without a rule is caught' tests_without_a_rule '- **a-1** A.' "$held"$'\n}\n\ntest_b()'
catches 'a scenario that is not the next line is caught' tests_without_a_rule '- **a-1** A.' \
    $'# holds: a-1\n\ntest_a()'
catches 'a file of scenarios without any is caught' tests_without_a_rule '- **a-1** A.' 'run_python x.py'
catches 'a check without a rule is caught' tests_without_a_rule '- **a-1** A.' "$held" \
    $'# holds: a-1\ncheck a true\n\ncheck b true'
catches 'a rule that there is not is caught in a scenario' names_that_no_rule_has '- **a-1** A.' \
    $'# holds: a-1 a-2\ntest_a()'
catches 'a rule that there is not is caught in a unit test' names_that_no_rule_has '- **a-1** A.' \
    "$held" '' $'/* holds: b-1 */\nSTART_TEST(a)'
catches 'a unit test holds a rule only where it stands' notes_without_a_test '- **a-1** A.' "$held" '' \
    $'/* holds: a-1 */\nstatic int a;'
tap_done
