"""Users, and what they can show to be known by. Times are seconds since the epoch.

Of every secret there is the SHA-256 alone: secrets are random, so nothing slower would add to it.
"""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

DIGEST_LENGTH: Final = 64
_ID: Final = String(NAME_LENGTH_MAX)

users: Final = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", Integer, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("erased_s", Double),
)
"""``erased_s`` is when all that was theirs was taken away: the row stays so that the id does not
come again."""

identities: Final = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("created_s", Double, nullable=False),
)
"""Who an identity provider's subject is here."""

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", String(DIGEST_LENGTH), nullable=False),
    Column("scopes", String(255), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("expires_s", Double),
    Column("revoked_s", Double),
    Column("used_s", Double),
    Index(None, "user_id", "created_s"),
)

sign_in_links: Final = Table(
    "sign_in_links",
    metadata,
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("expires_s", Double, nullable=False),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", String(DIGEST_LENGTH), nullable=False),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("created_s", Double, nullable=False),
    Column("seen_s", Double, nullable=False),
    Column("expires_s", Double, nullable=False),
    UniqueConstraint("digest"),
)
