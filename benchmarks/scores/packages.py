"""The metrics that others wrote, which only benchmarks need."""

from importlib import import_module
from types import ModuleType


def package(name: str) -> ModuleType:
    """Import a package of the ``bench`` extra, or end the program and say how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error.msg}: pip install -e '.[bench]'") from error
