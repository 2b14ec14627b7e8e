"""Letting a request to the API in: who asks, and whether something is left of their budget."""

from typing import Final, Protocol

from aiohttp import web

from origin.companion.access import Budgets
from origin.companion.api.budgets import (
    ADDRESS,
    USER,
    Budget,
    BudgetSpent,
    Counter,
    MemoryCounter,
    Use,
)
from origin.companion.api.guesses import Guesses
from origin.companion.identity.client import Clients
from origin.companion.identity.forgery import CrossSiteRequest
from origin.companion.identity.principal import Principal
from origin.delivery.errors import Forbidden, Unauthenticated


class Authenticate(Protocol):
    """Tells who asks."""

    def shown(self, request: web.Request) -> str | None:
        """Return by what somebody says who they are, None where they say nothing."""

    async def __call__(self, request: web.Request) -> Principal | None:
        """Return who asks, None for nobody known.

        Raises CredentialsInvalid where what is shown is bad, and CrossSiteRequest.
        """


USE: Final = web.RequestKey("budget_use", Use)


class Admission:
    """Knows who asks, and counts them: users by themselves, all others by their address."""

    def __init__(
        self,
        authenticate: Authenticate,
        clients: Clients,
        budgets: Budgets,
        shared: Counter | None = None,
    ) -> None:
        self._authenticate = authenticate
        self._clients = clients
        self._users = Budget(USER, budgets.user_per_min)
        self._addresses = Budget(ADDRESS, budgets.address_per_min)
        self._guesses = Guesses(self._addresses)
        self._memory = MemoryCounter()
        self._shared = shared or self._memory

    async def admit(
        self, request: web.Request, now_s: float, *, is_for_anyone: bool = False
    ) -> Principal | None:
        """Return who asks; raises what stands against it, BudgetSpent among it.

        To what ``is_for_anyone``, a page of another site may send what it likes: the cookie that
        its browser adds counts for nothing there, instead of standing against it.
        """
        try:
            return await self._admitted(request, now_s, is_for_anyone=is_for_anyone)
        except BudgetSpent as spent:
            request[USE] = spent.use
            raise

    def admit_nobody(self, peer: str, forwarded_for: str | None, now_s: float) -> Use | None:
        """Count a request of somebody who shows nothing, at once; as ``admit``.

        One too many is not counted: who is to refuse it counts it.
        """
        key = self._clients.key_at(peer, forwarded_for)
        if key is None:
            return None
        try:
            return self._addresses.take_here(self._memory, key, now_s)
        except BudgetSpent:
            self._addresses.give_back(self._memory, key, now_s)
            raise

    async def _admitted(
        self, request: web.Request, now_s: float, *, is_for_anyone: bool
    ) -> Principal | None:
        try:
            principal = await self._known(request, now_s, is_for_anyone=is_for_anyone)
        except (Unauthenticated, Forbidden):
            await self._count(self._addresses, self._clients.key_of(request), request, now_s)
            raise
        if principal is None:
            await self._count(self._addresses, self._clients.key_of(request), request, now_s)
        else:
            await self._count(self._users, principal.user_id, request, now_s, self._shared)
        return principal

    async def _known(
        self, request: web.Request, now_s: float, *, is_for_anyone: bool
    ) -> Principal | None:
        """Return who asks, unless too much was guessed from where they are."""
        shown = self._authenticate.shown(request)
        if shown is None:
            return None
        address = self._clients.key_of(request)
        async with self._guesses.counted(shown, address, now_s) as guess:
            try:
                principal = await self._authenticate(request)
            except CrossSiteRequest:
                if not is_for_anyone:
                    raise
                guess.is_good = True  # the cookie was, for its own pages
                return None
            guess.is_good = principal is not None
            return principal

    async def _count(
        self,
        budget: Budget,
        key: str | None,
        request: web.Request,
        now_s: float,
        counter: Counter | None = None,
    ) -> None:
        if key is None:  # a trusted proxy that names nobody
            return
        use = await budget.take(counter or self._memory, key, now_s)
        if use is not None:
            request[USE] = use


async def put_use(request: web.Request, response: web.StreamResponse) -> None:
    """Say on an answer what is left; a signal of ``on_response_prepare``."""
    use = request.get(USE)
    if use is not None:
        response.headers.update(use.headers)
