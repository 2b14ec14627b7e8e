"""Which worker has which slot, and what became of those before it."""

from collections.abc import Iterator, Sequence

from origin.supervision import channel, restarts
from origin.supervision.assignment import assigned
from origin.supervision.process import WorkerProcess


class Slots:
    """One worker each, or none as long as it is not started again."""

    def __init__(self, number: int) -> None:
        self._workers: list[WorkerProcess | None] = [None] * number
        self._failures = [0] * number

    def __len__(self) -> int:
        """How many slots there are."""
        return len(self._workers)

    def __iter__(self) -> Iterator[WorkerProcess]:
        """Return the workers that there are."""
        return (worker for worker in self._workers if worker is not None)

    def __contains__(self, worker: object) -> bool:
        """Whether a worker has a slot: not those that retire, nor those that are to follow."""
        return worker is not None and worker in self._workers

    @property
    def ready(self) -> int:
        """How many workers accept connections."""
        return sum(worker.is_ready for worker in self)

    def is_free(self, slot: int) -> bool:
        """Whether a slot has no worker."""
        return self._workers[slot] is None

    def put(self, worker: WorkerProcess) -> None:
        """Give a worker its slot."""
        self._workers[worker.slot] = worker

    def remove(self, worker: WorkerProcess) -> None:
        """Take its slot from a worker."""
        self._workers[worker.slot] = None

    def replace(self, successors: Sequence[WorkerProcess]) -> list[WorkerProcess]:
        """Give all slots to others, and return who had them."""
        before = list(self)
        self._workers = list(successors)
        self._failures = [0] * len(successors)
        return before

    def count_failure(self, slot: int, served_s: float) -> float:
        """Note that a slot's worker has ended, and return when to start another, in seconds."""
        self._failures[slot] = restarts.failures_after(self._failures[slot], served_s)
        return restarts.delay_s(self._failures[slot])

    @property
    def are_tried(self) -> bool:
        """Whether each slot has a worker that accepts, or had one that ended."""
        return all(
            failures > 0 or (worker is not None and worker.is_ready)
            for worker, failures in zip(self._workers, self._failures, strict=True)
        )

    @property
    def are_hopeless(self) -> bool:
        """Whether each slot has been tried as often as it is where none ever serves."""
        return min(self._failures) >= restarts.START_ATTEMPTS

    def assign(self) -> None:
        """Tell workers from which sockets to accept, so that none is without."""
        ready = [worker is not None and worker.is_ready for worker in self._workers]
        for worker, slots in zip(self._workers, assigned(ready), strict=True):
            if worker is not None and worker.is_ready and worker.accepts != slots:
                worker.accepts = slots
                worker.say(channel.ACCEPT, slots=sorted(slots))
