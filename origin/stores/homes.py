"""Which of several stores has what is asked for. Pure.

What is looked for is a *place*: a revision, or the key of an object that belongs to none (an
entry). Its *home* is the store listed first of those that have it. Ids are random, so where two
have it, it was copied, or somebody took the name on purpose: whom one trusts most is listed first.

A revision has one home for all of its objects, and for all that no index vouches for, that home
alone is asked. Object by object, a store that is listed later could add what the first does not
have yet: the next segments of a growing revision, whose names everybody can tell, and which
caches keep for a year.

A store that fails is passed over where another one has it, but not for what was at home there.
What was found that way is *uncertain*, and looked for again soon; that nobody has it is certain
only if all have said so.

What is uncertain may be somebody's who took the name on purpose. It is served, for a store that is
down must not take away what others have; but it is *doubted*: what was read there is remembered no
longer than its home is, what was made of it is not given again, and nobody outside may keep it for
longer (``cdn.policy``). A doubt ends a while after the home has been found for certain, since what
was read before may still be on its way.
"""

from collections.abc import Sequence
from enum import Enum, auto
from math import inf
from typing import Final, NamedTuple

from manifests.layout import GROWING_PREFIX, MEDIA_PREFIX, Revision
from origin.delivery.bounded import BoundedMap

LOOKED_FOR_EVERY_S: Final = 10.0
"""How often it is looked again where something is that may be elsewhere by now."""
PATIENCE_S: Final = 1.0
"""How long a store may take, once another one has it, before it counts as failing."""
FAILING_PATIENCE_S: Final = 0.1
"""The same for one that has been failing, also where all others have said no: it may have
recovered."""
HOMES_MAX: Final = 50_000
"""Places whose homes are remembered: some 15 MB."""

Place = Revision | str


class Said(Enum):
    """What a store has said of a place."""

    NOTHING_YET = auto()
    ABSENT = auto()
    FAILED = auto()
    PRESENT = auto()


class Choice(NamedTuple):
    """The store that counts, None for no store; uncertain where one failed that may know better."""

    store: int | None
    is_certain: bool


class Home(NamedTuple):
    """Where a place is, until when that need not be looked for again, and whether it grows.

    ``doubted_until_s`` is when what was read there must have been read anew.
    """

    store: int
    until_s: float
    is_growing: bool
    is_certain: bool = True
    doubted_until_s: float = -inf


def place_of(key: str) -> Place:
    """Return to what an object belongs: all objects of a revision are looked for together."""
    folder, *rest = key.split("/", 3)
    if folder in {MEDIA_PREFIX, GROWING_PREFIX} and len(rest) > len(("asset", "revision")):
        return Revision(rest[0], rest[1])
    return key


def choose(said: Sequence[Said], known: int | None = None) -> Choice | None:
    """Choose by what was said so far, in the stores' order; None where more has to be said.

    ``known`` is where it was. While that store fails, none that is listed later takes its place.
    """
    for store, each in enumerate(said):
        if each is Said.NOTHING_YET:
            return None
        if each is Said.PRESENT:
            return Choice(store, Said.FAILED not in said[:store])
        if each is Said.FAILED and store == known:
            return Choice(None, is_certain=False)
    return Choice(None, Said.FAILED not in said)


def awaited(said: Sequence[Said]) -> list[int]:
    """Return the stores that have to be heard: those before one that has it, or all."""
    count = said.index(Said.PRESENT) if Said.PRESENT in said else len(said)
    return [store for store in range(count) if said[store] is Said.NOTHING_YET]


def patience_s(
    said: Sequence[Said], is_failing: Sequence[bool], known: int | None = None
) -> float | None:
    """Return how long those may still take who are waited for; None for as long as they need.

    While no store has it, that is so, unless all that are waited for have been failing, some other
    has said no, and it was not at home (``known``) in one of them: then nobody can tell.
    """
    late = awaited(said)
    all_fail = all(is_failing[store] for store in late)
    if Said.PRESENT in said:
        return FAILING_PATIENCE_S if all_fail else PATIENCE_S
    is_in_doubt = all_fail and Said.ABSENT in said and known not in late
    return FAILING_PATIENCE_S if is_in_doubt else None


class Homes:
    """The homes that are known, those used last."""

    def __init__(self, homes_max: int = HOMES_MAX) -> None:
        self._homes: BoundedMap[Place, Home] = BoundedMap(homes_max)

    def find(self, place: Place, now_s: float) -> Home | None:
        """Return the home that need not be looked for again."""
        home = self._homes.get(place)
        return None if home is None or now_s >= home.until_s else home

    def doubted_until_s(self, place: Place, now_s: float) -> float | None:
        """Return how long what was read of a place may be remembered; None where it is certain."""
        home = self._homes.get(place)
        if home is None:
            return now_s
        is_doubted = now_s < home.doubted_until_s or not home.is_certain
        return home.doubted_until_s if is_doubted else None

    def last(self, place: Place) -> int | None:
        """Return the store where it was when it was last looked for."""
        home = self._homes.get(place)
        return None if home is None else home.store

    def note(
        self, place: Place, store: int, now_s: float, *, is_certain: bool, is_growing: bool = False
    ) -> Home:
        """Remember where a place is: a complete revision for good, all else for a while."""
        is_lasting = is_certain and not is_growing and isinstance(place, Revision)
        again_s = now_s + LOOKED_FOR_EVERY_S
        before = self._homes.get(place)
        doubted_until_s = -inf if before is None else before.doubted_until_s
        if not is_certain or (before is not None and not before.is_certain):
            doubted_until_s = again_s
        until_s = inf if is_lasting else again_s
        home = Home(store, until_s, is_growing, is_certain, doubted_until_s)
        self._homes.put(place, home, 1)
        return home
