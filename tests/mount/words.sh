#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What leaves the program as words is safe to show: no secret is in it, and nothing that a terminal
# would obey.
. "${BASH_SOURCE[0]%/*}/lib.sh"

SECRET='wJa/Xq+F&7 D"b%P\x<Y>z=tail'

# spellings TEXT: TEXT as others escape it, one a line as a JSON string.
spellings()
{
    python3 - "$1" <<'PYTHON'
import base64, html, json, sys, urllib.parse

def each(form, all):
    return lambda t: "".join(c if c.isalnum() and not all else form % ord(c) for c in t)

kinds = [
    lambda t: t,
    lambda t: json.dumps(t)[1:-1],
    lambda t: json.dumps(t)[1:-1].replace("/", "\\/"),
    each("\\u%04x", False), each("\\x%02x", True), each("\\%03o", True),
    lambda t: "".join(c if c.isalnum() else "\\" + c for c in t),
    lambda t: urllib.parse.quote(t, ""), each("%%%02x", True), urllib.parse.quote_plus,
    html.escape, each("&#%d;", False), each("&#x%X;", True),
    lambda t: base64.b64encode(t.encode()).decode(),
    lambda t: base64.urlsafe_b64encode(t.encode()).decode(),
]
for kind in kinds:
    for outer in kinds:
        spelled = outer(kind(sys.argv[1]))
        for cut in spelled, spelled[:len(spelled) * 3 // 4], spelled[len(spelled) // 4:]:
            print(json.dumps("it was '" + cut + "'"))
PYTHON
}

# Reads JSON strings; prints those that tell eight characters of TEXT, however they are escaped.
telling()
{
    python3 - "$1" 3<&0 <<'PYTHON'
import base64, html, json, os, re, sys, urllib.parse

def decoded(text):
    found = [urllib.parse.unquote(text), urllib.parse.unquote_plus(text), html.unescape(text),
             re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).replace('\\"', '"')
             .replace("\\/", "/").replace("\\\\", "\\"),
             re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text),
             re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), text),
             re.sub(r"\\(.)", r"\1", text)]
    for token in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for pad in range(4):
            part = ("A" * pad + token).replace("-", "+").replace("_", "/")
            found.append(base64.b64decode(part[:len(part) // 4 * 4]).decode("latin1"))
    return found

secret = sys.argv[1]
parts = [secret[i:i + 8] for i in range(len(secret) - 7)]
for line in os.fdopen(3):
    shown = json.loads(line)
    once = decoded(shown)
    for text in [shown] + once + [deep for text in once for deep in decoded(text)]:
        if any(part in text for part in parts):
            print(shown)
            break
PYTHON
}

# echoes TEXT COMMAND: the command is refused in words that have every spelling of TEXT, thirty at a
# time in the message and fifteen in the details; what is told in the end tells nothing of it.
echoes()
{
    local rule count=0

    spellings "$1" >"$T/spelled"
    jq -s -c 'range(0; length; 45) as $at | {times: 1, method: "PUT", status: 422, body: {code: "E",
        message: .[$at:$at + 30] | join(" "), details: .[$at + 30:$at + 45] | join(" ")}}' \
        "$T/spelled" >"$T/rules"
    while IFS= read -r rule; do
        fault "$rule"
        shell "$2"
        assert_eq 1 $((rc != 0))
        last_error >>"$T/told"
        count=$((count + 1))
    done <"$T/rules"
    assert_eq 15 "$(grep -c "it was '\*\*\*\*" "$T/told")"
    assert_eq 15 "$count"
    jq -c '.message, .details' "$MNT/.paperspacefs/errors.jsonl" >"$T/shown"
    jq -R -c 'split(": ")[2:] | join(": ")' "$T/told" >>"$T/shown"
    assert_eq '' "$(telling "$1" <"$T/shown")" 'what was sent is told'
}

# holds: words-2 words-3
test_docs_a_refusal_tells_nothing_of_the_secret_that_was_sent()
{
    mounted
    jq -n -c --arg s "$SECRET" '{s3Config: {secretAccessKey: $s}}' >"$T/edit"
    echoes "$SECRET" "cat '$T/edit' > providers/backups/provider.json"
}

# holds: words-2 words-3
test_openapi_a_refusal_tells_nothing_of_the_secret_that_was_sent()
{
    mounted
    jq -n -c --arg s "$SECRET" '{secretKey: $s}' >"$T/edit"
    echoes "$SECRET" "cat '$T/edit' > providers/backups/provider.json"
}

# holds: words-2 words-3
test_docs_a_refusal_tells_nothing_of_the_secret_that_was_there_before()
{
    mounted
    works 'cat providers/backups/provider.json > /dev/null'
    echoes demo/secret+backups/0002 "echo other-bucket > providers/backups/s3Config/bucket"
}

