#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long ordinary tools take on a mount of ours, and on what else there is to compare with.

One session for each number of snapshots and each latency of the server: all columns are brought
up, then come rounds, in each of which every row is run once in every column, in turn, so that what
the machine does meanwhile meets all of them. What is printed is a ratio: of the times of one
round, against the null filesystem with the same tree; the median of the rounds, and their range.
The first column of figures is the null filesystem's time. Nothing is asserted.

States: warm (everything was looked at just before), dropped (the kernel's names, attributes and
directories are dropped before each run), cold (a mount that has just been started; the null
filesystem has nothing colder than dropped). With latency only what asks the server is run: cold
reads, and changes.

In columns `curl` and `one curl` there is no mount: curl is started for each request, or once for
all of them; `ls` there is the listing's pages, whose cursors it has been told. cold's ratios are
also shown against that, as 'of one curl'.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import rows
from columns import (NULLFS, Column, Copy, Curl, Missing, Null, Ours, Rclone, Server, Sshfs,
                     cpu_seconds, memory_kib)

DROP = '/proc/sys/vm/drop_caches'
QUICK = ('docs', 'null direct_io', 'tmpfs', 'one curl')
OTHERS = ('openapi', 'curl', 'sshfs', 'rclone')
COUNTED_MOST = 1000    # snapshots, above which no log of each operation is kept
COPIED_KIB = 5 * 8     # of memory, for a snapshot's files on tmpfs


