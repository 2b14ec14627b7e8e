"""Reading one playlist: bytes, lines, model, and the rules that hold for it by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from manifests.errors import ManifestError
from manifests.lines import lex
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.validate import (
    date_range,
    define,
    delivery,
    key,
    lines,
    media,
    media_playlist,
    multivariant_playlist,
    session,
    steering,
    version,
)
from manifests.validate.delivery import ObjectKind
from manifests.validate.finding import Finding, Severity
from manifests.validate.written import Written
from manifests.variables import expand
from origin.inspection.source import Fetched, Source

_VARIABLE = b"{$"


@dataclass(frozen=True, slots=True)
class ReadPlaylist:
    """A playlist as far as it could be read; ``uri`` is absolute, or a key."""

    uri: str
    base: str
    media: Written[MediaPlaylist] | None
    multivariant: Written[MultivariantPlaylist] | None
    findings: tuple[Finding, ...]


async def read_playlist(
    source: Source, reference: str, *, base: str = "", imported: Mapping[str, str] | None = None
) -> ReadPlaylist:
    """Fetch a playlist and judge it; ``imported`` are the multivariant playlist's variables."""
    fetched = await source.read(reference, base=base, kind=ObjectKind.PLAYLIST)
    uri = fetched.delivery.uri
    findings = delivery.RULES.check(fetched.delivery, uri)
    if not fetched.was_read:
        return ReadPlaylist(uri, uri, None, None, tuple(findings))
    judged: list[Finding] = []
    try:
        lexed = lex(fetched.data)
        judged = lines.RULES.check(lexed, uri)
        playlist = parse_playlist(_expanded(fetched, imported or {}))
    except ManifestError as error:
        # A parser stops at what the rules on lines have already explained.
        if not any(finding.severity is Severity.ERROR for finding in judged):
            judged += lines.UNPARSED.check(lines.Unparsed(error, fetched.data), uri)
        return ReadPlaylist(uri, fetched.base, None, None, (*findings, *judged))
    findings += judged
    if isinstance(playlist, MediaPlaylist):
        facts = Written.of(playlist, lexed)
        findings += _judge_media(facts, uri)
        return ReadPlaylist(uri, fetched.base, facts, None, tuple(findings))
    whole = Written.of(playlist, lexed)
    findings += _judge_multivariant(whole, uri)
    return ReadPlaylist(uri, fetched.base, None, whole, tuple(findings))


def variables(playlist: MultivariantPlaylist, uri: str) -> dict[str, str]:
    """Return the variables that media playlists may import from a multivariant playlist."""
    query = _query(uri)
    known: dict[str, str] = {}
    for found in playlist.defines:
        if found.name is not None and found.value is not None:
            known[found.name] = found.value
        elif found.query_parameter in query:
            known[found.query_parameter] = query[found.query_parameter]
    return known


def _expanded(fetched: Fetched, imported: Mapping[str, str]) -> bytes:
    if _VARIABLE not in fetched.data:
        return fetched.data
    return expand(fetched.data, imported=imported, query=_query(fetched.delivery.uri))


def _query(uri: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(uri).query))


def _judge_media(facts: Written[MediaPlaylist], uri: str) -> list[Finding]:
    return [
        *version.RULES.check(facts, uri),
        *media_playlist.RULES.check(facts, uri),
        *key.RULES.check(facts, uri),
        *date_range.RULES.check(facts, uri),
        *define.RULES.check(facts, uri),
    ]


def _judge_multivariant(facts: Written[MultivariantPlaylist], uri: str) -> list[Finding]:
    return [
        *version.RULES.check(facts, uri),
        *multivariant_playlist.RULES.check(facts, uri),
        *steering.RULES.check(facts, uri),
        *media.RULES.check(facts, uri),
        *session.RULES.check(facts, uri),
        *define.RULES.check(facts, uri),
    ]
