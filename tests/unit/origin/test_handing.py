"""Options that arrive in a version whose classes have other fields."""

import inspect
import pickle
import sys
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Any

import pytest

from origin.service import PlaybackTokens, Service
from origin.supervision.handing import Misfit, by_name

HERE = sys.modules[__name__]
BEFORE = ["keys", ("required", bool, field(default=False)), ("checked", bool, field(default=False))]


def options(names: list[Any]) -> type[Any]:
    made = make_dataclass("Options", names, frozen=True, slots=True)
    made.__module__ = __name__
    return made


def arrive(monkeypatch: pytest.MonkeyPatch, given: Any, names: list[Any]) -> Any:
    """Return what a process makes of what it is given, in whose version there are other names."""
    monkeypatch.setattr(HERE, "Options", type(given), raising=False)
    on_its_way = pickle.dumps(by_name(((given,),)))
    monkeypatch.setattr(HERE, "Options", options(names))
    return pickle.loads(on_its_way)[0][0]  # noqa: S301 it is our own


def test_another_field_between_moves_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    given = options(BEFORE)("folder", required=True)
    names = [BEFORE[0], ("audience", str, field(default="all")), *reversed(BEFORE[1:])]
    arrived = arrive(monkeypatch, given, names)
    assert (arrived.keys, arrived.audience) == ("folder", "all")
    assert (arrived.required, arrived.checked) == (True, False)


def test_what_an_earlier_version_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = options(BEFORE)("folder", required=True)
    arrived = arrive(monkeypatch, given, [BEFORE[0], BEFORE[2]])
    assert isinstance(arrived, Misfit)
    assert "does not know required of Options" in arrived.reason


def test_what_a_later_version_has_to_be_told_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = arrive(monkeypatch, options(BEFORE)("folder"), ["audience", *BEFORE])
    assert isinstance(arrived, Misfit)
    assert "needs to be told audience of Options" in arrived.reason


def test_all_that_a_server_is_told_arrives() -> None:
    service = Service(("s3://media",), PlaybackTokens(Path("keys"), required=True))
    assert pickle.loads(pickle.dumps(by_name(service))) == service  # noqa: S301 it is our own


BEGUN = (
    b"(corigin.supervision.process\n_begin\n"
    b"(corigin.supervision.process\n_loaded\n(S'origin.serving:_work'\ntR"
    b"(corigin.supervision.handing\nmade\n"
    b"(corigin.service\nService\n(dS'stores'\n(S'memory://'\ntstR"
    b"(lt"
    b"I3\n"
    b"Nt"
    b"t."
)
"""What supervisors send: a function, and a target, its arguments, a slot and a socket for it."""


def test_a_worker_begins_with_what_the_supervisor_of_an_earlier_version_sends() -> None:
    """Else none could be reloaded into this one: say it as before, whatever is renamed here."""
    begin, arguments = pickle.loads(BEGUN)  # noqa: S301 it is our own
    bound = inspect.signature(begin).bind(*arguments).arguments
    assert bound["arguments"] == (Service(("memory://",)), [])
    inspect.signature(bound["target"]).bind(*bound["arguments"], bound["slot"], bound["end"])
