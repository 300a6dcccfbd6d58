# SPDX-License-Identifier: MIT
"""A model of what a mount must be, and thousands of random operations against it.

Several processes use one mount. Each has resources of its own, which nobody else touches, so it
knows what must be there: what it made, renamed, edited and deleted, and what it can't know, since
the outcome was said to be unknown. Somebody else changes other resources at the server meanwhile,
and faults come and go. In the end the tree, the server and every model agree.

    model.py                     some seconds in either dialect
    model.py --seconds 600 --flat    longer; memory, descriptors and threads must not grow
    model.py --seed N            the same operations again (not the same timing)
"""

import argparse
import collections
import errno
import json
import multiprocessing
import os
import random
import sys
import time
import traceback

from rig import KINDS, PATIENCE, Failure, Rig, eventually, name_of

TIMEOUT_S = 3
WORKERS = 4

# An operation may fail like this while faults come and go; UNSURE ones may have been carried out.
FAULTY = {errno.EIO, errno.EAGAIN, errno.EPROTO, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.EACCES,
          errno.EINVAL}
UNSURE = {errno.EIO, errno.ETIMEDOUT, errno.EPROTO}

# The server's or somebody else's, for resources that are shared.
ELSEWHERE = FAULTY | {errno.ENOENT, errno.EBUSY, errno.ESTALE, errno.EEXIST, errno.ENOTEMPTY}

NETWORK = {'docs': 'networkId', 'openapi': 'privateNetworkId'}
RULES = (
    {'status': 500}, {'status': 503}, {'status': 429}, {'status': 502, 'apply': True},
    {'close': 'before'}, {'close': 'after'}, {'status': 200, 'body': '<html>'},
    {'status': 200, 'body': '<html>', 'apply': True}, {'status': 200, 'body': {}, 'apply': True},
    {'delayMs': 200}, {'delayMs': 5000}, {'answerDelayMs': 5000}, {'truncate': 5},
)

# --- one process and its model --------------------------------------------------------------------


class Resource:
    """One that this process made. `names` are those that it may have; none: it may be gone."""

    def __init__(self, kind, name):
        self.kind = kind
        self.names = {name}
        self.may_be_gone = False

    def sure(self):
        return len(self.names) == 1 and not self.may_be_gone

    def name(self):
        return next(iter(self.names))


