from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from manifests.dash import Mpd, Representation, with_base_url
from manifests.errors import ManifestError
from manifests.rendition import Codec

NS = {"dash": "urn:mpeg:dash:schema:mpd:2011"}
MPD = Mpd(
    representations=(Representation("128k", 130_001, Codec.AAC_LC),),
    sample_rate_hz=44_100,
    channels=1,
    durations_ticks=(262_144, 264_192, 264_192, 9),
    target_duration_s=6,
)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_equal_durations_are_written_once() -> None:
    timeline = parsed(MPD.render()).findall(".//dash:S", NS)
    assert [one.attrib for one in timeline] == [
        {"t": "0", "d": "262144"},
        {"d": "264192", "r": "1"},
        {"d": "9"},
    ]


def test_durations_are_rounded_up_so_that_nothing_heard_is_cut_off() -> None:
    root = parsed(MPD.render())
    assert root.get("mediaPresentationDuration") == "PT17.926010S"
    assert root.get("maxSegmentDuration") == "PT5.990749S"
    assert root.get("minBufferTime") == "PT6S"


def test_times_are_presentation_times_without_an_offset() -> None:
    (template,) = parsed(MPD.render()).findall(".//dash:SegmentTemplate", NS)
    assert template.attrib == {
        "timescale": "44100",
        "initialization": "$RepresentationID$/init.mp4",
        "media": "$RepresentationID$/$Number%05d$.m4s",
        "startNumber": "0",
    }


def test_the_sound_is_described() -> None:
    root = parsed(MPD.render())
    (sound,) = root.findall(".//dash:AdaptationSet", NS)
    (channels,) = root.findall(".//dash:AudioChannelConfiguration", NS)
    (one,) = root.findall(".//dash:Representation", NS)
    assert (sound.get("contentType"), sound.get("audioSamplingRate")) == ("audio", "44100")
    assert channels.get("value") == "1"
    assert one.attrib == {"id": "128k", "bandwidth": "130001", "codecs": "mp4a.40.2"}
    assert root.find("dash:ProgramInformation", NS) is None


def test_a_base_url_goes_before_the_period_and_is_escaped() -> None:
    root = parsed(with_base_url(MPD.render(), "media/a/b/?x=1&y=<2>"))
    assert [child.tag.rpartition("}")[2] for child in root] == ["BaseURL", "Period"]
    assert root.findtext("dash:BaseURL", namespaces=NS) == "media/a/b/?x=1&y=<2>"


def test_a_base_url_is_not_misled_by_a_title() -> None:
    mpd = Mpd((), 44_100, 2, (), 6, title="  <Period", language="en")
    root = parsed(with_base_url(mpd.render(), "media/"))
    assert root.findtext("dash:ProgramInformation/dash:Title", namespaces=NS) == "  <Period"
    assert root.findtext("dash:BaseURL", namespaces=NS) == "media/"


def test_what_is_no_mpd_gets_no_base_url() -> None:
    with pytest.raises(ManifestError, match="no Period"):
        with_base_url("<MPD/>", "media/")


def test_a_codec_that_not_everyone_plays_has_a_set_of_its_own_and_comes_second() -> None:
    lossless = Representation("lossless", 900_001, Codec.FLAC)
    both = replace(MPD, representations=(*MPD.representations, lossless))
    aac, flac = parsed(both.render()).findall(".//dash:AdaptationSet", NS)

    assert [one.get("id") for one in aac.findall("dash:Representation", NS)] == ["128k"]
    (one,) = flac.findall("dash:Representation", NS)
    assert one.attrib == {"id": "lossless", "bandwidth": "900001", "codecs": "fLaC"}
    assert (aac.get("selectionPriority"), flac.get("selectionPriority")) == ("2", "1")
    for found, other in ((aac, flac), (flac, aac)):
        switching = found.find("dash:SupplementalProperty", NS)
        assert switching is not None
        assert switching.get("value") == other.get("id")
