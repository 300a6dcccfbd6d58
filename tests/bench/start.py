#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long it takes until a mount can be used, beside what can't be had for less.

Rounds, in each of which every row is run once, in turn: a program that does nothing; curl loading
its libraries, and asking the same server once (the way of both is the same until the answer); ours
to the parent's exit with 0, and to the first ls; then the same of a second mount of that account,
while the first is there. In milliseconds: the least, and the median of the rounds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from columns import BUILD

PAPERSPACEFS = os.path.join(BUILD, 'paperspacefs')
EMULATOR = os.path.join(BUILD, 'paperspace-emulator')
KEY = 'demo-key'
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
LATENCIES = (0, 100)
ROWS = ('true', 'curl --version', 'curl, one request', 'mount, exit', 'mount, ls',
        'second, exit', 'second, ls')


def took(start):
    return (time.perf_counter() - start) * 1000


def run(command, **more):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)
    return took(start)


def mount(url, point, times, row):
    """Mounts, and looks at it; the times are kept."""
    start = time.perf_counter()
    subprocess.run([PAPERSPACEFS, url, point], check=True,
                   env={**os.environ, 'PAPERSPACE_API_KEY': KEY})
    times[row + ', exit'].append(took(start))
    subprocess.run(['ls', point], check=True, stdout=subprocess.DEVNULL)
    times[row + ', ls'].append(took(start))


def one_round(url, work, times):
    times['true'].append(run(['true']))
    times['curl --version'].append(run(['curl', '--version']))
    times['curl, one request'].append(run(['curl', '-s', url + '/shared-drives']))
    points = [os.path.join(work, name) for name in ('first', 'second')]
    for point in points:
        mount(url, point, times, os.path.basename(point).replace('first', 'mount'))
    for point in points:
        subprocess.run(['fusermount3', '-u', point], check=True)
    time.sleep(0.1)  # until both daemons have ended


def measure(latency, work):
    times = {row: [] for row in ROWS}
    with subprocess.Popen([EMULATOR, '--latency', str(latency)], stdout=subprocess.PIPE,
                          text=True) as server:
        url = server.stdout.readline().split()[-1]
        for _ in range(ROUNDS):
            one_round(url, work, times)
        server.terminate()
    return times


def main():
    print(f'{"ms":24}' + ''.join(f'{f"latency {n}":>20}' for n in LATENCIES) +
          f'   (load {os.getloadavg()[0]:.1f})')
    with tempfile.TemporaryDirectory(dir='/var/tmp') as work:
        for name in ('first', 'second'):
            os.mkdir(os.path.join(work, name))
        tables = [measure(latency, work) for latency in LATENCIES]
    for row in ROWS:
        cells = (f'{min(t[row]):.1f} {statistics.median(t[row]):.1f}' for t in tables)
        print(f'{row:24}' + ''.join(f'{cell:>20}' for cell in cells))


if __name__ == '__main__':
    main()
