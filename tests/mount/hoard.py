#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hoard.py ITEMS BYTES: an API whose every kind has so many resources of so many bytes, with other
content each time it is asked. Prints `listening on URL`."""
import http.server
import itertools
import json
import sys
import urllib.parse

ITEMS, BYTES = int(sys.argv[1]), int(sys.argv[2])
KINDS = ('shared-drives', 'snapshots', 'storage-providers')
turns = itertools.count()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        first = int(urllib.parse.parse_qs(url.query).get('after', ['0'])[0])
        if url.path.removeprefix('/v1/') in KINDS:
            self.answer(200, self.page(first, min(first + 120, ITEMS)))
        else:
            self.answer(404, [b'{}'])

    def page(self, first, last):
        pad = b'%08d' % next(turns) * (BYTES // 8)
        parts = [json.dumps({'hasMore': last < ITEMS, 'nextPage': str(last)})[:-1].encode(),
                 b', "items": [']
        for i in range(first, last):
            item = {'id': f'i{i}', 'name': f'n{i}', 'machineId': f'm{i % 7}', 'size': 1,
                    'isAutoSnapshot': False, 'isManaged': False, 's3Config': {}}
            parts += [b',' if i > first else b'', json.dumps(item)[:-1].encode(), b', "note": "',
                      pad, b'"}']
        return parts + [b']}']

    def answer(self, status, parts):
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(sum(map(len, parts))))
        self.end_headers()
        try:
            self.wfile.writelines(parts)
        except OSError:
            pass

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(f'listening on http://127.0.0.1:{server.server_port}/v1', flush=True)
server.serve_forever()
