# SPDX-License-Identifier: MIT
#
# fish completion for paperspace-emulator.

complete -c paperspace-emulator -f
complete -c paperspace-emulator -l port -x -d 'TCP port, 0 for a free one'
complete -c paperspace-emulator -l dialect -x -a 'docs openapi' -d 'which description of the API to follow'
complete -c paperspace-emulator -l key -x -d 'the API key to accept'
complete -c paperspace-emulator -l populate -x -d 'generated snapshots in place of the sample'
complete -c paperspace-emulator -l data -r -F -d 'initial state from a JSON file'
complete -c paperspace-emulator -l etag -d 'give answers to GET an ETag, and honour If-None-Match'
complete -c paperspace-emulator -l latency -x -d 'answer each request that many milliseconds later'
complete -c paperspace-emulator -l control -d 'serve /_control, for tests'
complete -c paperspace-emulator -s h -l help -d 'print a summary of the options'
complete -c paperspace-emulator -s V -l version -d 'print the version'
