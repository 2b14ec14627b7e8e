"""``soundbridge package``: one source into a store.

stdout holds the result, for a reader or, with ``--json``, for a script: one line. stderr says, in
one line of the same kind, that it plays already, and by what ids a killed run is taken up.
"""

import json
import shlex
import sys
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from manifests import layout
from origin.cli.extras import lossless_setting, packed_audio_setting
from origin.cli.ids import check_id
from origin.cli.progress_bar import progress_bar
from origin.cli.stopping import stoppable
from origin.settings import setting
from origin.stores.opening import StoreUnusable, create_store
from packager.errors import PackagingError
from packager.extras import Extras

if TYPE_CHECKING:
    from manifests.entry import Entry
    from manifests.index import Index
    from packager.package import Packaged
    from packager.sandbox.reader import Reader


@click.command(short_help="Cut a source into renditions in a store.")
@click.argument("source")
@click.argument("destination")
@setting("--json", "as_json", is_flag=True, help="Print one JSON line.")
@setting("--asset-id", callback=check_id, help="Id of the asset; a new one without it.")
@setting("--playback-id", callback=check_id, help="Id in its URLs; a new one without it.")
@lossless_setting
@packed_audio_setting
def package(
    source: str,
    destination: str,
    *,
    as_json: bool,
    asset_id: str,
    playback_id: str,
    lossless: bool,
    packed_audio: bool,
) -> None:
    """Cut SOURCE, a path or URL, into renditions in DESTINATION, a folder or store URL.

    \b
    soundbridge package song.flac ./store
    soundbridge package s3://uploads/song.wav s3://media/audio --json

    It plays from its first seconds on, while the rest is being made. Where this was killed, or the
    store failed, begin again with the same --asset-id and --playback-id: what is in the store is
    not made again.
    """  # noqa: D301 click wants the character, not its name
    started_s = monotonic()
    extras = Extras(lossless=lossless, packed_audio=packed_audio)
    try:
        packaged = _package(
            source, destination, asset_id, playback_id, extras=extras, as_json=as_json
        )
    except StoreUnusable as error:
        raise click.UsageError(str(error)) from error
    except PackagingError as error:
        raise click.ClickException(" ".join((str(error), *_notes(error)))) from error
    except KeyboardInterrupt as stop:
        for note in _notes(stop):
            click.echo(note, err=True)
        raise
    result = _result(packaged)
    took_s = monotonic() - started_s
    click.echo(json.dumps(result) if as_json else _sentences(result, destination, took_s))


def _package(
    source: str,
    destination: str,
    asset_id: str,
    playback_id: str,
    *,
    extras: Extras,
    as_json: bool,
) -> "Packaged":
    console = Console(stderr=True)

    def on_playing(entry: "Entry") -> None:
        if as_json and sys.stderr.isatty():
            return  # it is for scripts; a person who sees JSON, as under ``play``, waits for more
        playing = _playing(entry)
        said = json.dumps(playing) if as_json else _playing_sentence(playing)
        console.out(said, highlight=False)

    with (
        create_store(destination) as store,
        stoppable(),
        _reader() as reader,
        progress_bar(source, console) as on_progress,
    ):
        from packager.package import package as package_source

        return package_source(
            source,
            store,
            asset_id=asset_id,
            playback_id=playback_id,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            extras=extras,
            on_progress=on_progress,
            on_playing=on_playing,
            reader=reader,
        )


def _notes(error: BaseException) -> tuple[str, ...]:
    return tuple(getattr(error, "__notes__", ()))


def _playing(entry: "Entry") -> dict[str, Any]:
    """Return what a script wants to know before the end: ids, and a key below the store."""
    return {
        "event": "playing",
        "asset_id": entry.asset_id,
        "playback_id": entry.playback_id,
        "revision": entry.revision,
        "multivariant": entry.where.growing_key(layout.MULTIVARIANT),
    }


def _playing_sentence(playing: dict[str, Any]) -> str:
    ids = f"--asset-id {playing['asset_id']} --playback-id {playing['playback_id']}"
    return f"Plays already: {playing['playback_id']}. If this is killed, go on with {ids}."


def _reader() -> "Reader":
    """Start a child before all else: it loads its decoders while this process loads the rest."""
    from packager.sandbox.process import start_child

    child = start_child()
    from packager.sandbox.reader import Reader

    return Reader(lambda: child)


def _result(packaged: "Packaged") -> dict[str, Any]:
    """Return what a script wants to know: ids, keys below the store, and what was made."""
    entry, index = packaged.entry, packaged.index
    return {
        "asset_id": entry.asset_id,
        "playback_id": entry.playback_id,
        "revision": entry.revision,
        "multivariant": entry.where.key(layout.MULTIVARIANT),
        "mpd": entry.where.key(layout.MPD),
        "index": entry.where.key(layout.INDEX),
        "packed_audio": entry.where.key(layout.PACKED_MULTIVARIANT) if _is_packed(index) else None,
        "duration_s": round(index.duration_s, 6),
        "samples": index.samples,
        "sample_rate_hz": index.sample_rate_hz,
        "channels": index.channels,
        "renditions": [
            {
                "rung": rendition.rung,
                "codec": rendition.codec,
                "bitrate_bps": rendition.bitrate_bps,
                "bandwidth_bps": rendition.bandwidth_bps,
                "average_bandwidth_bps": rendition.average_bandwidth_bps,
                "playlist": entry.where.key(layout.playlist_name(rendition.rung)),
                "segments": len(rendition.segments),
            }
            for rendition in index.renditions
        ],
        "integrated_lufs": index.loudness.integrated_lufs,
        "true_peak_dbtp": index.loudness.true_peak_dbtp,
        "notes": list(index.notes),
    }


def _is_packed(index: "Index") -> bool:
    return any(rendition.packed for rendition in index.renditions)


def _sentences(result: dict[str, Any], destination: str, took_s: float) -> str:
    """Say the same to a person."""
    rungs = ", ".join(rendition["rung"] for rendition in result["renditions"])
    speed = f"{result['duration_s'] / max(took_s, 0.001):.0f}x real time"
    return "\n".join(
        (
            f"Packaged {result['duration_s']:.1f} s into {rungs} in {took_s:.1f} s ({speed}).",
            *(f"Note: {note}" for note in result["notes"]),
            f"Playback id: {result['playback_id']}",
            f"Playlist:    {result['multivariant']}",
            f"Serve it:    soundbridge serve --store {shlex.quote(destination)}",
        )
    )
