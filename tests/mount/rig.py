# SPDX-License-Identifier: MIT
"""A real mount on a real emulator, for tests that need more cases than a shell can start.

    with Rig('docs', options='timeout=2') as rig:
        os.listdir(rig.path('drives'))

Leaving the block unmounts, and fails if the daemon said anything, ended otherwise than with
status 0, or left the mount behind. Environment as for the scenarios (see lib.sh): top_builddir,
PFS_WRAPPER, PFS_TEST_PATIENCE, PFS_TEST_DIR.
"""

import errno
import http.client
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from urllib.parse import quote, urlsplit

KEY = 'matrix-key-0123456789'
BUILD = os.environ.get('top_builddir', os.getcwd())
PATIENCE = float(os.environ.get('PFS_TEST_PATIENCE', '1'))
KINDS = {'drives': '/shared-drives', 'snapshots': '/snapshots', 'providers': '/storage-providers'}


class Failure(Exception):
    """What was promised did not hold."""


def eventually(seconds, what, check):
    """Repeats check() until it is true; its value. Fails after that time."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f'did not become true within {seconds} s: {what}')
        time.sleep(0.01)


def errno_of(operation):
    """0, or the errno with which operation() failed."""
    try:
        operation()
    except OSError as e:
        return e.errno
    return 0


class Rig:
    """One emulator and one mount of it, in a directory of their own."""

    def __init__(self, dialect, options='', emulator=(), noise=()):
        self.dialect = dialect
        self.options = options
        self.emulator_options = list(emulator)
        self.noise = noise  # texts that the daemon may say
        self.port = 0
        self.emulator = None
        self.daemon = None
        self.work = tempfile.mkdtemp(prefix='paperspacefs-rig.',
                                     dir=os.environ.get('PFS_TEST_DIR', '/var/tmp'))
        self.mnt = os.path.join(self.work, 'mnt')

    # --- life ---------------------------------------------------------------------------------

    def __enter__(self):
        os.mkdir(self.mnt)
        try:
            self.start_emulator()
            self.mount()
        except BaseException:
            self.clear_away()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.unmount()
        finally:
            self.clear_away()

    def start_emulator(self):
        """At the same address as before, if there was one."""
        self.emulator = subprocess.Popen(
            [BUILD + '/paperspace-emulator', '--control', '--port', str(self.port), '--dialect',
             self.dialect, '--key', KEY, *self.emulator_options],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        line = self.emulator.stdout.readline()
        if not line.startswith('listening on '):
            raise Failure(f'the emulator did not start: {line}')
        self.url = line.split()[-1]
        self.port = urlsplit(self.url).port

    def stop_emulator(self):
        if self.emulator:
            self.emulator.terminate()
            self.emulator.wait(20)
            self.emulator.stdout.close()
        self.emulator = None

    def mount(self):
        command = shlex.split(os.environ.get('PFS_WRAPPER', '')) + [BUILD + '/paperspacefs', '-f']
        # Deletions and restores by the dozen are what it is for.
        command += ['-o', ','.join(filter(None, ('guard=0', self.options)))]
        self.stderr = open(os.path.join(self.work, 'err'), 'w+b')
        self.daemon = subprocess.Popen(
            command + [self.url, self.mnt], stderr=self.stderr, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, 'PAPERSPACE_API_KEY': KEY, 'HOME': self.work})
        eventually(30, 'the mount is there', self.is_up)

    def is_up(self):
        if self.daemon.poll() is not None:
            raise Failure('the mount did not come up: ' + self.said())
        return os.path.exists(self.path('README'))

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read().decode(errors='replace')

    def unmount(self):
        """Ends the mount as a user would, and looks at how the daemon ended."""
        errno_of(lambda: os.stat(self.path('.paperspacefs/nothing')))  # libfuse lets interrupts go
        # Children of other threads hold our descriptors from their fork to their exec.
        eventually(20, 'it can be unmounted', lambda: subprocess.run(
            ['fusermount3', '-u', self.mnt], stderr=subprocess.DEVNULL, check=False).returncode == 0)
        status = self.daemon.wait(40 * PATIENCE)
        noise = [line for line in self.said().splitlines()
                 if not any(text in line for text in self.noise)]
        self.daemon = None
        if status != 0 or noise:
            raise Failure(f'the daemon ended with status {status} and said: ' + '\n'.join(noise))

    def clear_away(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            subprocess.run(['umount', '-l', self.mnt], check=False, stderr=subprocess.DEVNULL)
            self.daemon.wait(20)
        elif os.path.ismount(self.mnt):
            subprocess.run(['umount', '-l', self.mnt], check=False, stderr=subprocess.DEVNULL)
        self.stop_emulator()
        if hasattr(self, 'stderr'):
            self.stderr.close()
        shutil.rmtree(self.work, ignore_errors=True)

    # --- the mount ----------------------------------------------------------------------------

    def path(self, name):
        return os.path.join(self.mnt, name)

    def read(self, name):
        with open(self.path(name), encoding='utf-8', errors='surrogateescape') as file:
            return file.read()

    def write(self, name, text):
        """As a shell's echo does: one write(2), whose error is the command's."""
        fd = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def refresh(self):
        os.utime(self.path('.paperspacefs/refresh'))

    def last_error(self):
        return self.read('.paperspacefs/last-error')

    def remove(self, name):
        """As rm -r does."""
        path = self.path(name)
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    self.remove(os.path.join(name, entry.name))
                else:
                    os.unlink(entry.path)
        os.rmdir(path)

    # --- the server ---------------------------------------------------------------------------

    def ask(self, method, target, body=None):
        """Somebody else's request; (status, JSON)."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        try:
            connection.request(method, target, body if body is None else json.dumps(body),
                               {'Authorization': 'Bearer ' + KEY, 'User-Agent': 'elsewhere',
                                'Content-Type': 'application/json'})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def api(self, method, path, body=None):
        status, value = self.ask(method, '/v1' + path, body)
        if status >= 300:
            raise Failure(f'{method} {path}: {status} {value}')
        return value

    def control(self, method, name, body=None):
        status, value = self.ask(method, '/_control/' + name, body)
        if status >= 300:
            raise Failure(f'{method} {name}: {status} {value}')
        return value

    def fault(self, **rule):
        """For the mount's requests only."""
        self.control('POST', 'faults', {'userAgent': 'paperspacefs', **rule})

    def well(self):
        """No faults and no silence any more."""
        self.control('DELETE', 'faults')
        self.control('POST', 'silence', {'connections': 'none'})

    def requests(self):
        """The mount's requests since they were last forgotten, oldest first."""
        return [r for r in self.control('GET', 'requests')
                if (r['userAgent'] or '').startswith('paperspacefs')]

    def forget_requests(self):
        self.control('DELETE', 'requests')

    def items(self, kind):
        """All resources of a kind, as the server has them."""
        items, after = [], ''
        while True:
            page = self.api('GET', f'{KINDS[kind]}?limit=120{after}')
            if isinstance(page, list):
                return page
            items += page['items']
            if not page.get('nextPage'):
                return items
            after = '&after=' + quote(page['nextPage'], safe='')

    def state(self):
        return {kind: sorted(self.items(kind), key=lambda item: item['id']) for kind in KINDS}

    def item(self, kind, name):
        return next(item for item in self.items(kind) if item['name'] == name)


def name_of(number):
    """EIO for 5; 0 for 0."""
    return errno.errorcode.get(number, str(number))
