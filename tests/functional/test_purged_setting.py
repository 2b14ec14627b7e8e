"""``--cdn-is-purged``: how long CDNs are told to keep entries, and nothing else."""

import urllib.request
from pathlib import Path

import pytest
from obstore.store import LocalStore

from tests.servers.soundbridge import running, url_said
from tests.sources.published import publish

NAMES = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
STALE = "stale-while-revalidate=60, stale-if-error=86400"
A_MINUTE = (f"max-age=60, {STALE}",) * 3
A_DAY = (f"max-age=60, s-maxage=86400, {STALE}", *(f"max-age=86400, {STALE}",) * 2)


def said(url: str) -> tuple[str, ...]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 our own server
        return tuple(str(answer.headers[name]) for name in NAMES)


@pytest.mark.parametrize(
    ("options", "environment", "lifetime"),
    [
        ((), {}, A_MINUTE),
        (("--cdn-is-purged",), {}, A_DAY),
        ((), {"SOUNDBRIDGE_CDN_IS_PURGED": "true"}, A_DAY),
        ((), {"SOUNDBRIDGE_CDN_IS_PURGED": "false"}, A_MINUTE),
    ],
)
def test_entries_are_kept_for_a_day_where_they_are_purged(
    tmp_path: Path,
    options: tuple[str, ...],
    environment: dict[str, str],
    lifetime: tuple[str, ...],
) -> None:
    asset = publish(LocalStore(tmp_path))
    serve: list[str | Path] = ["serve", "--store", tmp_path, "--port", "0", *options]
    with running(*serve, environment=environment) as process:
        url = url_said(process)
        for form in ("m3u8", "mpd", "json"):
            for _ in range(3):  # the last of them from memory
                assert said(f"{url}/{asset.entry.playback_id}.{form}") == lifetime
        assert said(f"{url}{asset.path}/128k/00001.m4s")[0].endswith("max-age=31536000, immutable")
