"""``soundbridge validate``: find what is wrong with a presentation."""

from typing import Final

import click

from origin.settings import setting

_TIME_LIMIT_S: Final = 600.0


def _list_rules(context: click.Context, _option: click.Parameter, value: object) -> None:
    if value:
        from origin.inspection.run import list_rules

        list_rules()
        context.exit()


@click.command()
@click.argument("target", metavar="URL|FOLDER")
@setting("--json", "as_json", is_flag=True, help="Print one JSON document.")
@setting("--errors-only", is_flag=True, help="Exit with status 0 where there are only warnings.")
@setting(
    "--time-limit",
    "--validate-time-limit",
    "time_limit_s",
    type=click.FloatRange(min=0, min_open=True),
    default=_TIME_LIMIT_S,
    metavar="SECONDS",
    help="Give up after this long.",
)
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_rules,
    help="List the rules and exit.",
)
@click.pass_context
def validate(
    context: click.Context, target: str, *, as_json: bool, errors_only: bool, time_limit_s: float
) -> None:
    """Check HLS playlists, initialization sections and segments against their standards.

    URL|FOLDER is the address of a playlist, a playlist's path, or a folder or store URL, of which
    every presentation is checked. The rules are those of RFC 8216 and of Apple's authoring
    specification that concern audio. Exit status 1 tells of errors, of warnings, or of a target
    that cannot be read.

    \b
    soundbridge validate https://example.com/song.m3u8
    soundbridge validate ./store --json
    """  # noqa: D301  # click wants the backspace character, not a backslash
    from origin.inspection.run import run

    is_valid = run(target, as_json=as_json, errors_only=errors_only, time_limit_s=time_limit_s)
    context.exit(0 if is_valid else 1)
