import numpy as np
import pytest

from packager.source.blurhash import encode

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


def average_colour(blurhash: str) -> tuple[int, int, int]:
    """Decode the four characters that hold the average, as Algorithm.md has them."""
    value = 0
    for character in blurhash[2:6]:
        value = value * 83 + ALPHABET.index(character)
    return value >> 16, value >> 8 & 255, value & 255


def gradient() -> np.ndarray:
    down, across = np.mgrid[0:32, 0:32] * 8
    return np.stack((down, across, 255 - across), axis=2).astype(np.uint8)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 90)])
def test_one_colour_is_its_own_average(colour: tuple[int, int, int]) -> None:
    blurhash = encode(np.full((32, 32, 3), colour, np.uint8))
    assert average_colour(blurhash) == colour


def test_known_hashes() -> None:
    # Made with another encoder (PyPI blurhash 1.1.5).
    black, white = np.zeros((32, 32, 3), np.uint8), np.full((32, 32, 3), 255, np.uint8)
    assert encode(black, 1, 1) == "000000"
    assert encode(black, 4, 3) == "L00000fQfQfQfQfQfQfQfQfQfQfQ"
    assert encode(white, 4, 3) == "L9TSUA~qfQ~q~qoffQoffQfQfQfQ"
    assert encode(gradient(), 4, 4) == "U.H2cxmOgOno70a$fka}wxjtfQjtX8f9fkfR"


@pytest.mark.parametrize(("across", "down"), [(1, 1), (4, 4), (4, 3), (9, 9)])
def test_length_and_header_follow_the_components(across: int, down: int) -> None:
    blurhash = encode(gradient(), across, down)
    assert len(blurhash) == 6 + 2 * (across * down - 1)
    assert ALPHABET.index(blurhash[0]) == (across - 1) + (down - 1) * 9
    assert set(blurhash) <= set(ALPHABET)


def test_details_point_the_right_way() -> None:
    # The first detail across: green grows to the right, so its cosine is negative; blue falls.
    digits = [ALPHABET.index(character) for character in encode(gradient(), 2, 1)[6:8]]
    value = digits[0] * 83 + digits[1]
    red, green, blue = value // 361, value // 19 % 19, value % 19
    assert 7 <= red <= 11
    assert green < 9 < blue
