"""Running checks side by side, each within its time."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from origin.checkup.finding import Finding, fail, sentence_of

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at, by a name that programs know it by, and how."""

    name: str
    look: Callable[[], Awaitable[Sequence[Finding]]]


async def run(checks: Sequence[Check], limit_s: float) -> list[tuple[str, Finding]]:
    """Return what all checks say, in their order; what one takes longer for is a finding, too."""
    said = await asyncio.gather(*(_look(check, limit_s) for check in checks))
    return [
        (check.name, finding)
        for check, findings in zip(checks, said, strict=True)
        for finding in findings
    ]


async def _look(check: Check, limit_s: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(limit_s):
            return await check.look()
    except TimeoutError:
        return [
            fail(
                f"No answer within {limit_s:g} s.",
                "See whether it runs, and can be reached from here: addresses, firewalls, mounts.",
            )
        ]
    except Exception as error:  # noqa: BLE001 one that breaks takes no other one along
        return [fail(f"{type(error).__name__}: {sentence_of(error)}.", "See what that is about.")]


async def aside(call: Callable[[], _T]) -> _T:
    """Return what ``call`` does in a thread that nobody waits for at the end of the program."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type] # without an error there is one
        else:
            done.set_exception(error)

    def work() -> None:
        try:
            outcome: tuple[_T | None, BaseException | None] = call(), None
        except Exception as error:  # noqa: BLE001 it is raised where it is waited for
            outcome = None, error
        with suppress(RuntimeError):  # the loop has gone
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=work, daemon=True).start()
    return await done