def parse():
    parser = argparse.ArgumentParser(description=__doc__, prog='bench',
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--counts', default='1000', help='snapshots, as 1000,10000 (1000)')
    parser.add_argument('--latencies', default='0,20', help="the server's, in ms (0,20)")
    parser.add_argument('--states', default='warm,dropped,cold', help='(warm,dropped,cold)')
    parser.add_argument('--rounds', type=int, help='(3; of more than 10,000 snapshots 1)')
    parser.add_argument('--rows', default='', help='only rows whose name contains one of these, '
                        'as "find,grep"')
    parser.add_argument('--columns', default=','.join(QUICK), help=f"({','.join(QUICK)}; there are {','.join(OTHERS)}, too)")
    parser.add_argument('--with', action='append', default=[], dest='more',
                        metavar='LABEL=DIALECT[,OPTION...]',
                        help='one more column: a mount of ours with these options')
    parser.add_argument('--other', default=os.environ.get('PFS_BENCH_OTHER'), metavar='DIR',
                        help='one more column: the program of another build directory, in docs')
    parser.add_argument('--all', action='store_true', help='1,000, 10,000 and 100,000 snapshots, '
                        'and all columns')
    parser.add_argument('--json', default='bench.json', help='where all figures go (bench.json)')
    options = parser.parse_args()
    options.columns = options.columns.split(',')
    if options.all:
        options.counts = '1000,10000,100000'
        options.columns = list(QUICK + OTHERS)
    return options


def rounds_for(options, count):
    return options.rounds or (3 if count <= 10000 else 1)


# --- columns ---------------------------------------------------------------------------------

class Session:
    """One number of snapshots, one latency: servers, columns, and what was measured."""

    def __init__(self, options, count, latency, work):
        self.options, self.count, self.latency, self.work = options, count, latency, work
        self.rounds = rounds_for(options, count)
        self.dest = os.path.join(work, 'dest')  # of copies
        self.servers, self.columns, self.skipped = {}, [], {}
        self.times = {}     # (state, row, label) -> ms, one for each round
        self.cpu = {}       # the same of the daemon's processor time
        self.operations = {}  # (row, label) -> {opcode: count}
        self.memory = {}    # label -> (KiB, at most KiB)
        self.trees = {}     # dialect -> what its columns show

    def server(self, dialect):
        if dialect not in self.servers:
            self.servers[dialect] = Server(dialect, self.count, self.latency)
        return self.servers[dialect]

    def column(self, label):
        return next((c for c in self.columns if c.label == label), None)

    def add(self, label, make):
        try:
            column = make()
            column.start()
            self.columns.append(column)
        except Missing as why:
            self.skipped[label] = str(why)

    def ours(self):
        """(label, dialect, options, build directory)"""
        wanted = [(d, d, [], None) for d in ('docs', 'openapi') if d in self.options.columns]
        for text in self.options.more:
            label, _, rest = text.partition('=')
            dialect, *options = rest.split(',')
            wanted.append((label, dialect, options, None))
        if self.options.other:
            wanted.append(('other build', 'docs', [], self.options.other))
        return wanted

    def start(self):
        work = self.work
        nulls = {}
        for label, dialect, options, build in self.ours():
            base = nulls.setdefault(dialect, 'null' if not nulls else 'null ' + dialect)
            more = {} if build is None else {'build': build}
            self.add(label, lambda b=base, d=dialect, o=options, m=more, name=label: Ours(
                name, work, self.server(d), o, base=b, **m))
        first = self.columns[0]
        for dialect, label in nulls.items():
            like = next(c for c in self.columns if c.server.dialect == dialect)
            self.add(label, lambda name=label, c=like: Null(name, work, c))
            self.trees[dialect] = rows.Tree(like, work, dialect)
        self.start_others(first)

    def start_others(self, first):
        work, wanted = self.work, self.options.columns
        if 'null direct_io' in wanted:
            self.add('null direct_io', lambda: direct(Null('null direct_io', work, first, True)))
        if 'tmpfs' in wanted or 'sshfs' in wanted or 'rclone' in wanted:
            self.add('tmpfs', lambda: self.copy(first))
        for label, kind in (('sshfs', Sshfs), ('rclone', Rclone)):
            if label in wanted:
                self.add(label, lambda k=kind, name=label: self.on_copy(k, name))
        for label in ('curl', 'one curl'):
            if label in wanted:
                self.add(label, lambda name=label: Curl(name, work, first.server,
                                                        name == 'one curl'))

    def copy(self, first):
        free = shutil.disk_usage(self.work).free // 1024
        if self.count * COPIED_KIB > free // 2:
            raise Missing(f'{self.work} has no room for a copy')
        return Copy('tmpfs', self.work, first)

    def on_copy(self, kind, label):
        if self.column('tmpfs') is None:
            raise Missing('there is no copy')
        return kind(label, self.work, self.column('tmpfs'))

    def stop(self):
        for column in reversed(self.columns):
            column.stop()
        for server in self.servers.values():
            server.stop()

    # --- rounds ---

    def wanted(self, row):
        return not self.options.rows or any(r in row for r in self.options.rows.split(','))

    def run(self, state, row, column: Column, command):
        """One run: its time and the daemon's processor time are kept."""
        before = cpu_seconds(column.pid) if column.pid else 0
        start = time.perf_counter()
        result = subprocess.run(command, cwd=column.top, stdin=subprocess.DEVNULL, check=False,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                close_fds=False)
        took = time.perf_counter() - start
        if result.returncode != 0 and not (command[0] == 'grep' and result.returncode == 1):
            raise RuntimeError(f'{column.label}: {row}: {result.stderr.decode()[-500:]}')
        self.keep(self.times, state, row, column, took)
        if column.pid:
            self.keep(self.cpu, state, row, column, cpu_seconds(column.pid) - before)

    def keep(self, where, state, row, column, seconds):
        where.setdefault((state, row, column.label), []).append(seconds * 1000)

    def tree(self, column):
        return self.trees[column.dialect]

    def rows(self):
        """The names of those that read."""
        tree = next(iter(self.trees.values()))
        return [row for row in rows.reading(tree, '') if self.wanted(row)]

    def command(self, row, column):
        return rows.reading(self.tree(column), self.dest)[row]

    def clear(self):
        shutil.rmtree(self.dest, ignore_errors=True)

    def mounted(self):
        return [c for c in self.columns if not isinstance(c, Curl)]

    def warm_up(self, column):
        for command in (['find', 'snapshots', '-size', '+1000k'],
                        ['grep', '-r', 'no-such-text', 'snapshots'],
                        ['ls', '-l', 'snapshots']):
            subprocess.run(command, cwd=column.top, check=False, stdout=subprocess.DEVNULL)

    def read_round(self, state, before, some=None):
        for row in (row for row in self.rows() if some is None or row in some):
            for column in self.mounted():
                before(column)
                self.run(state, row, column, self.command(row, column))
                self.clear()

    def warm(self):
        for column in self.mounted():
            self.warm_up(column)
        self.read_round('warm', lambda column: None)

    def dropped(self):
        self.read_round('dropped', lambda column: drop_caches(), rows.DROPPED)

    def cold(self):
        for row in (row for row in self.rows() if row in rows.COLD):
            for column in self.mounted():
                if isinstance(column, Ours):
                    column.stop()
                    drop_caches()
                    start = time.perf_counter()
                    column.start()
                    self.keep(self.times, 'cold', 'start', column, time.perf_counter() - start)
                else:
                    drop_caches()
                self.run('cold', row, column, self.command(row, column))
                self.clear()
        for column in self.curls():
            self.run('cold', 'ls', column, rows.without_mount(self.tree(column), column)['ls'])

    def curls(self):
        return [c for c in self.columns if isinstance(c, Curl)]

    def change(self):
        """Rows that change something, and what undoes the first of them."""
        for column in self.columns:
            if isinstance(column, Curl):
                commands = rows.without_mount(self.tree(column), column)
                if self.wanted(rows.WRITE):
                    self.run('changes', rows.WRITE, column, commands[rows.WRITE])
                    subprocess.run(commands['undo'], check=True, stdout=subprocess.DEVNULL)
        for row in filter(self.wanted, rows.CHANGING):
            for column in filter(lambda c: c.changes, self.mounted()):
                self.run('changes', row, column, rows.changing(self.tree(column), column)[row])
                if row == rows.WRITE:
                    rows.restore_names(self.tree(column), column)

    def timed(self, what, do):
        """For whoever waits."""
        start = time.monotonic()
        do()
        print(f'{self.count} snapshots, {self.latency} ms: {what}: '
              f'{time.monotonic() - start:.1f} s', file=sys.stderr, flush=True)

    def measure(self):
        states = self.options.states.split(',')
        if not may_drop() and 'dropped' in states:
            self.skipped['dropped'] = f'{DROP} may not be written'
            states.remove('dropped')
        if self.latency:
            states = [state for state in states if state == 'cold']
        for number in range(self.rounds):
            for state in states:
                self.timed(f'round {number + 1}, {state}', getattr(self, state))
            if any(map(self.wanted, rows.CHANGING)):
                self.timed(f'round {number + 1}, changes', self.change)
        for column in self.mounted():
            if column.pid:
                self.memory[column.label] = memory_kib(column.pid)

    # --- operations by kind: one more round, in which each is logged ---

    def count_operations(self):
        if self.count > COUNTED_MOST or self.latency:
            return
        for column in self.mounted():
            if hasattr(column, 'debug'):
                column.stop()
                column.debug = True
                column.start()
                self.count_column(column)
                column.stop()
                column.debug = False
                column.start()

    def count_column(self, column):
        commands = {row: self.command(row, column) for row in self.rows()}
        commands |= {row: command for row, command in rows.changing(self.tree(column), column).items()
                     if self.wanted(row)}
        self.warm_up(column)
        for row, command in commands.items():
            start = column.log_size()
            subprocess.run(command, cwd=column.top, check=False, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            self.operations[row, column.label] = opcodes(column.work + '/log', start)
            self.clear()
            if row == rows.WRITE:
                rows.restore_names(self.tree(column), column)


def direct(column):
    column.base = 'null'
    return column


def may_drop():
    return os.access(DROP, os.W_OK)


def drop_caches():
    if may_drop():
        with open(DROP, 'w', encoding='ascii') as file:
            file.write('2')


def opcodes(path, start):
    counts = {}
    with open(path, encoding='utf-8', errors='replace') as log:
        log.seek(start)
        for line in log:
            if 'opcode: ' in line:
                name = line.split('opcode: ', 1)[1].split()[0]
                counts[name] = counts.get(name, 0) + 1
    return counts


# --- tables ----------------------------------------------------------------------------------

def middle(values):
    return statistics.median(values) if values else None


def ratios(session, state, row, label, base, base_row=None):
    ours = session.times.get((state, row, label), [])
    theirs = session.times.get((state, base_row or row, base), [])
    return [a / b for a, b in zip(ours, theirs)]


def cell(values):
    if not values:
        return '-'
    text = f'{middle(values):.2f}'
    if len(values) > 1:
        text += f' {min(values):.1f}-{max(values):.1f}'
    return text


def print_table(title, head, lines):
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    print('\n' + title)
    for line in [head, *lines]:
        first = line[0].ljust(widths[0])
        print('  ' + first, *(text.rjust(width) for text, width in zip(line[1:], widths[1:])))


def rows_of(session, state):
    return list(dict.fromkeys(row for s, row, _ in session.times if s == state))


def print_state(session, state):
    columns = [c for c in session.columns if c.label != 'null']
    lines = []
    for row in rows_of(session, state):
        null = middle(session.times.get((state, row, 'null')))
        line = [row, '-' if null is None else f'{null:.1f}']
        for c in columns:
            if null is None or isinstance(c, Curl):
                value = middle(session.times.get((state, row, c.label)))
                line.append('-' if value is None else f'{value:.1f} ms')
            else:
                line.append(cell(ratios(session, state, row, c.label, base_of(c))))
        lines.append(line)
    if lines:
        print_table(f'{state}: null ms, then times as long', [state, 'null ms',
                                                              *(c.label for c in columns)], lines)


def base_of(column):
    return column.base if column.base != column.label else 'null'


def print_of_curl(session):
    """What a cold row takes against its listing alone, without a mount."""
    columns = [c for c in session.columns if isinstance(c, Ours)]
    lines = [[row, *(cell(ratios(session, 'cold', row, c.label, 'one curl', 'ls'))
                     for c in columns)] for row in rows_of(session, 'cold')]
    if session.column('one curl') and lines:
        print_table('cold: times as long as the listing by one curl',
                    ['cold', *(c.label for c in columns)], lines)


def print_cpu(session):
    columns = [c for c in session.columns if c.label in session.memory]
    lines = []
    for state in dict.fromkeys(s for s, _, _ in session.cpu):
        for row in dict.fromkeys(r for s, r, _ in session.cpu if s == state):
            values = [middle(session.cpu.get((state, row, c.label))) for c in columns]
            lines.append([f'{state} {row}',
                          *('-' if v is None else f'{v:.1f}' for v in values)])
    print_table("processor time of the daemon, ms", ['', *(c.label for c in columns)], lines)


def print_operations(session):
    labels = list(dict.fromkeys(label for _, label in session.operations))
    for row in dict.fromkeys(row for row, _ in session.operations):
        kinds = sorted({kind for label in labels
                        for kind in session.operations.get((row, label), {})})
        lines = [[label, *(str(session.operations[row, label].get(kind, 0)) for kind in kinds)]
                 for label in labels]
        if kinds:
            print_table(f'operations, warm: {row}', ['', *kinds], lines)


def print_session(session):
    print(f'\n=== {session.count} snapshots, {session.latency} ms, {session.rounds} rounds ===')
    for what, why in session.skipped.items():
        print(f'  skipped: {what}: {why}')
    for state in ('warm', 'dropped', 'cold', 'changes'):
        print_state(session, state)
    print_of_curl(session)
    print_cpu(session)
    print_operations(session)
    print_table('memory of the daemon, MiB', ['', 'resident', 'at most'],
                [[label, *(f'{kib / 1024:.1f}' for kib in memory)]
                 for label, memory in session.memory.items()])


def figures(session):
    """All that was measured, for other programs."""
    def by_name(table):
        return [{'state': s, 'row': r, 'column': c, 'ms': v} for (s, r, c), v in table.items()]
    return {'count': session.count, 'latency_ms': session.latency, 'rounds': session.rounds,
            'base': {c.label: base_of(c) for c in session.columns}, 'skipped': session.skipped,
            'times': by_name(session.times), 'cpu': by_name(session.cpu),
            'operations': [{'row': r, 'column': c, 'by_kind': v}
                           for (r, c), v in session.operations.items()],
            'memory_kib': {label: {'resident': now, 'most': most}
                           for label, (now, most) in session.memory.items()}}


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # not without taking the mounts away
    if not os.path.exists(NULLFS):
        sys.exit(f'no {NULLFS}: this was configured with --disable-tests')
    results = []
    for count in map(int, options.counts.split(',')):
        for latency in map(int, options.latencies.split(',')):
            with tempfile.TemporaryDirectory(prefix='paperspacefs-bench.', dir='/dev/shm') as work:
                session = Session(options, count, latency, work)
                try:
                    session.timed('start', session.start)
                    session.measure()
                    session.timed('operations', session.count_operations)
                finally:
                    session.stop()
            print_session(session)
            sys.stdout.flush()
            results.append(figures(session))
            with open(options.json, 'w', encoding='utf-8') as file:
                json.dump({'version': 1, 'machine': os.uname().release, 'cpus': os.cpu_count(),
                           'sessions': results}, file, indent=1)
    print(f'\nAll figures: {os.path.abspath(options.json)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
