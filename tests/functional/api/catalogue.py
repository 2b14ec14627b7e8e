"""What the catalogue's tests have in common: somebody with an artist, and sound that plays."""

from typing import Any

from sqlalchemy import insert, update

from origin.companion.assets.tables import owned_assets
from packager.queue.tables import assets
from tests.functional.api.service import NOW_S, Service, User

Item = dict[str, Any]


async def artist(service: Service, by: User, handle: str = "ann") -> Item:
    """Make an artist."""
    made: Item = await service.post("/v1/artists", by, {"name": handle.title(), "handle": handle})
    return made


async def asset(service: Service, owner: User, name: str, *, plays: bool = True) -> str:
    """Let a user have an asset, as a finished job leaves it."""
    entry = "{}" if plays else None
    zeros = dict.fromkeys(("fence", "stored_fence", "publications"), 0)
    row = {"asset_id": name, "playback_id": f"{name}-plays", "entry": entry, **zeros}
    own = {"asset_id": name, "owner_id": owner.id, "created_s": NOW_S, "told": "", "missing": 0}
    async with service.database.change() as connection:
        await connection.execute(insert(assets).values(row))
        await connection.execute(insert(owned_assets).values(own))
    return name


async def withdraw(service: Service, name: str) -> None:
    """Let an asset play no more."""
    async with service.database.change() as connection:
        gone = update(assets).where(assets.c.asset_id == name).values(entry=None)
        await connection.execute(gone)


async def track(
    service: Service, by: User, of: Item, title: str, *, plays: bool = True, **said: Any
) -> Item:
    """Make a public track, which plays unless told otherwise."""
    if plays:
        said["asset_id"] = await asset(service, by, f"asset-{title.lower()}")
    draft = {"artist_id": of["id"], "title": title, "visibility": "public", **said}
    made: Item = await service.post("/v1/tracks", by, draft)
    return made


async def titles(service: Service, path: str, by: User | None = None) -> list[str]:
    """Return the titles of a list, page after page."""
    found: list[str] = []
    on = ""
    while True:
        page = await service.get(path + on, by)
        found += [item["title"] for item in page["items"]]
        if page["next"] is None:
            return found
        on = f"{'&' if '?' in path else '?'}cursor={page['next']}"
