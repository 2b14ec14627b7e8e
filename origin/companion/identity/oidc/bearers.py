"""Whose a token is: its provider's word, and the user of ours that its subject is.

A user is made when a subject is first seen. Where roles are said by tokens, the database is told of
each change, so that keys of a user who is no creator any more are no creator's, either. Who shows
an older token than one that was shown before has the role that the newer one said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from origin.companion.access import Issuers
from origin.companion.database import Database
from origin.companion.identity.oidc import subjects
from origin.companion.identity.oidc.claims import role_of
from origin.companion.identity.oidc.issuer import Issuer
from origin.companion.identity.oidc.subjects import Known, Subject, Word
from origin.companion.identity.oidc.token import LEEWAY_S, look_into, verified
from origin.companion.identity.principal import Principal, Role
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
        subject, role = Subject(issuer, claims["sub"]), role_of(claims, self._settings)
        word = None if role is None else Word(role, claims.get("iat"))
        known = await self._known(subject)
        if known is None:
            try:
                known = await self._made(subject, claims, word, now_s)
            except IntegrityError:  # another request was first
                known = await self._known(subject)
        if known is not None and word is not None and not known.stands(word):
            async with self._database.change() as connection:
                await subjects.take(connection, subject, known.user_id, word, now_s=now_s)
                known = await subjects.find(connection, subject)
        if known is None:
            raise CredentialsInvalid("This user is just being taken away.")
        return replace(known.principal, expires_s=claims["exp"] + LEEWAY_S)

    async def _known(self, subject: Subject) -> Known | None:
        async with self._database.look_now() as connection:
            return await subjects.find(connection, subject)

    async def _made(
        self, subject: Subject, claims: Mapping[str, Any], word: Word | None, now_s: float
    ) -> Known:
        role, issued_s = (Role.LISTENER, None) if word is None else (word.role, word.issued_s)
        known = Known(self._new_id(), role, issued_s)
        async with self._database.change() as connection:
            await subjects.add(connection, subject, known, claims, now_s=now_s)
        return known
