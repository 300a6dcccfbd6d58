#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The fault matrix (matrix.py says what it is): an eighth of its cases, drawn by a seed that is
# printed, or what the arguments say. `make matrix` runs it whole.
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# holds: errno-15
run_python "$(dirname "$0")/matrix.py" "$@"
