"""Who shows a token of an identity provider, and what the API says to them."""

from typing import Any

from tests.functional.api.service import Service, User


async def me(service: Service, token: str, status: int = 200) -> Any:
    """Return what the API says to who asks who they are with a token."""
    return await service.get("/v1/me", User("", token), status)
