"""One process that serves, from its start until it has drained."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import uvloop
from aiohttp import web

from cdn.errors import UnusableKey
from origin.app import create_app
from origin.companion.rooms import Room
from origin.counting import count_companion, count_connections
from origin.cycles import look_rarely
from origin.defence.forwarding import TrustedProxies
from origin.defence.guard import Guard, sweeping
from origin.defence.parser import ParserMissing, require_c_parser
from origin.delivery.circumstances import CircumstanceFields
from origin.delivery.draining import Draining
from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.library_logs import connection_logger
from origin.delivery.reuse import HotAnswers
from origin.delivery.tokens import TokenRules
from origin.delivery.verified import VerifiedTokens
from origin.draining import Accepting, drain
from origin.playback_keys import key_ring_of
from origin.quality.forwarding import forwarding
from origin.quality.gathering import Gathering
from origin.quality.links import Inbox
from origin.quality.opening import gathering_of, intake_of
from origin.quality.sums import DaySums
from origin.service import ServerFailed, Service
from origin.steering.country import country_by
from origin.stores.opening import StoreUnusable, open_stores
from origin.supervision.orders import Ending, Orders, from_signals, from_supervisor
from origin.telemetry.process import Telemetry
from origin.telemetry.reporting import reporting
from origin.web.page import PageMissing

if TYPE_CHECKING:
    from origin.companion.composition import Companion

_LEFTOVERS_S: Final = 0.1
"""What handlers are given that have not finished while the process drained."""


@dataclass(frozen=True, slots=True)
class Process:
    """What it has: sockets by slot, an inbox for each of several, and which slot is its own."""

    service: Service
    listeners: Sequence[socket.socket]
    slot: int
    telemetry: Telemetry
    inboxes: Sequence[Inbox] = ()


def run_alone(process: Process, on_ready: Callable[[], None]) -> None:
    """Serve until a signal comes; call this in the main thread."""
    _run(_alone(process, on_ready))


def run_supervised(process: Process, end: socket.socket) -> None:
    """Serve until the supervisor says so, at the other end of a channel."""
    _run(_supervised(process, end))


def _run(serving: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def _alone(process: Process, on_ready: Callable[[], None]) -> None:
    with from_signals(on_ready) as orders:
        await _serve(process, orders)


async def _supervised(process: Process, end: socket.socket) -> None:
    async with from_supervisor(end) as orders, reporting(orders, process.telemetry.metrics):
        try:
            await _serve(process, orders)
        except (ServerFailed, StoreUnusable, UnusableKey) as error:
            orders.say_failed(str(error))


async def _serve(process: Process, orders: Orders) -> None:
    """Serve until told to end, and drain."""
    try:
        require_c_parser()
    except ParserMissing as error:
        raise ServerFailed(str(error)) from error
    draining = Draining()
    await _bring_up_to_date(process.service, orders)
    async with _companion(process.service, draining) as companion:
        await _serve_beside(process, orders, draining, companion)


async def _bring_up_to_date(service: Service, orders: Orders) -> None:
    """Migrate the database where there is one, before there is haste; raises ServerFailed."""
    if service.rows is None:
        return
    from origin.database.engine import DatabaseUnusable, bring_up_to_date  # noqa: PLC0415 as below

    try:
        await bring_up_to_date(service.rows.state, service.rows.url, busy=orders.preparing)
    except DatabaseUnusable as error:
        raise ServerFailed(str(error)) from error


@asynccontextmanager
async def _companion(service: Service, draining: Draining) -> "AsyncIterator[Companion | None]":
    """Give the caller's block the companion, None where there is none; raises ServerFailed."""
    if service.rows is None:
        yield None
        return
    from origin.companion.opening import open_companion  # noqa: PLC0415 who has no API loads none
    from origin.database.engine import DatabaseUnusable  # noqa: PLC0415

    try:
        async with open_companion(
            service.rows,
            service.stores[0],
            service.access,
            service.uploads,
            cache=service.cache,
            is_draining=lambda: draining.has_begun,
            outward=service.outward,
            rooms=service.rooms,
            purge=service.purge,
            signing_key=None if service.tokens is None else service.tokens.signing_key,
        ) as companion:
            yield companion
    except DatabaseUnusable as error:
        raise ServerFailed(str(error)) from error


