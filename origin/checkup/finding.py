"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum

from origin.concealing import without_secrets


class Level(StrEnum):
    """How bad it is: ``warn`` works today, ``fail`` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about one thing, and another one that says what to do, empty where nothing is."""

    level: Level
    said: str
    to_do: str = ""


def fine(said: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(Level.OK, said)


def warn(said: str, to_do: str) -> Finding:
    """Say that something works, and should be looked at."""
    return Finding(Level.WARN, said, to_do)


def fail(said: str, to_do: str) -> Finding:
    """Say that something does not work."""
    return Finding(Level.FAIL, said, to_do)


def sentence_of(error: BaseException) -> str:
    """Return the first line of an error, without secrets and without a stop at its end."""
    text = str(error).partition("\n")[0].strip().rstrip(".") or type(error).__name__
    return without_secrets(text)
