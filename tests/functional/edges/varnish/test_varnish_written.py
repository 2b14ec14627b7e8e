"""What is written for Varnish, and what cannot be."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.servers.soundbridge import soundbridge_here

CERTIFICATE = ("--certificate", "/a.pem", "--certificate-key", "/a.key")


@pytest.mark.parametrize(
    "options", [("--check-tokens",), ("--roles",), ("--tags", "bans")], ids=str
)
def test_varnish_takes_what_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    origins = ("--origin", "127.0.0.1", "--origin", "[::1]:8081")
    done = soundbridge_here("edge", "varnish", "--into", tmp_path, *origins, *options)
    assert done.returncode == 0, done.stderr
    vcl = tmp_path / "soundbridge.vcl"
    compiled = subprocess.run(
        ["/usr/sbin/varnishd", "-j", "none", "-C", "-n", tmp_path / "n", "-f", vcl],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert compiled.returncode == 0, compiled.stderr[:2000]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*CERTIFICATE, "--host", "a.example"), "Varnish has no TLS"),
        (("--storage", "lots"), "'lots' is no size"),
        (("--listen", "80; rm"), "nothing to listen at"),
    ],
)
def test_what_varnish_cannot_be_is_said(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    done = soundbridge_here("edge", "varnish", "--into", tmp_path, *options)
    assert done.returncode == 2
    assert re.search(said, done.stderr)
    assert not list(tmp_path.iterdir())
