"""Every option from the command line, the environment and a file, in that order of precedence."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from origin.cli import main
from origin.settings import Setting, setting

# What removes something is never asked for by an environment or a file.
NO_SETTINGS = {
    ("gc", "delete"),
    *(("purge", each) for each in ("asset_ids", "tags", "prefixes", "soft")),
}

seen: list[tuple[str, int]] = []


@click.command()
@setting("--store", default="here")
@setting("--max-size", "max_size_bytes", default=1)
def probe(store: str, max_size_bytes: int) -> None:
    seen.append((store, max_size_bytes))


@click.command()
@setting("--store", "stores", multiple=True)
def probe_several(stores: tuple[str, ...]) -> None:
    seen.extend((store, len(stores)) for store in stores)


@pytest.fixture(autouse=True)
def _with_probe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen.clear()
    monkeypatch.setitem(main.commands, "probe", probe)
    monkeypatch.setitem(main.commands, "probe-several", probe_several)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, env=environment)
    return result.exit_code, result.output


def test_default() -> None:
    assert run("probe")[0] == 0
    assert seen == [("here", 1)]


def test_file_in_the_working_directory(tmp_path: Path) -> None:
    Path(tmp_path, "soundbridge.toml").write_text('store = "file"\nmax-size = 2\n')
    assert run("probe")[0] == 0
    assert seen == [("file", 2)]


def test_environment_wins_over_file(tmp_path: Path) -> None:
    named = Path(tmp_path, "named.toml")
    named.write_text('store = "file"\nmax_size = 2\n')
    environment = {"SOUNDBRIDGE_CONFIG": str(named), "SOUNDBRIDGE_MAX_SIZE": "3"}
    assert run("probe", environment=environment)[0] == 0
    assert seen == [("file", 3)]


def test_command_line_wins_over_all(tmp_path: Path) -> None:
    Path(tmp_path, "soundbridge.toml").write_text("max-size = 2\n")
    environment = {"SOUNDBRIDGE_MAX_SIZE": "3"}
    assert run("probe", "--max-size", "4", environment=environment)[0] == 0
    assert seen == [("here", 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stroe = 1", "no option called stroe"),
        ("store = ", "cannot be read as TOML"),
        ("#" * (1 << 20 | 1), "larger than"),
        ("max-size = 'many'", "Invalid value"),
    ],
)
def test_a_bad_file_is_wrong_usage(tmp_path: Path, text: str, said: str) -> None:
    Path(tmp_path, "soundbridge.toml").write_text(text)
    status, output = run("probe")
    assert status == 2
    assert said in output
    assert seen == []


def test_the_file_also_gives_what_commands_of_a_group_ask_for(tmp_path: Path) -> None:
    assert run("token", "new-key", "signing.pem")[0] == 0
    assert run("token", "sign", "first-light", "--for", "1h")[0] == 2
    (tmp_path / "soundbridge.toml").write_text("signing-key = 'signing.pem'\nstore = 'there'\n")
    status, token = run("token", "sign", "first-light", "--for", "1h")
    assert (status, token.count(".")) == (0, 2)


def test_a_bad_variable_is_named() -> None:
    status, output = run("probe", environment={"SOUNDBRIDGE_MAX_SIZE": "tcp://10.0.0.1:80"})
    assert status == 2
    assert "SOUNDBRIDGE_MAX_SIZE" in output


@pytest.mark.parametrize(
    ("said", "stores"),
    [("a", ["a"]), ("a b", ["a b"]), ("a,b", ["a", "b"]), (" a , s3://b/c,", ["a", "s3://b/c"])],
)
def test_the_environment_has_commas_between_several_values(said: str, stores: list[str]) -> None:
    assert run("probe-several", environment={"SOUNDBRIDGE_STORE": said})[0] == 0
    assert seen == [(store, len(stores)) for store in stores]


@pytest.mark.parametrize(
    ("said", "stores"), [("'a, b'", ["a, b"]), ("['a', 'b']", ["a", "b"]), ("['a']", ["a"])]
)
def test_the_file_has_one_value_or_a_list(said: str, stores: list[str]) -> None:
    Path("soundbridge.toml").write_text(f"store = {said}\n")
    assert run("probe-several")[0] == 0
    assert seen == [(store, len(stores)) for store in stores]


def test_the_command_line_has_the_option_several_times_and_wins() -> None:
    environment = {"SOUNDBRIDGE_STORE": "c"}
    assert run("probe-several", "--store", "a,b", "--store", "b", environment=environment)[0] == 0
    assert seen == [("a,b", 2), ("b", 2)]


def test_a_list_where_one_value_is_meant_is_wrong_usage() -> None:
    Path("soundbridge.toml").write_text("store = ['a', 'b']\n")
    status, output = run("probe")
    assert (status, seen) == (2, [])
    assert "SOUNDBRIDGE_STORE" in output
    assert "this is a list" in output


def test_every_option_of_every_command_is_a_setting() -> None:
    for name, command in main.commands.items():
        options = [each for each in command.params if isinstance(each, click.Option)]
        assert options or isinstance(command, click.Group), name
        for option in options:
            does_something_else = option.is_eager or (name, option.name) in NO_SETTINGS
            assert isinstance(option, Setting) or does_something_else, f"{name} {option.opts}"
            assert option.help or name.startswith("probe"), f"{name} {option.opts}"


def test_time_limits_have_names_of_their_own() -> None:
    for name in ("validate", "doctor"):
        (limit,) = (each for each in main.commands[name].params if "--time-limit" in each.opts)
        assert isinstance(limit, Setting)
        assert limit.key == f"{name}_time_limit"
