"""What schemas are called in the OpenAPI document, and so classes of clients made from it. Pure.

pydantic tells models of one name apart by the modules that they are written in, and by whether they
are said or taken. To clients, they are told apart by what they are of: an upload has another
``State`` than an asset, which has the same one in a query as in an answer.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "#/components/schemas/"
_MODE: Final = re.compile(r"-(?:Input|Output)$")
_MODULES: Final = "__"


def renamed(definitions: Mapping[str, Any]) -> dict[str, str]:
    """Return what to call each; raises ValueError where two that differ would have one name."""
    names: dict[str, str] = {}
    for name in sorted(definitions, key=lambda each: _MODE.search(each) is not None):
        same = [each for each in names if definitions[each] == definitions[name]]
        names[name] = names[same[0]] if _MODE.search(name) and same else _plain(name)
    told = {each: definitions[name] for name, each in names.items()}
    differing = [name for name, each in names.items() if told[each] != definitions[name]]
    if differing:
        raise ValueError(f"two schemas would be called {names[differing[0]]}")
    return names


def _plain(name: str) -> str:
    *modules, plain = _MODE.sub("", name).split(_MODULES)
    return (modules[-2].removesuffix("s").title() if modules else "") + plain


def under_names(said: Any, names: Mapping[str, str]) -> Any:
    """Return a part of the document in which references are to the schemas' new names."""
    if isinstance(said, list):
        return [under_names(each, names) for each in said]
    if not isinstance(said, dict):
        return said
    changed = {key: under_names(value, names) for key, value in said.items()}
    if isinstance(said.get("$ref"), str):
        changed["$ref"] = PREFIX + names[said["$ref"].removeprefix(PREFIX)]
    return changed


def all_under_names(definitions: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return all schemas under their new names, which are their titles, too."""
    return {
        names[name]: {**under_names(schema, names), **_titled(name, schema, names)}
        for name, schema in definitions.items()
    }


def _titled(name: str, schema: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {"title": names[name]} if "title" in schema and names[name] != name else {}
