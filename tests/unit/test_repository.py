"""What the repository promises about itself."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_ci_runs_exactly_the_readme_test_command() -> None:
    test_commands = [line for line in readme_commands() if "/pytest " in line]
    assert len(test_commands) == 1
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == test_commands[0]


def anchors(document: Path) -> set[str]:
    """Return what each heading is called in a link, as GitHub makes it of the heading's words."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", ["README.md", "origin/README.md", "cdn/README.md"])
def test_what_documents_link_to_is_there(document: str) -> None:
    path = ROOT / document
    assert "@@" not in path.read_text(encoding="utf-8"), "a place where something was to be put"
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", path.read_text(encoding="utf-8"))
    assert links
    for name, anchor in links:
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), name
        assert not anchor or anchor in anchors(target), (name, anchor)


def test_top_level_is_the_architecture() -> None:
    tracked = {"manifests", "packager", "cdn", "origin", "benchmarks", "tests"}
    files = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    ignored = {"dist", "build"}
    found = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not path.name.endswith(".egg-info")
    }
    assert found - ignored == tracked | files
