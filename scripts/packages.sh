#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/packages.sh [build|test|lint|package|fresh]…: installs what building (the
# default), testing, linting, scripts/package.sh and scripts/fresh.sh need. What is
# there already is left alone; if nothing is missing, nothing is done.
#
# With apt, on Debian 12 or a relative of it, all of it; with dnf, apk or pacman what
# building needs, and for the rest it says what is to be looked for. Where none of
# them is there, it says what is needed and does nothing.
#
#   --print   only print the names
set -euo pipefail

# What building needs, by package manager; which of them is meant is known at run time.
# shellcheck disable=SC2034
{
build_apt=(autoconf automake pkg-config gcc libc6-dev make libfuse3-dev fuse3 libcurl4-openssl-dev
    libjson-c-dev libmicrohttpd-dev uthash-dev check libsubunit-dev libsystemd-dev ca-certificates jq)
build_dnf=(autoconf automake pkgconf-pkg-config gcc glibc-devel make fuse3-devel fuse3 libcurl-devel
    json-c-devel libmicrohttpd-devel uthash-devel check-devel systemd-devel ca-certificates jq)
build_apk=(autoconf automake pkgconf gcc musl-dev linux-headers make fuse3-dev fuse3 curl-dev
    json-c-dev libmicrohttpd-dev uthash-dev check-dev bsd-compat-headers coreutils ca-certificates jq)
build_pacman=(autoconf automake pkgconf gcc glibc make fuse3 curl json-c libmicrohttpd uthash check
    systemd ca-certificates jq)
}
# What the rest needs, as Debian calls it.
test=(curl rsync busybox vim neovim nvi nano micro emacs-nox ed tmux moreutils bsdextrautils
    libglib2.0-bin python3 perl nodejs valgrind xz-utils procps psmisc tar dash zsh fish gawk patch
    git attr plocate systemd bindfs sudo restic util-linux mandoc man-db)
lint=(clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck)
package=(debhelper dpkg-dev fakeroot lintian rpm git xz-utils)
fresh=(debootstrap git)

usage()
{
    sed -n '3,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
    exit 2
}

manager()
{
    local name

    for name in apt-get:dpkg-query dnf:rpm apk:apk pacman:pacman; do
        if command -v "${name%:*}" >/dev/null && command -v "${name#*:}" >/dev/null; then
            echo "${name%%[-:]*}"
            return
        fi
    done
    echo none
}

# installed MANAGER PACKAGE
installed()
{
    case $1 in
    apt) [ "$(dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null)" = installed ] ;;
    dnf) rpm -q --whatprovides "$2" ;;
    apk) apk info -e "$2" ;;
    pacman) pacman -Q "$2" ;;
    esac >/dev/null 2>&1
}

# Another package that does the same job, for those where it does not matter which.
instead_of()
{
    case $1 in
    libcurl4-openssl-dev) installed apt libcurl4-gnutls-dev ;;
    *) false ;;
    esac
}

as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install()
{
    case $1 in
    apt)
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${@:2}" ||
            { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -q --no-install-recommends "${@:2}"; }
        ;;
    dnf) as_root dnf install -y --setopt=install_weak_deps=False "${@:2}" ;;
    apk) as_root apk add "${@:2}" ;;
    pacman) as_root pacman -S --needed --noconfirm "${@:2}" ;;
    esac
}

only_print=
if [ "${1:-}" = --print ]; then
    only_print=yes
    shift
fi
manager=${PFS_PACKAGE_MANAGER:-$(manager)}
wanted=() elsewhere=()
declare -n names=build_$manager
if [ "$manager" = none ]; then
    declare -n names=build_apt
fi
for set in "${@:-build}"; do
    case $set in
    build) wanted+=("${names[@]}") ;;
    test) wanted+=("${names[@]}") && elsewhere+=("${test[@]}") ;;
    lint) wanted+=("${names[@]}") && elsewhere+=("${lint[@]}") ;;
    package) wanted+=("${names[@]}") && elsewhere+=("${package[@]}") ;;
    fresh) elsewhere+=("${fresh[@]}") ;;
    *) usage ;;
    esac
done
if [ "$manager" = apt ]; then
    wanted+=("${elsewhere[@]}")
    elsewhere=()
fi
if [ -n "$only_print" ]; then
    printf '%s\n' "${wanted[@]}"
    exit
fi
if [ ${#elsewhere[@]} -gt 0 ] && [ "$manager" != none ]; then
    echo "packages.sh: of these only Debian's names are known; install the likes of them yourself: ${elsewhere[*]}" >&2
fi
if [ "$manager" = none ]; then
    echo "packages.sh: there is no apt, dnf, apk or pacman here; nothing is installed. Needed are the" \
        "likes of: ${wanted[*]} ${elsewhere[*]}" >&2
    exit 0
fi

missing=()
for name in "${wanted[@]}"; do
    if ! installed "$manager" "$name" && ! instead_of "$name"; then
        missing+=("$name")
    fi
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi
echo "Installing ${missing[*]} …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install "$manager" "${missing[@]}" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    echo "packages.sh: $manager could not install ${missing[*]}" >&2
    exit 1
fi
