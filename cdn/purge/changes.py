"""What is purged when something happens to an asset, in the terms that a CDN knows. Pure.

Tags are best: they find what has a query or a coding, too, and need no list. Where there are none,
everything of an asset is below its prefixes. A CDN that knows neither (nginx) is given paths: those
of entries at once, those of media when they have gone from the store. Before, it would be given the
same again, and keep that.

A publication changes entries alone; all below a revision is immutable, and stays.
"""

from collections.abc import Collection, Iterable

from cdn.purge.target import By, Target
from cdn.tags import asset_tag, playback_tag
from manifests.layout import check_id, prefixes_of


def of_entries(playback_id: str, known: Collection[By], *, soft: bool) -> list[Target]:
    """Return what a playback id plays: its entries say something else by now, or nothing."""
    if By.TAG in known:
        return [Target(By.TAG, playback_tag(playback_id), soft)]
    return [Target(By.PATH, path, soft) for path in _entry_paths(playback_id)]


def of_asset(asset_id: str, playback_id: str, known: Collection[By]) -> list[Target]:
    """Return everything of an asset that plays no more, as far as it can be dropped now."""
    if By.TAG in known:
        return [Target(By.TAG, asset_tag(asset_id))]
    return [*of_entries(playback_id, known, soft=False), *_below(asset_id, known)]


def of_objects(asset_id: str, keys: Iterable[str], known: Collection[By]) -> list[Target]:
    """Return the objects of an asset, with these keys, that go from the store."""
    if By.TAG in known:
        return [Target(By.TAG, asset_tag(asset_id))]
    if By.PREFIX in known:
        return _below(asset_id, known)
    return [Target(By.PATH, f"/{key}") for key in keys]


def of_answers(tags: Iterable[str], known: Collection[By], *, soft: bool) -> list[Target]:
    """Return the answers of the API with these tags.

    Nothing else finds them; they live for half a minute where there are no tags.
    """
    return [Target(By.TAG, tag, soft) for tag in tags] if By.TAG in known else []


def _entry_paths(playback_id: str) -> tuple[str, ...]:
    """Return the paths at which a playback id plays, and is described."""
    check_id(playback_id)
    return tuple(f"/{playback_id}{end}" for end in (".m3u8", ".packed.m3u8", ".mpd", ".json"))


def _below(asset_id: str, known: Collection[By]) -> list[Target]:
    if By.PREFIX not in known:
        return []
    return [Target(By.PREFIX, f"/{prefix}") for prefix in prefixes_of(asset_id)]
