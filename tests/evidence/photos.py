"""Pictures made for tests, with what cameras and bad people put into them."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image, PngImagePlugin

SCRIPT = "<script>alert(document.cookie)</script>"


def photo(width: int = 120, height: int = 80, seed: int = 1, form: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    sheet(width, height, seed).save(out, form, **more)
    return out.getvalue()


def sheet(width: int = 120, height: int = 80, seed: int = 1) -> Image.Image:
    noise = random.Random(seed).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), noise)


def photo_with_secrets(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT  # ImageDescription
    exif[0x0112] = orientation
    exif[0x013B] = "Jane Photographer"
    exif.get_ifd(0x8825)[2] = (60.0, 10.0, 12.0)  # GPSLatitude
    return photo(exif=exif, comment=SCRIPT.encode(), icc_profile=b"ICC of a rare camera" * 10)


def png_with_secrets() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT)
    info.add_itxt("XML:com.adobe.xmp", SCRIPT)
    return photo(form="PNG", pnginfo=info) + SCRIPT.encode()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(5000)
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(5000)
PDF = b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript >> >>" + bytes(range(256)) * 9
