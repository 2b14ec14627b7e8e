"""falco, a linter of Fastly's VCL (npm's ``falco-js`` has it as a program)."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.servers.npm_package import unpacked

PINNED: Final = "falco-js@0.23.2"
SHA512: Final = (
    "m1NjV4bTXyfRDxdwyg4dBcdG0J7jpcw22mWQT7DLGOTT7EQw0IAGNHZufa35wOFZJBMZsFn5owbMYl44Irlq/w=="
)
TIME_LIMIT_S = 60
NEWER = "digest.ecdsa_verify(sha256, var.key, var.signed, var.signature, jwt, url_nopad)"
"""What falco 0.23 does not know yet ..."""
LIKE_IT = "digest.rsa_verify(sha256, var.key, var.signed, var.signature, url_nopad)"
"""... and what has the same arguments, but for one, and the same result."""


def falco_in(folder: Path) -> Path:
    """Download it into a folder; return the program."""
    program = unpacked(PINNED, SHA512, folder) / "bin" / "falco-linux-amd64"
    program.chmod(0o755)
    return program


def found_in(vcl: str, folder: Path, falco: Path) -> list[dict[str, Any]]:
    """Return what falco finds wrong with a service's VCL, without what is advice alone.

    What a service has beside its VCL is put in front: a backend, and the dictionary of keys.
    """
    beside = 'backend F_origin { .host = "origin.example.com"; }\n'
    if NEWER in vcl:
        beside += "table playback_keys {}\n"
    path = folder / "main.vcl"
    path.write_text(beside + vcl.replace(NEWER, LIKE_IT))
    command = [str(falco), "-json", str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )
    found = json.loads(done.stdout)["LintErrors"] or {}
    of_file: list[dict[str, Any]] = found.get(str(path), [])
    return [each for each in of_file if each["Severity"] != "Info" and not _is_beside(each)]


def _is_beside(found: dict[str, Any]) -> bool:
    return found["Rule"] == "unused/declaration" and "F_origin" in found["Message"]
