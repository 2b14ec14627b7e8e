"""Pictures that no row names: collected by `soundbridge gc`, and never one that a row names."""

import time

import obstore
from sqlalchemy import delete, update

from manifests.layout import ARTWORK_PREFIX, TrackArtwork
from origin.collecting.collect import find_garbage, remove_garbage
from origin.collecting.rows import read_pictures
from origin.collecting.surroundings import Surroundings
from origin.companion.artwork.tables import artworks
from origin.companion.catalogue.tables import tracks
from packager.publishing.garbage import Reason
from tests.functional.api.played import song
from tests.functional.api.service import Service
from tests.functional.api.test_artwork import put
from tests.functional.collecting import GRACES, HOUR_S, reasons


def pictures_in(service: Service) -> set[str]:
    """Return the folders of pictures that are stored."""
    (*pages,) = obstore.list(service.store, ARTWORK_PREFIX)
    return {found["path"].rpartition("/")[0] for page in pages for found in page}


async def around(service: Service, *track_ids: str, hours: float = 25) -> Surroundings:
    """Ask the database of these tracks, hours later."""
    engine = service.database.primary
    named = {track_id: await read_pictures(engine, track_id) for track_id in track_ids}
    return Surroundings(
        service.store, clock=lambda: time.time() + hours * HOUR_S, pictures_of=named.get
    )


async def test_pictures_that_no_row_names_go(service: Service) -> None:
    ann, kept = await song(service, "Kept")
    bob, gone = await song(service, "Goes")
    await put(service, kept, ann)
    await put(service, gone, bob)
    (shown,) = (each for each in pictures_in(service) if kept["id"] in each)
    lost = TrackArtwork(kept["id"], "lost").prefix
    strange = TrackArtwork("of-another", "database").prefix
    for folder in (lost, strange):
        obstore.put(service.store, f"{folder}/512-{'0' * 64}.jpg", b"picture")
    async with service.database.change() as connection:
        its = artworks.c.track_id == gone["id"]
        await connection.execute(delete(artworks).where(its))
        mine = tracks.c.id == gone["id"]
        await connection.execute(update(tracks).where(mine).values(deleted_s=1.0, artwork=None))
    ids = kept["id"], gone["id"], "of-another"
    (its_folder,) = (each for each in pictures_in(service) if gone["id"] in each)
    wanted = {lost: Reason.ABANDONED, its_folder: Reason.ABANDONED}
    assert reasons(find_garbage(await around(service, *ids, hours=23), GRACES)) == {}
    assert reasons(find_garbage(await around(service, *ids), GRACES)) == wanted
    assert reasons(find_garbage(Surroundings(service.store), GRACES)) == {}
    assert reasons(remove_garbage(await around(service, *ids), GRACES)) == wanted
    assert pictures_in(service) == {shown, strange}


async def test_what_a_track_shows_stays_though_its_own_row_is_lost(service: Service) -> None:
    ann, made = await song(service)
    await put(service, made, ann)
    async with service.database.change() as connection:
        await connection.execute(delete(artworks))
    assert reasons(remove_garbage(await around(service, made["id"]), GRACES)) == {}
    assert len(pictures_in(service)) == 1
