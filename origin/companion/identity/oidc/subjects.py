"""Subjects of identity providers in the database, and the roles that were taken from their tokens.

A token is good for a while after the provider has said something else of its subject. So it is kept
when the token was issued that the role is by: an older one changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity import audit
from origin.companion.identity.oidc.claims import name_of
from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.identity.tables import identities, users
from origin.companion.identity.users import add_user, change_user, find_user


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a provider calls ``name``."""

    issuer: str
    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """What a token says of a role; ``issued_s`` is None where it does not say when."""

    role: Role
    issued_s: float | None


@dataclass(frozen=True, slots=True)
class Known:
    """A user, and when the token was issued that their role is by, None where that is unknown."""

    user_id: str
    role: Role
    issued_s: float | None

    def stands(self, word: Word) -> bool:
        """Tell whether a word changes nothing: it is older, or what is known already."""
        if self.issued_s is None:
            return word.issued_s is None and word.role is self.role
        if word.issued_s is None or word.issued_s < self.issued_s:
            return True
        return word.issued_s == self.issued_s and word.role is self.role

    @property
    def principal(self) -> Principal:
        """Who shows a token of theirs."""
        return Principal(self.user_id, self.role, ALL_SCOPES, Means.TOKEN)


async def find(connection: AsyncConnection, subject: Subject) -> Known | None:
    """Return the user that a subject is, None where there is none, or not any more."""
    rows = (
        select(users.c.id, users.c.role, identities.c.role_issued_s)
        .join(identities, identities.c.user_id == users.c.id)
        .where(*_is(subject), users.c.erased_s.is_(None))
    )
    row = (await connection.execute(rows)).one_or_none()
    return None if row is None else Known(row.id, Role(row.role), row.role_issued_s)


async def add(
    connection: AsyncConnection,
    subject: Subject,
    known: Known,
    claims: Mapping[str, Any],
    *,
    now_s: float,
) -> None:
    """Make a subject a user; raises IntegrityError where it is one."""
    user_id = known.user_id
    await add_user(connection, user_id, name=name_of(claims), role=known.role, now_s=now_s)
    await connection.execute(
        insert(identities).values(
            issuer=subject.issuer,
            subject=subject.name,
            user_id=user_id,
            created_s=now_s,
            role_issued_s=known.issued_s,
        )
    )
    await _note(connection, user_id, "firstSeen", now_s)


async def take(
    connection: AsyncConnection, subject: Subject, user_id: str, word: Word, *, now_s: float
) -> None:
    """Give a user the role that a token says, unless it was taken from a newer one meanwhile."""
    kept_s = identities.c.role_issued_s
    is_newest: ColumnElement[bool] = kept_s.is_(None)
    if word.issued_s is not None:
        is_newest = or_(is_newest, kept_s <= word.issued_s)
    taken = update(identities).where(*_is(subject), is_newest)
    if not (await connection.execute(taken.values(role_issued_s=word.issued_s))).rowcount:
        return
    before = await find_user(connection, user_id)
    if before is not None and Role(before.role) is not word.role:
        await change_user(connection, user_id, role=word.role)
        await _note(connection, user_id, f"role:{word.role.name.lower()}", now_s)


async def _note(connection: AsyncConnection, user_id: str, action: str, now_s: float) -> None:
    deed = audit.Deed(user_id, action, user_id, Means.TOKEN, "", "")
    await audit.add(connection, deed, now_s=now_s)


def _is(subject: Subject) -> tuple[Any, ...]:
    return identities.c.issuer == subject.issuer, identities.c.subject == subject.name
