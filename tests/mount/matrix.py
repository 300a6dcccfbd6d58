# SPDX-License-Identifier: MIT
"""The fault matrix: every operation of a user, under every fault of a server or a network.

Each case has an emulator and a mount of its own. The operation's request meets the fault; then it
is asserted what the caller got (errno, and words in last-error), how long it took, how often it
was asked, what the server has now, and that the mount works as soon as the fault is over.

The rows are OPERATIONS and FAULTS; what to expect follows from both in expected(), which is the
contract's table of errors once more, written from its page and not from the code.

    matrix.py                 every eighth case (PFS_MATRIX_SHARE), by a seed that is printed
    matrix.py --all           every case          --seed N    the same draw again
    matrix.py --only REGEX    cases whose name matches
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import random
import re
import sys
import time
from typing import Callable

from rig import KINDS, PATIENCE, Failure, Rig, errno_of, eventually, name_of

TIMEOUT_S = 2
SHARE = int(os.environ.get('PFS_MATRIX_SHARE', '8'))  # one case of so many, unless all are wanted

# --- operations -----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a user does, and the request by which it reaches the server."""
    name: str
    verb: str  # look (nothing is known yet), again (old data is known), edit, create, restore, delete
    method: str
    path: str  # of the request that meets the fault
    run: Callable  # of the rig; raises OSError
    done: Callable = None  # of the rig: the server shows that it was carried out
    shown: bool = True  # the server's answers show openly what was sent
    whole: bool = False  # a GET goes before it
    asks: int = 1  # so many of its system calls ask, each once, while nothing is known
    later: tuple = ()  # dialects where it is not done yet when it is answered
    dialects: tuple = ('docs', 'openapi')
    before: Callable = lambda rig: None  # to be done while all is well


def drive(rig, identity):
    return next((d for d in rig.items('drives') if d['id'] == identity), {})


def has(kind, name):
    return lambda rig: any(item['name'] == name for item in rig.items(kind))


def lacks(kind, name):
    return lambda rig: not has(kind, name)(rig)


def provider(rig, key):
    item = rig.item('providers', 'backups')
    return item.get('s3Config', item).get(key)


NEW_DRIVE = {'docs': '{"size": 100, "region": "ny2", "networkId": "nwhoe4ox"}\n',
             'openapi': '{"size": 100, "region": "ny2", "privateNetworkId": "nwhoe4ox"}\n'}
NEW_PROVIDER = {
    'docs': '{"s3Config": {"accessKey": "AKIANEW", "bucket": "new-bucket", "region": "ny2", '
            '"secretAccessKey": "demo/secret+new/0009"}}\n',
    'openapi': '{"type": "s3", "bucket": "new-bucket", "region": "ny2", "accessKey": "AKIANEW", '
               '"secretKey": "demo/secret+new/0009"}\n'}
BUCKET = {'docs': '{"s3Config": {"bucket": "b2"}}\n', 'openapi': '{"bucket": "b2"}\n'}
SECRET = {'docs': 'providers/backups/s3Config/secretAccessKey',
          'openapi': 'providers/backups/secretKey'}


def make(kind, text):
    def run(rig):
        os.mkdir(rig.path(f'{kind}/fresh'))
        rig.write(f'{kind}/fresh/{kind[:-1]}.json', text[rig.dialect])
    return run


def touch(name):
    return lambda rig: os.utime(rig.path(name))


def look_then_expire(*names):
    def before(rig):
        for name in names:
            rig.read(name) if name.endswith('.json') else os.listdir(rig.path(name))
        rig.refresh()
    return before


DRIVE = '/shared-drives/sdvkpg3v2v'
SNAPSHOT = '/snapshots/slt4h9w3jxe2ub'
MODEL = 'snapshots/trained model v2'
PROVIDER = '/storage-providers/splk9d2w5hn7uyc'

