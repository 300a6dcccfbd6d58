#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Random operations of several processes against a model of the mount (model.py says how), for
# PFS_MODEL_SECONDS in either dialect. `make soak` runs it for longer and looks at what is used.
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# holds: errno-15 own-1
run_python "$(dirname "$0")/model.py" "$@"
