"""The option that says how much of what players tell is looked at."""

import click

from origin.settings import setting

cmcd_setting = setting(
    "--cmcd-sample",
    "cmcd_one_in",
    default=1,
    type=click.IntRange(0, 1_000_000),
    metavar="N",
    help="Look at what players tell by CMCD of one session in N, 0 for none; of fewer where more"
    " than 250 reports a second come to a worker.",
)
