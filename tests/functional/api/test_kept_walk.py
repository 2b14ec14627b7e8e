"""Whatever is changed: what is kept is what a process says that keeps nothing."""

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.api.catalogue import Item, artist, asset
from tests.functional.api.keeping import Process, process
from tests.functional.api.service import Service, User

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STEPS = 60
GENRES, TAGS = ("jazz", "folk"), ("live", "old")
VISIBILITIES = ("public", "public", "unlisted", "private")


class Walk:
    """Changes of one creator, and what there is by now."""

    def __init__(self, one: Process, ann: User, seed: int) -> None:
        self._one = one
        self._ann = ann
        self._random = Random(seed)  # noqa: S311 the same each time is the point
        self._count = 0
        self.artists: list[str] = []
        self.albums: list[str] = []
        self.tracks: list[str] = []
        self._owners: dict[str, str] = {}

    async def step(self) -> str:
        """Change something; return what was done."""
        self._count += 1
        ways: list[Callable[[], Awaitable[str]]] = [self._artist, self._follow]
        if self.artists:
            ways += [self._album, self._track, self._change_artist] * 2
        if self.albums:
            ways += [self._change_album, self._reorder] * 2
        if self.tracks:
            ways += [self._change_track] * 6 + [self._delete]
        return await self._random.choice(ways)()

    async def _artist(self) -> str:
        made = await artist(self._one, self._ann, f"ann-{self._count}")
        self.artists.append(made["id"])
        return "artist"

    async def _album(self) -> str:
        owner = self._random.choice(self.artists)
        said = {"artist_id": owner, "title": f"Album {self._count}", **self._visible()}
        made = await self._send("POST", "/v1/albums", said)
        if made:
            self.albums.append(made["id"])
            self._owners[made["id"]] = owner
        return f"album {said}"

    async def _track(self) -> str:
        owner = self._random.choice(self.artists)
        sound = await asset(self._one, self._ann, f"s{self._count}", plays=self._count % 5 > 0)
        said = {"artist_id": owner, "title": f"Track {self._count}", "asset_id": sound}
        said |= {"genre": self._random.choice(GENRES), **self._visible(), **self._in_album(owner)}
        made = await self._send("POST", "/v1/tracks", said)
        if made:
            self.tracks.append(made["id"])
            self._owners[made["id"]] = owner
        return f"track {said}"

    async def _change_track(self) -> str:
        one = self._random.choice(self.tracks)
        said = self._random.choice(
            [
                self._visible(),
                {"title": f"Track {self._count}"},
                {"genre": self._random.choice(GENRES)},
                {"tags": [self._random.choice(TAGS)]},
                {"album_id": None},
                self._in_album(self._owners[one]),
                {"description": f"{self._count}"},
            ]
        )
        await self._send("PATCH", f"/v1/tracks/{one}", said)
        return f"change track {one} {said}"

    async def _change_artist(self) -> str:
        said = {"name": f"Ann {self._count}"}
        await self._send("PATCH", f"/v1/artists/{self._random.choice(self.artists)}", said)
        return "change artist"

    async def _change_album(self) -> str:
        said = self._random.choice([self._visible(), {"title": f"Album {self._count}"}])
        await self._send("PATCH", f"/v1/albums/{self._random.choice(self.albums)}", said)
        return f"change album {said}"

    async def _reorder(self) -> str:
        album_id = self._random.choice(self.albums)
        page = await (
            await self._one.ask("GET", f"/v1/me/tracks?album_id={album_id}", self._ann)
        ).json()
        ids = [item["id"] for item in page.get("items", [])]
        self._random.shuffle(ids)
        await self._send("PATCH", f"/v1/albums/{album_id}", {"track_ids": ids})
        return "reorder"

    async def _follow(self) -> str:
        if self.artists:
            method = self._random.choice(("PUT", "DELETE"))
            await self._send(method, f"/v1/me/follows/{self._random.choice(self.artists)}", None)
        return "follow"

    async def _delete(self) -> str:
        kind, some = self._random.choice(
            [("tracks", self.tracks)] * 6 + [("albums", self.albums)] * 2
            + [("artists", self.artists)]
        )  # fmt: skip
        if some:
            await self._send("DELETE", f"/v1/{kind}/{self._random.choice(some)}", None)
        return f"delete of {kind}"

    async def _send(self, method: str, path: str, said: Any) -> Item | None:
        response = await self._one.ask(method, path, self._ann, said)
        assert response.status in {200, 201, 204, 404, 422}, await response.text()
        return await response.json() if response.status == 201 else None

    def _visible(self) -> dict[str, str]:
        return {"visibility": self._random.choice(VISIBILITIES)}

    def _in_album(self, owner: str) -> dict[str, Any]:
        own = [album for album in self.albums if self._owners[album] == owner]
        return {"album_id": self._random.choice(own)} if own else {}

    def paths(self) -> list[str]:
        """Return all that can be asked for, of what there was."""
        lists = [f"/v1/tracks?order={order}" for order in ("newest", "plays", "trending")]
        lists += [f"/v1/tracks?genre={genre}" for genre in GENRES]
        lists += [f"/v1/tracks?tag={tag}" for tag in TAGS]
        lists += ["/v1/artists", "/v1/albums", "/v1/tracks?limit=2", "/v1/albums?kind=album"]
        for kind, some in (
            ("tracks", self.tracks), ("albums", self.albums), ("artists", self.artists),
        ):  # fmt: skip
            lists += [f"/v1/{kind}/{one}" for one in some]
        for one in self.artists:
            lists += [f"/v1/tracks?artist_id={one}", f"/v1/albums?artist_id={one}"]
        return lists + [f"/v1/tracks?album_id={one}" for one in self.albums]


@pytest.mark.long
@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(each, marks=pytest.mark.long) for each in range(1, 6))]
)
async def test_what_is_kept_is_what_there_is(service: Service, seed: int) -> None:
    done: list[str] = []
    async with process(service) as one:
        walk = Walk(one, await one.user(), seed)
        for _ in range(STEPS):
            done.append(await walk.step())
            for path in walk.paths():
                kept, now = await one.ask("GET", path), await service.ask("GET", path)
                said, expected = await kept.json(), await now.json()
                if path == "/v1/artists":  # in lists, followers are as time passes
                    for item in said["items"] + expected["items"]:
                        del item["follower_count"]
                where = (path, kept.headers["Cache-Status"], done[-5:])
                assert (kept.status, said) == (now.status, expected), where
        assert len(one.answers) > 20
