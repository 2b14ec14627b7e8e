"""Signing in and out over HTTP."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from aiohttp import hdrs
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.database import Database
from origin.companion.identity import audit
from origin.companion.identity.authenticate import Authenticator
from origin.companion.identity.forgery import CrossSiteRequest
from origin.companion.identity.principal import Means, Role
from origin.companion.identity.secret import SECRET_BYTES, secret_of
from origin.companion.identity.session import rows
from origin.companion.identity.session.models import Session, SignIn, SignOut
from origin.companion.identity.users import find_user
from origin.delivery.errors import Conflict, CredentialsInvalid, Forbidden


class LinkInvalid(CredentialsInvalid):
    """A one-time link was used, is too old, or was never made."""

    code = "sign_in_link_invalid"

    def __init__(self) -> None:
        super().__init__("This link was used already, or is too old. Ask for a new one.")


class SignInUnproven(CredentialsInvalid):
    """Neither a link nor a token of the identity provider says who signs in."""

    code = "sign_in_unproven"

    def __init__(self) -> None:
        super().__init__(
            "Send the `token` of a one-time link, or show one of your identity provider's:"
            " `Authorization: Bearer ...`."
        )


class KeySignsNobodyIn(Forbidden):
    """An API key is to begin a session."""

    code = "key_signs_nobody_in"

    def __init__(self) -> None:
        super().__init__(
            "A session may do all that you may, and would go on after the key has ended or was"
            " taken away. Send the `token` of a one-time link, or show your identity provider's."
        )


class NotSignedIn(Conflict):
    """Who asks is known by something else than a session."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("There is no session here. Take away keys at /v1/me/keys.")


class Sessions:
    """The endpoints; ``random_bytes`` makes secrets, ``new_id`` ids."""

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        new_id: Callable[[], str],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._new_id = new_id
        self._random_bytes = random_bytes

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        path = "/v1/me/session"
        return [
            Endpoint(
                method="POST", path=path, name="signIn", tag="me",
                summary="Sign in with a one-time link or a token", handle=self.sign_in,
                body=SignIn, gives=Session, status=HTTPStatus.CREATED,
                raises=(LinkInvalid, SignInUnproven, KeySignsNobodyIn, CrossSiteRequest),
                gives_secret=True,
            ),
            Endpoint(
                method="DELETE", path=path, name="signOut", tag="me",
                summary="Sign out", handle=self.sign_out, who=Who(Role.LISTENER),
                query=SignOut, status=HTTPStatus.NO_CONTENT, raises=(NotSignedIn,),
            ),
        ]  # fmt: skip

    async def sign_in(self, call: Call[NoQuery, SignIn]) -> Answer:
        """From then on, a cookie says who you are. Whoever was signed in before is signed out.

        Without the `token` of a link, it is who the identity provider's token in `Authorization`
        says, which may end before the session does. An API key signs nobody in.

        Requests with the cookie that change something have to come from this server's pages
        (`Sec-Fetch-Site`, `Origin`), or say `Soundbridge-Request: 1`.
        """
        request = call.request
        self._authenticator.require_own_page(request)
        secret = secret_of(self._random_bytes(SECRET_BYTES))
        session_id = self._new_id()
        async with self._database.change() as connection:
            user_id, means = await _who_signs_in(connection, call)
            before = self._authenticator.session_secret(request)
            if before is not None:
                await rows.end_by_secret(connection, before)
            await rows.begin(connection, session_id, secret, user_id, now_s=call.now_s)
            await audit.add(
                connection,
                audit.Deed(user_id, "signIn", session_id, means, "", call.network),
                now_s=call.now_s,
            )
        said = self._authenticator.cookie(request, secret, life_s=rows.LIFE_S)
        session = Session(user_id=user_id, expires_at=call.now_s + rows.LIFE_S)
        return Answer(session, HTTPStatus.CREATED, {hdrs.SET_COOKIE: said})

    async def sign_out(self, call: Call[SignOut, NoBody]) -> Answer:
        """At once, in this browser or in all of them."""
        user = call.user
        if user.means is not Means.SESSION:
            raise NotSignedIn
        async with self._database.change() as connection:
            if call.query.everywhere:
                await rows.end_all(connection, user.user_id)
            else:
                await rows.end(connection, user.credential_id)
        said = self._authenticator.cookie(call.request, "", life_s=0)
        return Answer(status=HTTPStatus.NO_CONTENT, headers={hdrs.SET_COOKIE: said})


async def _who_signs_in(
    connection: AsyncConnection, call: Call[NoQuery, SignIn]
) -> tuple[str, str]:
    """Return a user's id, and by which means they show who they are."""
    if call.body.token is not None:
        user_id = await rows.use_link(connection, call.body.token, now_s=call.now_s)
        if user_id is None or await find_user(connection, user_id) is None:
            raise LinkInvalid
        return user_id, "link"
    principal = call.principal
    if principal is not None and principal.means is Means.KEY:
        raise KeySignsNobodyIn
    if principal is None or principal.means is not Means.TOKEN:
        raise SignInUnproven
    if await find_user(connection, principal.user_id) is None:
        raise CredentialsInvalid("This user is just being taken away.")
    return principal.user_id, Means.TOKEN
