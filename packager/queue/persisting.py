"""Work that was promised to be done some time: where all attempts failed, it is put off."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from packager.queue import policy
from packager.queue.errors import LeaseLost, Postponed
from packager.queue.worker import Completion, Handler, Run

AGAIN_S: Final = 3_600.0

_log = structlog.get_logger("soundbridge.worker")


@dataclass(frozen=True, slots=True)
class Persisting:
    """A handler that gives up for ``again_s`` only; then its job has all attempts again.

    What no other attempt can mend is given up as ever, and what says by itself when it is to be
    done comes then.
    """

    handler: Handler
    again_s: float = AGAIN_S

    async def __call__(self, run: Run) -> Completion:
        """Do it; raises Postponed where it is to be done later."""
        try:
            return await self.handler(run)
        except (LeaseLost, Postponed):
            raise
        except Exception as error:
            attempts = run.held.attempts
            failure = policy.failure_of(error, attempts)
            if failure.is_permanent or not policy.gives_up(failure, attempts):
                raise
            _log.error(
                "is tried again later",
                kind=run.held.kind,
                reason=failure.reason,
                after_s=self.again_s,
            )
            raise Postponed(replace(failure, again_s=self.again_s)) from error
