"""``manifests`` has to run wherever Python does: it imports the standard library and itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import manifests

ROOT = Path(manifests.__path__[0])
MODULES = sorted(ROOT.rglob("*.py"))
ALLOWED = sys.stdlib_module_names | {"manifests"}


def imported(source: str) -> Iterator[str]:
    """Yield the first name of every import, however deep it is; relative ones stay inside."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_else_is_imported(path: Path) -> None:
    assert set(imported(path.read_text())) <= ALLOWED


def test_an_import_is_seen_wherever_it_is() -> None:
    source = "import os, av.error\nfrom . import x\ndef f():\n    from numpy.linalg import det\n"
    assert set(imported(source)) - ALLOWED == {"av", "numpy"}