# What stands in the path, a key's name and openly shown values stay readable.
# holds: words-4
test_docs_what_is_shown_anyway_stays_readable()
{
    mounted
    works 'cat providers/backups/provider.json > /dev/null'
    fault '{"method": "PUT", "status": 422, "body": {"code": "E", "message":
        "secretAccessKey of backups/secret, in providers/backups/s3Config/bucket: demo/secret+backups/0002 is bad"}}'
    refused 'Invalid argument' 'echo b > providers/backups/s3Config/bucket'
    words 'secretAccessKey of backups/secret, in providers/backups/s3Config/bucket: \*\*\*\*\*\*\*\* is bad'
}

# holds: words-2 words-3
test_the_key_before_a_reload_is_hidden_too()
{
    (umask 077 && printf 'demo-key\n' >"$T/key")
    mounted -- "key_file=$T/key"
    fault '{"method": "PUT", "status": 422, "body": {"message": "bad ZGVtby1rZXk="}}'
    refused 'Invalid argument' 'echo x > drives/data/name'
    words 'bad \*\*\*\*\*\*\*\*'
    printf 'another-key\n' >"$T/key"
    kill -HUP "$daemon"
    fault '{"path": "/shared-drives", "status": 403, "times": -1, "body": {"message":
        "bad another-key, bad ZGVtby1rZXk="}}'
    eventually 10 forbidden
    words 'bad \*\*\*\*\*\*\*\*, bad \*\*\*\*\*\*\*\*'
}

forbidden()
{
    ! ls "$MNT/drives" 2>/dev/null
}

# --- what a terminal would obey ---------------------------------------------------------------------

# plain FILE…: valid UTF-8, with no control character but newlines.
plain()
{
    python3 - "$@" <<'PYTHON'
import sys, unicodedata
for name in sys.argv[1:]:
    text = open(name, "rb").read().decode("utf-8")
    bad = [c for c in text if c != "\n" and (unicodedata.category(c) == "Cc" or
           c in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")]
    if bad:
        sys.exit(f"{name}: {bad}")
PYTHON
}

# holds: words-1
test_what_a_server_says_is_cleaned()
{
    mounted
    fault '{"method": "PUT", "status": 422, "body": {"code": "A\u009bB", "message":
        "a\u001b[31mb\u0085c\u2028d\u2029e\u202ef\u2066g\u007fh", "details": {"x\u009b": "y\u202e"}}}'
    refused 'Invalid argument' "echo x > drives/data/name"
    words EINVAL 'a \[31mb c d e f g h'
    plain "$MNT/.paperspacefs/last-error" "$MNT/.paperspacefs/errors.jsonl" || fail 'not plain'
    fault '{"path": "/snapshots", "status": 500, "times": -1, "body": {"message": "a\u009b\u2028b"}}'
    run env PAPERSPACE_API_KEY=$KEY timeout 60 "$PAPERSPACEFS" -o timeout=1 --check "$URL"
    printf '%s\n%s\n' "$out" "$err" >"$T/check"
    assert_contains "$out" 'a  b'
    plain "$T/check" || fail 'not plain'
}

# holds: words-1 words-6 words-7
test_a_path_or_a_process_of_any_bytes_leaves_one_line()
{
    mounted
    shell $'mkdir "new\nline\e[31m\u202e"; mkdir $\'a\\xff\''
    python3 - "$MNT" <<'PYTHON' || fail 'no process of that name'
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, b"\xff\x1b[31m", 0, 0, 0)
try:
    os.mkdir(sys.argv[1].encode() + b"/x\xe2\x80\xa8y\x80")
except OSError:
    pass
PYTHON
    assert_eq 1 "$(wc -l <"$MNT/.paperspacefs/last-error")"
    prints 3 'jq -s length .paperspacefs/errors.jsonl'
    plain "$MNT/.paperspacefs/last-error" "$MNT/.paperspacefs/errors.jsonl" || fail 'not plain'
}

# What was sent is told as it was sent, in escapes.
# holds: words-1 words-6 name-1
test_docs_a_body_with_controls_is_told_in_escapes()
{
    mounted
    works 'echo "{\"name\": \"a\\u009bb\\u2028c\\nd\"}" > drives/data/drive.json'
    plain "$MNT/.paperspacefs/changes.jsonl" || fail 'not plain'
    prints '"a\u009bb\u2028c\nd"' 'jq -a .body.name .paperspacefs/changes.jsonl'
    prints 'a%C2%9Bb%E2%80%A8c%0Ad' 'ls drives | grep ^a%'
}

# holds: rename-4
test_a_rename_that_fails_names_where_to()
{
    mounted
    fault '{"method": "PUT", "status": 409}'
    refused 'Device or resource busy' 'mv drives/data drives/elsewhere'
    words EBUSY 'drives/data' 'to drives/elsewhere'
}

# --- files that other programs read -----------------------------------------------------------------

smuggler()
{
    with_data '{"shared-drives": [
        {"id": "d1", "name": "d1", "size": 5, "region": "r", "networkId": "n", "mountPoint": "\\\\h\\s",
            "username": "u\ndomain=evil", "password": "p"},
        {"id": "d2", "name": "d2", "size": 5, "region": "r", "networkId": "n", "mountPoint": "\\\\h\\s t#",
            "username": "u", "password": "p\u0000q"},
        {"id": "d3", "name": "d3", "size": 5, "region": "r", "networkId": "n", "mountPoint": "\\\\h\\s t#",
            "username": "u", "password": "p,q=\u00e9 r"},
    {"id": "d,4", "name": "d4", "size": 5, "region": "r", "networkId": "n", "mountPoint": "\\\\h\\s",
        "username": "u", "password": "p"}]}'
}

