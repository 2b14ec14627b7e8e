"""Every option from the command line, the environment and a file, in that order of precedence."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from origin.cli import main
from origin.settings import Setting, setting

# What removes something is never asked for by an environment or a file.
NO_SETTINGS = {("gc", "delete")}

seen: list[tuple[str, int]] = []


@click.command()
@setting("--store", default="here")
@setting("--max-size", "max_size_bytes", default=1)
def probe(store: str, max_size_bytes: int) -> None:
    seen.append((store, max_size_bytes))


@pytest.fixture(autouse=True)
def _with_probe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen.clear()
    monkeypatch.setitem(main.commands, "probe", probe)
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


def test_every_option_of_every_command_is_a_setting() -> None:
    for name, command in main.commands.items():
        options = [each for each in command.params if isinstance(each, click.Option)]
        assert options or isinstance(command, click.Group), name
        for option in options:
            does_something_else = option.is_eager or (name, option.name) in NO_SETTINGS
            assert isinstance(option, Setting) or does_something_else, f"{name} {option.opts}"
            assert option.help or name == "probe", f"{name} {option.opts}"
