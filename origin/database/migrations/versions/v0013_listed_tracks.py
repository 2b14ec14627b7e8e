"""Tracks whose sound does not play are in no list: they took places from what can be heard."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take them out; what never played is there for all from when it does."""
    op.execute(
        "UPDATE tracks SET published_s = NULL WHERE listed_s IS NOT NULL AND NOT EXISTS (SELECT 1"
        " FROM assets WHERE assets.asset_id = tracks.asset_id AND assets.revision IS NOT NULL)"
    )
    op.execute(
        "UPDATE tracks SET listed_s = NULL, listed_day = NULL, listed_stretch = NULL"
        " WHERE listed_s IS NOT NULL AND NOT EXISTS (SELECT 1"
        " FROM assets WHERE assets.asset_id = tracks.asset_id AND assets.entry IS NOT NULL)"
    )
    op.execute(
        "UPDATE track_tags SET listed_s = NULL WHERE listed_s IS NOT NULL"
        " AND track_id IN (SELECT id FROM tracks WHERE listed_s IS NULL)"
    )


def downgrade() -> None:
    """Leave them out: nobody hears them."""
