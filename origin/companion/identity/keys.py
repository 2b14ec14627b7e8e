"""API keys: ``sb_{id}_{secret}``, of which the database has the secret's digest.

The id finds the row; the secret is random and compared by its digest in constant time. A key that
was revoked, or whose time is over, is as good as none.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import new_id
from origin.companion.identity.principal import Means, Principal, Role, Scope
from origin.companion.identity.tables import api_keys, users

ID_BYTES: Final = 12
SECRET_BYTES: Final = 24
_KEY: Final = re.compile(r"sb_([a-z0-9]{1,64})_([a-z0-9]{1,64})")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only time that ``text`` is known."""

    id: str
    text: str

    @classmethod
    def of(cls, random_bytes: bytes) -> "NewKey":
        """Make a key from ``ID_BYTES + SECRET_BYTES`` random bytes."""
        key_id, secret = new_id(random_bytes[:ID_BYTES]), new_id(random_bytes[ID_BYTES:])
        return cls(key_id, f"sb_{key_id}_{secret}")

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return _digest(self.text)


async def add_key(
    connection: AsyncConnection,
    key: NewKey,
    user_id: str,
    *,
    name: str,
    scopes: Iterable[Scope],
    now_s: float,
    expires_s: float | None = None,
) -> None:
    """Let a user be known by a new key."""
    await connection.execute(
        insert(api_keys).values(
            id=key.id,
            user_id=user_id,
            name=name,
            digest=key.digest,
            scopes=" ".join(sorted(scopes)),
            created_s=now_s,
            expires_s=expires_s,
        )
    )


async def holder_of(connection: AsyncConnection, text: str, *, now_s: float) -> Principal | None:
    """Return whose key this is, None where it is nobody's, or not any more."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    rows = (
        select(api_keys.c.digest, api_keys.c.scopes, users.c.id, users.c.role)
        .join(users, users.c.id == api_keys.c.user_id)
        .where(
            api_keys.c.id == match[1],
            api_keys.c.revoked_s.is_(None),
            or_(api_keys.c.expires_s.is_(None), api_keys.c.expires_s > now_s),
            users.c.erased_s.is_(None),
        )
    )
    row = (await connection.execute(rows)).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, _digest(text)):
        return None
    scopes = frozenset(Scope(scope) for scope in row.scopes.split())
    return Principal(row.id, Role(row.role), scopes, Means.KEY)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
