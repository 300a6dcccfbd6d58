# SPDX-License-Identifier: MIT
"""What is measured side by side: mounts of ours, the null filesystem, others, none at all."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from urllib.parse import quote, urlsplit

BUILD = os.environ.get('top_builddir', os.getcwd())
CALLS = os.path.join(BUILD, 'tests/bench/calls')
NULLFS = os.path.join(BUILD, 'tests/bench/nullfs')
SFTP_SERVERS = ('/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server',
                '/usr/lib/ssh/sftp-server')
KEY = 'bench-key-0123456789'
CHANGES = 100  # fields written, directories made and removed, in the rows that change something
START_S = 600  # the null filesystem reads its tree first


class Missing(Exception):
    """A column that can't be measured here, and why."""


def wait_for(what, check, seconds=START_S):
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise RuntimeError(f'did not come within {seconds} s: {what}')
        time.sleep(0.002)


def cpu_seconds(pid):
    """Of all threads, also of those that have ended: the process's own clock."""
    return time.clock_gettime((~pid << 3) | 2)


def memory_kib(pid):
    """(resident, at most resident)"""
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        fields = dict(line.split(':', 1) for line in file)
    return int(fields['VmRSS'].split()[0]), int(fields['VmHWM'].split()[0])


class Server:
    """An emulator, and what is asked of it without a mount."""

    def __init__(self, dialect, count, latency):
        self.dialect = dialect
        self.process = subprocess.Popen(
            [BUILD + '/paperspace-emulator', '--port', '0', '--dialect', dialect, '--key', KEY,
             '--populate', str(count), '--latency', str(latency)],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()

    def pages(self):
        """The URLs of the snapshots' listing, as they follow from one another."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        urls, after = [], ''
        while True:
            target = f'{place.path}/snapshots?limit=120{after}'
            connection.request('GET', target, headers={'Authorization': 'Bearer ' + KEY})
            page = json.loads(connection.getresponse().read())
            urls.append(f'{place.scheme}://{place.netloc}{target}')
            items = page if isinstance(page, list) else page['items']
            more = items[-1]['id'] if isinstance(page, list) and len(items) == 120 else None
            cursor = more or (not isinstance(page, list) and page.get('nextPage'))
            if not cursor:
                connection.close()
                return urls
            after = '&after=' + quote(cursor, safe='')


class Column:
    """A directory in which commands run. `base` is the label of what it is compared with."""

    changes = True   # resources can be made, written and removed there
    by_id = False    # a resource is reached by its id, too
    pid = None
    process = None

    def __init__(self, label, work, base='null'):
        self.label, self.base = label, base
        self.work = os.path.join(work, label.replace(' ', '-'))
        self.top = os.path.join(self.work, 'mnt')
        os.makedirs(self.top)

    def start(self):
        """Brings it up."""

    def stop(self):
        """Takes it away."""

    def log_size(self):
        """Of what it says about each operation; 0 where it says nothing."""
        path = self.work + '/log'
        return os.path.getsize(path) if os.path.exists(path) else 0

    def mount(self, command, **more):
        """Starts one that stays in the foreground, and waits until it is there."""
        with open(self.work + '/log', 'wb') as log:
            self.process = subprocess.Popen(command, stdin=more.pop('stdin', subprocess.DEVNULL),
                                            stdout=more.pop('stdout', subprocess.DEVNULL),
                                            stderr=log, **more)
        wait_for(self.label, self.is_up)
        self.pid = self.process.pid

    def is_up(self):
        if self.process.poll() is not None:
            with open(self.work + '/log', encoding='utf-8', errors='replace') as log:
                raise RuntimeError(f'{self.label} did not start: {log.read()[-2000:]}')
        return os.path.ismount(self.top)

    def unmount(self):
        """As its user would; by force if it is still looked at after a while."""
        for _ in range(100):
            if subprocess.run(['fusermount3', '-u', self.top], check=False,
                              stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.05)
        else:
            subprocess.run(['fusermount3', '-u', '-z', self.top], check=False)
        if self.process:
            self.process.wait(60)
        self.process = self.pid = None


class Ours(Column):
    """This program, or another build of it, with some options."""

    by_id = True

    def __init__(self, label, work, server, options=(), build=BUILD, base='null'):
        super().__init__(label, work, base)
        self.dialect = server.dialect
        self.server, self.build = server, build
        self.options = ['guard=0', 'ttl=3600', *options]
        self.debug = False

    def command(self, *more):
        return [self.build + '/paperspacefs', *more, '-o', ','.join(self.options),
                self.server.url, self.top]

    def environment(self):
        return {**os.environ, 'PAPERSPACE_API_KEY': KEY, 'HOME': self.work}

    def start(self):
        self.mount(self.command('-d' if self.debug else '-f'), env=self.environment())

    def stop(self):
        self.unmount()


class Null(Column):
    """A filesystem in memory that does nothing but answer, with the tree of another column."""

    def __init__(self, label, work, like, direct_io=False):
        super().__init__(label, work, label)
        self.dialect = like.dialect
        self.like, self.direct_io = like, direct_io
        self.debug = False

    def start(self):
        self.mount([NULLFS, '--like=' + self.like.top, '--take=snapshots',
                    *(['--direct-io'] if self.direct_io else []),
                    '-d' if self.debug else '-f', self.top])
        os.makedirs(self.top + '/machines/' + first_machine(self.like))

    def stop(self):
        self.unmount()


class Copy(Column):
    """A copy on a filesystem of the kernel's, in memory."""

    changes = False

    def __init__(self, label, work, like):
        super().__init__(label, work)
        self.dialect = like.dialect
        self.like = like

    def start(self):
        subprocess.run(['cp', '-r', self.like.top + '/snapshots', self.top], check=True)

    def stop(self):
        shutil.rmtree(self.top)
        os.mkdir(self.top)


class Sshfs(Column):
    """sshfs on a copy, through a pipe: no network, no encryption."""

    changes = False

    def __init__(self, label, work, copy):
        super().__init__(label, work)
        self.dialect = copy.dialect
        self.copy, self.server = copy, None
        self.sftp = next((path for path in SFTP_SERVERS if os.access(path, os.X_OK)), None)
        if not shutil.which('sshfs') or not self.sftp:
            raise Missing('sshfs or sftp-server is not installed')

    def start(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.server = subprocess.Popen([self.sftp], stdin=theirs, stdout=theirs,
                                           stderr=subprocess.DEVNULL)
            self.mount(['sshfs', '-f', '-o', 'passive', ':' + self.copy.top, self.top], stdin=ours,
                       stdout=ours)

    def stop(self):
        self.unmount()
        self.server.wait(60)


class Rclone(Column):
    """rclone's http backend, on a web server that shows a copy."""

    changes = False

    def __init__(self, label, work, copy):
        super().__init__(label, work)
        self.dialect = copy.dialect
        self.copy, self.server = copy, None
        if not shutil.which('rclone'):
            raise Missing('rclone is not installed')

    def start(self):
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        self.server = subprocess.Popen(
            ['python3', '-m', 'http.server', '--bind', '127.0.0.1', '--directory', self.copy.top,
             str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for('a web server', lambda: answers(port), 30)
        self.mount(['rclone', 'mount', ':http:', self.top, '--http-url', f'http://127.0.0.1:{port}',
                    '--read-only', '--dir-cache-time', '1h', '--attr-timeout', '60s'],
                   env={**os.environ, 'HOME': self.work, 'RCLONE_CONFIG': '/dev/null'})

    def stop(self):
        self.unmount()
        self.server.terminate()
        self.server.wait(60)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


class Curl(Column):
    """No mount: curl, once for each request, or once for all of them on one connection."""

    def __init__(self, label, work, server, kept):
        super().__init__(label, work)
        self.dialect = server.dialect
        self.server, self.kept = server, kept
        if not shutil.which('curl'):
            raise Missing('curl is not installed')
        with open(self.top + '/key', 'w', encoding='ascii') as file:
            file.write(f'header = "Authorization: Bearer {KEY}"\n')


def first_machine(column):
    return sorted(os.listdir(column.top + '/machines'))[0]
