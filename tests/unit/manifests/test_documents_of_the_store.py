"""The entry and the index: what goes into the store comes out again, or is refused."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from manifests.chapters import Chapter
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.index import Index, ReplayGain, Silence
from manifests.layout import Revision
from manifests.rendition import Ladder, Rung
from tests.unit.manifests.revisions import LADDER, index

ENTRY = Entry("playback", "asset", "revision", "2024-02-29T12:00:00Z", 20.5, title="Für Elise")
NO_DOCUMENTS = [b"", b"\xff", b"null", b"[]", b"7", b'"x"', b"{}", b'{"a":1}', b"[" * 100_000]


def test_an_entry_survives_the_store() -> None:
    assert Entry.from_json(ENTRY.to_json()) == ENTRY
    assert "Für Elise" in ENTRY.to_json().decode()


def test_an_entry_may_be_provisional_and_is_final_where_it_does_not_say() -> None:
    provisional = replace(ENTRY, provisional=True)
    assert Entry.from_json(provisional.to_json()) == provisional
    silent = ENTRY.to_json().replace(b',"provisional":false', b"")
    assert b"provisional" not in silent
    assert Entry.from_json(silent) == ENTRY


def test_an_entry_is_the_same_whenever_it_was_stored() -> None:
    """A row of a database is compared with what older versions wrote there, as text."""
    assert b"changed_at" not in ENTRY.to_json()
    noon = datetime(2026, 1, 2, 13, tzinfo=timezone(timedelta(hours=1)))
    stored = Entry.from_json(ENTRY.changed_now(noon).to_json())
    assert stored == ENTRY
    assert stored.changed_at == "2026-01-02T12:00:00.000+00:00"
    assert stored.changed == noon


@pytest.mark.parametrize("moment", [b"null", b"7", b'"noon"', b'"2026-01-02T03:04:05"', b"[]"])
def test_a_moment_that_cannot_be_read_hides_no_entry(moment: bytes) -> None:
    data = ENTRY.to_json()[:-1] + b',"changed_at":' + moment + b"}"
    assert Entry.from_json(data).changed is None


def test_an_entry_says_where() -> None:
    assert ENTRY.where == Revision("asset", "revision")


@pytest.mark.parametrize("odd", [0, 5, [], [1], {"a": 1}, False, "\ud800"])
@pytest.mark.parametrize("name", ["created_at", "title", "artist"])
def test_an_entry_with_a_field_of_another_type_is_refused(name: str, odd: object) -> None:
    """All entries are listed together: one must not spoil the list for others."""
    data = json.dumps(json.loads(ENTRY.to_json()) | {name: odd}).encode()
    with pytest.raises(ManifestError, match=f"{name} is no text"):
        Entry.from_json(data)


@pytest.mark.parametrize("odd", [b"null", b"0", b'"no"', b"[]"])
def test_an_entry_is_provisional_or_not(odd: bytes) -> None:
    with pytest.raises(ManifestError, match="provisional"):
        Entry.from_json(ENTRY.to_json().replace(b"false", odd))


@pytest.mark.parametrize("duration", [b"1" + b"0" * 400, b"1e400", b"-1", b"NaN", b"true", b'"1"'])
def test_an_entry_lasts_a_number_of_seconds(duration: bytes) -> None:
    with pytest.raises(ManifestError):
        Entry.from_json(ENTRY.to_json().replace(b"20.5", duration))


@pytest.mark.parametrize("data", [*NO_DOCUMENTS, ENTRY.to_json().replace(b"asset", b"../x")])
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        Entry.from_json(data)


def test_an_index_survives_the_store() -> None:
    assert Index.from_json(index().to_json()) == index()


def test_an_index_keeps_what_was_found_in_the_source() -> None:
    found = replace(
        index(chapters=(Chapter("Eins", 0, 441),)),
        silence=Silence(441, 7),
        replay_gain=ReplayGain(track_gain_db=-6.5, album_peak=1.25),
    )
    assert Index.from_json(found.to_json()) == found


def test_equal_indexes_give_equal_bytes() -> None:
    assert index().to_json() == index().to_json()


def test_an_index_knows_its_duration() -> None:
    assert index().duration_s == 20
    assert json.loads(index(441).to_json())["duration_s"] == 0.01


def test_an_index_names_every_object_but_itself() -> None:
    objects = index().objects()
    assert {"multivariant.m3u8", "artwork-320.jpg"} < set(objects)
    assert {f"{rung}/{name}" for rung in LADDER for name in ("init.mp4", "00003.m4s")} < set(
        objects
    )
    assert all(stored.name == name for name, stored in objects.items())


@pytest.mark.parametrize(
    "data",
    [
        *NO_DOCUMENTS,
        index().to_json().replace(b'"schema":1', b'"schema":2'),
        index().to_json().replace(b"mp4a.40.2", b"mp4a.40.99"),
        index().to_json().replace(b'"samples"', b'"simples"'),
        index().to_json().replace(b'"head_ticks"', b'"head"'),
    ],
)
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        Index.from_json(data)


def test_an_index_of_another_version_says_so() -> None:
    with pytest.raises(ManifestError, match="another version"):
        Index.from_json(b'{"schema":99}')


def test_an_error_is_one_sentence_with_its_place_and_rule() -> None:
    bare = ManifestError("it broke")
    placed = ManifestError("it broke", line=3, tag="EXTINF", section="RFC 8216 §4.3.2.1")
    assert str(bare) == "it broke"
    assert str(placed) == "line 3: EXTINF: it broke (RFC 8216 §4.3.2.1)"


def test_a_ladder_has_its_grid_from_the_start() -> None:
    ladder = Ladder((Rung("128k", 128_000),), 44_100, 2, 258)
    assert ladder.rungs[0].codec == "mp4a.40.2"
    assert (ladder.target_duration_s, ladder.segments_in_first_chunk) == (6, 1)


@pytest.mark.parametrize(
    "zero", [b'"sample_rate_hz":0', b'"target_duration_s":0', b'"channels":0', b'"size_bytes":0']
)
def test_an_index_has_no_zero_where_there_is_none(zero: bytes) -> None:
    name = zero.partition(b":")[0]
    data = re.sub(name + rb":\d+", zero, index().to_json())
    with pytest.raises(ManifestError, match="the index cannot be read"):
        Index.from_json(data)