class Worker:
    """Random operations on resources of its own, and looks at those of others."""

    def __init__(self, rig, number, seed, faults):
        self.rig = rig
        self.number = number
        self.random = random.Random(seed * 100 + number)
        self.faults = faults  # whether there may be some
        self.resources = []
        self.gone = set()  # (kind, name) that must not be there any more
        self.serial = 0
        self.counts = {}
        self.log = collections.deque(maxlen=20)
        self.snapshot_path = 'machines/psm9u09bwu5i'

    def fresh_name(self):
        self.serial += 1
        return f'w{self.number}-{self.serial}'

    def attempt(self, what, operation, allowed=frozenset()):
        """0 or the errno, which must be one that the contract has for what goes on here."""
        start = time.monotonic()
        try:
            operation()
            result = 0
        except OSError as e:
            result = e.errno
        seconds = time.monotonic() - start
        self.log.append(f'{what}: {name_of(result)} after {seconds:.2f} s')
        if seconds > TIMEOUT_S * 3 * max(PATIENCE, 1):
            raise Failure(f'{what} took {seconds:.1f} s')
        if result and result not in (FAULTY if self.faults.value else set()) | allowed:
            raise Failure(f'{what}: {name_of(result)}: {self.rig.last_error()}')
        key = (what.split()[0], name_of(result) if result else 'ok')
        self.counts[key] = self.counts.get(key, 0) + 1
        return result

    # Each operation: what it does, and what is known afterwards.

    def make_drive(self):
        name = self.fresh_name()
        body = {'size': 100, 'region': 'ny2', NETWORK[self.rig.dialect]: 'nwhoe4ox'}
        if self.attempt(f'mkdir drives/{name}', lambda: os.mkdir(self.rig.path('drives/' + name))):
            return
        result = self.attempt(f'create drives/{name}', lambda: self.rig.write(
            f'drives/{name}/drive.json', json.dumps(body) + '\n'))
        self.made('drives', name, result)
        if result:
            self.attempt(f'drop drives/{name}', lambda: self.rig.remove('drives/' + name),
                         FAULTY | {errno.ENOENT, errno.ENOTEMPTY, errno.EBUSY, errno.EPERM})
            self.maybe_gone('drives', name)

    def take_snapshot(self):
        name = self.fresh_name()
        path = f'{self.snapshot_path}/{name}'
        self.made('snapshots', name,
                  self.attempt(f'snapshot {name}', lambda: os.mkdir(self.rig.path(path))))

    def made(self, kind, name, result):
        if result == 0 or result in UNSURE:
            self.resources.append(Resource(kind, name))
            self.resources[-1].may_be_gone = result != 0
        else:
            self.gone.add((kind, name))

    def maybe_gone(self, kind, name):
        for resource in self.resources:
            if resource.kind == kind and name in resource.names:
                resource.may_be_gone = True

    def pick(self):
        sure = [r for r in self.resources if r.sure()]
        return self.random.choice(sure) if sure else None

    def rename(self):
        resource = self.pick()
        if not resource:
            return
        old, new = resource.name(), self.fresh_name()
        path = f'{resource.kind}/{old}'
        ways = {
            'mv': lambda: os.rename(self.rig.path(path),
                                    self.rig.path(f'{resource.kind}/{new}')),
            'field': lambda: self.rig.write(path + '/name', new + '\n'),
            'document': lambda: self.rig.write(f'{path}/{resource.kind[:-1]}.json',
                                               json.dumps({'name': new}) + '\n'),
        }
        way = self.random.choice(sorted(ways))
        result = self.attempt(f'{way} {path} {new}', ways[way])
        if result == 0:
            resource.names = {new}
            self.gone.add((resource.kind, old))
        elif result in UNSURE:
            resource.names = {old, new}

    def delete(self):
        resource = self.pick()
        if not resource:
            return
        name = resource.name()
        result = self.attempt(f'rm {resource.kind}/{name}',
                              lambda: self.rig.remove(f'{resource.kind}/{name}'))
        if result == 0:
            self.resources.remove(resource)
            self.gone.add((resource.kind, name))
        elif result in UNSURE:
            resource.may_be_gone = True

    def read(self):
        """A change of this mount's is visible at once, and stays so."""
        resource = self.pick()
        if not resource:
            return
        name = resource.name()
        text = []
        result = self.attempt(f'cat {resource.kind}/{name}', lambda: text.append(
            self.rig.read(f'{resource.kind}/{name}/{resource.kind[:-1]}.json')))
        if result == 0 and json.loads(text[0])['name'] != name:
            raise Failure(f'{resource.kind}/{name} reads {text[0]}')

    def list(self):
        """Nothing that must be there is left out, nothing is shown that is gone."""
        kind = self.random.choice(sorted(KINDS))
        names = []
        if self.attempt(f'ls {kind}', lambda: names.extend(os.listdir(self.rig.path(kind)))):
            return
        if len(set(names)) != len(names):
            raise Failure(f'{kind}: a name is listed twice')
        for resource in self.resources:
            if resource.kind == kind and resource.sure() and resource.name() not in names:
                raise Failure(f'{kind}: {resource.name()} is missing among {sorted(names)}')
        for name in (name for of, name in self.gone if of == kind):
            if name in names and not self.possible(kind, name):
                raise Failure(f'{kind}: {name} is gone and is listed')

    def possible(self, kind, name):
        return any(r.kind == kind and name in r.names for r in self.resources)

    def meddle(self):
        """What others change as well: anything that the contract says may come of it."""
        shared = [n for n in self.shared() if '~' not in n]
        if not shared:
            return
        name = self.random.choice(shared)
        new = f'shared-{self.random.randrange(20)}'
        self.attempt(f'meddle {name} {new}', lambda: os.rename(
            self.rig.path('drives/' + name), self.rig.path('drives/' + new)), ELSEWHERE)

    def shared(self):
        names = []
        self.attempt('ls shared', lambda: names.extend(
            n for n in os.listdir(self.rig.path('drives')) if n.startswith('shared-')))
        return names

    def forget(self):
        self.attempt('refresh', self.rig.refresh)

    def step(self):
        operations = [(self.make_drive, 2), (self.take_snapshot, 2), (self.rename, 5),
                      (self.delete, 3), (self.read, 8), (self.list, 6), (self.meddle, 2),
                      (self.forget, 1)]
        if len(self.resources) > 12:
            operations[0:2] = []
            operations.append((self.delete, 6))
        choice = self.random.choices([o for o, _ in operations], [w for _, w in operations])[0]
        choice()

    def run(self, until):
        while time.monotonic() < until:
            self.step()

    def settle(self, state):
        """What is known of each resource holds at the server."""
        names = {kind: [item['name'] for item in items] for kind, items in state.items()}
        for resource in self.resources:
            found = sum(names[resource.kind].count(name) for name in resource.names)
            if found > 1 or (found == 0 and not resource.may_be_gone):
                raise Failure(f'{resource.kind}: {sorted(resource.names)} is there {found} times')
        for kind, name in self.gone:
            if name in names[kind] and not self.possible(kind, name):
                raise Failure(f'{kind}: {name} is gone, and the server has it')


