#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A kind that was just added (new_kind.sh): it can be read and nothing else, and in one dialect.
# shellcheck source=../mount/lib.sh
. "${BASH_SOURCE[0]%/*}/../mount/lib.sh"

test_docs_it_is_listed_and_read()
{
    mounted
    prints $'office\nrender farm' 'ls networks'
    prints 10.64.92.0 'cat networks/nwhoe4ox/network'
    prints '"render farm"' 'jq .name "networks/render farm/network.json"'
    prints 2 'jq .kinds.networks.count .paperspacefs/status.json'
    works 'grep -q networks/NAME/network.json README'
}

test_docs_nothing_of_it_can_be_changed()
{
    mounted
    refused 'not permitted' 'mkdir networks/new'
    refused 'not permitted' 'mv networks/office networks/other'
    refused 'Permission denied' 'echo other > networks/office/name'
    refused 'Permission denied' 'echo "{\"name\": \"other\"}" > networks/office/network.json'
    refused 'not permitted' 'rm -r networks/office'
    prints 8 'ls networks/office | wc -l'
    nothing_sent
}

test_openapi_it_is_not_there()
{
    mounted
    refused 'No such file' 'ls networks'
    prints null 'jq .kinds.networks .paperspacefs/status.json'
    prints 0 'grep -c networks README || true'
    assert_eq 0 "$(count_requests GET '/private-networks.*')"
}

run_scenarios "$@"
