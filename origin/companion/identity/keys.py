"""API keys: ``sb_{id}_{secret}``, of which the database has the secret's digest.

The id finds the row; the secret is random and compared by its digest in constant time. A key that
was revoked, or whose time is over, is as good as none. A key that was rotated has two secrets for
a while, so that whoever uses it can change over.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Row,
    Select,
    bindparam,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import new_id
from origin.companion.api.cursor import Key
from origin.companion.identity.principal import Means, Principal, Role, Scope
from origin.companion.identity.secret import SECRET_BYTES, digest_of
from origin.companion.identity.tables import api_keys, users

__all__ = ["ID_BYTES", "SECRET_BYTES", "NewKey"]
ID_BYTES: Final = 12
_KEY: Final = re.compile(r"sb_([a-z0-9]{1,64})_([a-z0-9]{1,64})")


def _is_good(now_s: float | BindParameter[float]) -> Any:
    return api_keys.c.revoked_s.is_(None) & or_(
        api_keys.c.expires_s.is_(None), api_keys.c.expires_s > now_s
    )


# What is asked for each request is made once: making a query takes longer than asking it.
GOOD_AMONG: Final[Select[Any]] = (
    select(api_keys, users.c.role)
    .join(users, users.c.id == api_keys.c.user_id)
    .where(
        api_keys.c.id.in_(bindparam("ids", expanding=True)),
        _is_good(bindparam("now_s")),
        users.c.erased_s.is_(None),
    )
)
"""Those of some keys that are good, with their users' roles: by ``ids``, at ``now_s``."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only time that ``text`` is known."""

    id: str
    text: str

    @classmethod
    def of(cls, random_bytes: bytes) -> "NewKey":
        """Make a key from ``ID_BYTES + SECRET_BYTES`` random bytes."""
        return cls.again(new_id(random_bytes[:ID_BYTES]), random_bytes[ID_BYTES:])

    @classmethod
    def again(cls, key_id: str, random_bytes: bytes) -> "NewKey":
        """Give a key another secret, from ``SECRET_BYTES`` random bytes."""
        return cls(key_id, f"sb_{key_id}_{new_id(random_bytes)}")

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return digest_of(self.text)


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
    asked = {"ids": [match[1]], "now_s": now_s}
    row = (await connection.execute(GOOD_AMONG, asked)).one_or_none()
    digest = digest_of(text)
    if row is None or not opens(row, digest, now_s):
        return None
    role, scopes = Role(row.role), scopes_of(row)
    return Principal(row.user_id, role, scopes, Means.KEY, row.id, row.expires_s, digest)


def scopes_of(row: Row[Any]) -> frozenset[Scope]:
    """Return what a key is good for."""
    return frozenset(Scope(scope) for scope in row.scopes.split())


async def find_key(
    connection: AsyncConnection, key_id: str, *, now_s: float, to_change: bool = False
) -> Row[Any] | None:
    """Return a key that is good, None where there is none; see ``artists.rows.find``."""
    row = select(api_keys).where(api_keys.c.id == key_id, _is_good(now_s))
    found = await connection.execute(row.with_for_update() if to_change else row)
    return found.one_or_none()


async def newest_keys(
    connection: AsyncConnection, user_id: str, behind: Key | None, limit: int, *, now_s: float
) -> list[Row[Any]]:
    """Return a user's good keys, the newest first, behind ``(created_s, id)``."""
    return list(await connection.execute(newest_keys_query(user_id, behind, limit, now_s=now_s)))


def newest_keys_query(
    user_id: str, behind: Key | None, limit: int, *, now_s: float
) -> Select[tuple[Any, ...]]:
    """Return the query of ``newest_keys``."""
    rows = select(api_keys).where(api_keys.c.user_id == user_id, _is_good(now_s))
    if behind is not None:
        rows = rows.where(tuple_(api_keys.c.created_s, api_keys.c.id) < behind)
    return rows.order_by(api_keys.c.created_s.desc(), api_keys.c.id.desc()).limit(limit)


async def count_keys(connection: AsyncConnection, user_id: str, *, now_s: float) -> int:
    """Return how many good keys a user has."""
    rows = select(func.count()).where(api_keys.c.user_id == user_id, _is_good(now_s))
    return await connection.scalar(rows) or 0


async def rotate_key(
    connection: AsyncConnection, before: Row[Any], key: NewKey, *, until_s: float
) -> None:
    """Give a key another secret; the one before it is good until ``until_s``."""
    await connection.execute(
        update(api_keys)
        .where(api_keys.c.id == key.id)
        .values(digest=key.digest, digest_before=before.digest, digest_before_until_s=until_s)
    )


async def revoke_key(connection: AsyncConnection, key_id: str, *, now_s: float) -> bool:
    """Let a key be good no more; tell whether it was."""
    revoked = await connection.execute(
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_s.is_(None))
        .values(revoked_s=now_s)
    )
    return revoked.rowcount > 0


def opens(row: Row[Any], digest: str, now_s: float) -> bool:
    """Tell whether a secret of this digest is a key's, or was until a while ago."""
    if hmac.compare_digest(row.digest, digest):
        return True
    if row.digest_before is None or row.digest_before_until_s <= now_s:
        return False
    return hmac.compare_digest(row.digest_before, digest)