def work(rig, number, seed, until, faults, state, out):
    """The life of one process: operations, then the comparison with the server's state."""
    worker = Worker(rig, number, seed, faults)
    try:
        worker.run(until)
        out.put((number, None, worker.counts))
        worker.settle(state.get(timeout=60 * PATIENCE))
        out.put((number, None, {}))
    except Exception:  # pylint: disable=broad-except
        log = '\n'.join(worker.log)
        out.put((number, f'{traceback.format_exc()}\n{log}', worker.counts))

# --- the server, the weather, and the watch -------------------------------------------------------


def change_elsewhere(rig, rng):
    """What somebody else does with the shared drives."""
    drives = [d for d in rig.items('drives') if d['name'].startswith('shared-')]
    choice = rng.random()
    if len(drives) < 6 or choice < 0.2:
        rig.api('POST', '/shared-drives', {
            'name': f'shared-{rng.randrange(20)}', 'size': 50, 'region': 'ca1',
            NETWORK[rig.dialect]: 'nwc5t8am'})
    elif choice < 0.8:
        rig.ask('PUT', '/v1/shared-drives/' + rng.choice(drives)['id'],
                {'name': f'shared-{rng.randrange(20)}'})
    else:
        rig.ask('DELETE', '/v1/shared-drives/' + rng.choice(drives)['id'])


def weather(rig, rng, faults):
    """Faults for a moment, then none. Whoever was hit by one may still be told of it for a while."""
    if rng.random() < 0.5:
        faults.value = True
        for rule in rng.sample(RULES, 2):
            rig.fault(times=rng.randrange(1, 6), skip=rng.randrange(4),
                      path='/' + rng.choice(['shared-drives', 'snapshots']), **rule)
    else:
        rig.well()


def usage(pid):
    """Resident bytes, descriptors, threads."""
    with open(f'/proc/{pid}/status', encoding='utf-8') as file:
        fields = dict(line.split(':', 1) for line in file)
    return (int(fields['VmRSS'].split()[0]) * 1024, len(os.listdir(f'/proc/{pid}/fd')),
            int(fields['Threads']))


