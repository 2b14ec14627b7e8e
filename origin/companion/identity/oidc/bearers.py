"""Whose a token is: its provider's word, and the user of ours that its subject is.

A user is made when a subject is first seen. Where roles are said by tokens, the database is told of
each change, so that keys of a user who is no creator any more are no creator's, either.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from origin.companion.access import Issuers
from origin.companion.database import Database
from origin.companion.identity import audit
from origin.companion.identity.oidc.claims import name_of, role_of
from origin.companion.identity.oidc.issuer import Issuer
from origin.companion.identity.oidc.token import look_into, verified
from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.identity.tables import identities, users
from origin.companion.identity.users import add_user, change_user
from origin.delivery.errors import CredentialsInvalid


class Bearers:
    """Tells who shows a token; ``issuers`` are those of ``settings``, ``new_id`` makes ids."""

    def __init__(
        self,
        settings: Issuers,
        issuers: Sequence[Issuer],
        database: Database,
        new_id: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._issuers = {issuer.url: issuer for issuer in issuers}
        self._database = database
        self._new_id = new_id

    async def __call__(self, text: str, now_s: float) -> Principal:
        """Return whose token this is; raises CredentialsInvalid or IssuerUnavailable."""
        unverified = look_into(text)
        issuer = self._issuers.get(unverified.issuer.rstrip("/"))
        if issuer is None:
            raise CredentialsInvalid("This token is by nobody who is trusted here.")
        key = await issuer.key_for(unverified)
        if key is None:
            raise CredentialsInvalid("This token is signed with a key that is not its issuer's.")
        claims = verified(text, unverified, key, self._settings.audiences, now_s)
        return await self._user(issuer.url, claims, now_s)

    async def _user(self, issuer: str, claims: Mapping[str, Any], now_s: float) -> Principal:
        role = role_of(claims, self._settings)
        known = await self._known(issuer, claims["sub"])
        if known is None:
            try:
                known = await self._made(issuer, claims, role or Role.LISTENER, now_s)
            except IntegrityError:  # another request was first
                known = await self._known(issuer, claims["sub"])
        if known is None:
            raise CredentialsInvalid("This user is just being taken away.")
        if role is not None and role is not known.role:
            await self._change(known.user_id, role, now_s)
            return Principal(known.user_id, role, ALL_SCOPES, Means.TOKEN)
        return known

    async def _known(self, issuer: str, subject: str) -> Principal | None:
        rows = (
            select(users.c.id, users.c.role)
            .join(identities, identities.c.user_id == users.c.id)
            .where(
                identities.c.issuer == issuer,
                identities.c.subject == subject,
                users.c.erased_s.is_(None),
            )
        )
        async with self._database.look_now() as connection:
            row = (await connection.execute(rows)).one_or_none()
        return None if row is None else Principal(row.id, Role(row.role), ALL_SCOPES, Means.TOKEN)

    async def _made(
        self, issuer: str, claims: Mapping[str, Any], role: Role, now_s: float
    ) -> Principal:
        user_id = self._new_id()
        async with self._database.change() as connection:
            await add_user(connection, user_id, name=name_of(claims), role=role, now_s=now_s)
            await connection.execute(
                insert(identities).values(
                    issuer=issuer, subject=claims["sub"], user_id=user_id, created_s=now_s
                )
            )
            deed = audit.Deed(user_id, "firstSeen", user_id, Means.TOKEN, "", "")
            await audit.add(connection, deed, now_s=now_s)
        return Principal(user_id, role, ALL_SCOPES, Means.TOKEN)

    async def _change(self, user_id: str, role: Role, now_s: float) -> None:
        async with self._database.change() as connection:
            await change_user(connection, user_id, role=role)
            action = f"role:{role.name.lower()}"
            deed = audit.Deed(user_id, action, user_id, Means.TOKEN, "", "")
            await audit.add(connection, deed, now_s=now_s)
