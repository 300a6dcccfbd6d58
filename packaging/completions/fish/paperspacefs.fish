# SPDX-License-Identifier: MIT
#
# fish completion for paperspacefs: switches, mount options (after commas too), their
# values, files where a file is due, directories to mount on.

# Mount options, a line each: NAME or NAME=VALUE, a tab, what it is.
function __paperspacefs_rows
    printf '%s\t%s\n' \
        url=URL 'where the API is' \
        key_file=FILE 'file whose first line is the API key' \
        team=NAME 'the team whose key of credentials.toml is taken' \
        cacert=FILE 'PEM file of a private CA' \
        'dialect=auto|docs|openapi' 'how the API speaks' \
        timeout=SECONDS 'the longest that an operation takes' \
        connections=N 'requests at once' \
        ttl=SECONDS 'how long a listing is fresh' \
        stale=SECONDS 'how long it may be shown when the API can\'t be reached' \
        ro 'nothing can be changed' \
        remount 'with ro or rw: a mount that is there becomes so' \
        dry_run 'nothing is sent, each change fails' \
        dry_run=pretend 'nothing is sent, each change seems to succeed' \
        guard=POINTS 'what a burst of deletions and restores may cost' \
        'secrets=fields|hide|show' 'how secrets show' \
        defaults=FILE 'JSON with fields that new resources get' \
        'restore_backup=yes|no' 'whether a restore takes a safety snapshot first' \
        uid=N 'owner of all files' \
        gid=N 'their group' \
        umask=OCTAL 'permission bits that are taken away' \
        'log=error|warning|info|debug' 'what is logged' \
        'names=auto|lease' 'how long the kernel believes in names' \
        max_idle_threads=N 'threads that wait for operations' \
        max_threads=N 'operations at once' \
        allow_other 'let other users in' \
        allow_root 'let root in' \
        auto_unmount 'unmount when the daemon dies' \
        max_read=BYTES 'the largest read request'
end

# The values of an option whose row is $argv[1], as far as there are names for them; a path goes on
# from $argv[2].
function __paperspacefs_values
    switch $argv[1]
        case '*=FILE'
            __fish_complete_path $argv[2]
        case '*=[A-Z]*' '*=URL' '*=NAME' '*=SECONDS' '*=N' '*=POINTS' '*=OCTAL' '*=BYTES'
        case '*'
            string split '|' (string replace -r '^[^=]*=' '' -- $argv[1])
    end
end

# What can stand in place of the last option of a list; what is before it stays.
function __paperspacefs_list
    set -l token (string replace -r '^--?o?' '' -- (commandline -ct))
    set -l before (string match -r '^.*,' -- $token)
    set -l last (string replace -r '^.*,' '' -- $token)
    set -l name (string match -r '^[^=]*=' -- $last)
    for row in (__paperspacefs_rows)
        set -l option (string split -f 1 \t -- $row)
        set -l words (string split -f 2 \t -- $row)
        if test -z "$name"
            printf '%s%s\t%s\n' "$before" (string replace -r '=.*' '=' -- $option) $words
        else if string match -q -- "$name*" $option
            for value in (__paperspacefs_values $option (string replace -- $name '' $last))
                printf '%s%s%s\n' "$before" $name $value
            end
        end
    end
end

complete -c paperspacefs -f -a '(__fish_complete_directories (commandline -ct) "mount point")'
complete -c paperspacefs -s f -d 'stay in the foreground'
complete -c paperspacefs -s d -d 'log every operation; implies -f'
complete -c paperspacefs -s o -x -a '(__paperspacefs_list)' -d 'mount options'
complete -c paperspacefs -l demo -d 'mount sample data: no account, no network'
complete -c paperspacefs -l check -d 'try URL, key and this machine, or look at a mount; mount nothing'
complete -c paperspacefs -l json -d 'with --check: the same for scripts'
complete -c paperspacefs -l why -d 'the words of the last failure at or below a path'
complete -c paperspacefs -s v -d 'with --version: the libraries too'
complete -c paperspacefs -s h -l help -d 'print a short description of all options'
complete -c paperspacefs -s V -l version -d 'print the version'

# Each mount option also stands for itself, as --NAME or --NAME=VALUE.
for row in (__paperspacefs_rows)
    set -l option (string split -f 1 \t -- $row)
    set -l words (string split -f 2 \t -- $row)
    set -l name (string replace -r '=.*' '' -- $option)
    switch $option
        case '*=FILE'
            complete -c paperspacefs -l $name -r -F -d $words
        case '*=*'
            set -l values (__paperspacefs_values $option)
            complete -c paperspacefs -l $name -x -a "$values" -d $words
        case '*'
            complete -c paperspacefs -l $name -d $words
    end
end
