"""`soundbridge gc` as a command: what it says, does and refuses."""

import json
from pathlib import Path

import obstore
import pytest
from click.testing import CliRunner, Result
from obstore.store import LocalStore

from manifests import layout
from origin.cli import main
from tests.functional.collecting import age, superseded
from tests.functional.looking import keys
from tests.servers.postgres import fresh_database


def gc(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gc", *map(str, arguments)])


def test_the_command_lists_first_and_removes_when_told(store: LocalStore, tmp_path: Path) -> None:
    root = tmp_path / "store"
    asset = superseded(store, root)
    age(root, hours=3)
    assert gc(root).stdout == "There is nothing to remove.\n"
    said = gc(root, "--grace", "2").stdout
    assert f"{asset.entry.where.prefix}  superseded: " in said
    assert "Remove them with --delete." in said
    assert (root / asset.entry.where.prefix).is_dir()
    done = gc(root, "--grace", "2", "--delete", "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["deleted"]
    assert document["complete"]
    assert [each["reason"] for each in document["removals"]] == ["superseded"]
    assert document["size_bytes"] == document["removals"][0]["size_bytes"] > 0
    assert not (root / asset.entry.where.prefix).exists()


def test_nothing_but_the_command_line_can_ask_for_a_removal(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = keys(store)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOUNDBRIDGE_DELETE", "1")
    assert "Remove them with --delete." in gc(tmp_path / "store").stdout
    (tmp_path / "soundbridge.toml").write_text("delete = true\n")
    assert "no option called delete" in gc(tmp_path / "store").stderr
    assert keys(store) == before


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_went_before_a_failure_is_told(
    store: LocalStore, tmp_path: Path, form: tuple[str, ...]
) -> None:
    unfinished = tmp_path / "store" / "media" / "a" / "00000.m4s#1"
    unfinished.parent.mkdir(parents=True)
    unfinished.write_bytes(b"half")
    obstore.put(store, layout.entry_key("strange"), b"{")
    age(tmp_path / "store", hours=25)
    done = gc(tmp_path / "store", "--delete", *form)
    assert done.exit_code == 1
    assert not unfinished.exists()
    assert "No database was asked." in done.stderr
    assert "strange.json cannot be understood" in done.stderr
    if form:
        document = json.loads(done.stdout)
        assert (document["complete"], document["objects"]) == (False, 1)
    else:
        assert done.stdout.splitlines()[-1].startswith("Removed 1 objects in 1 folders")


def test_what_the_command_refuses_is_a_sentence(store: LocalStore, tmp_path: Path) -> None:
    del store
    for arguments, status, said in (
        ((tmp_path / "missing",), 2, "There is no folder"),
        ((tmp_path / "store", "--grace", "0"), 2, "0.25"),
        ((tmp_path / "store", "--abandoned", "0.1"), 2, "0.25"),
        ((tmp_path / "store", "--state", tmp_path), 1, "There is no database in the folder"),
        ((tmp_path / "store", "--database", "mysql://x"), 1, "is not a database we know"),
    ):
        done = gc(*arguments)
        assert done.exit_code == status
        assert said in done.stderr


def test_an_empty_database_is_no_answer(
    store: LocalStore, postgres_url: str, tmp_path: Path
) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = keys(store)
    with fresh_database(postgres_url) as url:
        done = gc(tmp_path / "store", "--database", url, "--delete")
    assert done.exit_code == 1
    assert "is empty. Give --state or --database" in done.stderr
    assert keys(store) == before
