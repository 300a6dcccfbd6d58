#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""type_and_tab.py bash|zsh DIR: what the real shell makes of a line, when it is typed.

DIR has the shell's completions, as they are installed. Each line of stdin is typed into an
interactive shell on a terminal of its own, and all that completion offers for its last word is
inserted: those words are printed, with tabs between them. Where the line ends with a tab, it is
what a tab inserts, and what the line has become is printed. A line for each."""
import os
import pty
import select
import shlex
import sys
import tempfile
import time

PATIENCE = float(os.environ.get('PFS_TEST_PATIENCE', '1'))

# Control-T inserts all candidates, Control-G hands over the line.
BASH = r'''
for file in %(dir)s/*; do . "$file"; done
bind 'set bell-style none'; bind 'set enable-bracketed-paste off'
bind '"\C-t": insert-completions'
hand_over() { printf '%%s\n' "$READLINE_LINE" >%(out)s; READLINE_LINE=; }
bind -x '"\C-g": hand_over'
'''
ZSH = r'''
fpath=(%(dir)s $fpath); unsetopt zle_bracketed_paste beep; PS1=
autoload -U compinit; compinit -u -D
zstyle ':completion:all:*' completer _all_matches _complete
zstyle ':completion:all:*' insert true
zle -C all complete-word _generic; bindkey '^T' all
hand_over() { print -r -- "$BUFFER" >%(out)s; BUFFER= }
zle -N hand_over; bindkey '^G' hand_over
'''
SHELLS = {'bash': (['bash', '--norc', '--noprofile', '-i'], BASH),
          'zsh': (['zsh', '-f', '-i'], ZSH)}


class Shell:
    """An interactive shell, and the pipe by which it hands over its line."""

    def __init__(self, name, directory, scratch):
        argv, setup = SHELLS[name]
        fifo = os.path.join(scratch, 'line')
        rc = os.path.join(scratch, 'rc')
        os.mkfifo(fifo)
        self.lines = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        with open(rc, 'w', encoding='utf-8') as file:
            file.write(setup % {'dir': os.path.abspath(directory), 'out': fifo})
            file.write('echo ready >%s\n' % fifo)
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM='dumb', INPUTRC='/dev/null', HISTFILE='')
            os.execvp(argv[0], argv)
        self.pid = pid
        self.type(' . %s\r' % rc)
        if self.line() != 'ready':
            raise SystemExit('the shell did not start')

    def type(self, text):
        os.write(self.terminal, text.encode())

    def line(self):
        """The next line that is handed over; what the shell shows meanwhile is not looked at."""
        text, end = b'', time.monotonic() + 20 * PATIENCE
        while not text.endswith(b'\n'):
            ready, _, _ = select.select([self.terminal, self.lines], [], [],
                                        max(0, end - time.monotonic()))
            if not ready:
                raise SystemExit('the shell said nothing')
            if self.terminal in ready:
                os.read(self.terminal, 65536)
            if self.lines in ready:
                text += os.read(self.lines, 65536)
        return text.decode().rstrip('\n')

    def complete(self, text):
        if text.endswith('\t'):
            self.type(text + '\x07')
            return self.line().rstrip()
        self.type(text + '\x14\x07')
        before = shlex.split(text.rpartition(' ')[0])
        return '\t'.join(shlex.split(self.line())[len(before):])

    def end(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        shell = Shell(sys.argv[1], sys.argv[2], scratch)
        for line in sys.stdin:
            print(shell.complete(line.rstrip('\n')), flush=True)
        shell.end()


main()
