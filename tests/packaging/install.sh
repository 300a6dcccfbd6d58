#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make install brings everything, below DESTDIR and the prefix that it is given; make uninstall takes
# everything away. And what packages are made of names the same files.
set -euo pipefail

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-$PWD}" && pwd)
# shellcheck source=../tap.sh
. "$top_srcdir/tests/tap.sh"
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make_here TARGET: below a directory of this test; everything is where /opt/x has it.
make_here()
{
    make -s -C "$top_builddir" "$1" DESTDIR="$work/root" prefix=/opt/x >"$work/log" 2>&1 ||
        { cat "$work/log" && return 1; }
}

installed()
{
    (cd "$work/root" && find . ! -type d | sed 's|^\./|/|' | sort)
}

# What has to be there, below the prefix.
expected()
{
    cat <<'FILES'
bin/paperspace-emulator
bin/paperspacefs
lib/systemd/system/paperspacefs@.service
lib/systemd/user/paperspacefs@.service
sbin/mount.fuse.paperspacefs
sbin/mount.paperspacefs
share/bash-completion/completions/paperspace-emulator
share/bash-completion/completions/paperspacefs
share/doc/paperspacefs/LICENSE
share/doc/paperspacefs/NEWS
share/doc/paperspacefs/README.md
share/doc/paperspacefs/semantics.md
share/fish/vendor_completions.d/paperspace-emulator.fish
share/fish/vendor_completions.d/paperspacefs.fish
share/man/man1/paperspace-emulator.1
share/man/man1/paperspacefs.1
share/man/man5/paperspacefs.5
share/man/man8/mount.fuse.paperspacefs.8
share/man/man8/mount.paperspacefs.8
share/zsh/site-functions/_paperspace-emulator
share/zsh/site-functions/_paperspacefs
FILES
    (cd "$top_srcdir/examples" && find . -type f | sed 's|^\./|share/doc/paperspacefs/examples/|')
}

# Without what was left out of it.
of_this_build()
{
    if [ -x "$top_builddir/paperspace-emulator" ]; then
        cat
    else
        grep -v paperspace-emulator
    fi
}

all_there()
{
    make_here install
    diff <(expected | of_this_build | sed 's|^|/opt/x/|' | sort) <(installed)
}

helpers_lead_to_the_program()
{
    local name

    for name in mount.paperspacefs mount.fuse.paperspacefs; do
        [ "$work/root/opt/x/sbin/$name" -ef "$work/root/opt/x/bin/paperspacefs" ]
        [[ "$(readlink "$work/root/opt/x/sbin/$name")" != /* ]]
    done
}

all_gone()
{
    make_here uninstall
    [ -z "$(installed)" ] || { installed && return 1; }
}

# Files of the packages, as if they were installed by make.
packaged_by_debian()
{
    cat "$top_srcdir"/packaging/debian/*.install "$top_srcdir/packaging/debian/not-installed" |
        sed 's|^lib/|usr/lib/|; s|^usr/||; s|/vendor-completions/|/site-functions/|'
}

packaged_by_rpm()
{
    sed -nE 's|^(%exclude )?%\{_([a-z]*)\}/(.*)|\2/\3|p' "$top_srcdir/packaging/rpm/paperspacefs.spec" |
        sed 's|^bindir|bin|; s|^sbindir|sbin|; s|^unitdir|lib/systemd/system|; s|^userunitdir|lib/systemd/user|
            s|^mandir|share/man|; s|^datadir|share|; s|^docdir|share/doc|; s|\*$||'
    expected | grep '^share/doc/' # a directory as a whole
}

# Whatever is installed is in a package; wildcards and directories stand for what is in them.
in_packages()
{
    diff <(expected | sed 's|/examples/.*|/examples|' | sort -u) \
        <("packaged_by_$1" | sed 's|/examples/.*|/examples|' | sort -u)
}

# holds: install-1
check_steps 'make install brings everything' all_there
check_steps 'mount.paperspacefs leads to the program, wherever it is moved' helpers_lead_to_the_program
check_steps 'make uninstall takes everything away' all_gone
check_steps "Debian's packages have all of it" in_packages debian
check_steps 'the RPM packages have all of it' in_packages rpm
tap_done
