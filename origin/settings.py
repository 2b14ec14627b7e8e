"""Settings: what commands may be told on their line, in the environment or in a file.

A setting's value is looked for on the command line, then in the environment (``--store`` is
``SOUNDBRIDGE_STORE``), then in a TOML file (``store = "s3://..."``), then in its default. The file
is the one that ``--config`` or ``SOUNDBRIDGE_CONFIG`` names, else ``soundbridge.toml`` in the
working directory if there is one. A name in the file that no option has is an error: a misspelt
setting must not be a silent one.

This module alone says how a setting is spelt; options are declared where they are used, with
``setting`` in the place of ``click.option``.
"""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from cdn.purge.credentials import Credentials

ENVIRONMENT_PREFIX: Final = "SOUNDBRIDGE_"
DEFAULT_FILE: Final = Path("soundbridge.toml")
_TRACES_TO: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_FILE_LIMIT_BYTES: Final = 1 << 20

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any] | click.Command)


class Setting(click.Option):
    """An option that the environment and the file can also give. ``--json`` is ``json`` there.

    One that may be repeated has commas between its values in the environment, and in the file one
    value or a list of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("show_default", True)
        kwargs.setdefault("show_envvar", True)
        super().__init__(*args, **kwargs)
        self.envvar = ENVIRONMENT_PREFIX + self.key.upper()

    @property
    def key(self) -> str:
        """The name in the file: the longest spelling, without dashes in front."""
        return max(self.opts, key=len).lstrip("-").replace("-", "_")

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Return what the environment says: click would split it at spaces."""
        said = self.resolve_envvar_value(ctx)
        if said is None or not self.multiple:
            return super().value_from_envvar(ctx)
        return tuple(filter(None, (value.strip() for value in said.split(","))))

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the option's value as its type has it; raises click.BadParameter."""
        if isinstance(value, list) and not self.multiple:
            raise click.BadParameter("it has one value, and this is a list.", ctx=ctx, param=self)
        is_one = self.multiple and isinstance(value, str)
        return super().type_cast_value(ctx, (value,) if is_one else value)


def setting(*declarations: str, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    """Declare an option that is a setting; the arguments are those of ``click.option``."""
    return click.option(*declarations, cls=Setting, **attributes)


def wants_traces() -> bool:
    """Return whether OpenTelemetry's own variables say where to send traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    return any(os.environ.get(name) for name in _TRACES_TO)


def purge_credentials() -> Credentials:
    """Return the secrets that open CDNs to purge: they are in the environment alone."""
    names = ("FASTLY_API_TOKEN", "CLOUDFLARE_API_TOKEN", f"{ENVIRONMENT_PREFIX}PURGE_SECRET")
    return Credentials(*(os.environ.get(name, "").strip() or None for name in names))


def read_file(path: Path | None) -> Mapping[str, Any]:
    """Return the file's values by key; without a path, those of the default file, if it is there.

    Raises click.BadParameter where the file cannot be read.
    """
    if path is None:
        if not DEFAULT_FILE.is_file():
            return {}
        path = DEFAULT_FILE
    try:
        with path.open("rb") as file:
            text = file.read(_FILE_LIMIT_BYTES + 1)
        if len(text) > _FILE_LIMIT_BYTES:
            raise click.BadParameter(f"{path} is larger than a settings file may be (1 MiB).")
        return tomllib.loads(text.decode())
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{path} cannot be read as TOML: {error}") from error


def defaults_by_command(
    values: Mapping[str, Any], commands: Mapping[str, click.Command]
) -> dict[str, dict[str, Any]]:
    """Spread a file's values over the commands' parameters, as click's ``default_map`` wants them.

    Raises click.BadParameter for a key that is no command's option.
    """
    normal = {key.replace("-", "_"): value for key, value in values.items()}
    unknown = set(normal)
    defaults = _defaults(normal, commands, unknown)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise click.BadParameter(f"the settings file has no option called {names}.")
    return defaults


def _defaults(
    values: Mapping[str, Any], commands: Mapping[str, click.Command], unknown: set[str]
) -> dict[str, dict[str, Any]]:
    """Spread values over commands and those of groups, and take from ``unknown`` what is known."""
    defaults: dict[str, dict[str, Any]] = {}
    for name, command in commands.items():
        settings = _settings(command.params)
        unknown.difference_update(settings)
        defaults[name] = {settings[key]: values[key] for key in values.keys() & settings.keys()}
        if isinstance(command, click.Group):
            defaults[name] |= _defaults(values, command.commands, unknown)
    return defaults


def _settings(parameters: Iterable[click.Parameter]) -> dict[str, str]:
    """Return the parameter name of each setting by its key."""
    return {
        parameter.key: parameter.name
        for parameter in parameters
        if isinstance(parameter, Setting) and parameter.name
    }
