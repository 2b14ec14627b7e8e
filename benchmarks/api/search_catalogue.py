"""A catalogue that is made up, and yet like one: words by Zipf, several scripts, few played much.

It is the same for a seed, whatever the machine.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

from origin.database.sqlite import FILE_NAME

ARTISTS_SHARE: Final = 10
_USER: Final = "u"
_NOW_S: Final = 1_750_000_000.0
_GENRES: Final = ("pop", "rock", "jazz", "folk", "hip-hop", "classical", "electronic", "podcast")
_PLAYS_MAX: Final = 50_000_000
_WORDS: Final = 30_000
_NAMES: Final = 40_000
_TITLE_LENGTHS: Final = (1, 2, 2, 3, 3, 3, 4, 4, 5)


@dataclass(frozen=True)
class Script:
    """How words of a script are made: of syllables, with spaces between them or not."""

    share: int
    language: str
    onsets: str
    vowels: str
    codas: str
    is_spaced: bool = True


_LATIN: Final = ("b c d f g h j k l m n p r s t v w z br cr dr fl gr pl pr sh st th tr",)
SCRIPTS: Final = (
    Script(70, "en", _LATIN[0], "a e i o u ea oo", ",,n r s l nd ng rt m t ck"),
    Script(11, "fr", _LATIN[0], "é è ô ü ã ö å ø í", ",,n r s l ç ñ"),
    Script(7, "ru", "б в г д ж з к л м н п р с т ф х ц ч ш", "а е и о у я ё ы", ",,н р с л й т"),
    Script(4, "el", "β γ δ ζ θ κ λ μ ν π ρ σ τ φ χ", "ά ε ή ι ό υ ω", ",,ν σ"),
    Script(3, "ar", "ب ت ج ح د ر س ش ع ف ق ك ل م ن", "ا و ي", ",ب ر ن م"),
    Script(3, "ko", "가 나 다 라 마 바 사 아 자 하", "강 선 달 별 밤 길 꿈 봄", ","),
    Script(
        2, "ja", "東 西 南 北 夜 月 星 花 雨 風 空 海 青 赤 白 君 夢 時 歌 声",
        "の を に と が は も へ ん い う", ",,京 道 音", is_spaced=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Track:
    """A track as far as one looks for it."""

    id: str
    title: str
    artist_id: str
    artist: str
    script: int


class Vocabulary:
    """Words of a script, of which few are in most titles."""

    def __init__(self, script: Script, random: Random, size: int) -> None:
        self._words = [_word(script, random) for _ in range(size)]
        self._weights = list(accumulate(1 / (place + 3) for place in range(size)))
        self._between = " " if script.is_spaced else ""

    def text(self, random: Random, length: int) -> str:
        """Return some words."""
        words = random.choices(self._words, cum_weights=self._weights, k=length)
        return self._between.join(words).title()


def _word(script: Script, random: Random) -> str:
    codas = script.codas.replace(",", " ").split(" ")
    syllables = random.choice((1, 2, 2, 3, 3)) + (len(codas) > 1)
    return "".join(
        random.choice(script.onsets.split())
        + random.choice(script.vowels.split())
        + random.choice(codas)
        for _ in range(syllables)
    )


def tracks(number: int, seed: int) -> Iterator[Track]:
    """Yield the tracks, those of an artist one behind the other."""
    random = Random(seed)
    titles = [Vocabulary(script, random, _WORDS) for script in SCRIPTS]
    names = [Vocabulary(script, random, _NAMES) for script in SCRIPTS]
    shares = [script.share for script in SCRIPTS]
    made = 0
    artist = 0
    while made < number:
        (script,) = random.choices(range(len(SCRIPTS)), shares)
        name = names[script].text(random, random.choice((1, 2, 2)))
        for _ in range(min(max(1, int(random.expovariate(1 / ARTISTS_SHARE))), number - made)):
            title = titles[script].text(random, random.choice(_TITLE_LENGTHS))
            yield Track(f"t{made:08}", title, f"a{artist:07}", name, script)
            made += 1
        artist += 1


def fill(state: Path, number: int, seed: int) -> None:
    """Write the catalogue to the database in a folder, whose tables are there."""
    random = Random(seed + 1)
    with closing(sqlite3.connect(state / FILE_NAME)) as rows, rows:
        rows.execute("PRAGMA synchronous=OFF")
        rows.execute(
            "INSERT INTO users (id, name, role, created_s) VALUES (?, ?, 2, ?)",
            (_USER, "Ann", _NOW_S),
        )
        seen = ""
        for track in tracks(number, seed):
            if track.artist_id != seen:
                seen = track.artist_id
                rows.execute(
                    "INSERT INTO artists (id, user_id, name, handle, description, created_s,"
                    " updated_s, version) VALUES (?, ?, ?, ?, '', ?, ?, 1)",
                    (seen, _USER, track.artist, seen, _NOW_S, _NOW_S),
                )
            rows.execute(
                "INSERT INTO assets (asset_id, playback_id, entry, fence, stored_fence,"
                " publications) VALUES (?, ?, '{}', 0, 0, 0)",
                (f"s{track.id}", f"p{track.id}"),
            )
            rows.execute(
                "INSERT INTO tracks (id, asset_id, user_id, listed_s, artist_id, title,"
                " description, genre, language, explicit,"
                " visibility, released_on, duration_s, play_count, created_s, updated_s, version)"
                " VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, 0, 'public', ?, ?, ?, ?, ?, 1)",
                (
                    track.id, f"s{track.id}", _USER, _NOW_S, track.artist_id, track.title,
                    random.choice(_GENRES), SCRIPTS[track.script].language,
                    f"{random.randint(1960, 2025)}-01-01", random.uniform(60, 1500),
                    min(int(random.paretovariate(0.6)), _PLAYS_MAX),
                    _NOW_S - random.uniform(0, 3e8), _NOW_S,
                ),
            )  # fmt: skip
