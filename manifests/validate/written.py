"""A playlist as it was written: its model, and the lines of the file that the model came from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

from manifests.lines import Line, Tag

Playlist_co = TypeVar("Playlist_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Written(Generic[Playlist_co]):
    """``lines`` holds the line numbers of every tag, by name, in the order of the file."""

    playlist: Playlist_co
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        playlist: Playlist_co,  # type: ignore[misc]  # a constructor may take what it will give
        lexed: Iterable[Line],
    ) -> Self:
        """Join a parsed playlist with the lines that it was parsed from."""
        lines: defaultdict[str, list[int]] = defaultdict(list)
        for line in lexed:
            if isinstance(line, Tag):
                lines[line.name].append(line.line)
        return cls(playlist, {name: tuple(numbers) for name, numbers in lines.items()})

    def line(self, tag: str, nth: int = 0) -> int | None:
        """Return where the ``nth`` tag of that name stands, or None where that is not known."""
        numbers = self.lines.get(tag, ())
        return numbers[nth] if nth < len(numbers) else None
