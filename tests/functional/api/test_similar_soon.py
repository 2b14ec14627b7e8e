"""A track that is published lists what it is like within a minute, and is listed by that."""

import pytest

from origin.companion.similar import rows
from origin.companion.similar.closeness import KEPT, OF_ARTIST_MAX
from tests.functional.api.catalogue import artist, track
from tests.functional.api.played import NOON_S
from tests.functional.api.service import Service
from tests.functional.api.test_similar import heard, keeper, similar, songs

pytestmark = pytest.mark.long_if("postgresql")

MINUTE = 60
HOUR_S = 3_600.0


async def makes(service: Service, from_s: float, seconds: int = MINUTE) -> int:
    """Keep what is similar for some seconds from a time on; return how often some was made."""
    times = 0
    for second in range(seconds):
        keeping = keeper(service.database, from_s + second)
        await keeping.duty.is_ours()
        while await keeping.follow():
            pass
        async with service.database.look_now() as connection:
            times += len((await connection.execute(rows.due(from_s + second, 10_000))).all())
        while await keeping.make():
            pass
    return times


async def test_tracks_that_are_published_together_list_each_other(service: Service) -> None:
    ann = await service.user()
    names = ("One", "Two", "Three", "Four")
    made = await songs(service, ann, *names, genre="folk", visibility="private")
    await makes(service, NOON_S, 5)
    for each in made:
        changed = {"visibility": "public"}
        await service.ask("PATCH", f"/v1/tracks/{each['id']}", ann, changed)
        await makes(service, NOON_S + 5, 1)
    await makes(service, NOON_S + 6)
    for each in made:
        others = set(names) - {each["title"]}
        assert set((await similar(service, each)).split()) == others


async def test_a_new_track_is_soon_listed_by_what_it_is_like(service: Service) -> None:
    ann = await service.user()
    (halo,) = await songs(service, ann, "Halo", genre="folk")
    (other,) = await songs(service, ann, "Other", genre="rock")
    await makes(service, NOON_S, 5)
    of = await artist(service, ann, "two")
    await track(service, ann, of, "Second", genre="folk")
    await makes(service, NOON_S + HOUR_S, 2)
    assert await similar(service, halo) == "Second"
    await track(service, ann, of, "Third", genre="folk")
    await makes(service, NOON_S + HOUR_S + 2)
    assert set((await similar(service, halo)).split()) == {"Second", "Third"}
    assert await similar(service, other) == ""


async def test_what_is_published_costs_so_much_and_no_more(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    for number in range(OF_ARTIST_MAX + 5):
        await track(service, ann, of, f"T{number}", genre="folk")
    await makes(service, NOON_S)
    assert await makes(service, NOON_S + HOUR_S) == 0  # nothing goes round in circles
    await track(service, ann, of, "New", genre="folk")
    assert await makes(service, NOON_S + 2 * HOUR_S) == 1 + OF_ARTIST_MAX <= 1 + KEPT
    for number in range(10):  # one a second: those that it is like are made twice a minute at most
        await track(service, ann, of, f"New{number}", genre="folk")
    assert await makes(service, NOON_S + 3 * HOUR_S) <= 2 * (OF_ARTIST_MAX + 5 + 11)


async def test_what_is_said_of_a_track_anew_changes_what_it_lists_within_a_minute(
    service: Service,
) -> None:
    ann = await service.user()
    await songs(service, ann, "Rock", genre="rock")
    (one,) = await songs(service, ann, "One", genre="folk")
    await makes(service, NOON_S, 5)
    await service.ask("PATCH", f"/v1/tracks/{one['id']}", ann, {"genre": "rock"})
    await makes(service, NOON_S + 5)
    assert await similar(service, one) == "Rock"


async def test_what_is_heard_still_rests_for_longer(service: Service) -> None:
    one, two = await songs(service, await service.user(), "One", "Two")
    await makes(service, NOON_S, 5)
    for listener in ("ann", "ben"):
        await heard(service, listener, one, two)
    await keeper(service.database, NOON_S + 5).pair()
    assert await makes(service, NOON_S + 5) == 0
    assert await makes(service, NOON_S + rows.REST_S, 6) == 2
    assert await similar(service, one) == "Two"
