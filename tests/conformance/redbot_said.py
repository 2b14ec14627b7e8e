"""What REDbot says of URLs, for the tests that ask it: in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.servers.soundbridge import TIMEOUT_S

ACCEPTED = {
    # With "public", caches store also what was asked for with credentials (RFC 9111 §3.5).
    ("STORE_PUBLIC_UNNECESSARY", ""),
    # Its sniffer knows no fragmented MP4 and no ADTS.
    *(("CONTENT_TYPE_MISMATCH", suffix) for suffix in (".mp4", ".m4s", ".aac")),
    # "private, no-store": who knows one of both alone keeps nothing for others, either.
    ("CC_CONFLICTING", "/v1/me"),
}
"""Warnings that we do not follow, and of which files."""


@dataclass
class Said:
    """What REDbot found at one address."""

    path: str
    status: int
    tags: set[str]
    notes: list[dict[str, str]]

    def of_level(self, level: str) -> list[tuple[str, str, str, str]]:
        return [
            (self.path, note["name"], note["subject"], note["summary"])
            for note in self.notes
            if note["level"] == level and not self._is_accepted(note["name"])
        ]

    def _is_accepted(self, name: str) -> bool:
        return any(name == other and self.path.endswith(suffix) for other, suffix in ACCEPTED)


def said_of(urls: list[str], paths: list[str], authorization: str = "") -> list[Said]:
    """Ask REDbot for each URL twice; ``paths`` are what they are called."""
    command = [sys.executable, "-m", "tests.conformance.redbot_says", f"--as={authorization}"]
    done = subprocess.run(
        [*command, *(each for each in urls for _ in range(2))],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    pairs = zip((path for path in paths for _ in range(2)), found, strict=True)
    return [
        Said(path, each["status"], set(each["tags"].strip().split(",")), each["notes"])
        for path, each in pairs
    ]
