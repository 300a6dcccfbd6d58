#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the compiler and the linker can do against exploits is in the programs, where it can be.
set -euo pipefail
export LC_ALL=C.UTF-8

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
top_builddir=${top_builddir:-$PWD}
# shellcheck source=tap.sh
. "$top_srcdir/tests/tap.sh"

# flags VARIABLE: what configure has found of it.
flags()
{
    sed -n "s/^$1 = //p" "$top_builddir/Makefile"
}

if ! command -v readelf >/dev/null; then
    tap_skip_all 'readelf is missing'
fi
if [ -z "$(flags PFS_HARDEN_CFLAGS)" ]; then
    tap_skip_all 'this build has sanitizers'
fi

# has FLAG PATTERN WHAT…: where the build was given the flag, readelf shows the pattern.
has()
{
    case " $hardening " in
    *" $1 "*) readelf -W "${@:3}" "$program" | grep -E -e "$2" >/dev/null ;;
    esac
}

hardening="$(flags PFS_HARDEN_CPPFLAGS) $(flags PFS_HARDEN_CFLAGS) $(flags PFS_HARDEN_LDFLAGS)"
# Flags given to make itself are in no Makefile.
case " $(flags CC) $(flags CFLAGS) $(flags CPPFLAGS) $(flags LDFLAGS) ${MAKEFLAGS-} " in
*-no-pie* | *-static* | *-fno-stack* | *norelro* | *lazy* | *_FORTIFY_SOURCE* | \
    *' CC='* | *' CFLAGS='* | *' CPPFLAGS='* | *' LDFLAGS='*)
    tap_skip_all 'the flags of this build say otherwise'
    ;;
esac
for name in paperspacefs paperspace-emulator; do
    program=$top_builddir/$name
    check "$name is position-independent" has -pie 'Type: +DYN' -h
    check "$name has no writable relocations" has -Wl,-z,relro GNU_RELRO -l
    check "$name binds at its start" has -Wl,-z,now 'BIND_NOW|FLAGS.* NOW' -d
    check "$name guards its stack" has -fstack-protector-strong __stack_chk_fail --dyn-syms
    check "$name checks its buffers" has -D_FORTIFY_SOURCE=2 '__[a-z]+_chk@' --dyn-syms
done
tap_done