# holds: secret-9 secret-7 secret-8
test_docs_credentials_hold_no_line_that_a_value_smuggled_in()
{
    mounted --data "$(smuggler)"
    refused 'Input/output error' 'cat drives/d1/credentials'
    words EIO username 'control character'
    refused 'Input/output error' 'cat drives/d2/credentials'
    words EIO password 'control character'
    works 'stat drives/d1/credentials'
    prints $'username=u\npassword=p,q=é r' 'cat drives/d3/credentials'
    prints '//h/s\040t\043' "cut -d' ' -f1 drives/d3/fstab"
    prints "credentials=$MNT/drives/d3/credentials,_netdev,nofail,x-systemd.requires-mounts-for=$MNT" \
        "cut -d' ' -f4 drives/d3/fstab"
    assert_matches "$(cat "$MNT/drives/d4/fstab")" '^# .*comma'
}

# holds: secret-8
test_docs_fstab_is_a_comment_where_no_option_can_say_it()
{
    mounted --data "$(smuggler)" -- secrets=hide
    prints 1 'wc -l < drives/d3/fstab'
    assert_matches "$(cat "$MNT/drives/d3/fstab")" '^# .*secrets=hide'
    end_mount
    MNT="$WORK/a,x-y"
    mkdir -p "$MNT"
    mount_fs secrets=fields
    eventually 20 started_up
    prints 1 'wc -l < drives/d3/fstab'
    assert_matches "$(cat "$MNT/drives/d3/fstab")" '^# .*comma'
}

# holds: secret-5
test_docs_a_document_that_shows_secrets_is_the_owner_s()
{
    mounted --data "$(with_data '{"shared-drives": [{"id": "d1", "name": "d1", "size": 5,
        "region": "r", "networkId": "n", "password": "plain", "list": [{"password": "plain"}]},
        {"id": "d2", "name": "d2", "size": 5, "region": "r", "networkId": "n"}]}')" -- secrets=show
    prints '600 400 644' 'echo $(stat -c %a drives/d1/drive.json drives/d1/list drives/d2/drive.json)'
    works 'cp drives/d1/drive.json drives/d1/copy; mv drives/d1/drive.json drives/d1/old'
    prints '600 600' 'echo $(stat -c %a drives/d1/copy drives/d1/old)'
    works 'mkdir providers/new; echo x > providers/new/s3Config/secretAccessKey'
    prints 600 'stat -c %a providers/new/provider.json'
    works 'rm -r providers/new'
    remount secrets=fields
    prints '644 444' 'echo $(stat -c %a drives/d1/drive.json drives/d1/list)'
}

# --- everywhere -------------------------------------------------------------------------------------

# After one of everything, no secret is in what the mount tells, its output, or its process.
# holds: words-2 words-5 http-19
test_no_secret_is_anywhere()
{
    local secret

    mounted -- log=debug
    works 'cat */*/*.json > /dev/null; cat drives/*/password providers/*/s3Config/secretAccessKey \
        drives/*/credentials > /dev/null 2>&1 || true'
    works "mkdir drives/new; echo '$(drive_body)' > drives/new/drive.json; mv drives/new drives/newer"
    if [ "$D" = docs ]; then
        works 'mkdir providers/p; echo "{\"s3Config\": {\"accessKey\": \"AK\", \"bucket\": \"b\",
            \"secretAccessKey\": \"hush/made\"}}" > providers/p/provider.json'
        works 'echo hush/changed > providers/p/s3Config/secretAccessKey'
    else
        works 'mkdir providers/p; echo "{\"type\": \"s3\", \"secretKey\": \"hush/made\"}" \
            > providers/p/provider.json'
        works 'echo hush/changed > providers/p/secretKey'
    fi
    shell 'mkdir "hush%2Fchanged" "providers/p/hush%2Fchanged"; echo "{\"s3Config\": {\"secretAccessKey\":
        \"hush/bad\", \"hush/bad\": 1}}" > providers/p/provider.json'
    shell "mkdir $KEY; rm -r drives/newer; rm -r providers/p; mkdir machines/$MACHINE/s
        touch snapshots/s/restore; rm -r snapshots/s"
    works 'cat README .paperspacefs/* > "$OLDPWD/told"'
    cat "$WORK/mount.err" "/proc/$daemon/cmdline" "/proc/$daemon/environ" >>"$T/told"
    assert_contains "$(cat "$T/told")" '"method":"DELETE"'
    for secret in "$KEY" hush/made hush/bad demo/secret Lk6wPv42nGhX "Bearer"; do
        ! grep -a -q -F -e "$secret" "$T/told" || fail "a secret is told: $secret" \
            "$(grep -a -F -e "$secret" "$T/told" | head -n 3)"
    done
    : >"$WORK/mount.err"
}

run_scenarios "$@"
