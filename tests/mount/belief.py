# SPDX-License-Identifier: MIT
"""What many processes see at once of what the kernel keeps, while it changes here and elsewhere.

    belief.py CASE MNT URL KEY DIALECT

on a mount of the emulator at URL. Prints what it did, and fails with what was promised and seen.
"""

import ctypes
import errno
import http.client
import json
import mmap
import os
import struct
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

CASE, MNT, URL, KEY, DIALECT = sys.argv[1:]
SECONDS = 2
PATIENCE = float(os.environ.get('PFS_TEST_PATIENCE', '1'))


class Elsewhere:
    """Somebody else at the API, by one connection."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)

    def ask(self, method, path, body=None):
        self.connection.request(method, '/v1' + path, json.dumps(body) if body else None,
                                {'Authorization': 'Bearer ' + KEY, 'User-Agent': 'elsewhere',
                                 'Content-Type': 'application/json'})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise AssertionError(f'{method} {path}: {answer.status} {text}')
        return json.loads(text) if text else None

    def items(self, path):
        page = self.ask('GET', path + '?limit=120')
        return page if isinstance(page, list) else page['items']


def path(*names):
    return os.path.join(MNT, *names)


def refresh():
    os.utime(path('.paperspacefs/refresh'))


def write(name, text):
    """As a shell's echo does."""
    fd = os.open(name, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


class Crowd:
    """Threads that each repeat what they do until the time is over, or one has failed."""

    def __init__(self):
        self.end = time.monotonic() + SECONDS
        self.failed = []
        self.counts = {}
        self.threads = []

    def add(self, what, act, pause=0.0):
        self.counts.setdefault(what, 0)
        self.threads.append(threading.Thread(target=self.go, args=(what, act, pause)))

    def go(self, what, act, pause):
        try:
            while time.monotonic() < self.end and not self.failed:
                act()
                self.counts[what] += 1
                time.sleep(pause)
        except Exception as e:  # pylint: disable=broad-except
            self.failed.append(f'{what}: {e!r}')

    def run(self):
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        print(self.counts)
        assert not self.failed, '\n'.join(self.failed)
        for what, count in self.counts.items():
            assert count > 0, f'{what}: not once'


# --- readers and writers ----------------------------------------------------------------------------

def pair(number):
    """Two values that belong together, of more and less characters."""
    return f'b{number}-' + 'b' * (number * 37 % 150), f'n{number}-' + 'n' * (number * 91 % 150)


def belongs(values):
    number = int(values[0][1:].split('-')[0])
    return tuple(values) == pair(number)


class Provider:
    """One that is written by several, with numbers that none uses twice."""

    numbers = iter(range(1, 1 << 30))
    lock = threading.Lock()

    def __init__(self, item):
        self.id = item['id']
        self.item = item
        self.in_config = 's3Config' in item
        self.document = path('providers', self.id, 'provider.json')
        self.field = path('providers', self.id, 's3Config' if self.in_config else '', 'bucket')

    def next_pair(self, rest):
        """A body that has one, and what else it has to have."""
        with self.lock:
            bucket, name = pair(next(self.numbers))
        if self.in_config:
            return {'name': name, 's3Config': {**rest.get('s3Config', {}), 'bucket': bucket}}
        return {'name': name, 'bucket': bucket}

    def write_here(self):
        write(self.document, json.dumps(self.next_pair({})) + '\n')

    def write_elsewhere(self, elsewhere):
        kept = {key: self.item[key] for key in ('isTeamDefault', 'type') if key in self.item}
        elsewhere.ask('PUT', '/storage-providers/' + self.id, {**kept, **self.next_pair(self.item)})

    def check(self, text):
        assert b'\0' not in text, f'a NUL in {text}'
        values = json.loads(text)
        bucket = values.get('s3Config', values)['bucket']
        assert belongs((bucket, values['name'])), f'torn: {text}'

    def read_in_parts(self, part):
        fd = os.open(self.document, os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            text = b''
            while True:
                more = os.read(fd, part)
                text += more
                if not more:
                    break
            assert size == len(text), f'{size} bytes are {len(text)}'
        finally:
            os.close(fd)
        self.check(text)

    def read_mapped(self):
        fd = os.open(self.document, os.O_RDONLY)
        try:
            with mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ) as mapped:
                self.check(bytes(mapped))
        finally:
            os.close(fd)

    def read_field(self):
        with open(self.field, 'rb') as file:
            text = file.read()
            assert os.fstat(file.fileno()).st_size == len(text)
        number = int(text[1:].split(b'-')[0])
        assert text.decode() == pair(number)[0] + '\n', text

    def look(self):
        assert os.stat(self.document).st_size > 100


def stress():
    providers = [Provider(item) for item in Elsewhere().items('/storage-providers')]
    crowd = Crowd()

    for provider in providers[:2]:
        provider.write_elsewhere(Elsewhere())
    refresh()
    for provider in providers[:2]:
        crowd.add('written here', provider.write_here, 0.01)
        connection = Elsewhere()
        crowd.add('written elsewhere',
                  lambda p=provider, c=connection: p.write_elsewhere(c), 0.02)
        crowd.add('read', lambda p=provider: p.read_in_parts(65536))
        crowd.add('read in parts', lambda p=provider: p.read_in_parts(61))
        crowd.add('mapped', provider.read_mapped)
        crowd.add('field', provider.read_field)
        crowd.add('looked at', provider.look)
    crowd.add('refreshed', refresh, 0.05)
    crowd.run()


# --- a directory in bites ---------------------------------------------------------------------------

libc = ctypes.CDLL(None, use_errno=True)
SYS_GETDENTS64 = {'x86_64': 217, 'aarch64': 61}.get(os.uname().machine)


class Stream:
    """An open directory, read by getdents64; what it has shown, as (inode number, name)."""

    def __init__(self, directory):
        self.fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        self.shown = []
        self.ended = False

    def bite(self, size=2600):
        buffer = ctypes.create_string_buffer(size)
        got = libc.syscall(SYS_GETDENTS64, self.fd, buffer, size)
        if got < 0:
            raise OSError(ctypes.get_errno(), 'getdents64')
        at = 0
        while at < got:
            number, _, length, _ = struct.unpack_from('=QqHB', buffer.raw, at)
            name = buffer.raw[at + 19:at + length].split(b'\0')[0].decode()
            if name not in ('.', '..'):
                self.shown.append((number, name))
            at += length
        self.ended = got == 0

    def finish(self):
        while not self.ended:
            self.bite()
        os.close(self.fd)
        return self.shown


def check_shown(who, shown, there):
    """`there`: inode numbers of what existed all the time."""
    numbers = [number for number, _ in shown]
    names = [name for _, name in shown]
    assert len(set(numbers)) == len(numbers), f'{who}: a resource twice'
    assert len(set(names)) == len(names), f'{who}: a name twice'
    assert not there - set(numbers), f'{who}: {len(there - set(numbers))} are missing'


def bites_once(elsewhere, directory, turn):
    listed = Stream(directory).finish()
    numbers = {name: number for number, name in listed}
    names = [name for _, name in listed if not name.startswith('auto')]
    machine = os.listdir(path('machines'))[0]
    # Near the begin, in the middle and near the end: what was read already, and what was not.
    first, middle, last, other, gone = (
        names[len(names) * of // 100] for of in (3, 50, 97, 66, 80))
    made = f'made-{turn}'
    early = Stream(directory)
    early.bite()
    os.rename(os.path.join(directory, first), os.path.join(directory, f'mv-{turn}'))
    early.bite()
    late = Stream(directory)
    late.bite()
    elsewhere.ask('PUT', '/snapshots/' + os.path.basename(
        open(os.path.join(directory, middle, 'id'), encoding='utf-8').read().strip()),
        {'name': f'elsewhere-{turn}'})
    refresh()
    os.listdir(directory)
    early.bite()
    late.bite()
    subprocess.run(['rm', '-r', os.path.join(directory, gone)], check=True)
    os.mkdir(path('machines', machine, made))
    late.bite()
    os.mkdir(path('drives', f'draft-{turn}'))
    os.rename(os.path.join(directory, last), os.path.join(directory, f'last-{turn}'))
    with open(os.path.join(directory, other, 'name'), 'w', encoding='utf-8') as file:
        file.write(f'field-{turn}\n')
    there = {number for name, number in numbers.items() if name != gone}
    check_shown('the first', early.finish(), there)
    check_shown('the second', late.finish(), there)
    subprocess.run(['rm', '-r', path('drives', f'draft-{turn}')], check=True)
    now = Stream(directory).finish()
    check_shown('the last', now, there)
    shown = {name for _, name in now}
    new = {f'mv-{turn}', f'elsewhere-{turn}', f'last-{turn}', f'field-{turn}', made}
    assert new <= shown, f'missing: {new - shown}'
    assert not shown & {first, middle, last, other, gone}, 'an old name'


def bites():
    elsewhere = Elsewhere()

    for turn in range(4):
        bites_once(elsewhere, path('snapshots'), turn)


# --- a walk -----------------------------------------------------------------------------------------

STANDING = '''
import os, sys, time
os.chdir(sys.argv[1])
print('there', flush=True)
calls = failures = 0
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    calls += 1
    try:
        os.getcwd()
    except FileNotFoundError:
        failures += 1
    time.sleep(0.001)
print(calls, failures, flush=True)
sys.stdin.readline()
os.listdir('.')
os.stat('name')
print(os.getcwd())
'''


def find(restless):
    """Only what has another name meanwhile may be missed."""
    done = subprocess.run(['find', path('snapshots'), '-size', '+0'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    for line in done.stderr.splitlines():
        assert 'No such file' in line and any(f'/{name}-' in line for name in restless), line
    assert len(done.stdout.splitlines()) > 100, 'find sees little'


def walk():
    elsewhere = Elsewhere()
    items = [i for i in elsewhere.items('/snapshots') if not i.get('isAutoSnapshot')][:40]
    restless = [f'restless{n}' for n in range(4)]
    numbers = iter(range(1 << 30))
    here = iter(range(100, 1 << 30))
    for name, item in zip(restless + ['here'] * 5, items):
        elsewhere.ask('PUT', '/snapshots/' + item['id'], {'name': f'{name}-{next(numbers)}'})
    refresh()
    os.listdir(path('snapshots'))

    def rename_elsewhere():
        number = next(numbers)
        elsewhere.ask('PUT', '/snapshots/' + items[number % 4]['id'],
                      {'name': f'{restless[number % 4]}-{number}'})

    def write_here():
        number = next(here)
        write(path('snapshots', items[4 + number % 5]['id'], 'name'), f'here-{number}\n')

    standing = [subprocess.Popen([sys.executable, '-c', STANDING, where, str(SECONDS)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                for where in (path('snapshots', 'restless0-0'),
                              path('snapshots', items[30]['name']))]
    for shell in standing:
        assert shell.stdout.readline() == 'there\n'
    crowd = Crowd()
    crowd.add('renamed elsewhere', rename_elsewhere)
    crowd.add('written here', write_here)
    crowd.add('refreshed', refresh, 0.1)
    crowd.add('walked', lambda: find(restless + ['here']))
    crowd.run()
    refresh()
    os.listdir(path('snapshots'))
    # Between a walk's look at an old name and its answer getcwd(2) has none; more often where others
    # rename the place itself a thousand times a second.
    for shell, item, most in zip(standing, (items[0], items[30]), (0.5, 0.1)):
        # Asked only now: what changes goes on for as long as a walk that was begun in time.
        said, _ = shell.communicate('\n', timeout=30 * PATIENCE)
        assert shell.returncode == 0, 'who stands there has lost it'
        (calls, failures), where = map(int, said.split('\n')[0].split()), said.split('\n')[1]
        print(calls, 'getcwd', failures, 'failed', where)
        assert failures <= calls * most, f'getcwd failed {failures} times of {calls}'
        with open(os.path.join(where, 'id'), encoding='utf-8') as file:
            assert file.read().strip() == item['id'], f'{where} is another'


try:
    {'stress': stress, 'bites': bites, 'walk': walk}[CASE]()
except OSError as e:
    sys.exit(f'{errno.errorcode.get(e.errno)}: {e}')
