"""Users, and what they can show to be known by. Times are seconds since the epoch.

Of every secret there is the SHA-256 alone: secrets are random, so nothing slower would add to it.
What users did, and which of their requests came twice, is beside that.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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
    Column("role_issued_s", Double),
)
"""Who an identity provider's subject is here. ``role_issued_s`` is when the token was issued that
the user's role was last taken from."""

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
    Column("digest_before", String(DIGEST_LENGTH)),
    Column("digest_before_until_s", Double),
    Index(None, "user_id", "created_s", "id"),
)
"""``used_s`` is a moment behind. ``digest_before`` is of the secret before the present one, which
is good until a time of its own."""

sign_in_links: Final = Table(
    "sign_in_links",
    metadata,
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("expires_s", Double, nullable=False, index=True),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", String(DIGEST_LENGTH), nullable=False),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("created_s", Double, nullable=False),
    Column("seen_s", Double, nullable=False),
    Column("expires_s", Double, nullable=False, index=True),
    UniqueConstraint("digest"),
)
"""``seen_s`` is a moment behind."""

audit: Final = Table(
    "audit",
    metadata,
    # SQLite numbers by itself only what is an INTEGER, and that has 64 bits there.
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", _ID, nullable=False),
    Column("means", String(16), nullable=False),
    Column("credential_id", _ID, nullable=False),
    Column("network", String(64), nullable=False),
    Column("happened_s", Double, nullable=False),
    Index(None, "user_id", "number"),
    sqlite_autoincrement=True,
)
"""What users did, added to alone. ``network`` is where from, without what tells a person apart."""

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", _ID, ForeignKey(users.c.id), primary_key=True),
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    Column("fingerprint", String(DIGEST_LENGTH), nullable=False),
    Column("attempt", _ID, nullable=False),
    Column("lease_until_s", Double, nullable=False),
    Column("expires_s", Double, nullable=False, index=True),
    Column("is_done", Boolean, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("content", Text),
)
"""Requests that say by a key of theirs which of them are one, and what was answered.

``fingerprint`` is of all that the request says. It is done when what it changes is committed; an
answer that is not here by then was too large, secret, or lost with its process.
"""
