"""Documents of the store with one field of another type: each answer is a problem that says so.

Whoever may write to a store may write anything there. None of it may come out as an error that
nobody foresaw, nor hide what is well.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from manifests.index import Index
from manifests.layout import INDEX, entry_key
from origin.app import create_app
from tests.sources.published import PublishedAsset, publish

ODD: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 7, 0.5, 10**400, "", "x", "../x", "\ud800", [], [7], [None], {}, {"a": 1},
)  # fmt: skip
QUICK: Final = (None, -1, 0.5, "../x", [7], {"a": 1})
VALUES: Final = [
    pytest.param(odd, id=ascii(odd)[:20], marks=[] if odd in QUICK else [pytest.mark.long])
    for odd in ODD
]
ASKED: Final = ("m3u8", "json", "mpd")
FORESEEN: Final = {"broken_object", "not_found"}
Path = tuple[str | int, ...]


def places(document: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value; of a list, of the first value alone."""
    if path:
        yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places(value, (*path, name))
    elif isinstance(document, list) and document:
        yield from places(document[0], (*path, 0))


def with_odd(document: Any, path: Path, odd: object) -> bytes:
    """Return a document with one value in the place of another."""
    copy = json.loads(json.dumps(document))
    inside = copy
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = odd
    return json.dumps(copy).encode()


def addresses(made: PublishedAsset) -> list[str]:
    """Return what plays, and what is made from the index, with an object of the revision."""
    where = made.entry.where
    names = ("128k.m3u8", "multivariant.m3u8", made.index.renditions[0].segments[0].name)
    entry = [f"/{made.entry.playback_id}.{ending}" for ending in ASKED]
    return [*entry, *(f"/{where.key(name)}" for name in names)]


async def answers(content: Mapping[str, bytes], made: PublishedAsset) -> dict[str, tuple[int, str]]:
    """Ask a server of its own for everything; return statuses, and the codes of problems."""
    store = MemoryStore()
    for key, data in content.items():
        store.put(key, data)
    found = {}
    async with TestClient(TestServer(create_app(store))) as client:
        for address in (*addresses(made), "/assets.json", "/"):
            async with client.get(address) as response:
                body = await response.read()
            is_problem = response.content_type == "application/problem+json"
            found[address] = (response.status, json.loads(body)["code"] if is_problem else "")
    return found


def contents(made_in: MemoryStore) -> dict[str, bytes]:
    return {
        each["path"]: bytes(made_in.get(each["path"]).bytes())
        for page in made_in.list()
        for each in page
    }


@pytest.mark.long_unless("None", "../x")
@pytest.mark.parametrize("odd", VALUES)
async def test_an_index_with_an_odd_field(odd: object) -> None:
    store = MemoryStore()
    made = publish(store, "song")
    whole, key = contents(store), made.entry.where.key(INDEX)
    document = json.loads(whole[key])
    for path in places(document):
        content = whole | {key: with_odd(document, path, odd)}
        for address, (status, code) in (await answers(content, made)).items():
            assert status < 500 or code in FORESEEN, (path, odd, address, code)


@pytest.mark.parametrize("odd", VALUES)
async def test_an_entry_with_an_odd_field(odd: object) -> None:
    store = MemoryStore()
    made = publish(store, "song")
    whole, key = contents(store), entry_key("song")
    document = json.loads(whole[key])
    for path in places(document):
        content = whole | {key: with_odd(document, path, odd)}
        for address, (status, code) in (await answers(content, made)).items():
            assert status < 500 or code in FORESEEN, (path, odd, address, code)


def test_what_is_whole_is_read_as_ever() -> None:
    made = publish(MemoryStore(), "song")
    assert Index.from_json(made.index.to_json()) == made.index