OPERATIONS = (
    Operation('list snapshots', 'look', 'GET', '/snapshots',
              lambda rig: os.listdir(rig.path('snapshots'))),
    Operation('stat of a snapshot', 'look', 'GET', '/snapshots',
              lambda rig: os.stat(rig.path(MODEL))),
    Operation('list of a machine', 'look', 'GET', '/snapshots',
              lambda rig: os.listdir(rig.path('machines/psm9u09bwu5i'))),
    Operation('read a provider', 'look', 'GET', '/storage-providers',
              lambda rig: rig.read('providers/backups/provider.json')),
    Operation('read utilization', 'look', 'GET', '/storage-providers/utilization',
              lambda rig: rig.read('utilization.json'), asks=3),
    Operation('list drives again', 'again', 'GET', '/shared-drives',
              lambda rig: os.listdir(rig.path('drives')), before=look_then_expire('drives')),
    Operation('read a drive again', 'again', 'GET', '/shared-drives',
              lambda rig: rig.read('drives/data/drive.json'),
              before=look_then_expire('drives/data/drive.json')),
    Operation('read utilization again', 'again', 'GET', '/storage-providers/utilization',
              lambda rig: rig.read('utilization.json'),
              before=look_then_expire('utilization.json')),
    Operation('name of a drive by its field', 'edit', 'PUT', DRIVE,
              lambda rig: rig.write('drives/data/name', 'fresh\n'), has('drives', 'fresh')),
    Operation('name of a drive by its document', 'edit', 'PUT', DRIVE,
              lambda rig: rig.write('drives/data/drive.json', '{"name": "fresh"}\n'),
              has('drives', 'fresh')),
    Operation('name of a drive by mv', 'edit', 'PUT', DRIVE,
              lambda rig: os.rename(rig.path('drives/data'), rig.path('drives/fresh')),
              has('drives', 'fresh')),
    Operation('size of a drive', 'edit', 'PUT', DRIVE,
              lambda rig: rig.write('drives/data/size', '4000\n'),
              lambda rig: drive(rig, 'sdvkpg3v2v')['size'] == 4000, dialects=('openapi',)),
    Operation('name of a snapshot by mv', 'edit', 'PUT', SNAPSHOT,
              lambda rig: os.rename(rig.path(MODEL), rig.path('snapshots/fresh')),
              has('snapshots', 'fresh')),
    Operation('note of a snapshot', 'edit', 'PUT', SNAPSHOT,
              lambda rig: rig.write(MODEL + '/note', 'fresh\n'),
              lambda rig: rig.item('snapshots', 'trained model v2')['note'] == 'fresh',
              dialects=('openapi',)),
    Operation('bucket of a provider', 'edit', 'PUT', PROVIDER,
              lambda rig: rig.write('providers/backups/provider.json', BUCKET[rig.dialect]),
              lambda rig: provider(rig, 'bucket') == 'b2', whole=True),
    Operation('secret of a provider', 'edit', 'PUT', PROVIDER,
              lambda rig: rig.write(SECRET[rig.dialect], 'demo/secret+fresh/0007\n'),
              lambda rig: provider(rig, 'secretAccessKey') == 'demo/secret+fresh/0007',
              shown=False, whole=True, dialects=('docs',)),
    Operation('take a snapshot', 'create', 'POST', '/snapshots',
              lambda rig: os.mkdir(rig.path('machines/psm9u09bwu5i/fresh')),
              has('snapshots', 'fresh')),
    Operation('make a drive', 'create', 'POST', '/shared-drives', make('drives', NEW_DRIVE),
              has('drives', 'fresh')),
    Operation('make a provider', 'create', 'POST', '/storage-providers',
              make('providers', NEW_PROVIDER), has('providers', 'fresh')),
    Operation('restore by touch', 'restore', 'POST', SNAPSHOT + '/restore',
              touch(MODEL + '/restore')),
    Operation('restore by an object', 'restore', 'POST', SNAPSHOT + '/restore',
              lambda rig: rig.write(MODEL + '/restore', '{"createSnapshotBeforeRestore": true}\n'),
              dialects=('docs',)),
    Operation('delete a drive', 'delete', 'DELETE', DRIVE,
              lambda rig: rig.remove('drives/data'), lacks('drives', 'data')),
    Operation('delete a snapshot', 'delete', 'DELETE', SNAPSHOT,
              lambda rig: rig.remove(MODEL), lacks('snapshots', 'trained model v2'),
              later=('docs',)),
    Operation('delete a provider', 'delete', 'DELETE', PROVIDER,
              lambda rig: rig.remove('providers/backups'), lacks('providers', 'backups')),
)

