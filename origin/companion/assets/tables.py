"""Whose an asset is, and what was seen of it. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text, text

from origin.companion.identity.tables import users
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import assets, metadata

_ID: Final = String(NAME_LENGTH_MAX)
_IS_THERE: Final = text("deleted_s IS NULL")
_IS_OPEN: Final = text("settled_s IS NULL AND deleted_s IS NULL")
_IS_DEGRADED: Final = text("missing > 0 AND deleted_s IS NULL")


def _index(name: str, *columns: str, only: object) -> Index:
    return Index(name, *columns, sqlite_where=only, postgresql_where=only)


owned_assets: Final = Table(
    "owned_assets",
    metadata,
    Column("asset_id", _ID, ForeignKey(assets.c.asset_id), primary_key=True),
    Column("owner_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("deleted_s", Double),
    Column("settled_s", Double),
    Column("told", String(160), nullable=False),
    Column("revision", _ID),
    Column("looked_s", Double),
    Column("missing", Integer, nullable=False),
    Column("facts", Text),
    _index("ix_owned_assets_owner_id_created_s", "owner_id", "created_s", only=_IS_THERE),
    _index("ix_owned_assets_open_created_s", "created_s", only=_IS_OPEN),
    _index("ix_owned_assets_looked_s", "looked_s", only=_IS_THERE),
    _index("ix_owned_assets_degraded", "asset_id", only=_IS_DEGRADED),
)
"""``settled_s`` is when all was told that is to be told of it for now, and ``told`` what was last.
``revision`` is the one whose objects were looked for, of which ``missing`` did not answer, and
``facts`` is what its index says, as ``facts`` keeps it."""
