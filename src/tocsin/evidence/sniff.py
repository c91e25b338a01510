"""What a file is, from its bytes. Its name and what its sender says of it count for nothing.

Signatures: WHATWG MIME Sniffing, sections 6 and 7; ISO/IEC 14496-12 (``ftyp``); Matroska/WebM (EBML).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from tocsin.kernel.errors import Invalid

Kind = Literal["picture", "clip", "document"]
Media = Literal[
    "image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm", "application/pdf", "text/plain"
]
#: bytes that decide
ENOUGH = 1024
SUFFIX: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
#: brands of ``ftyp`` that are films, and not pictures (HEIC, AVIF) or sound
_FILMS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV")
#: what a browser might run if it were tempted to
_MARKUP = re.compile(rb"<[!?/a-zA-Z]|#!")
_ACCEPTED = "send a JPEG, PNG or WebP picture, an MP4 or WebM clip, a PDF, or plain text in UTF-8"


@dataclass(frozen=True, slots=True)
class Sort:
    kind: Kind
    media: Media


def sort_of(head: bytes) -> Sort:
    """From the first ``ENOUGH`` bytes, or all there are. Raises ``Invalid`` for what is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return Sort("picture", "image/jpeg")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Sort("picture", "image/png")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sort("picture", "image/webp")
    if head[4:8] == b"ftyp" and head[8:12] in _FILMS:
        return Sort("clip", "video/mp4")
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return Sort("clip", "video/webm")
    if head.startswith(b"%PDF-"):
        return Sort("document", "application/pdf")
    if head and not _MARKUP.match(head.removeprefix(codecs.BOM_UTF8).lstrip()):
        PlainText().check(head)
        return Sort("document", "text/plain")
    raise _refused("an empty file" if not head else "markup or a script")


class PlainText:
    """Follows a text to its end: UTF-8 without control characters, or ``Invalid``."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def check(self, data: bytes, *, last: bool = False) -> None:
        try:
            text = self._decoder.decode(data, last)
        except UnicodeDecodeError as error:
            raise _refused("of a kind that is not kept here") from error
        if any(c < " " and c not in "\t\n\r\f" for c in text):
            raise _refused("of a kind that is not kept here")


def _refused(what: str) -> Invalid:
    return Invalid(f"this file is {what}; nothing of it was kept", field="body", cure=_ACCEPTED)