def steady(samples):
    """The last third is not above the second: 15 % and 4 MiB of resident bytes, a few of the rest."""
    third = len(samples) // 3
    for index, slack in enumerate((4 << 20, 8, 8)):
        middle = sorted(s[index] for s in samples[third:2 * third])[third // 2]
        last = sorted(s[index] for s in samples[2 * third:])[third // 2]
        if last > middle * 1.15 + slack:
            raise Failure(f'grew from {middle} to {last} (of bytes, descriptors, threads: {index})')


def disturb(rig, rng, until, faults):
    """Somebody else, and the weather, until then; what the daemon used meanwhile."""
    samples = []
    while time.monotonic() < until:
        change_elsewhere(rig, rng)
        if rng.random() < 0.3:
            weather(rig, rng, faults)
        samples.append(usage(rig.daemon.pid))
        time.sleep(0.05)
    rig.well()
    return samples


def agree(rig):
    """The tree has the server's resources, each with its own document."""
    rig.refresh()
    for kind, items in rig.state().items():
        plain = [item['name'] for item in items]
        for item in items:
            name = item['name'] if plain.count(item['name']) == 1 else \
                f'{item["name"]}~{item["id"]}'
            if item.get('isAutoSnapshot'):
                name = f'{item["name"]}~{item["id"]}'
            shown = json.loads(rig.read(f'{kind}/{name}/{kind[:-1]}.json'))
            if (shown['id'], shown['name']) != (item['id'], item['name']):
                return False
        if len(os.listdir(rig.path(kind))) != len(items):
            return False
    return True


def agrees(rig):
    try:
        return agree(rig)
    except OSError:
        return False


def collect(out, workers, what):
    """What each process has to say; fails when one says that something is wrong, or nothing."""
    counts = {}
    for _ in range(workers):
        try:
            number, wrong, of_one = out.get(timeout=(TIMEOUT_S * 6 + 30) * PATIENCE)
        except Exception as e:
            raise Failure(f'a process is stuck {what}') from e
        if wrong:
            raise Failure(f'process {number}: {wrong}')
        for key, value in of_one.items():
            counts[key] = counts.get(key, 0) + value
    return counts


def play(rig, seed, seconds, flat):
    """One run: the processes, the weather, and in the end the comparison of all three."""
    context = multiprocessing.get_context('fork')
    until = time.monotonic() + seconds
    faults, out = context.Value('b', False), context.Queue()
    states = [context.Queue() for _ in range(WORKERS)]
    processes = [context.Process(target=work, args=(rig, n, seed, until, faults, states[n], out))
                 for n in range(WORKERS)]
    for process in processes:
        process.start()
    try:
        samples = disturb(rig, random.Random(seed), until, faults)
        counts = collect(out, WORKERS, 'in an operation')
        eventually(30, 'the tree agrees with the server', lambda: agrees(rig))
        for queue in states:
            queue.put(rig.state())
        collect(out, WORKERS, 'at the end')
        if flat:
            steady(samples)
        return counts, samples[-1]
    finally:
        for process in processes:
            process.kill()


def run(dialect, seed, seconds, flat):
    options = f'timeout={TIMEOUT_S},ttl=2'
    with Rig(dialect, options, noise=('was never completed',)) as rig:
        counts, used = play(rig, seed, seconds, flat)
    total = sum(counts.values())
    failed = sum(n for (_, result), n in counts.items() if result != 'ok')
    print(f'# {dialect}: {total} operations, {failed} of them failed as they may; '
          f'{used[0] >> 20} MiB, {used[1]} descriptors, {used[2]} threads')
    if total < seconds * 5:
        raise Failure(f'only {total} operations in {seconds} s')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(10 ** 6))
    parser.add_argument('--seconds', type=float,
                        default=float(os.environ.get('PFS_MODEL_SECONDS', '8')))
    parser.add_argument('--flat', action='store_true')
    args = parser.parse_args()
    failed = False
    print(f'# seed {args.seed}', flush=True)
    for number, dialect in enumerate(('docs', 'openapi'), 1):
        try:
            run(dialect, args.seed, args.seconds, args.flat)
            print(f'ok {number} - tree, server and model agree [{dialect}]', flush=True)
        except Exception:  # pylint: disable=broad-except
            failed = True
            print(f'not ok {number} - tree, server and model agree [{dialect}]')
            print('# ' + traceback.format_exc().replace('\n', '\n# '), flush=True)
    print('1..2')
    sys.exit(failed)


if __name__ == '__main__':
    main()
