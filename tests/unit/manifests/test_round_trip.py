"""What is written is read back as it was, and nothing that is read can do worse than be refused."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manifests.errors import ManifestError
from manifests.lines import Tag, Uri, lex
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.tags import TAGS
from manifests.variables import expand
from tests.unit.manifests.strategies import MEDIA_PLAYLISTS, MULTIVARIANT_PLAYLISTS

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SNIPPETS = st.sampled_from(
    [
        *(f"#{name}" for name in TAGS),
        *(":", ",", "=", '"', "\n", "\r\n", "#", " ", "@", "0x", "{$a}", "1", "-1", "6.0", "YES"),
        *("URI=", "METHOD=AES-128", "NAME=", "VALUE=", "BANDWIDTH=1", "TYPE=AUDIO", "a.m4s"),
        *("#EXTM3U\n", "#EXT-X-TARGETDURATION:6\n", "#EXTINF:6,\na.m4s\n", "\x00", "\ufeff"),
    ]
)


@FEW
@given(MEDIA_PLAYLISTS)
def test_a_media_playlist_survives_writing_and_reading(playlist: MediaPlaylist) -> None:
    parsed = parse_playlist(playlist.render().encode())

    assert parsed == playlist
    assert (parsed.version or 1) == playlist.required_version


@FEW
@given(MULTIVARIANT_PLAYLISTS)
def test_a_multivariant_playlist_survives_writing_and_reading(
    playlist: MultivariantPlaylist,
) -> None:
    parsed = parse_playlist(playlist.render().encode())

    assert parsed == playlist
    assert (parsed.version or 1) == playlist.required_version


@FEW
@given(MEDIA_PLAYLISTS)
def test_crlf_comments_blank_lines_and_unknown_tags_change_nothing(playlist: MediaPlaylist) -> None:
    lines = playlist.render().splitlines()
    noise = "\r\n# a comment\r\n\r\n#EXT-X-UNHEARD-OF:A=1,A=1\r\n#EXT-X-PART:DURATION=1\r\n  \r\n"
    text = noise.join(playlist.render().removesuffix("\n").split("\n")) + "\n"

    assert len(lines) > 1
    assert parse_playlist(text.encode()) == playlist


def only_manifest_errors(data: bytes) -> None:
    for read in (parse_playlist, expand):
        try:
            read(data)
        except ManifestError as error:
            assert str(error)  # noqa: PT017 - any other exception is what must not happen


@FEW
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_parsed_or_refused(data: bytes) -> None:
    only_manifest_errors(data)
    only_manifest_errors(b"#EXTM3U\n" + data)


@settings(max_examples=300, deadline=None)
@given(st.lists(SNIPPETS, max_size=30))
def test_heaps_of_playlist_parts_are_parsed_or_refused(parts: list[str]) -> None:
    only_manifest_errors(("#EXTM3U\n" + "".join(parts)).encode())


@FEW
@given(MEDIA_PLAYLISTS, st.data())
def test_a_playlist_cut_anywhere_is_parsed_or_refused(
    playlist: MediaPlaylist, data: st.DataObject
) -> None:
    whole = playlist.render().encode()
    only_manifest_errors(whole[: data.draw(st.integers(0, len(whole)))])


@FEW
@given(MULTIVARIANT_PLAYLISTS)
def test_the_lines_of_a_playlist_are_its_lines(playlist: MultivariantPlaylist) -> None:
    text = playlist.render()
    written = text.removesuffix("\n").split("\n")

    for line in lex(text.encode()):
        assert isinstance(line, Tag | Uri)
        spelt = line.text if isinstance(line, Uri) else f"#{line.name}:{line.value}"
        assert written[line.line - 1] in {spelt, spelt.removesuffix(":")}
