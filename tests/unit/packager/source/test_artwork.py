import base64
import io
import struct
import warnings
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from packager.source.artwork import make_artwork
from packager.source.attached_picture import find_cover
from packager.source.container import open_source
from packager.source.cover import SIZES_PX
from tests.sources import id3
from tests.sources.pictures import BLUE, RED, picture, png_header, saved
from tests.sources.sine import write_sine


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def test_three_sizes_and_a_placeholder() -> None:
    artwork = make_artwork(saved(picture(1500, 1000)))
    assert [cover.box_px for cover in artwork.covers] == list(SIZES_PX)
    assert [(cover.width_px, cover.height_px) for cover in artwork.covers] == [
        (96, 64),
        (320, 213),
        (1200, 800),
    ]
    assert artwork.placeholder is not None
    assert len(artwork.placeholder) == 36
    assert artwork.notes == ()
    for cover in artwork.covers:
        image = opened(cover.data)
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert image.size == (cover.width_px, cover.height_px)
        assert cover.media_type == "image/jpeg"
        assert near(image.getpixel((5, 5)), RED)
        assert near(image.getpixel((cover.width_px - 5, 5)), BLUE)


def test_a_small_cover_is_not_enlarged() -> None:
    covers = make_artwork(saved(picture(200, 100))).covers
    sizes = [(cover.box_px, cover.width_px, cover.height_px) for cover in covers]
    assert sizes == [(96, 96, 48), (320, 200, 100), (1200, 200, 100)]


def test_the_same_cover_gives_the_same_bytes() -> None:
    cover = saved(picture())
    assert make_artwork(cover) == make_artwork(cover)


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("P", "PNG"), ("I;16", "PNG"),
        ("1", "PNG"), ("RGB", "WEBP"), ("P", "GIF"), ("RGB", "BMP"),
    ],
)  # fmt: skip
def test_takes_what_covers_are_made_of(mode: str, form: str) -> None:
    image = picture(400, 400, "L" if mode == "I;16" else mode)
    artwork = make_artwork(saved(image.convert(mode), form))
    assert (len(artwork.covers), artwork.notes) == (3, ())


def test_a_large_cover_is_shrunk_before_anything_else() -> None:
    (smallest, _, largest) = make_artwork(saved(picture(2_500, 2_500, "P"), "PNG")).covers
    assert (smallest.width_px, largest.width_px) == (96, 1200)
    assert near(opened(largest.data).getpixel((5, 5)), RED)


def test_transparency_becomes_white() -> None:
    image = picture(400, 400, "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 400))
    for form in ("PNG", "WEBP"):
        cover = opened(make_artwork(saved(image, form)).covers[1].data)
        assert near(cover.getpixel((5, 5)), (255, 255, 255))
        assert near(cover.getpixel((300, 5)), BLUE)


def test_orientation_is_applied_and_metadata_left_behind() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    exif[0x010F] = "A camera"
    cover = make_artwork(saved(picture(600, 300), exif=exif)).covers[1]
    image = opened(cover.data)
    assert (cover.width_px, cover.height_px) == image.size == (160, 320)
    assert near(image.getpixel((80, 10)), RED)
    assert near(image.getpixel((80, 310)), BLUE)
    assert not image.getexif()
    assert "icc_profile" not in image.info


def test_a_colour_profile_is_applied() -> None:
    lab = Image.new("RGB", (50, 50), RED)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = opened(make_artwork(saved(lab)).covers[0].data).getpixel((9, 9))
    same = opened(make_artwork(saved(lab, icc_profile=profile)).covers[0].data).getpixel((9, 9))
    assert isinstance(plain, tuple)
    assert near(same, (int(plain[0]), int(plain[1]), int(plain[2])))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_broken_colour_profile_is_ignored(mode: str) -> None:
    cover = saved(picture(400, 400, mode), icc_profile=b"no profile at all")
    artwork = make_artwork(cover)
    assert (len(artwork.covers), artwork.notes) == (3, ())


@pytest.mark.parametrize(
    ("cover", "reason"),
    [
        (b"", "damaged"),
        (b"no picture", "damaged"),
        (saved(picture(), "TIFF"), "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
        (saved(picture())[:2000], "damaged"),
        (saved(picture(), "PNG")[:200], "damaged"),
        (saved(picture(), "PNG").replace(b"IDAT", b"IDAT\0\0", 1), "damaged"),
        (png_header(500, 500), "damaged"),
        (png_header(8_000, 8_000), "40 million pixels"),
        (png_header(12_000, 12_000), "40 million pixels"),
        (png_header(60_000, 60_000), "40 million pixels"),
        (saved(picture(3_000, 10)), "strip"),
        (bytes(32 * 2**20 + 1), "32 MB"),
    ],
)
def test_an_unusable_cover_becomes_a_note(cover: bytes, reason: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        artwork = make_artwork(cover)
    assert (artwork.covers, artwork.placeholder) == ((), None)
    (note,) = artwork.notes
    assert note.startswith("The cover was left out: ")
    assert reason in note


def test_no_cover_is_no_note() -> None:
    artwork = make_artwork(None)
    assert (artwork.covers, artwork.placeholder, artwork.notes) == ((), None, ())


def cover_of(path: Path) -> bytes | None:
    with open_source(path) as source:
        return find_cover(source.container)


@pytest.mark.parametrize("name", ["t.mp3", "t.m4a", "t.flac"])
def test_finds_what_ffmpeg_attached(tmp_path: Path, name: str) -> None:
    cover = tmp_path / "cover.jpg"
    cover.write_bytes(saved(picture(300, 300)))
    path = write_sine(
        tmp_path / name,
        *("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"),
        inputs=("-i", str(cover)),
    )
    found = cover_of(path)
    assert found is not None
    assert opened(found).size == (300, 300)


def test_finds_an_ogg_picture_block(tmp_path: Path) -> None:
    cover = saved(picture(300, 300))
    media_type = b"image/jpeg"
    block = (
        struct.pack(">II", 3, len(media_type))
        + media_type
        + struct.pack(">I", 0)
        + struct.pack(">IIIII", 300, 300, 24, 0, len(cover))
        + cover
    )
    comment = "METADATA_BLOCK_PICTURE=" + base64.b64encode(block).decode()
    path = write_sine(tmp_path / "t.opus", "-metadata", comment)
    assert cover_of(path) == cover


def test_finds_an_id3_picture_in_mp3(tmp_path: Path) -> None:
    cover = saved(picture(300, 300))
    path = tmp_path / "t.mp3"
    sound = write_sine(path, "-id3v2_version", "0").read_bytes()
    path.write_bytes(id3.version_2({"TIT2": b"T"}, cover) + sound)
    assert cover_of(path) == cover


def test_the_front_cover_is_chosen(tmp_path: Path) -> None:
    back, front = saved(picture(200, 200)), saved(picture(300, 300))
    path = tmp_path / "t.mp3"
    sound = write_sine(path, "-id3v2_version", "0").read_bytes()
    path.write_bytes(id3.version_2({"TIT2": b"T"}, front, back) + sound)
    assert cover_of(path) == front


def test_a_text_posing_as_a_cover_does_not_spoil_the_track(tmp_path: Path) -> None:
    path = tmp_path / "t.mp3"
    sound = write_sine(path, "-id3v2_version", "0").read_bytes()
    path.write_bytes(id3.version_2({"TIT2": b"T"}, b"not a picture at all") + sound)
    assert make_artwork(cover_of(path)).covers == ()


def test_a_track_without_a_cover_has_none(tmp_path: Path) -> None:
    assert cover_of(write_sine(tmp_path / "t.mp3")) is None