# --- faults ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Fault:
    """What the request meets. kind: status, shape (2xx, but not the answer), broken (a 2xx that
    breaks off), flood (a 2xx that is too much), lost (the connection ends), late (no answer in
    time), none (no connection)."""
    name: str
    kind: str
    rule: dict = None
    status: int = 0
    applied: bool = False  # the operation is carried out nevertheless
    start: Callable = None  # in place of a rule
    end: Callable = lambda rig: rig.well()


ERRORS = {400: 'EINVAL', 401: 'EACCES', 402: 'EDQUOT', 403: 'EACCES', 404: 'ENOENT', 405: 'EINVAL',
          408: 'EAGAIN', 409: 'EBUSY', 412: 'EINVAL', 413: 'EFBIG', 422: 'EINVAL', 425: 'EAGAIN',
          429: 'EAGAIN', 500: 'EIO', 501: 'EIO', 502: 'EIO', 503: 'EIO', 504: 'EIO'}
AGAIN = {408, 425, 429, 502, 503, 504}  # tried again, and answered by old data
CHUNKED = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'


def shapes():
    bodies = {'HTML': '<html>It works!</html>', 'null': None, 'a number': 42, 'nothing': '',
              'an empty object': {}, 'another object': {'error': 'not now'}, 'a string': '"done"',
              'half an object': '{"id": "sdv'}
    for applied in (False, True):
        for name, body in bodies.items():
            yield Fault(name + (', done' if applied else ''), 'shape', applied=applied,
                        rule={'status': 200, 'body': body, 'apply': applied})
        yield Fault('204' + (', done' if applied else ''), 'shape', applied=applied,
                    rule={'status': 204, 'body': '', 'apply': applied})


def is_json(fault):
    """Whether a body of that shape is JSON as it is sent."""
    body = fault.rule.get('body')
    return not isinstance(body, str) or body.startswith('"')


def broken():
    for applied in (False, True):
        done = ', done' if applied else ''
        yield Fault('a body cut short' + done, 'broken', applied=applied, rule={
            'raw': True, 'apply': applied, 'body': 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n'
                                                   'Content-Type: application/json\r\n\r\n{"id": '})
        yield Fault('a broken chunk' + done, 'broken', applied=applied,
                    rule={'raw': True, 'apply': applied, 'body': CHUNKED + '5\r\n{"id"\r\nzz\r\n'})
    yield Fault('endless trailers', 'flood', rule={
        'raw': True, 'flood': {'prefix': CHUNKED + '2\r\n{}\r\n0\r\n', 'unit': 'X-More: 1\r\n' * 100,
                               'count': -1}})
    yield Fault('millions of values', 'flood', rule={
        'status': 200, 'flood': {'prefix': '[', 'unit': '{},' * 1000, 'count': 3000,
                                 'suffix': '{}]'}})
    yield Fault('a body without end', 'flood', rule={
        'status': 200, 'flood': {'prefix': '[', 'unit': ' ' * 4096, 'count': -1}})


def lost():
    yield Fault('closed before', 'lost', {'close': 'before'})
    yield Fault('closed after', 'lost', {'close': 'after'}, applied=True)
    yield Fault('late', 'late', {'delayMs': 3600000})
    yield Fault('late, but done', 'late', {'answerDelayMs': 3600000}, applied=True)
    yield Fault('silent', 'late',
                start=lambda rig: rig.control('POST', 'silence', {'connections': 'all'}))
    yield Fault('no connection', 'none', start=Rig.stop_emulator, end=Rig.start_emulator)


