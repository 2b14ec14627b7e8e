"""``soundbridge play``: package one file, serve it, and say where to listen.

Packaging runs as a process of its own, the same that ``soundbridge package`` is: the process that
serves never loads the decoder, and what happens to the decoder does not happen to the server.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from origin.cli.announcing import announce
from origin.cli.serve import host_setting, port_setting
from origin.cli.stopping import stoppable
from origin.settings import setting


@click.command(short_help="Package a file, serve it, and say where to listen.")
@click.argument("file", required=False)
@host_setting
@port_setting
@setting(
    "--keep",
    metavar="FOLDER",
    help="Package into this folder and leave it there; else into a temporary one.",
)
@click.pass_context
def play(context: click.Context, file: str | None, host: str, port: int, keep: str | None) -> None:
    """Package FILE, serve it, and print the URL of a page that plays it.

    Without FILE, a short tune is synthesised.
    """
    with TemporaryDirectory(prefix="soundbridge-") as temporary:
        store = keep or str(Path(temporary, "store"))
        source = file if file is not None else _synthesise(Path(temporary, "first-light.wav"))
        config: Path | None = context.find_root().params["config"]
        with stoppable():
            packaged = _package(source, store, config)
        _serve(store, host, port, packaged["playback_id"])


def _synthesise(target: Path) -> str:
    """Write the tune to ``target`` and return its path."""
    click.echo("Synthesising a short tune.", err=True)
    with target.open("wb") as output:
        subprocess.run([sys.executable, "-m", "packager.tune"], stdout=output, check=True)
    return str(target)


def _package(source: str, store: str, config: Path | None) -> dict[str, Any]:
    """Run ``soundbridge package``, which says on stderr how it goes; return its JSON line."""
    program = [sys.executable, "-m", "origin.cli", *(["--config", str(config)] if config else [])]
    command = [*program, "package", "--json", "--", source, store]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603 our own program
        try:
            said, _ = child.communicate()
        except KeyboardInterrupt:
            child.terminate()
            raise
    if child.returncode:
        sys.exit(child.returncode if child.returncode > 0 else 1)
    packaged: dict[str, Any] = json.loads(said.splitlines()[-1])
    return packaged


def _serve(store: str, host: str, port: int, playback_id: str) -> None:
    """Serve the store until the terminal, or whoever started us, says stop."""
    from origin.service import ServerFailed, Service
    from origin.serving import serve_here

    def on_ready(url: str) -> None:
        announce(
            f"Listen at {url}/?play={playback_id}",
            f"HLS: {url}/{playback_id}.m3u8   (Ctrl-C stops)",
        )

    try:
        serve_here(Service((store,)), host=host, port=port, on_ready=on_ready)
    except ServerFailed as error:
        raise click.ClickException(str(error)) from error
