"""A bar that shows how far packaging is, and how fast it goes; to a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from packager.package import Progress as Done


@contextmanager
def progress_bar(source: str, console: Console) -> Iterator[Callable[["Done"], None]]:
    """Show it while the caller's block runs; what else ``console`` is given appears above it."""
    name = urlsplit(source).path.rpartition("/")[2]  # a signed link's query is a secret
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.file.isatty(),
    )
    started_s = monotonic()
    with bar:
        task = bar.add_task(name, total=None, speed="")

        def update(done: "Done") -> None:
            speed = f"{done.done_s / max(monotonic() - started_s, 0.001):.0f}x real time"
            bar.update(task, completed=done.done_s, total=done.total_s, speed=speed)

        yield update
