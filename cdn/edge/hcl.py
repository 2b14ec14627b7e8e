"""Terraform's language (HCL 2), as far as a configuration that is generated needs it.

A ``Block`` holds attributes and blocks, in order. What is no literal is an ``Expression``, and
stands as it is; in a text, what would be a template is escaped. It is as ``terraform fmt`` has it:
in attributes that follow each other, each on one line, what is assigned stands below each other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True, slots=True)
class Expression:
    """Code, such as ``var.host``."""

    code: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block, such as ``resource "kind" "name" { ... }``; ``body`` has pairs and blocks."""

    kind: str
    labels: Sequence[str]
    body: Sequence["tuple[str, Any] | Block"]


Body = list[tuple[str, Any] | Block]


def provider(source: str, version: str) -> Block:
    """Return what asks for a provider, called by the end of its source (``hashicorp/aws``)."""
    needed = (source.rpartition("/")[2], {"source": source, "version": version})
    return Block("terraform", (), [Block("required_providers", (), [needed])])


def document(blocks: Iterable[Block]) -> str:
    """Return a file of blocks."""
    return "\n".join("\n".join(_block(each, "")) + "\n" for each in blocks)


def _block(block: Block, indent: str) -> Iterator[str]:
    labels = "".join(f" {json.dumps(label)}" for label in block.labels)
    yield f"{indent}{block.kind}{labels} {{"
    inner = f"{indent}  "
    run: list[tuple[str, str]] = []
    for each in block.body:
        if isinstance(each, Block):
            yield from _assigned(run, inner)
            run = []
            yield from _block(each, inner)
        elif each[1] is not None:
            run.append((each[0], _value(each[1], inner)))
    yield from _assigned(run, inner)
    yield f"{indent}}}"


def _assigned(pairs: Iterable[tuple[str, str]], indent: str) -> Iterator[str]:
    for is_long, group in groupby(pairs, key=lambda pair: "\n" in pair[1]):
        rows = list(group)
        width = 0 if is_long else max(len(name) for name, _ in rows)
        yield from (f"{indent}{name:{width}} = {value}" for name, value in rows)


def _value(value: Any, indent: str) -> str:
    inner = f"{indent}  "
    if isinstance(value, Expression):
        return value.code
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        pairs = [(_key(key), _value(each, inner)) for key, each in value.items()]
        rows = [*_assigned(pairs, inner)]
        return "\n".join(["{", *rows, f"{indent}}}"]) if rows else "{}"
    if isinstance(value, Sequence):
        rows = [f"{inner}{_value(each, inner)}," for each in value]
        return "\n".join(["[", *rows, f"{indent}]"]) if rows else "[]"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if key.isidentifier() else text(key)


def text(value: str) -> str:
    """Return a text as a literal of HCL: JSON's, but that ``${`` and ``%{`` begin a template."""
    literal = json.dumps(value, ensure_ascii=False)
    return literal.replace("${", "$${").replace("%{", "%%{")
