"""Plays: counted once, after enough was heard in a time that has passed, and kept of nobody."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from origin.companion.identity.principal import Role
from origin.companion.plays.tables import play_marks, play_salts
from tests.functional.api.catalogue import titles, withdraw
from tests.functional.api.played import (
    NOON_S,
    TODAY,
    Player,
    lasts,
    number,
    play_count,
    player,
    song,
)
from tests.functional.api.service import Service, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

DAY_S = 86_400.0
DAY = date(1970, 1, 1) + timedelta(days=TODAY)


@pytest.fixture
async def here(service: Service) -> AsyncIterator[Player]:
    async with player(service) as made:
        yield made


async def test_thirty_seconds_are_a_play_and_count_once(service: Service, here: Player) -> None:
    _, made = await song(service)
    tickets = await here.begin(made["id"])
    here.now_s += 29
    assert await here.end(made["id"], tickets, 29) == ["too_short"]
    here.now_s += 1
    assert await here.end(made["id"], [*tickets, *tickets], 30) == ["counted", "already_counted"]
    assert await here.write() == 1
    assert await here.end(made["id"], tickets, 30) == ["already_counted"]
    assert await here.write() == 0
    assert await play_count(service, made["id"]) == 1


@over_sqlite_alone
@pytest.mark.parametrize(
    ("duration_s", "heard_s", "said"),
    [
        (10.0, 9.6, "counted"),
        (10.0, 9.0, "too_short"),
        (0.4, 0.3, "counted"),
        (0.4, 0.0, "too_short"),
        (31.0, 29.9, "too_short"),
        (3600.0, 30, "counted"),
        (None, 30, "counted"),
    ],
)
async def test_the_whole_of_what_is_shorter_is_a_play(
    service: Service, here: Player, duration_s: float | None, heard_s: float, said: str
) -> None:
    _, made = await song(service)
    await lasts(service, made["id"], duration_s)
    tickets = await here.begin(made["id"])
    here.now_s += 60
    assert await here.end(made["id"], tickets, heard_s) == [said]


@over_sqlite_alone
async def test_no_more_is_heard_than_time_has_passed(service: Service, here: Player) -> None:
    _, made = await song(service)
    tickets = await here.begin(made["id"])
    assert await here.end(made["id"], tickets, 30) == ["implausible"]
    here.now_s += 28.5  # within what clocks may differ by; but so much has not passed
    assert await here.end(made["id"], tickets, 30) == ["too_short"]
    here.now_s = NOON_S - 10
    assert await here.end(made["id"], tickets, 0) == ["implausible"]
    here.now_s = NOON_S + DAY_S + 1
    assert await here.end(made["id"], tickets, 30) == ["ticket_expired"]
    here.now_s = NOON_S + DAY_S
    assert await here.end(made["id"], tickets, 30) == ["counted"]


async def test_what_nobody_can_hear_does_not_count(service: Service, here: Player) -> None:
    ann, made = await song(service)
    _, gone = await song(service, "Gone")
    tickets = await here.begin(made["id"])
    await withdraw(service, "asset-gone")
    assert (await here.tell({"track_id": gone["id"]}))[0]["reason"] == "track_unknown"
    path = f"/v1/tracks/{made['id']}"
    for visibility, said in (("private", "track_unknown"), ("unlisted", "too_short")):
        assert (await service.ask("PATCH", path, ann, {"visibility": visibility})).status == 200
        assert await here.end(made["id"], tickets, 0) == [said]
    outcomes = await here.tell({"track_id": "nobodys"}, {"track_id": made["id"]}, by=ann)
    assert [one["state"] for one in outcomes] == ["not_counted", "begun"]
    assert (await service.ask("DELETE", f"{path}?keep_asset=true", ann)).status == 204
    here.now_s += 30
    assert await here.end(made["id"], tickets, 30) == ["track_unknown"]  # its sound plays on


@over_sqlite_alone
async def test_hostile_tickets(service: Service, here: Player) -> None:
    _, made = await song(service)
    _, other = await song(service, "Other")
    (ticket,) = await here.begin(made["id"])
    here.now_s += 60
    version, track_id, begun_ms, nonce, mac = ticket.split(".")
    earlier = str(int(begun_ms) - 60_000)
    forged = [
        "", ".", "x" * 192, "\x00", "٣" * 20, ticket + ".", ticket[:-1], ticket + "\n",
        f"{version}.{track_id}.{earlier}.{nonce}.{mac}",
        f"{version}.{track_id}.{begun_ms}.{nonce[::-1]}.{mac}",
        f"{version}.{track_id}.0{begun_ms}.{nonce}.{mac}",
        f"{version}.{other['id']}.{begun_ms}.{nonce}.{mac}",
        f"{version}.{track_id}.{begun_ms}.{nonce}.{mac.swapcase()}",
    ]  # fmt: skip
    assert set(await here.end(made["id"], forged)) == {"ticket_invalid"}
    assert await here.end(other["id"], [ticket]) == ["ticket_invalid"]
    missing = await here.tell({"track_id": made["id"], "heard_s": 30})
    assert [one["reason"] for one in missing] == ["ticket_missing"]
    assert await here.end(made["id"], [ticket]) == ["counted"]


@over_sqlite_alone
@pytest.mark.parametrize(
    "body",
    [
        {}, {"plays": []}, {"plays": [{"track_id": "a"}] * 51}, {"plays": {}}, [],
        {"plays": [{"track_id": "A/.."}]}, {"plays": [{"track_id": "a", "heard_s": -1}]},
        {"plays": [{"track_id": "a", "heard_s": "30"}]}, {"plays": [{"track_id": "a", "at": 1}]},
        {"plays": [{"track_id": "a", "heard_s": float("nan")}]},
        {"plays": [{"track_id": "a", "heard_s": 1e300}]},
        {"plays": [{"track_id": "a", "ticket": "x" * 193}]},
    ],
)  # fmt: skip
async def test_what_is_no_batch(here: Player, body: Any) -> None:
    response = await here.service.ask("POST", "/v1/plays", None, body)
    assert response.status == 422


@over_sqlite_alone
async def test_a_beacon_comes_as_plain_text_from_any_page(service: Service, here: Player) -> None:
    _, made = await song(service)
    body = json.dumps({"plays": [{"track_id": made["id"]}]})
    for kind, status in (("text/plain;charset=UTF-8", 200), ("text/html", 415)):
        headers = {"Content-Type": kind, "Origin": "https://elsewhere.example"}
        client = here.service.client
        response = await client.post("/v1/plays", data=body, headers=headers)
        assert response.status == status
    headers = {"Content-Type": "text/plain"}
    response = await service.client.post("/v1/artists", data="{}", headers=headers)
    assert response.status in {401, 415}


async def test_limits_of_a_listener_hold_over_two_processes(service: Service) -> None:
    _, made = await song(service)
    async with player(service) as one, player(service) as two:
        assert await one.hear(made["id"], 18) == ["counted"] * 18
        assert await two.hear(made["id"], 18) == ["counted"] * 18
        assert await one.hear(made["id"], 3) == ["counted"] * 2 + ["too_many"]
        assert sum(await asyncio.gather(one.write(), two.write())) == 20
        assert await two.hear(made["id"]) == ["too_many"]
        assert await two.hear(made["id"], agent="somebody else") == ["counted"]
        two.now_s += DAY_S
        assert await two.hear(made["id"]) == ["counted"]
        await two.write()
    assert await play_count(service, made["id"]) == 22


@over_sqlite_alone
async def test_one_network_is_not_as_many_listeners_as_it_says(
    service: Service, here: Player
) -> None:
    _, made = await song(service)
    said = [each for agent in range(40) for each in await here.hear(made["id"], 20, f"{agent}")]
    assert (said.count("counted"), said.count("too_many")) == (500, 300)
    _, other = await song(service, "Another")
    assert await here.hear(other["id"], agent="1") == ["counted"]
    here.now_s += DAY_S
    assert await here.hear(made["id"], agent="1") == ["counted"]


@over_sqlite_alone
async def test_nobody_hears_fifty_things_at_once(service: Service, here: Player) -> None:
    songs = [(await song(service, f"Song{number}"))[1]["id"] for number in range(50)]
    began = await here.tell(*({"track_id": track_id} for track_id in songs))
    here.now_s += 30
    told = [
        {"track_id": one["track_id"], "ticket": one["ticket"], "heard_s": 30.0} for one in began
    ]
    said = [one["reason"] or one["state"] for one in await here.tell(*told)]
    assert (said.count("counted"), said.count("too_many")) == (20, 30)
    assert await here.hear(songs[-1], agent="somebody else") == ["counted"]
    here.now_s += 600
    assert await here.hear(songs[-1]) == ["counted"]


@over_sqlite_alone
async def test_who_skips_from_song_to_song_is_counted(service: Service, here: Player) -> None:
    songs = [(await song(service, f"Song{number}"))[1]["id"] for number in range(5)]
    for _ in range(10):
        assert [await here.hear(track_id) for track_id in songs] == [["counted"]] * 5


async def test_a_ticket_that_two_processes_hold_counts_once(service: Service) -> None:
    _, made = await song(service)
    async with player(service) as one, player(service) as two:
        tickets = await one.begin(made["id"], 5)
        one.now_s = two.now_s = NOON_S + 30
        for each in (one, two):
            assert await each.end(made["id"], tickets) == ["counted"] * 5
        assert sum(await asyncio.gather(one.write(), two.write())) == 5
    assert await play_count(service, made["id"]) == 5
    assert await number(service, play_marks) == 5


@over_sqlite_alone
async def test_a_full_buffer_says_so_and_the_ticket_stays_good(
    service: Service, here: Player
) -> None:
    _, made = await song(service)
    buffer = here.companion.playing.buffer
    buffer.held_max = 2
    tickets = await here.begin(made["id"], 3)
    here.now_s += 30
    assert await here.end(made["id"], tickets) == ["counted", "counted", "busy"]
    assert (len(buffer), buffer.overflowed) == (2, 1)
    assert await here.write() == 2
    assert await here.end(made["id"], tickets[2:]) == ["counted"]


async def test_charts_are_the_owners(service: Service, here: Player) -> None:
    ann, made = await song(service)
    await here.hear(made["id"], 3)
    here.now_s += DAY_S
    await here.hear(made["id"], 2)
    await here.write()
    path = f"/v1/plays?track_id={made['id']}"
    said = await here.service.get(path, ann)
    assert len(said["days"]) == 30
    tomorrow = (DAY + timedelta(days=1)).isoformat()
    assert said["days"][-2:] == [
        {"day": DAY.isoformat(), "plays": 3, "heard_s": 90.0},
        {"day": tomorrow, "plays": 2, "heard_s": 60.0},
    ]
    assert {day["plays"] for day in said["days"][:-2]} == {0}
    one = await here.service.get(f"{path}&from={tomorrow}&to={tomorrow}", ann)
    assert one["days"] == said["days"][-1:]
    bob = await service.user(number=99)
    await here.service.get(path, bob, status=404)
    await here.service.get(path, await service.user(Role.ADMIN, number=98))
    await here.service.get(path, status=401)


@over_sqlite_alone
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2025-01-01&to=2026-01-02", "from"),
        ("from=0001-01-01", "from"),
        ("from=today", "from"),
        ("since=2026-01-01", "since"),
    ],
)
async def test_charts_that_cannot_be_had(
    service: Service, here: Player, query: str, parameter: str
) -> None:
    ann, made = await song(service)
    problem = await here.service.get(f"/v1/plays?track_id={made['id']}&{query}", ann, 400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    await here.service.get(f"/v1/plays?track_id={made['id']}&to=0001-01-01", ann)


async def test_salts_and_marks_go_after_two_days(service: Service, here: Player) -> None:
    _, made = await song(service)
    writer = here.companion.playing.writer
    for _ in range(3):
        await here.hear(made["id"], 2)
        await here.write()
        here.now_s += DAY_S
    here.now_s -= DAY_S  # the third day
    await writer.sweep()
    for table in (play_marks, play_salts):
        async with service.database.look_now() as connection:
            days = set(await connection.scalars(select(table.c.day)))
        assert days == {TODAY + 1, TODAY + 2}
    here.now_s += 2 * DAY_S
    await writer.sweep()
    assert await number(service, play_marks) == await number(service, play_salts) == 0
    assert await play_count(service, made["id"]) == 6


async def test_nothing_that_is_kept_tells_who_listened(service: Service, here: Player) -> None:
    ann, made = await song(service)
    agent = "Mozilla/5.0 (of Ann)"
    await here.hear(made["id"], agent=agent)
    ticket = (await here.begin(made["id"]))[0]
    here.now_s += 30
    await here.tell({"track_id": made["id"], "ticket": ticket, "heard_s": 30}, by=ann, agent=agent)
    here.now_s += DAY_S
    await here.hear(made["id"], agent=agent)
    await here.write()
    async with service.database.look_now() as connection:
        marks = (await connection.execute(select(play_marks).order_by(play_marks.c.day))).all()
    of_days = [{row.listener for row in marks if row.day == day} for day in (TODAY, TODAY + 1)]
    assert [len(listeners) for listeners in of_days] == [1, 1]
    assert not of_days[0] & of_days[1]
    assert "127.0.0" not in str(marks)
    assert ann.id not in str(marks)


async def test_what_trends_is_what_was_played_of_late(service: Service, here: Player) -> None:
    _, old = await song(service, "Old", genre="rock")
    _, new = await song(service, "Fresh", genre="rock")
    await song(service, "Quiet")
    trending = "/v1/tracks?limit=1&order=trending"
    for track_id, count, order in (
        (old["id"], 15, ["Old", "Fresh"]),
        (new["id"], 2, ["Fresh", "Old"]),
    ):
        await here.hear(track_id, count)
        await here.write()
        found = await titles(service, trending)
        assert [title for title in found if title != "Quiet"] == order
        assert await titles(service, f"{trending}&genre=rock") == order
        here.now_s += 8 * DAY_S
    assert await titles(service, trending) == ["Fresh", "Old", "Quiet"]
    assert await titles(service, "/v1/tracks?order=plays") == ["Old", "Fresh", "Quiet"]
    for other in ("since=2026-01-01", "tag=x", "artist_id=x", "album_id=x"):
        await service.get(f"{trending}&{other}", status=400)


async def test_what_is_older_than_its_marks_is_not_counted_late(
    service: Service, here: Player
) -> None:
    _, made = await song(service)
    await here.hear(made["id"])
    here.now_s += 2 * DAY_S
    assert await here.write() == 0
    buffer = here.companion.playing.buffer
    assert (len(buffer), buffer.refused) == (0, 1)
