"""What is kept of how assets were served. Days are counted from the epoch in UTC.

A row is one number: a sum, a bucket of a histogram, a rung's seconds (``cdn.cmcd.figures``). So
whatever is measured tomorrow needs no other table, and processes add to rows without reading them.
"""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table

from origin.companion.assets.tables import owned_assets
from origin.quality.sums import BUCKET_LENGTH_MAX, MEASURE_LENGTH_MAX
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

quality_days: Final = Table(
    "quality_days",
    metadata,
    Column(
        "asset_id",
        String(NAME_LENGTH_MAX),
        ForeignKey(owned_assets.c.asset_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("measure", String(MEASURE_LENGTH_MAX), primary_key=True),
    Column("bucket", String(BUCKET_LENGTH_MAX), primary_key=True),
    Column("number", Double, nullable=False),
    Index(None, "day"),
)
"""``bucket`` is empty where a measure is one number."""