FAULTS = (*(Fault(str(status), 'status', {'status': status}, status) for status in ERRORS),
          Fault('a quota', 'status', status=402,
                rule={'status': 422, 'body': {'code': 'QUOTA_EXCEEDED',
                                              'message': 'Your plan limit has been reached'}}),
          Fault('503 and a page', 'status', status=503,
                rule={'status': 503, 'body': '<html>busy</html>', 'contentType': 'text/html'}),
          Fault('502, but done', 'status', {'status': 502, 'apply': True}, 502, applied=True),
          *shapes(), *broken(), *lost())

# --- what the contract says -----------------------------------------------------------------------


@dataclasses.dataclass
class Expected:
    errors: set  # names of errnos; '0' is success
    words: str = ''  # a regex that last-error has
    done: object = None  # the server has it afterwards; None: either
    seconds: float = TIMEOUT_S
    requests: int = 0  # the most that may be sent; 0: any number


UNKNOWN = 'may have been carried out|unknown|not known'


def expected(operation, fault, dialect):
    want = {'look': of_look, 'again': of_again, 'edit': of_edit, 'create': of_create,
            'restore': of_restore, 'delete': of_delete}[operation.verb](operation, fault)
    if operation.name.endswith('by mv') and 'EINVAL' in want.errors:
        want.errors = {'EBADMSG'}  # EINVAL of rename(2) says something else to mv
    if dialect in operation.later and want.done:
        want.errors, want.done = want.errors | {'EPROTO'}, None  # it is still there when asked for
    return want


def of_status(operation, fault):
    """An answer that says no. POST: only 429 and 503 are certainly not carried out."""
    name = ERRORS[fault.status]
    if fault.status == 409 and operation.verb == 'create':
        name = 'EEXIST'
    if fault.status == 402:
        name = 'EDQUOT'
    again = fault.status in AGAIN and (operation.method != 'POST' or fault.status in (429, 503))
    limit = 0 if again else operation.asks
    if fault.status == 401 or (fault.status == 400 and operation.method == 'GET'):
        limit *= 2  # the key's file is read again; the query is left away
    words = '' if operation.verb in ('look', 'again') else str(fault.rule['status'])
    return Expected({name}, words, False, requests=limit)


def of_look(operation, fault):
    if fault.kind == 'status':
        return of_status(operation, fault)
    return Expected({'shape': {'EPROTO'}, 'broken': {'EPROTO'},
                     'flood': {'EPROTO', 'EFBIG', 'ETIMEDOUT'}, 'lost': {'EHOSTUNREACH'},
                     'late': {'ETIMEDOUT'}, 'none': {'EHOSTUNREACH'}}[fault.kind])


def of_again(operation, fault):
    """What was known stays readable where the server can't answer, after at most 2 s."""
    old = fault.kind in ('lost', 'late', 'none') or fault.status in AGAIN or fault.status >= 500
    if old:
        return Expected({'0'}, seconds=2)
    if fault.kind == 'flood':  # no answer in time, if that comes first
        return Expected({'0', 'EPROTO', 'EFBIG'}, seconds=2)
    return dataclasses.replace(of_look(operation, fault), requests=0)


def of_edit(operation, fault):
    if fault.kind == 'status':
        if fault.applied:
            return Expected({'EIO'}, '502', None)
        return of_status(operation, fault)
    if fault.start and fault.kind == 'late' and operation.whole:  # the GET has no answer
        return Expected({'ETIMEDOUT'}, 'nothing was sent', False)
    if fault.kind == 'late':
        return Expected({'ETIMEDOUT'}, UNKNOWN, None)
    if fault.kind == 'none':
        return Expected({'EHOSTUNREACH'}, '', False)
    if fault.kind == 'lost':
        return Expected({'EIO'}, UNKNOWN, fault.applied)
    if not operation.shown:
        return of_unshown(fault)
    if fault.kind == 'flood':  # EIO: what was taken leaves no time for the GET that decides
        return Expected({'EPROTO', 'EIO', 'ETIMEDOUT'}, '', False)
    return Expected({'0'} if fault.applied else {'EPROTO'}, '', fault.applied)


