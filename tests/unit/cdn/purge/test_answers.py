"""What an answer of a CDN means: whether, and when, to ask again."""

from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from cdn.errors import PurgeDelayed, PurgeFailed, PurgerClosed, PurgeRefused, PurgerUnreachable
from cdn.policy.coding import AT_EDGES as CODINGS
from cdn.purge.asking import Answer, failure_of
from cdn.purge.nginx import codings_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None), (204, None), (301, PurgeRefused), (400, PurgeRefused), (401, PurgerClosed),
        (403, PurgerClosed), (404, PurgerClosed), (405, PurgerClosed), (408, PurgerUnreachable),
        (413, PurgeRefused), (429, PurgeDelayed), (500, PurgerUnreachable), (501, PurgerClosed),
        (503, PurgerUnreachable),
    ],
)  # fmt: skip
def test_statuses(status: int, kind: type[PurgeFailed] | None) -> None:
    failure = failure_of("It", Answer(status, {}, b"no\0 way"), NOW)
    assert (None if failure is None else type(failure)) is kind
    assert failure is None or f"It answered {status}: no way" in str(failure)


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"Fastly-RateLimit-Reset": "1767323105"}, 60),
        ({"Fastly-RateLimit-Reset": "1767323105", "Retry-After": "7"}, 7),
        ({"Fastly-RateLimit-Reset": "1767323000"}, 0),
        ({"Fastly-RateLimit-Reset": "9" * 400}, 3600),
        ({"Fastly-RateLimit-Reset": "soon"}, 0),
        ({"Retry-After": "9" * 12}, 3600), ({"Retry-After": "soon"}, 0), ({}, 0),
    ],
)  # fmt: skip
def test_it_says_when_it_takes_more(headers: dict[str, str], pause_s: float) -> None:
    assert NOW.timestamp() == 1_767_323_045
    failure = failure_of("Fastly", Answer(429, CIMultiDict(headers), b""), NOW)
    assert isinstance(failure, PurgeDelayed)
    assert failure.pause_s == pause_s


@pytest.mark.parametrize(
    ("path", "codings"),
    [
        ("/song.m3u8", CODINGS), ("/media/a/r/manifest.mpd", CODINGS), ("/song.json", CODINGS),
        ("/media/a/r/waveform.dat", CODINGS), ("/media/a/r/128k/00000.m4s", ("identity",)),
        ("/media/a/r/128k/init.mp4", ("identity",)),
        ("/media/a/r/128k/1.aac?x=.m3u8", ("identity",)),
        ("/artwork/t/a/1-2.jpg", ("identity",)), ("/", CODINGS),
    ],
)  # fmt: skip
def test_codings_that_nginx_keeps(path: str, codings: tuple[str, ...]) -> None:
    assert codings_of(path) == codings
