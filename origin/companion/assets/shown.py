"""From rows to what is said of an asset. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row

from manifests.entry import Entry
from origin.companion.assets.facts import Facts
from origin.companion.assets.growth import Growth
from origin.companion.assets.models import Asset, Failure, PlaybackId, Rung, SourceFacts
from origin.companion.assets.rows import State
from origin.companion.assets.standing import OPEN, failure_of, is_packaging
from packager.queue.job import State as JobState

_NOBODY_PACKAGES: Final = (
    "No packaging worker gets on with it; nothing is lost, and it goes on as soon as there is one. "
    "If this goes on, tell whoever runs this server: `soundbridge serve` without --no-packager, or "
    "`soundbridge worker`, packages, and its log says what keeps it from that."
)


def shown(row: Row[Any], growth: Sequence[Growth] = ()) -> Asset:
    """Return what is said of an asset."""
    entry = Entry.from_json(row.entry) if row.is_playing else None
    is_known = row.facts is not None and row.revision == row.plays
    facts = Facts.from_json(row.facts) if is_known else None
    failure = failure_of(row)
    return Asset(
        id=row.asset_id,
        state=State(row.state),
        progress=_progress(row),
        is_playable=row.is_playing,
        is_packaging=is_packaging(row),
        stalled=bool(row.is_stalled),
        advice=_NOBODY_PACKAGES if row.is_stalled else None,
        error=None if failure is None else Failure(**asdict(failure)),
        playback_ids=[PlaybackId(id=row.playback_id)],
        track_id=row.track_id,
        revision=None if entry is None else entry.revision,
        duration_s=None if entry is None else entry.duration_s,
        source=None if facts is None else SourceFacts(**facts.source),
        rungs=[_growing(each) for each in growth] if facts is None else _whole(facts),
        notes=[] if facts is None else list(facts.notes),
        created_at=row.created_s,
    )


def _progress(row: Row[Any]) -> float:
    if row.job_state == JobState.RUNNING:
        return float(min(max(row.progress, 0.0), 1.0))
    return 1.0 if row.is_published and row.job_state not in OPEN else 0.0


def _growing(growth: Growth) -> Rung:
    rendition = growth.rendition
    return Rung(
        name=rendition.rung,
        codec=rendition.codec,
        bitrate_bps=rendition.bitrate_bps,
        state="preparing",
        progress=growth.done,
        segments=growth.segments,
    )


def _whole(facts: Facts) -> list[Rung]:
    return [
        Rung(
            name=rung.name,
            codec=rung.codec,
            bitrate_bps=rung.bitrate_bps,
            state="ready",
            progress=1.0,
            segments=rung.segments,
        )
        for rung in facts.rungs
    ]
