"""What ends the key that somebody shows."""

from collections.abc import Awaitable, Callable

from sqlalchemy import update

from origin.companion.identity.administration import give_role, remove_user
from origin.companion.identity.principal import Role
from origin.companion.identity.tables import api_keys
from tests.functional.api.service import NOW_S, Service, User

Ending = Callable[[Service, User], Awaitable[None]]


def own_key(user: User) -> str:
    return f"/v1/me/keys/{user.key.split('_')[1]}"


async def revoked(service: Service, ann: User) -> None:
    assert (await service.ask("DELETE", own_key(ann), ann)).status == 204


async def rotated(service: Service, ann: User) -> None:
    await service.post(f"{own_key(ann)}/rotate", ann, {"overlap_s": 0}, 200)


async def erased(service: Service, ann: User) -> None:
    assert (await service.ask("DELETE", "/v1/me", ann)).status == 202


async def removed(service: Service, ann: User) -> None:
    async with service.database.change() as connection:
        await remove_user(connection, ann.id, now_s=NOW_S)


async def over(service: Service, ann: User) -> None:
    ended = update(api_keys).where(api_keys.c.user_id == ann.id).values(expires_s=1.0)
    async with service.database.change() as connection:
        await connection.execute(ended)


async def demoted(service: Service, ann: User) -> None:
    async with service.database.change() as connection:
        await give_role(connection, ann.id, Role.LISTENER, now_s=NOW_S)


ENDINGS = (revoked, rotated, erased, removed, over, demoted)
