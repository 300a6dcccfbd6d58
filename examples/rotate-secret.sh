#!/bin/sh
# SPDX-License-Identifier: MIT
#
# rotate-secret.sh PROVIDER MOUNT: gives a storage provider a new pair of keys, which
# are the two lines of standard input: the access key, then the secret one. Both are
# changed by one request or not at all. They are on no command line and in no file.
set -eu

provider=${2:?where paperspacefs is mounted}/providers/${1:?which provider}
dialect=$(jq -r .dialect "$2/.paperspacefs/status.json")
IFS= read -r access
IFS= read -r secret

# printf and read are the shell's own: what they are given is seen by nobody.
edit=$(printf '%s\n%s\n' "$access" "$secret" | jq -R -s --arg dialect "$dialect" 'split("\n") |
    if $dialect == "openapi" then {accessKey: .[0], secretKey: .[1]}
    else {s3Config: {accessKey: .[0], secretAccessKey: .[1]}} end')
if ! printf '%s\n' "$edit" >"$provider/provider.json"; then
    cat "$2/.paperspacefs/last-error" >&2
    exit 1
fi
