#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/package.sh [dist|deb|rpm]…: builds the tarball, Debian packages (the
# default is these two) and RPM packages of what is committed, into
# build/packages/. The tarball is the same, byte for byte, whenever and wherever
# it is made of the same commit with the same autotools. Their tests are not run
# by this: scripts/test.sh does so, and tests/packaging/packages.sh those of the
# packages themselves.
#
# Environment: SOURCE_DATE_EPOCH, the date of all that is made (default: that of
# the commit); CC and MAKEFLAGS.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/build/packages
work=$out/work
version=$(sed -nE 's/^AC_INIT\(\[paperspacefs\], \[([^]]*)\].*/\1/p' "$root/configure.ac")
tarball=$out/paperspacefs-$version.tar.xz
export MAKEFLAGS=${MAKEFLAGS:--j$(nproc)}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}

usage()
{
    sed -n '3,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
    exit 2
}

# quietly LOG COMMAND…: shows what the command said only if it fails.
quietly()
{
    local log=$work/$1
    shift
    if ! "$@" </dev/null >"$log" 2>&1; then
        tail -n 100 "$log" >&2
        echo "package.sh: failed: $*" >&2
        exit 1
    fi
}

# From a clean tree: what is committed, and nothing that lies about.
make_dist()
{
    rm -rf "$work/source"
    mkdir -p "$work/source"
    git -C "$root" archive HEAD | tar -x -C "$work/source"
    cd "$work/source"
    quietly autoreconf.log autoreconf -fi
    quietly configure.log ./configure -q
    quietly dist.log make dist
    mv "paperspacefs-$version.tar.xz" "$tarball"
}

# The top level of the source has no debian/: it is put there.
make_deb()
{
    local source=$work/deb/paperspacefs-$version

    rm -rf "$work/deb"
    mkdir -p "$work/deb"
    tar -x -C "$work/deb" -f "$tarball"
    cp "$tarball" "$work/deb/paperspacefs_$version.orig.tar.xz"
    cp -r "$source/packaging/debian" "$source/debian"
    sed -i "1s/([^)]*)/($version-1)/" "$source/debian/changelog"
    cd "$source"
    quietly deb.log env DEB_BUILD_OPTIONS="nocheck noautodbgsym $(parallel)" dpkg-buildpackage -us -uc
    cp "$work/deb"/*.deb "$out/"
    printf '%s\n' "$work/deb"/*.changes >"$out/changes"
}

parallel()
{
    sed -nE 's/.*-j *([0-9]+).*/parallel=\1/p' <<<"$MAKEFLAGS"
}

make_rpm()
{
    local topdir=$work/rpm

    rm -rf "$topdir"
    mkdir -p "$topdir"/{SOURCES,SPECS,BUILD,RPMS}
    cp "$tarball" "$topdir/SOURCES/"
    sed "s/^Version:.*/Version:        $version/" "$root/packaging/rpm/paperspacefs.spec" \
        >"$topdir/SPECS/paperspacefs.spec"
    # Of what it needs only rpm itself can be asked, and here that may be another system's.
    quietly rpm.log rpmbuild -bb --nodeps --define "_topdir $topdir" --define 'without_tests 1' \
        --define 'debug_package %{nil}' "$topdir/SPECS/paperspacefs.spec"
    mv "$topdir"/RPMS/*/*.rpm "$out/"
}

for what in "$@"; do
    [[ "$what" =~ ^(dist|deb|rpm)$ ]] || usage
done
bash "$root/scripts/packages.sh" package
mkdir -p "$work"
rm -f "$out"/*.deb "$out"/*.rpm "$out"/*.tar.xz
make_dist
for what in "${@:-deb}"; do
    [ "$what" = dist ] || "make_$what"
done
find "$out" -maxdepth 1 \( -name '*.deb' -o -name '*.rpm' -o -name '*.tar.xz' \) | sort
