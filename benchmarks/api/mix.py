"""What listeners ask of a catalogue: few tracks, lists and words make up most of it (Zipf, s = 1).

Of 100 reads, 50 are of a track, 20 of a list (the newest, the most played and what trends, of all
or of a genre, or an artist's), 5 of an artist, 10 of a search, and 15 of a suggestion.
"""

import asyncio
import json
import secrets
import sqlite3
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.api.search_catalogue import Track, fill, tracks
from benchmarks.origin.servers import Server
from origin.companion.database import Database
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey, add_key
from origin.companion.identity.principal import ALL_SCOPES
from origin.database.engine import open_database
from origin.database.sqlite import FILE_NAME
from origin.telemetry.reporting import REPORT_EVERY_S

_WORDS: Final = 2_000
_GENRES: Final = ("pop", "rock", "jazz", "folk", "hip-hop", "classical", "electronic", "podcast")
_USER: Final = "u"
_READY_WITHIN_S: Final = 300.0
_CLASS: Final = "public-api"
_TOLD_WITHIN_S: Final = 2 * REPORT_EVERY_S
"""A worker tells what it counted now and then, not as it counts."""
_KEPT: Final = frozenset({("memory", "hit"), ("memory", "stale"), ("shared", "hit")})
UNLIMITED: Final = (
    "--no-packager", "--api-requests-per-address", "0", "--api-requests-per-user", "0",
    "--connections-per-client", "0", "--requests-per-client", "0",
)  # fmt: skip


def made(state: Path, number: int, seed: int) -> str:
    """Make the catalogue in a folder; return a key of whose it is."""
    key = NewKey.of(secrets.token_bytes(ID_BYTES + SECRET_BYTES))
    asyncio.run(_with_tables(state))
    fill(state, number, seed)
    with closing(sqlite3.connect(state / FILE_NAME)) as rows, rows:
        rows.execute("UPDATE tracks SET genre = lower(genre)")  # as the API has them
        rows.execute("ANALYZE")
    asyncio.run(_with_key(state, key))
    return key.text


async def _with_tables(state: Path) -> None:
    async with open_database(state, None):
        pass


async def _with_key(state: Path, key: NewKey) -> None:
    async with open_database(state, None) as engine, Database(engine).change() as connection:
        await add_key(
            connection, key, _USER, name="benchmark", scopes=ALL_SCOPES, now_s=time.time()
        )


class Reads:
    """Paths as they come; ``ids`` are those of tracks, the most wanted first."""

    def __init__(self, number: int, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 the same each time is the point
        found = list(tracks(number, seed))
        self._random.shuffle(found)
        self.ids = [track.id for track in found]
        self._tracks = _Zipf([f"/v1/tracks/{track.id}" for track in found], self._random)
        self._artists = _Zipf([f"/v1/artists/{track.artist_id}" for track in found], self._random)
        self._lists = _Zipf(_lists(found[: number // 10]), self._random)
        words = [track.title.split(" ")[0] for track in found[:_WORDS]]
        self._searches = _Zipf([f"/v1/search?q={quote(word)}" for word in words], self._random)
        begun = [word[: 1 + place % 6] for place, word in enumerate(words)]
        self._suggestions = _Zipf(
            [f"/v1/search/suggest?q={quote(word)}" for word in begun], self._random
        )

    def one(self) -> str:
        """Return the next path."""
        kinds = (self._tracks, self._lists, self._artists, self._searches, self._suggestions)
        (kind,) = self._random.choices(kinds, (50, 20, 5, 10, 15))
        return kind.one()

    def some(self, number: int) -> list[str]:
        """Return the next paths."""
        return [self.one() for _ in range(number)]


class _Zipf:
    """Draws, of which the n-th of some is drawn 1/n as often as the first."""

    def __init__(self, some: Sequence[str], random: Random) -> None:
        self._some = some
        self._weights = list(accumulate(1 / place for place in range(1, len(some) + 1)))
        self._random = random

    def one(self) -> str:
        (drawn,) = self._random.choices(self._some, cum_weights=self._weights)
        return drawn


def _lists(found: Sequence[Track]) -> list[str]:
    orders = ("newest", "plays", "trending")
    paths = [f"/v1/tracks?order={order}" for order in orders]
    paths += [f"/v1/tracks?order={order}&genre={genre}" for genre in _GENRES for order in orders]
    return paths + [f"/v1/tracks?artist_id={track.artist_id}" for track in found]


def wait_until_ready(server: Server) -> None:
    """Wait until the index and the lists of suggestions are there."""
    until_s = time.monotonic() + _READY_WITHIN_S
    while True:
        with urllib.request.urlopen(f"{server.url}/v1/search?q=anything") as response:  # noqa: S310
            if not json.load(response)["degraded"]:
                return
        if time.monotonic() > until_s:
            raise SystemExit("The index is not built in the time there is.")
        time.sleep(0.2)


class Counted:
    """What a server has counted of public answers, at a port for metrics."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = _counted(port)

    def hit_ratio(self) -> float:
        """Return the share that was kept, fresh or stale, of what was answered since."""
        time.sleep(_TOLD_WITHIN_S)
        more = {
            place: number - self._numbers.get(place, 0)
            for place, number in _counted(self._port).items()
        }
        kept = sum(number for place, number in more.items() if place in _KEPT)
        return round(kept / max(sum(more.values()), 1), 4)


def _counted(port: int) -> dict[tuple[str, str], float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as response:
        return dict(_found(response.read().decode()))


def _found(text: str) -> Iterator[tuple[tuple[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "soundbridge_cache_requests_total" and labels["class"] == _CLASS:
                yield (labels["tier"], labels["outcome"]), sample.value
