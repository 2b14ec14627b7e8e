"""An edge that is nginx: by which name and secret it is asked, and what an origin says for ever."""

from typing import Final

HOST: Final = "localhost"
SECRET: Final = "a-secret-of-purgers"  # noqa: S105 of a test
FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
SEGMENT: Final = "/media/a/r1/128k/00001.m4s"
