"""Sending uploads, and what is to come of them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from manifests import layout
from origin.companion.catalogue.tables import events
from packager.queue.tables import assets, jobs
from tests.functional.api.service import Service, User

SOUND = b"RIFF\x24\0\0\0WAVEfmt " + bytes(range(256)) * 4_000
"""A megabyte that begins as a sound file does."""


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def key_of(upload: dict[str, Any]) -> str:
    return layout.source_key(upload["asset_id"], upload["id"], upload["name"])


def is_stored(service: Service, upload: dict[str, Any], content: bytes) -> bool:
    """Tell whether the source is there, and nothing beside it."""
    path = service.media / key_of(upload)
    names = [each.name for each in path.parent.iterdir()] if path.parent.exists() else []
    return names == [path.name] and path.read_bytes() == content


async def queued(service: Service) -> list[dict[str, Any]]:
    """Return what is to be packaged, with the assets that are registered."""
    async with service.database.change() as connection:
        there = set(await connection.scalars(select(assets.c.asset_id)))
        rows = await connection.execute(select(jobs).order_by(jobs.c.created_s))
        found = [dict(row) for row in rows.mappings()]
    assert {job["subject"] for job in found if job["kind"] == "package"} == there
    return found


async def told(service: Service, kind: str) -> list[str]:
    async with service.database.change() as connection:
        of_kind = select(events.c.subject).where(events.c.kind == kind)
        return list(await connection.scalars(of_kind.order_by(events.c.number)))


async def put(
    service: Service,
    by: User,
    upload: dict[str, Any],
    content: Any,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Send all of a file."""
    shown = by.headers | dict(headers or {})
    response = await service.client.put(upload["send"]["put"], data=content, headers=shown)
    assert response.status == status, await response.text()
    return await response.json()
