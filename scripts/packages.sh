#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/packages.sh [build|test|lint|fresh]…: installs what building (the
# default), testing, linting and scripts/fresh.sh need, by apt, on Debian 12 or a
# relative of it. What is there already is left alone; if nothing is missing,
# nothing is done.
set -euo pipefail

build=(autoconf automake pkg-config gcc libc6-dev make libfuse3-dev fuse3 libcurl4-openssl-dev
    libjson-c-dev libmicrohttpd-dev uthash-dev check libsubunit-dev ca-certificates jq)
test=(curl rsync busybox vim neovim nvi nano micro emacs-nox ed tmux moreutils bsdextrautils
    libglib2.0-bin python3 perl nodejs valgrind xz-utils procps psmisc tar dash zsh fish gawk patch git
    attr plocate systemd bindfs sudo restic)
lint=(clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck)
fresh=(debootstrap git)

usage()
{
    echo 'usage: scripts/packages.sh [build|test|lint|fresh]…' >&2
    exit 2
}

installed()
{
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Another package that does the same job, for those where it does not matter which.
instead_of()
{
    case $1 in
    libcurl4-openssl-dev) installed libcurl4-gnutls-dev ;;
    *) false ;;
    esac >/dev/null
}

wanted=()
for set in "${@:-build}"; do
    case $set in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${build[@]}" "${test[@]}") ;;
    lint) wanted+=("${build[@]}" "${lint[@]}") ;;
    fresh) wanted+=("${fresh[@]}") ;;
    *) usage ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "packages.sh: this is not a Debian; install the likes of these yourself: ${wanted[*]}" >&2
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    if ! installed "$package" && ! instead_of "$package"; then
        missing+=("$package")
    fi
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
fi
echo "Installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install=("${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}")
if ! { "${install[@]}" || { "${as_root[@]}" apt-get update -q && "${install[@]}"; }; } \
    </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    echo "packages.sh: apt-get could not install ${missing[*]}" >&2
    exit 1
fi
