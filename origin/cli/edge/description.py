"""What every kind of edge is told on the command line, and where its configuration goes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from cdn.edge.plan import USUAL_PURGES_FROM, Address, Certificate, Edge, EdgeFile
from cdn.errors import UnusableEdge

_ORIGIN_PORT: Final = 8080
_HOST: Final = "localhost"
_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

into = click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the configuration's files into this folder, and not to stdout.",
)
"""Where a configuration goes: what ``put_out`` takes for its folder."""

_OPTIONS: Final[Sequence[tuple[tuple[str, ...], Mapping[str, Any]]]] = (
    (
        ("--host",),
        {"help": "The edge's public name; by default localhost, where there is no certificate."},
    ),
    (
        ("--origin", "origins"),
        {
            "multiple": True,
            "default": ("127.0.0.1",),
            "show_default": True,
            "metavar": "HOST[:PORT]",
            "help": f"A soundbridge that the edge asks, by default at port {_ORIGIN_PORT};"
            " repeat it.",
        },
    ),
    (
        ("--roles", "parts"),
        {
            "is_flag": True,
            "help": "Each origin is the five roles, at ports 3001 to 3005, and not one program.",
        },
    ),
    (
        ("--certificate",),
        {
            "metavar": "PATH",
            "help": "The TLS certificate's chain (PEM), where the edge runs: an absolute path.",
        },
    ),
    (
        ("--certificate-key",),
        {"metavar": "PATH", "help": "Its private key (PEM), where the edge runs."},
    ),
    (
        ("--check-tokens", "checks_tokens"),
        {
            "is_flag": True,
            "help": "Let nothing play without a playback token; all listeners share one copy.",
        },
    ),
    (
        ("--purge-from", "purges_from"),
        {
            "multiple": True,
            "default": USUAL_PURGES_FROM,
            "show_default": True,
            "metavar": "NETWORK",
            "help": "Who may purge; repeat it.",
        },
    ),
)


def port(name: str, usual: int, says: str) -> Callable[[_Decorated], _Decorated]:
    """Return the option of a port at which an edge listens."""
    return click.option(name, type=int, default=usual, show_default=True, help=says)


def described(*refused: str) -> Callable[[_Decorated], _Decorated]:
    """Give a command the options that ``edge_of`` reads, and ``--into``.

    Of what is ``refused``, for a reason that the error tells, its help says nothing.
    """

    def given(command: _Decorated) -> _Decorated:
        command = into(command)
        for words, told in reversed(_OPTIONS):
            command = click.option(*words, **told, hidden=words[0] in refused)(command)
        return command

    return given


def edge_of(
    *,
    host: str | None,
    origins: Sequence[str],
    parts: bool,
    certificate: str | None,
    certificate_key: str | None,
    checks_tokens: bool,
    purges_from: Sequence[str],
    purge_secret: str | None = None,
) -> Edge:
    """Return the edge that the options describe; raises click.UsageError."""
    if (certificate is None) != (certificate_key is None):
        raise click.UsageError("--certificate and --certificate-key go together.")
    if certificate is not None and host is None:
        raise click.UsageError("Say --host with --certificate: plain HTTP is sent on to that name.")
    try:
        pair = None
        if certificate is not None and certificate_key is not None:
            pair = Certificate(certificate, certificate_key)
        return Edge(
            host=host or _HOST,
            origins=[Address.read(each, _ORIGIN_PORT) for each in origins],
            parts=parts,
            certificate=pair,
            checks_tokens=checks_tokens,
            purges_from=purges_from,
            purge_secret=purge_secret,
        )
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error


def put_out(files: Sequence[EdgeFile], folder: Path | None) -> None:
    """Write files into a folder, or the only one to stdout; raises click.ClickException."""
    if folder is None:
        if len(files) != 1:
            names = ", ".join(each.name for each in files)
            raise click.UsageError(f"There are several files ({names}): say --into FOLDER.")
        click.echo(files[0].text, nl=False)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in files:
            path = folder / each.name
            path.touch(0o600 if each.is_secret else 0o644)
            if each.is_secret:
                path.chmod(0o600)  # it may have been there
            path.write_text(each.text, encoding="utf-8")
            click.echo(str(path))
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error}.") from error