async def _serve_beside(
    process: Process, orders: Orders, draining: Draining, companion: "Companion | None"
) -> None:
    service = process.service
    rules = _token_rules(service)
    answers = HotAnswers(service.shares.answers)
    verified = None if rules is None else rules.verified
    gathering = _gathering(process, companion)
    intake = None if gathering is None else gathering.intake
    field = service.defence.address_field
    hot = HotPath(answers, verified, process.telemetry.notes, field, intake)
    application = _application(process, draining, rules, answers, companion)
    if intake is not None:
        application.on_response_prepare.append(intake.note_answer)
    if companion is not None:
        count_companion(companion, process.telemetry.metrics)
    runner = web.AppRunner(application, shutdown_timeout=_LEFTOVERS_S)
    try:
        await runner.setup()
        server = cast("web.Server", runner.server)  # there, once it is set up
        guard = Guard.of(service.defence)
        process.telemetry.notes.client_of = guard.client_of
        count_connections(guard, process.telemetry.metrics)
        connect = partial(HotConnection, server, guard=guard, hot=hot, **_options(process))
        accepting = Accepting(connect, process.listeners)
        await accepting.accept({process.slot})
        orders.accept = accepting.accept
        look_rarely()
        async with sweeping(server), _gathered(process, gathering, companion):
            orders.say_ready()
            ending = await orders.ending()
            if gathering is not None and ending is Ending.RETIRE:
                gathering.leave()
            hot.close()
            await drain(server, accepting, draining, orders, service.drain)
    finally:
        await runner.cleanup()


def _gathering(process: Process, companion: "Companion | None") -> Gathering | None:
    """Return what takes what players tell; None where nothing is served, or nobody asks for it."""
    service = process.service
    hears = service.delivers or Room.ASSETS in service.rooms
    intake = intake_of(service.cmcd_one_in) if hears else None
    if intake is None:
        return None
    sums = DaySums() if service.cache is not None else None
    if companion is not None:
        sums, companion.edge_log.intake = companion.quality, intake
    return gathering_of(intake, process.inboxes, process.slot, process.telemetry.metrics, sums)


@asynccontextmanager
async def _gathered(
    process: Process, gathering: Gathering | None, companion: "Companion | None"
) -> AsyncIterator[None]:
    """Add up what players tell while the caller's block runs, and see to it that it is written."""
    cache = process.service.cache
    async with AsyncExitStack() as opened:
        if gathering is not None:
            if companion is None and cache is not None and gathering.sums is not None:
                await opened.enter_async_context(forwarding(cache, gathering.sums))
            await opened.enter_async_context(gathering.running())
        yield


def _token_rules(service: Service) -> TokenRules | None:
    """Read the keys; raises UnusableKey."""
    tokens = service.tokens
    if tokens is None:
        return None
    verified = VerifiedTokens(service.shares.tokens)
    ring = key_ring_of(tokens.keys, tokens.signing_key)
    fields = _circumstances(service)
    return TokenRules(ring, tokens.required, tokens.checked_by_cdn, verified, fields)


def _circumstances(service: Service) -> CircumstanceFields:
    defence = service.defence
    proxies = TrustedProxies(defence.trusted_proxies, defence.address_field)
    return CircumstanceFields(defence.country_field, proxies)


def _options(process: Process) -> dict[str, Any]:
    """Return what aiohttp is told of every connection."""
    return {
        "loop": asyncio.get_running_loop(),
        "access_log_class": lambda *_: process.telemetry.notes,  # one for all connections
        "logger": connection_logger(),
        "keepalive_timeout": process.service.defence.deadlines.idle_s,
    }


def _application(
    process: Process,
    draining: Draining,
    rules: TokenRules | None,
    answers: HotAnswers,
    companion: "Companion | None",
) -> web.Application:
    try:
        return create_app(
            *open_stores(process.service.stores),
            purged=process.service.keeps_entries_long,
            tokens=rules,
            cache=process.service.cache,
            shares=process.service.shares,
            answers=answers,
            draining=draining,
            telemetry=process.telemetry,
            companion=companion,
            delivers=process.service.delivers,
            is_part=process.service.is_part,
            steering=process.service.steering,
            country_of=country_by(_circumstances(process.service)),
        )
    except PageMissing as error:
        raise ServerFailed(str(error)) from error