def of_unshown(fault):
    """A 2xx that is JSON is success: nothing tells otherwise. Any other leaves it unknown."""
    if fault.kind == 'shape' and is_json(fault):
        return Expected({'0'})
    return Expected({'EIO', 'ETIMEDOUT'} if fault.kind == 'flood' else {'EIO'}, UNKNOWN)


def of_create(operation, fault):
    if fault.kind == 'status':
        if fault.applied:
            return Expected({'0'}, '', True, requests=1)
        if fault.status >= 500 and fault.status != 503:
            return Expected({'EIO'}, UNKNOWN, False, requests=1)
        return of_status(operation, fault)
    if fault.kind == 'none':
        return Expected({'EHOSTUNREACH'}, '', False)
    if fault.applied and not (fault.kind == 'late'):
        return Expected({'0'}, '', True, requests=1)
    if fault.kind == 'late':
        return Expected({'0', 'EIO'} if fault.applied else {'EIO'}, UNKNOWN, None, requests=1)
    return Expected({'EIO'}, UNKNOWN, False, requests=1)


def of_restore(operation, fault):
    if fault.kind == 'status' and (fault.status < 500 or fault.status == 503):
        return of_status(operation, fault)
    if fault.kind == 'none':
        return Expected({'EHOSTUNREACH'})
    return Expected({'EIO'}, UNKNOWN, requests=1)


def of_delete(operation, fault):
    if fault.kind == 'status':
        if fault.applied:
            return Expected({'0', 'EIO'}, '', True)
        if fault.status == 404:
            return Expected({'EPROTO'}, '', False)
        return of_status(operation, fault)
    if fault.kind == 'late':
        return Expected({'ETIMEDOUT'}, UNKNOWN, None)
    if fault.kind == 'none':
        return Expected({'EHOSTUNREACH'}, '', False)
    if fault.kind == 'lost':
        return Expected({'0', 'EIO'} if fault.applied else {'EIO'}, UNKNOWN, fault.applied)
    if fault.kind == 'flood':  # what was taken leaves no time for the GET that decides
        return Expected({'EPROTO', 'EIO', 'ETIMEDOUT'}, '', False)
    return Expected({'0'} if fault.applied else {'EPROTO'}, '', fault.applied)


def is_no_fault(operation, fault, dialect):
    """Where the shape is what the dialect may answer, nothing is wrong."""
    body = (fault.rule or {}).get('body')
    if operation.verb == 'restore' and dialect == 'openapi':
        return fault.kind == 'shape'  # any 2xx is a success there
    if operation.verb == 'delete' and fault.kind == 'shape':
        return dialect == 'openapi' and body == '' and not fault.applied
    if operation.verb == 'look' or operation.verb == 'again':
        return fault.applied
    if operation.verb == 'restore':
        return fault.applied
    return False

# --- a case ---------------------------------------------------------------------------------------


class Slow(Failure):
    """What fell may have fallen because the machine is busy."""


def require(true, text, kind=Failure):
    if not true:
        raise kind(text)


def judge(rig, operation, fault, want, got, seconds, before):
    name = name_of(got)
    words = rig.last_error() if got else ''
    late = Slow if name == 'ETIMEDOUT' or 'no whole answer' in words else Failure
    require(name in want.errors,
            f'{name} in {seconds:.1f} s, expected {want.errors}; last-error: {words!r}', late)
    require(seconds <= want.seconds * 3 * max(PATIENCE, 1) + 1,
            f'took {seconds:.1f} s, promised were {want.seconds}', Slow)
    if got:
        require(name in words and re.search(want.words, words),
                f'last-error lacks {name} or {want.words!r}: {words!r}', late)
    if operation.done and want.done is not None:
        require(operation.done(rig) == want.done,
                f'carried out: {operation.done(rig)}, expected {want.done}')
    if want.done is False:
        require(rig.state() == before, 'something changed at the server')


