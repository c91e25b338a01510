"""Pictures, made safe to keep and to look at: drawn anew without what travelled along, and blurred.

Blurred means that nobody can be known from it, whoever looks with whatever program: the whole picture is
reduced to at most ten cells along its longer side and a few shades, and only then enlarged and smoothed. All
that differs inside a cell is gone. Faces stop being told apart below about 15 cells *across the face*
(Bachmann, European Journal of Cognitive Psychology 3, 1991), and recognition by machine still works at 16
(McPherson, Shokri, Shmatikov, Defeating Image Obfuscation with Deep Learning, 2016): with ten cells across
the *picture* even a portrait that fills it stays below. No region is left clear, whatever a tool says of it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from tocsin.evidence.sniff import Media
from tocsin.kernel.errors import Invalid, TooLarge

#: cells along the longer side of the blurred picture, and shades of each colour
CELLS, SHADES = 10, 32
BLURRED_SIDE_PX = 480
MOST_SIDE_PX = 16_384
_FORMATS: dict[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Drawn:
    """``clear``: the picture in its own format, without any metadata; ``blurred``: JPEG."""

    clear: bytes
    blurred: bytes
    width: int
    height: int


def drawn(data: bytes, media: Media, *, most_pixels: int) -> Drawn:
    """Draw a picture anew: orientation applied, first frame only, EXIF, XMP, ICC, comments and all else gone.

    Raises ``Invalid`` for what is no such picture and ``TooLarge`` for too many pixels, before any is drawn.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media]]) as found:
            _require_size(found.width, found.height, most_pixels)
            found.load()
            upright = ImageOps.exif_transpose(found)
    except _BOMBS as error:
        raise _too_many(most_pixels) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, EOFError) as error:
        raise Invalid(
            "this picture is damaged; nothing of it was kept",
            field="body",
            cure="send it as the camera wrote it",
        ) from error
    see_through = "A" in upright.getbands() or "transparency" in upright.info
    mode = "RGBA" if see_through and media != "image/jpeg" else "RGB"
    # a fresh sheet: what is pasted are pixels, `info` with all that came along stays behind
    clear = Image.new(mode, upright.size)
    clear.paste(upright.convert(mode))
    return Drawn(_encoded(clear, media), blurred(clear), *clear.size)


def blurred(picture: Image.Image) -> bytes:
    """The blurred likeness as JPEG, ``BLURRED_SIDE_PX`` long. Nothing inside a cell has any effect."""
    longer = max(picture.size)
    cells = tuple(max(1, round(side * CELLS / longer)) for side in picture.size)
    flat = Image.new("RGB", picture.size, (128, 128, 128))
    flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    step = 256 // SHADES
    few = flat.resize((cells[0], cells[1]), Image.Resampling.BOX).point(
        [(i % 256) // step * step + step // 2 for i in range(768)]
    )
    size = tuple(max(1, round(side * BLURRED_SIDE_PX / longer)) for side in picture.size)
    large = few.resize((size[0], size[1]), Image.Resampling.NEAREST)
    soft = large.filter(ImageFilter.GaussianBlur(BLURRED_SIDE_PX / CELLS / 3))
    return _encoded(soft, "image/jpeg")


def _encoded(picture: Image.Image, media: Media) -> bytes:
    out = io.BytesIO()
    quality = {} if media == "image/png" else {"quality": 90}
    picture.save(out, _FORMATS[media], **quality)
    return out.getvalue()


def _require_size(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels or max(width, height) > MOST_SIDE_PX:
        raise _too_many(most_pixels)


def _too_many(most_pixels: int) -> TooLarge:
    return TooLarge(
        f"this picture has too many pixels; nothing of it was kept, at most {most_pixels:,} are drawn",
        field="body",
        cure="send a smaller copy of it",
    )
