"""``soundbridge``, but for the settings of its coder, which are FFmpeg's defaults in every rung.

No user gets to choose this: it is here to compare packagers rather than coders.
"""

from origin.cli import main
from packager.encoding import aac


def run() -> None:
    """Run the command line."""
    aac.coder_options = lambda rung: {}  # noqa: ARG005 - it is called by name, too
    main()


if __name__ == "__main__":
    run()
