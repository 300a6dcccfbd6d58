# SPDX-License-Identifier: MIT
"""What is done in each column, and the lists of paths that it is done to."""

import os
import shlex

from columns import CALLS, CHANGES, Curl, first_machine

READERS = 32


class Tree:
    """The paths of the tree that all columns of a dialect show, below their tops."""

    def __init__(self, like, work, name):
        self.prefix = os.path.join(work, name)
        names = os.listdir(like.top + '/snapshots')
        below = sorted(os.listdir(f'{like.top}/snapshots/{names[0]}'))
        self.documents = [f'snapshots/{name}/snapshot.json' for name in names]
        self.fields = [f'snapshots/{name}/{field}' for name in names for field in below
                       if field != 'snapshot.json']
        # Those that can be given their name back: of one that others share, that is refused.
        self.changed = [name for name in names if '~' not in name][:CHANGES]
        self.ids = [read(f'{like.top}/snapshots/{name}/id') for name in self.changed]
        self.machine = first_machine(like)
        self.lists = {'documents': self.write('documents', self.documents),
                      'fields': self.write('fields', self.fields)}

    def write(self, name, paths):
        path = f'{self.prefix}-{name}'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(''.join(p + '\0' for p in paths))
        return path

    def written(self, column):
        """The field files that are written: by id where that is a path."""
        who = self.ids if column.by_id else self.changed
        return [f'snapshots/{one}/name' for one in who]


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read().strip()


def shell(script):
    return ['bash', '-c', script]


# --- rows that read: (name, command); DEST is a directory in memory, emptied after each run ---

def reading(tree, dest):
    documents, fields = tree.lists['documents'], tree.lists['fields']
    return {
        'ls': ['ls', 'snapshots'],
        'ls -l': ['ls', '-l', 'snapshots'],
        'find': ['find', 'snapshots'],
        'find -size': ['find', 'snapshots', '-size', '+1000k'],
        'cat documents': ['xargs', '-0', '-a', documents, 'cat'],
        'cat fields': ['xargs', '-0', '-a', fields, 'cat'],
        'grep -r': ['grep', '-r', 'no-such-text', 'snapshots'],
        'du': ['du', '-s', 'snapshots'],
        'cp -r': ['cp', '-r', 'snapshots', dest],
        'stat one, 10,000 times': [CALLS, 'stat', '10000', tree.documents[0]],
        'stat all documents': [CALLS, 'stat-list', documents],
        f'{READERS} readers of one': [CALLS, 'read', str(READERS), tree.documents[0]],
        f'{READERS} readers of {READERS}': [CALLS, 'read', str(READERS),
                                            *tree.documents[:READERS]],
    }


DROPPED = ('ls', 'ls -l', 'find', 'find -size', 'cat documents', 'cat fields', 'grep -r',
           'stat all documents')
COLD = ('ls', 'ls -l', 'find', 'cat documents', 'grep -r', f'{READERS} readers of one',
        f'{READERS} readers of {READERS}')


# --- rows that change something ---

WRITE, MKDIR, REMOVE = (f'write {CHANGES} fields', f'mkdir of {CHANGES}', f'rm -r of {CHANGES}')
CHANGING = (WRITE, MKDIR, REMOVE)


def changing(tree, column):
    # Columns of one dialect have one server: what another has made is seen sooner or later.
    made = ' '.join(shlex.quote(f'machines/{tree.machine}/{column.label}-{i}')
                    for i in range(CHANGES))
    fields = ' '.join(map(shlex.quote, tree.written(column)))
    return {
        WRITE: shell(f'for f in {fields}; do echo bench-${{f//[^0-9a-z]/}} >"$f"; done'),
        MKDIR: shell(f'mkdir {made}'),
        REMOVE: shell(f'rm -r {made}'),
    }


def restore_names(tree, column):
    """Undoes WRITE."""
    for path, name in zip(tree.written(column), tree.changed):
        with open(f'{column.top}/{path}', 'w', encoding='utf-8') as file:
            file.write(name + '\n')


# --- the same without a mount ---

def curl_transfers(path, kept, key, transfers):
    """A command for transfers (method, URL, body): curls in a loop, or one curl."""
    config = []
    for method, url, body in transfers:
        lines = [f'url = "{url}"', f'request = "{method}"', 'output = "/dev/null"']
        if body is not None:
            lines += ['header = "Content-Type: application/json"',
                      'data = "' + body.replace('"', '\\"') + '"']
        with open(key, encoding='ascii') as file:
            config.append('\n'.join(lines) + '\n' + file.read())
    if kept:
        with open(path, 'w', encoding='utf-8') as file:
            file.write('next\n'.join(config))
        return ['curl', '-s', '-f', '-K', path]
    for i, text in enumerate(config):
        with open(f'{path}.{i}', 'w', encoding='utf-8') as file:
            file.write(text)
    return shell(f'for ((i = 0; i < {len(config)}; i++)); do curl -s -f -K {path}.$i; done')


def without_mount(tree, column: Curl):
    """What the API itself takes for it."""
    url, key = column.server.url, column.top + '/key'
    listing = [('GET', page, None) for page in column.server.pages()]
    puts = [('PUT', f'{url}/snapshots/{one}', f'{{"name": "bench-{one}"}}') for one in tree.ids]
    back = [('PUT', f'{url}/snapshots/{one}', f'{{"name": "{name}"}}')
            for one, name in zip(tree.ids, tree.changed)]

    def made(name, transfers):
        return curl_transfers(f'{column.work}/{name}', column.kept, key, transfers)
    return {'ls': made('ls', listing), WRITE: made('write', puts), 'undo': made('undo', back)}
