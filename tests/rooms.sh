# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034 # whoever sources this uses it
#
# The rooms of src/, and what each may use, itself apart. Files right in src/ wire everything.
declare -A below=(
    [util]=''
    [kinds]='util'
    [http]='util'
    [api]='http kinds util'
    [document]='api kinds util'
    [cache]='document api http kinds util'
    [journal]='cache document api http kinds util'
    [vfs]='util'
    [tree]='vfs document journal cache api http kinds util'
    [fs]='vfs util'
    [config]='fs tree vfs document journal cache api http kinds util'
    [doctor]='config fs tree vfs document journal cache api http kinds util'
    [emulator]='util'
)
