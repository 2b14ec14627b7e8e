"""The walk: from a playlist to its renditions, and across a folder of presentations."""

from collections.abc import Iterable
from typing import Final

from manifests.media import MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate import (
    bandwidth,
    codecs,
    delivery,
    media_playlist,
    multivariant_playlist,
    rungs,
)
from manifests.validate.delivery import Delivery, ObjectKind, Outcome
from manifests.validate.finding import Finding
from manifests.validate.presentation import Presentation
from manifests.validate.rule import condense
from manifests.validate.written import Written
from origin.inspection.concurrency import map_bounded
from origin.inspection.playlist import ReadPlaylist, read_playlist, variables
from origin.inspection.rendition import InspectedRendition, inspect_rendition
from origin.inspection.report import Checked, Report
from origin.inspection.source import Source

_RENDITIONS_AT_ONCE: Final = 4
_RENDITION_LIMIT: Final = 1_000
"""Every variant is weighed with every rendition of its group: more would take hours."""


async def inspect_entry(source: Source, reference: str) -> Report:
    """Check the presentation, or the single rendition, whose playlist is at ``reference``."""
    read = await read_playlist(source, reference)
    if read.multivariant is not None:
        return await _inspect_presentation(source, read, read.multivariant)
    return await _inspect_alone(source, read)


async def inspect_all(source: Source, references: Iterable[str]) -> Report:
    """Check every presentation among the playlists, and the renditions that none of them names."""
    report = Report()
    others: list[str] = []
    named: set[str] = set()
    for reference in references:
        read = await read_playlist(source, reference)
        if read.multivariant is None:
            others.append(reference)
            continue
        found = await _inspect_presentation(source, read, read.multivariant)
        named.update(checked.uri for checked in found.checked)
        report += found
    for reference in others:
        if reference not in named:
            report += await _inspect_alone(source, await read_playlist(source, reference))
    return report


async def _inspect_alone(source: Source, read: ReadPlaylist) -> Report:
    if read.media is None:
        return Report((), read.findings)
    inspected = await inspect_rendition(source, read.media, uri=read.uri, base=read.base)
    missing = media_playlist.ALONE.check(read.media, read.uri)
    return Report((_checked(inspected),), (*read.findings, *missing, *inspected.findings))


async def _inspect_presentation(
    source: Source, read: ReadPlaylist, written: Written[MultivariantPlaylist]
) -> Report:
    playlist = written.playlist
    if len(playlist.variants) + len(playlist.media) > _RENDITION_LIMIT:
        problem = f"it names more than {_RENDITION_LIMIT} variants and renditions"
        skipped = Delivery(read.uri, ObjectKind.PLAYLIST, Outcome.FAILED, problem)
        return Report((), (*read.findings, *delivery.RULES.check(skipped, read.uri)))
    children = await _inspect_children(source, read, playlist)
    renditions = {
        uri: inspected.rendition
        for uri, (_, inspected) in children.items()
        if inspected is not None
    }
    presentation = Presentation(written, renditions)
    report = Report(
        (Checked(read.uri, "multivariant"),),
        (*read.findings, *_judge(presentation, read.uri), *_unchecked(playlist, read.uri)),
    )
    for child, inspected in children.values():
        report += _child_report(child, inspected)
    return report


async def _inspect_children(
    source: Source, read: ReadPlaylist, playlist: MultivariantPlaylist
) -> dict[str, tuple[ReadPlaylist, InspectedRendition | None]]:
    """Return every playlist that was named, by its URI, and its rendition if it is one."""
    imported = variables(playlist, read.uri)

    async def inspect(uri: str) -> tuple[ReadPlaylist, InspectedRendition | None]:
        child = await read_playlist(source, uri, base=read.base, imported=imported)
        if child.media is None:
            return child, None
        return child, await inspect_rendition(source, child.media, uri=child.uri, base=child.base)

    uris = _rendition_uris(playlist)
    children = await map_bounded(inspect, uris, at_once=_RENDITIONS_AT_ONCE)
    return dict(zip(uris, children, strict=True))


def _child_report(child: ReadPlaylist, inspected: InspectedRendition | None) -> Report:
    if inspected is not None:
        return Report((_checked(inspected),), (*child.findings, *inspected.findings))
    nested: list[Finding] = []
    if child.multivariant is not None:
        nested = multivariant_playlist.NESTED.check(child.multivariant, child.uri)
    return Report((Checked(child.uri, "unreadable"),), (*child.findings, *nested))


def _judge(presentation: Presentation, uri: str) -> list[Finding]:
    return [
        *rungs.RULES.check(presentation, uri),
        *codecs.RULES.check(presentation, uri),
        *bandwidth.RULES.check(presentation, uri),
    ]


def _rendition_uris(playlist: MultivariantPlaylist) -> list[str]:
    """Return the URIs of everything that carries sound or pictures, each once."""
    uris = [variant.uri for variant in playlist.variants]
    uris += [media.uri for media in playlist.media if media.uri and _is_measured(media.type)]
    return list(dict.fromkeys(uris))


def _unchecked(playlist: MultivariantPlaylist, uri: str) -> list[Finding]:
    """Say which playlists were left alone."""
    skipped = [
        (media.uri, "subtitles are not looked at")
        for media in playlist.media
        if media.uri and not _is_measured(media.type)
    ]
    skipped += [
        (variant.uri, "I-frames are not looked at") for variant in playlist.i_frame_variants
    ]
    findings = (
        finding
        for where, problem in skipped
        for finding in delivery.RULES.check(
            Delivery(where, ObjectKind.PLAYLIST, Outcome.SKIPPED, problem), f"{uri} -> {where}"
        )
    )
    return condense(findings, uri)


def _is_measured(media_type: MediaType) -> bool:
    return media_type in {MediaType.AUDIO, MediaType.VIDEO}


def _checked(inspected: InspectedRendition) -> Checked:
    measured = [segment for segment in inspected.rendition.segments if segment is not None]
    size_bytes = sum(segment.size_bytes for segment in measured)
    return Checked(inspected.uri, "media", len(measured), size_bytes)
