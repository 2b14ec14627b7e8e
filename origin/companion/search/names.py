"""A name, in all the ways in which its words are met. Pure."""

from dataclasses import dataclass
from functools import lru_cache

from origin.companion.search.folding import plain
from origin.companion.search.joining import joined_words
from origin.companion.search.words import Word, words_of


@dataclass(frozen=True, slots=True)
class Name:
    """``joined`` is what is left of its words without the signs between them."""

    words: tuple[Word, ...] = ()
    joined: tuple[Word, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Its words, each once."""
        return tuple(word.text for word in self.words if not word.is_tail)

    @property
    def joined_texts(self) -> tuple[str, ...]:
        """What they are joined."""
        return tuple(word.text for word in self.joined)

    @property
    def spellings(self) -> frozenset[str]:
        """All of its letters, without what divides them."""
        whole = {"".join(self.texts)}
        if self.words:
            start, end = self.words[0].start, self.words[-1].ends[-1]
            whole |= {
                each.text for each in self.joined if each.start <= start and each.ends[-1] >= end
            }
        return frozenset(whole)


@lru_cache(maxsize=4096)
def name_of(text: str | None) -> Name:
    """Return a name, of which most are shown again and again."""
    return Name() if text is None else Name(words_of(text), joined_words(text))


def begins(text: str, beginning: str) -> bool:
    """Tell whether a word of a name begins so, joined or not; the beginning is folded."""
    joined = " ".join(name_of(text).joined_texts)
    return f" {beginning}" in f" {plain(text)} {joined}"
