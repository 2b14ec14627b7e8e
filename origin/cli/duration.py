"""Times on the command line, as people say them."""

import re
from typing import Final

import click

_UNITS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIME: Final = re.compile(r"([0-9]{1,9})([smhd])")
_YEAR_S: Final = 366 * 86_400


class Duration(click.ParamType[float]):
    """A number with a unit, in seconds: 90s, 15m, 1h, 7d."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds; says what a time looks like."""
        found = _TIME.fullmatch(str(value))
        duration_s = 0 if found is None else int(found[1]) * _UNITS_S[found[2]]
        if not 0 < duration_s <= _YEAR_S:
            self.fail(f"{value!r} is no time such as 90s, 15m, 1h or 7d, up to 366d.", param, ctx)
        return float(duration_s)
