"""Templates that stand still: whose answers they give late, nobody else takes for theirs."""

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from packager.errors import PackagingError, ReaderLost
from packager.limits import Limits
from packager.sandbox.process import handle_of, start_child
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders
from tests.functional.processes import children

LIMITS = Limits()
ANSWER_S = 3.0
"""Longer than a busy machine needs to start a template."""
SAYS_NOTHING = (
    "-c",
    "from packager.sandbox.template import serve_copies\nserve_copies(lambda *_: None)",
)


@pytest.mark.long
def test_a_late_answer_is_nobody_s(music: Path) -> None:
    before = children()
    with WarmReaders(SAYS_NOTHING, answer_s=ANSWER_S) as readers:
        (template,) = children() - before
        first = readers.reader()
        os.kill(template, signal.SIGSTOP)
        first.kill()
        with first, pytest.raises(ReaderLost):
            first.read(music, LIMITS)
        assert template not in children()
        with readers.reader() as second, pytest.raises(PackagingError) as raised:
            second.read(music, LIMITS)
        assert not isinstance(raised.value, ReaderLost)


def test_who_tells_all_processes_to_stop_leaves_readers_to_their_parents(music: Path) -> None:
    before = children()
    with WarmReaders() as readers:
        (template,) = children() - before
        os.kill(template, signal.SIGTERM)
        with readers.reader() as reader:
            (child,) = children(template)
            os.kill(child, signal.SIGTERM)
            reading = reader.read(music, LIMITS)
            assert len(list(reading.chunks())) > 0
        assert template in children()


@pytest.mark.parametrize("pid", [-1, 0, 1])
def test_no_answer_makes_a_child_of_a_process_that_is_none(pid: int) -> None:
    with pytest.raises(ReaderLost):
        handle_of(pid)


def test_who_ends_a_child_waits_for_nobody(music: Path) -> None:
    stays = "import os, time; os.close(1); time.sleep(1_000)"
    ended: list[type[BaseException]] = []

    def read() -> None:
        try:
            reader.read(music, LIMITS)
        except PackagingError as error:
            ended.append(type(error))

    with Reader(partial(start_child, ("-c", stays))) as reader:
        reading = threading.Thread(target=read)
        reading.start()
        time.sleep(0.5)  # until it waits to be told how the child ended
        reader.kill()
        reading.join()
    assert ended == [ReaderLost]
