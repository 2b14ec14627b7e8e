"""``soundbridge package`` as a process that can be held: what is there then stays all there is."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S

POLL_S = 0.005


class Packaging:
    """A process that packages."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    @property
    def playlists(self) -> list[Path]:
        """The growing media playlists that there are."""
        return sorted(self._folder.glob("*/*/playlist.m3u8"))

    def hold_at(self, segments: int) -> None:
        """Stop the process as soon as every playlist lists so many segments, before it ends."""
        while self._listed() < segments:
            assert self._process.poll() is None, "it ended before it could be held"
            time.sleep(POLL_S)
        os.killpg(self._process.pid, signal.SIGSTOP)
        assert not any("ENDLIST" in path.read_text() for path in self.playlists)

    def go_on(self) -> None:
        """Let it go on."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def wait(self) -> int:
        """Wait for its end and return its exit status."""
        return self._process.wait(TIMEOUT_S)

    def _listed(self) -> int:
        return min((path.read_text().count("#EXTINF") for path in self.playlists), default=0)


@contextmanager
def packaging(source: Path, store: Path, name: str, *, segments: int) -> Iterator[Packaging]:
    """Package ``source`` under a name that is both its ids, held with so many segments listed."""
    ids = ["--asset-id", name, "--playback-id", name]
    with subprocess.Popen(
        [*SOUNDBRIDGE, "package", "--json", *ids, str(source), str(store)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        held = Packaging(process, store / "growing" / name)
        try:
            held.hold_at(segments)
            yield held
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