def count(rig, operation, want):
    sent = [r for r in rig.requests() if r['method'] == operation.method
            and r['path'].split('?')[0].removeprefix('/v1') == operation.path]
    require(not want.requests or len(sent) <= want.requests,
            f'sent {len(sent)} times, expected at most {want.requests}')


def agrees(rig):
    """The tree has as many resources of each kind as the server, drafts left aside."""
    rig.refresh()
    try:
        names = {kind: os.listdir(rig.path(kind)) for kind in KINDS}
    except OSError:
        return False
    status = json.loads(rig.read('.paperspacefs/status.json'))['kinds']
    drafts = {kind: status[kind]['drafts']
              for kind in KINDS}
    return all(len(names[kind]) - len(drafts[kind]) == len(items)
               for kind, items in rig.state().items())


def works_after(rig):
    """A look and a change of each kind, right after the fault has gone."""
    eventually(10, 'the tree agrees with the server', lambda: agrees(rig))
    try:
        rig.write('drives/renders/name', 'renders-2\n')
        os.rename(rig.path('snapshots/before-upgrade'), rig.path('snapshots/after'))
    except TimeoutError as e:
        raise Slow(f'a change afterwards: {e}') from e
    require(has('drives', 'renders-2')(rig), 'a rename was not carried out afterwards')
    require(has('snapshots', 'after')(rig), 'mv was not carried out afterwards')


def run_case(operation, fault, dialect, timeout_s):
    with Rig(dialect, f'timeout={timeout_s}', noise=('was never completed',)) as rig:
        operation.before(rig)
        if operation.verb not in ('look', 'again'):
            for kind in ('drives', 'snapshots', 'providers'):
                os.listdir(rig.path(kind))
        before = rig.state()
        rig.forget_requests()
        if fault.start:
            fault.start(rig)
        else:
            rig.fault(method=operation.method, path=operation.path, exact=True, times=-1,
                      **fault.rule)
        start = time.monotonic()
        got = errno_of(lambda: operation.run(rig))
        seconds = time.monotonic() - start
        want = expected(operation, fault, dialect)
        want.seconds *= timeout_s / TIMEOUT_S
        if fault.kind != 'none':
            count(rig, operation, want)
        fault.end(rig)
        judge(rig, operation, fault, want, got, seconds, before)
        works_after(rig)

# --- the runner -----------------------------------------------------------------------------------


def all_cases():
    for dialect in ('docs', 'openapi'):
        for operation in OPERATIONS:
            for fault in FAULTS:
                if dialect in operation.dialects and not is_no_fault(operation, fault, dialect):
                    yield f'{operation.name} / {fault.name} [{dialect}]', operation, fault, dialect


def attempt(case):
    """What is wrong; None: nothing. What may be the machine's slowness gets more time, once."""
    try:
        try:
            run_case(*case[1:], TIMEOUT_S)
        except Slow as e:
            print(f'# {case[0]}: again with more time: {e}', flush=True)
            run_case(*case[1:], TIMEOUT_S * 4)
        return None
    except Exception as e:  # pylint: disable=broad-except
        return f'{type(e).__name__}: {e}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(10 ** 6))
    parser.add_argument('--only', default='')
    parser.add_argument('--jobs', type=int, default=4 * (os.cpu_count() or 1))
    args = parser.parse_args()
    cases = [case for case in all_cases() if re.search(args.only, case[0])]
    if not args.all and not args.only:
        cases = random.Random(args.seed).sample(cases, len(cases) // SHARE)
    print(f'# {len(cases)} cases, seed {args.seed}', flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for number, (case, wrong) in enumerate(zip(cases, pool.map(attempt, cases)), 1):
            print(f'{"not ok" if wrong else "ok"} {number} - {case[0]}', flush=True)
            if wrong:
                failed += 1
                print('# ' + wrong.replace('\n', '\n# '), flush=True)
    print(f'1..{len(cases)}')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
