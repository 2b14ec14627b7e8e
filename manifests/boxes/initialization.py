"""Reads an initialization section: ``ftyp``, then ``moov`` with its tracks (RFC 8216 §3.3)."""

from manifests.boxes import loudness
from manifests.boxes.box import Box, boxes, broken
from manifests.boxes.brands import Brands
from manifests.boxes.data_reference import DataReference
from manifests.boxes.edit_list import Edit, EditList
from manifests.boxes.facts import InitFacts, TrackFacts
from manifests.boxes.handler import SOUND, Handler
from manifests.boxes.media_header import MediaHeader
from manifests.boxes.movie_extends import MovieExtendsHeader, TrackExtends
from manifests.boxes.movie_header import MovieHeader
from manifests.boxes.sample_entry import AudioSampleEntry, first_sample_entry
from manifests.boxes.sample_group import RollRecovery
from manifests.boxes.sample_table import SampleTable
from manifests.boxes.track_header import TrackHeader
from manifests.index import Loudness


def read_init(data: bytes) -> InitFacts:
    """Read an initialization section; ManifestError where it cannot be walked."""
    brands: Brands | None = None
    movie: Box | None = None
    for found in boxes(data):
        if found.kind == "ftyp" and brands is None:
            brands = Brands.decode(found)
        elif found.kind == "moov" and movie is None:
            movie = found
    if movie is None:
        raise broken("moov", "is missing: this is no initialization section")
    return _read_movie(movie, brands)


def _read_movie(movie: Box, brands: Brands | None) -> InitFacts:
    header = MovieHeader.decode(movie.child("mvhd"))
    extends = movie.find("mvex")
    defaults: dict[int, TrackExtends] = {}
    fragment_duration_ticks: int | None = None
    for child in extends.children() if extends else ():
        if child.kind == "trex":
            found = TrackExtends.decode(child)
            defaults[found.track_id] = found
        elif child.kind == "mehd":
            fragment_duration_ticks = MovieExtendsHeader.decode(child).fragment_duration_ticks
    tracks = [child for child in movie.children() if child.kind == "trak"]
    return InitFacts(
        size_bytes=len(movie.data),
        major_brand=brands.major if brands else None,
        brands=brands.compatible if brands else (),
        movie_timescale=header.timescale,
        mvhd_duration_ticks=header.duration_ticks,
        fragment_duration_ticks=fragment_duration_ticks,
        has_movie_extends=extends is not None,
        movie_extends_is_last=extends is not None
        and all(track.start < extends.start for track in tracks),
        tracks=tuple(_read_track(track, defaults) for track in tracks),
    )


def _read_track(track: Box, defaults: dict[int, TrackExtends]) -> TrackFacts:
    header = TrackHeader.decode(track.child("tkhd"))
    media = track.child("mdia")
    clock = MediaHeader.decode(media.child("mdhd"))
    handler = Handler.decode(media.child("hdlr"))
    information = media.child("minf")
    table = information.child("stbl")
    entry = first_sample_entry(table.child("stsd"))
    sound = AudioSampleEntry.decode(entry) if handler.media == SOUND else None
    default = defaults.get(header.track_id)
    return TrackFacts(
        track_id=header.track_id,
        media=handler.media,
        timescale=clock.timescale,
        tkhd_duration_ticks=header.duration_ticks,
        mdhd_duration_ticks=clock.duration_ticks,
        edits=_edits(track),
        coding=entry.kind,
        codec=sound.codec if sound else entry.kind,
        sample_rate_hz=sound.decoded_rate_hz if sound else None,
        channels=sound.decoded_channels if sound else None,
        average_bitrate_bps=sound.average_bitrate_bps if sound else None,
        encryption_scheme=sound.encryption_scheme if sound else None,
        sample_count=SampleTable.decode(table).sample_count,
        self_contained=_is_self_contained(information),
        roll_distance=_roll_distance(table),
        loudness=_loudness(track),
        default_duration_ticks=default.default_duration_ticks if default else None,
        default_size_bytes=default.default_size_bytes if default else None,
    )


def _is_self_contained(information: Box) -> bool:
    found = information.find("dinf", "dref")
    return found is None or DataReference.decode(found).self_contained


def _loudness(track: Box) -> Loudness | None:
    found = track.find("udta", "ludt")
    return loudness.decode(found) if found else None


def _edits(track: Box) -> tuple[Edit, ...]:
    found = track.find("edts", "elst")
    return EditList.decode(found).edits if found else ()


def _roll_distance(table: Box) -> int | None:
    groups = (RollRecovery.decode(child) for child in table.children() if child.kind == "sgpd")
    return next((group.distance for group in groups if group), None)
