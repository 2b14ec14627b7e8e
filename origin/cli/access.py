"""The settings for who gets in to the API, and how much they may ask."""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import click

from origin.companion.access import Access, Budgets, Issuers, RoleClaim
from origin.settings import setting

_BUDGETS: Final = Budgets()
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_USERS: Final = "user_metadata"
_T = TypeVar("_T", bound=Callable[..., Any])


def _issuers(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> Any:
    for url in said:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
        if parts.scheme not in {"https", "http"} or not parts.hostname or not is_safe:
            raise click.BadParameter(f"{url} is no https:// URL; whoever is in between could sign.")
        if parts.query or parts.fragment or parts.username:
            raise click.BadParameter(f"{parts.hostname}: an issuer is a URL without ?, # and @.")
    return said


def origins(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> Any:
    """Return sites as they were said; raises BadParameter where one is none."""
    for origin in said:
        parts = urlsplit(origin)
        if parts.scheme not in {"https", "http"} or origin != f"{parts.scheme}://{parts.netloc}":
            raise click.BadParameter(f"{origin} is no origin such as https://app.example.")
    return said


def _claims(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> Any:
    return tuple(map(_claim, said))


def _claim(text: str) -> RoleClaim:
    path, _, value = text.rpartition("=")
    if not path or not value:
        raise click.BadParameter(f"{text} is not like realm_access.roles=creator.")
    if path.partition(".")[0] == _OF_USERS:
        raise click.BadParameter(f"{_OF_USERS} is what users say of themselves, whoever they are.")
    return RoleClaim(path, value)


api_origins_setting = setting(
    "--api-origins",
    "origins",
    multiple=True,
    callback=origins,
    metavar="ORIGIN",
    help="Sites beside this one whose pages may use the API as who is signed in here:"
    " https://app.example. Every site may use it with a key.",
)

_SETTINGS: Final = (
    setting(
        "--oidc-issuer",
        "issuers",
        multiple=True,
        callback=_issuers,
        metavar="URL",
        help="OpenID Connect issuer (Auth0, Keycloak, Supabase, ...) whose tokens let users in.",
    ),
    setting(
        "--oidc-audience",
        "audiences",
        multiple=True,
        metavar="NAME",
        help="For whom those tokens have to be.",
    ),
    setting(
        "--oidc-creator",
        "creators",
        multiple=True,
        callback=_claims,
        metavar="CLAIM=VALUE",
        help="Who is a creator by a token: app_metadata.role=creator, realm_access.roles=creator,"
        " https://example.com/roles=creator. With it, or --oidc-admin, tokens say all roles;"
        " without, `soundbridge admin user role` does.",
    ),
    setting(
        "--oidc-admin",
        "admins",
        multiple=True,
        callback=_claims,
        metavar="CLAIM=VALUE",
        help="Who is an admin by a token.",
    ),
    api_origins_setting,
    setting(
        "--api-requests-per-user",
        "per_user",
        default=_BUDGETS.user_per_min,
        type=click.IntRange(0),
        help="Requests a minute that one user may send to the API; 0: any.",
    ),
    setting(
        "--api-requests-per-address",
        "per_address",
        default=_BUDGETS.address_per_min,
        type=click.IntRange(0),
        help="Requests a minute that one address may send to the API of each worker, by nobody who"
        " is known; 0: any.",
    ),
)


def access_settings(command: _T) -> _T:
    """Give a command all of them; it hands what it is given for them to ``access_of``."""
    return reduce(lambda decorated, each: each(decorated), reversed(_SETTINGS), command)


def access_of(said: Mapping[str, Any], **more: Any) -> Access:
    """Return what the settings say; raises click.UsageError."""
    issuers = None
    if said["issuers"]:
        if not said["audiences"]:
            raise click.UsageError("--oidc-issuer needs --oidc-audience: for whom are its tokens?")
        issuers = Issuers(said["issuers"], said["audiences"], said["creators"], said["admins"])
    elif said["audiences"] or said["creators"] or said["admins"]:
        raise click.UsageError("--oidc-audience, -creator and -admin need an --oidc-issuer.")
    budgets = Budgets(said["per_user"], said["per_address"])
    return Access(issuers, said["origins"], budgets, **more)
