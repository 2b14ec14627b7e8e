"""The process that children are copies of.

It loads decoders once and never opens a source; each child is a fork of it, a few milliseconds
old, and as clean as if it were the first. Python's imports alone would cost a short file more than
its encoding. It has one thread, or it could not be forked.

Its standard input is a socket of datagrams, each a number that its answer repeats, and a question::

    7 fork (and two files, the child's ends of its pipes)   7 child 4711, or: 7 none
    8 4711                                                  8 ended -9, 8 alive, or: 8 unknown

Only when it has been told how a child ended is it forgotten, so that a process id always means the
same child.
"""

import gc
import os
import socket
from typing import Final

from packager.sandbox.child import Start, serve
from packager.sandbox.confinement import die_with_parent
from packager.sandbox.process import end_group

FORK: Final = b"fork"
CHILD: Final = b"child"
NO_CHILD: Final = b"none"
ENDED: Final = b"ended"
STILL_THERE: Final = b"alive"
UNKNOWN: Final = b"unknown"
LONGEST_DATAGRAM: Final = 64

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
            number, _, question = said.partition(b" ")
            answer = _forked(start, files) if files else _status(int(question))
            asking.send(number + b" " + answer)


def _forked(start: Start, files: list[int]) -> bytes:
    try:
        pid = os.fork()
    except OSError:
        answer = NO_CHILD
    else:
        if pid == 0:
            _become_child(start, *files)
        os.setpgid(pid, pid)  # so that whatever it starts can be ended with it
        answer = b"%b %d" % (CHILD, pid)
    for file in files:
        os.close(file)
    return answer


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
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return STILL_THERE
    except ChildProcessError:
        return UNKNOWN
    end_group(pid)
    _, status = os.waitpid(pid, 0)
    return b"%b %d" % (ENDED, os.waitstatus_to_exitcode(status))
