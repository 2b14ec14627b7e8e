import pytest

from cdn.errors import PurgeRefused
from cdn.purge.target import By, Target, as_kept, path_of, url_of


@pytest.mark.parametrize(
    ("by", "value"),
    [
        (By.TAG, "asset-1t9b"), (By.TAG, "class-entry-playlist"), (By.TAG, "x" * 256),
        (By.PATH, "/7q2m.m3u8"), (By.PATH, "/v1/tracks?genre=jazz"), (By.PATH, "/"),
        (By.PATH, "https://radio.example/7q2m.mpd"), (By.PREFIX, "/media/1t9b/"),
        (By.PREFIX, "https://radio.example:8443/media/1t9b/"), (By.PATH, "/caf%C3%A9"),
    ],
)  # fmt: skip
def test_what_can_be_dropped(by: By, value: str) -> None:
    assert Target(by, value).value == value


@pytest.mark.parametrize(
    ("by", "value"),
    [
        (By.TAG, ""), (By.TAG, "two tags"), (By.TAG, "a,b"), (By.TAG, "x" * 257), (By.TAG, "é"),
        (By.TAG, "a\r\nb"), (By.PATH, "7q2m.m3u8"), (By.PATH, ""), (By.PATH, "/a b"),
        (By.PATH, "/*"), (By.PATH, "/media/*"), (By.PATH, "/a\r\nX: y"), (By.PATH, "/café"),
        (By.PATH, "ftp://radio.example/"), (By.PATH, "https://radio.example"),
        (By.PATH, "/" + "x" * 2_000), (By.PREFIX, "/media/1t9b"), (By.PATH, "https:///x"),
        (By.PATH, "/a#b"), (By.PATH, "https://radio.example?/a"), (By.PATH, "https://me@x/a"),
    ],
)  # fmt: skip
def test_what_cannot(by: By, value: str) -> None:
    with pytest.raises(PurgeRefused):
        Target(by, value)


def test_paths_and_urls() -> None:
    assert path_of("https://radio.example/a?b=c") == "/a?b=c" == path_of("/a?b=c")
    assert url_of("/a", "https://radio.example/") == "https://radio.example/a"
    assert url_of("http://x/a", None) == "http://x/a"
    with pytest.raises(PurgeRefused, match="--public-url"):
        url_of("/a", None)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("https://radio.example/t/a.b.c/7q2m.m3u8?CMCD=br%3D128", "https://radio.example/7q2m.m3u8"),
        ("/t/a.b.c/media/a/r1/128k/00001.m4s", "/media/a/r1/128k/00001.m4s"),
        ("/v1/tracks?limit=3&CMCD=x", "/v1/tracks?limit=3"),
        ("/t/a.b.c/v1/tracks", "/t/a.b.c/v1/tracks"), ("/media/a//b", "/media/a//b"),
        ("/", "/"), ("https://radio.example/7q2m.mpd?", "https://radio.example/7q2m.mpd"),
    ],
)  # fmt: skip
def test_what_a_player_asked_for_is_kept_without_what_is_its_own(asked: str, kept: str) -> None:
    assert as_kept(Target(By.PATH, asked, soft=True)) == Target(By.PATH, kept, soft=True)
