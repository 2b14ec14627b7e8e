"""The process that children are copies of.

It loads decoders once and never opens a source; each child is a fork of it, a few milliseconds
old, and as clean as if it were the first. Python's imports alone would cost a short file more than
its encoding. It has one thread, or it could not be forked.

Its standard input is a socket of datagrams. One with two files, the child's ends of its pipes, asks
for a child, and the answer is the child's number; a number asks how that child ended, and only then
is it forgotten, so that a number always means the same child.
"""

import gc
import os
import signal
import socket
from typing import Final

from packager.sandbox.child import Start, serve
from packager.sandbox.confinement import die_with_parent

FORK: Final = b"fork"
NO_CHILD: Final = b"0"
STILL_THERE: Final = b"?"
LONGEST_DATAGRAM: Final = 32

_FILES: Final = 2
_STDIN: Final = 0
_STDOUT: Final = 1


def serve_copies(start: Start) -> None:
    """Make children of this process until nobody is there to ask for them."""
    die_with_parent()
    gc.freeze()  # a collection in a child would write to, and so copy, what it shares
    with socket.socket(fileno=_STDIN) as asking:
        while True:
            said, files, _, _ = socket.recv_fds(asking, LONGEST_DATAGRAM, _FILES)
            if not said:
                return
            asking.send(_forked(start, files) if files else _status(int(said)))


def _forked(start: Start, files: list[int]) -> bytes:
    try:
        pid = os.fork()
    except OSError:
        pid = int(NO_CHILD)
    else:
        if pid == 0:
            _become_child(start, *files)
        os.setpgid(pid, pid)  # before anybody knows of it, who may at once want to end it
    for file in files:
        os.close(file)
    return str(pid).encode()


def _become_child(start: Start, requests: int, frames: int) -> None:
    """Exchange the socket for the pipes, and read a source; does not return."""
    try:
        os.dup2(requests, _STDIN)
        os.dup2(frames, _STDOUT)
        os.close(requests)
        os.close(frames)
        serve(start)
    finally:
        os._exit(1)


def _status(pid: int) -> bytes:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # it belonged to a template before this one, and died with it
        return str(-signal.SIGKILL.value).encode()
    return str(os.waitstatus_to_exitcode(status)).encode() if ended else STILL_THERE
