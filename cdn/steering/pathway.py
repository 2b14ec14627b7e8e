"""A pathway as an operator says it: ``NAME=URL;weight=3;regions=DE,FR;cost=1``."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from cdn.errors import UnusablePathway
from manifests.steering import DEFAULT_PATHWAY

PATHWAYS_MAX: Final = 16
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")  # rfc8216bis §7 and no longer than that
_URL: Final = re.compile(r"[A-Za-z0-9._~:/\[\]%-]+")
"""No query, no user, and nothing that a quoted string or a policy of a page could not hold."""
_REGION: Final = re.compile(r"[A-Za-z]{2}")  # ISO 3166-1 alpha-2
_NUMBER_MAX: Final = 1e6


@dataclass(frozen=True, slots=True)
class Pathway:
    """One place that has everything.

    ``url`` ends with a slash. ``weight`` is how much it takes in terms of the others, 0 only what
    they cannot. ``regions`` are the countries that it is for; without any, it is for all.
    ``cost`` is what it costs, in any unit.
    """

    name: str
    url: str
    weight: float = 1
    regions: frozenset[str] = frozenset()
    cost: float = 0

    @property
    def host(self) -> str:
        """The host of its URL, as it stands there, without a port."""
        host = urlsplit(self.url).hostname or ""
        return f"[{host}]" if ":" in host else host

    @property
    def origin(self) -> str:
        """Where it is, as pages' policies say it (RFC 6454 §6.2)."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def parse_pathway(text: str) -> Pathway:
    """Read one; UnusablePathway says what is wrong with it."""
    place, *facts = (part.strip() for part in text.split(";"))
    name, _, url = place.partition("=")
    if not _NAME.fullmatch(name) or name == DEFAULT_PATHWAY:
        raise UnusablePathway(f"{name!r} is no name for a pathway: up to 32 of A-Z a-z 0-9 . _ -")
    said = {}
    for fact in facts:
        key, is_said, value = fact.partition("=")
        if not is_said or key in said or key not in {"weight", "regions", "cost"}:
            raise UnusablePathway(
                f"{name}: {fact!r} is none of weight=NUMBER, regions=DE,FR and cost=NUMBER"
            )
        said[key] = value
    return Pathway(
        name,
        _base(name, url),
        _number(name, said.get("weight", "1")),
        _regions(name, said.get("regions")),
        _number(name, said.get("cost", "0")),
    )


def check_together(pathways: Sequence[Pathway], *, cloned: bool) -> None:
    """Refuse what does not go together; raises UnusablePathway.

    ``cloned`` pathways can differ by their host alone: URI-REPLACEMENT knows nothing else that
    would keep the path, and players ignore a port in it (``URL.hostname``).
    """
    names = [each.name for each in pathways]
    if len(set(names)) < len(names):
        raise UnusablePathway(f"two pathways have one name: {', '.join(names)}")
    if len(names) > PATHWAYS_MAX:
        raise UnusablePathway(f"there are {len(names)} pathways; {PATHWAYS_MAX} are possible")
    if pathways and not any(each.weight for each in pathways):
        raise UnusablePathway("every pathway has weight 0: which of them is to be used?")
    if cloned and len({_beside_host(each) for each in pathways}) > 1:
        raise UnusablePathway(
            "under playback tokens, pathways differ by their host alone: give all of them the same"
            " scheme, port and path"
        )


def _base(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_usable = SplitResult("", "", "", "", ""), False
    if not is_usable or parts.scheme not in {"http", "https"} or not _URL.fullmatch(url):
        raise UnusablePathway(f"{name}: {url!r} is no URL such as https://cdn.example/")
    return url if url.endswith("/") else f"{url}/"


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= _NUMBER_MAX:  # so that it is no NaN either
        raise UnusablePathway(f"{name}: {text!r} is no number from 0 to a million")
    return number


def _regions(name: str, text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    regions = [region.strip() for region in text.split(",")]
    if not all(_REGION.fullmatch(region) for region in regions):
        raise UnusablePathway(f"{name}: {text!r} are no countries such as DE,FR")
    return frozenset(region.upper() for region in regions)


def _beside_host(pathway: Pathway) -> tuple[str, int | None, str]:
    parts = urlsplit(pathway.url)
    return parts.scheme, parts.port, parts.path
