from __future__ import annotations

import io
import random

import pytest
from PIL import Image
from tests.evidence.photos import SCRIPT, bomb, photo, photo_with_secrets, png_with_secrets, sheet

from tocsin.evidence.pictures import CELLS, blurred, drawn
from tocsin.kernel.errors import Invalid, TooLarge

MOST = 1_000_000


def shown(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as found:
        found.load()
        return found


def test_nothing_that_came_along_with_a_photo_is_kept() -> None:
    sent = photo_with_secrets()
    assert SCRIPT.encode() in sent
    made = drawn(sent, "image/jpeg", most_pixels=MOST)
    for data in (made.clear, made.blurred):
        assert SCRIPT.encode() not in data
        assert b"Exif" not in data
        assert b"Photographer" not in data
        assert b"ICC" not in data
        assert not shown(data).getexif()


def test_text_chunks_and_what_follows_the_end_of_a_png_are_gone() -> None:
    sent = png_with_secrets()
    assert sent.count(SCRIPT.encode()) == 3
    made = drawn(sent, "image/png", most_pixels=MOST)
    assert b"script" not in made.clear
    assert shown(made.clear).tobytes() == shown(sent).tobytes(), "a PNG keeps every pixel"


@pytest.mark.parametrize(("orientation", "size"), [(1, (120, 80)), (3, (120, 80)), (6, (80, 120))])
def test_a_photo_stands_upright(orientation: int, size: tuple[int, int]) -> None:
    made = drawn(photo_with_secrets(orientation), "image/jpeg", most_pixels=MOST)
    assert (made.width, made.height) == shown(made.clear).size == size


@pytest.mark.parametrize(
    ("form", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_each_kind_stays_its_kind(form: str, media) -> None:
    made = drawn(photo(form=form), media, most_pixels=MOST)
    assert shown(made.clear).format == form
    assert shown(made.blurred).format == "JPEG"


def test_what_differs_inside_a_cell_has_no_effect_at_all() -> None:
    """The law that makes it safe: whoever sees it knows ten by eight averages of it, and no pixel more."""
    side = 24
    first = sheet(CELLS * side, 8 * side, seed=7)
    second = first.copy()
    for column in range(CELLS):
        for row in range(8):
            box = (column * side, row * side, (column + 1) * side, (row + 1) * side)
            cell = first.crop(box)
            pixels = [cell.getpixel((x, y)) for y in range(side) for x in range(side)]
            random.Random(column * 8 + row).shuffle(pixels)
            shuffled = Image.new("RGB", cell.size)
            shuffled.putdata(pixels)
            second.paste(shuffled, box)
    assert first.tobytes() != second.tobytes()
    assert blurred(first) == blurred(second)


@pytest.mark.parametrize("size", [(4000, 10), (10, 4000), (1, 1), (333, 77)])
def test_any_shape_is_blurred(size: tuple[int, int]) -> None:
    found = shown(blurred(sheet(*size)))
    assert max(found.size) == 480
    assert min(found.size) >= 1


def test_what_is_transparent_hides_nothing_from_the_blur() -> None:
    red = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    assert blurred(red) == blurred(Image.new("RGB", (100, 100), (128, 128, 128)))


@pytest.mark.parametrize("size", [(30_000, 30_000), (65_000, 65_000), (2_000_000, 1), (1001, 1000)])
def test_a_bomb_is_refused_before_it_is_drawn(size: tuple[int, int], monkeypatch) -> None:
    def load(*_: object) -> None:
        raise AssertionError("it was drawn")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    with pytest.raises(TooLarge, match="too many pixels"):
        drawn(bomb(*size), "image/png", most_pixels=MOST)


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_a_damaged_picture_is_refused(cut: int) -> None:
    whole = photo(form="PNG")
    with pytest.raises(Invalid, match="damaged"):
        drawn(whole[:cut], "image/png", most_pixels=MOST)


def test_a_picture_that_is_another_kind_than_it_begins_with_is_refused() -> None:
    with pytest.raises(Invalid):
        drawn(b"\xff\xd8\xff" + photo(form="PNG"), "image/jpeg", most_pixels=MOST)
