"""Other people's words, made safe to show: bounded, one line, in the order in which they are written."""

from __future__ import annotations

import re
import unicodedata

#: no name, state or note of a city needs more
MAX_CHARS = 1_000

# Controls (C0, C1, DEL), bidirectional overrides and isolates, line and paragraph separators, invisible
# operators, byte order marks, lone surrogates, non-characters. Joiners (U+200C, U+200D) stay: scripts need
# them.
OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)

#: marks that turn the order of letters round, so that a text reads as something it is not (UTR 36, 3.1)
_BIDI = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x200B], None
)


def clean(text: str, limit: int) -> str:
    """``text`` without control and direction marks, white space made single, at most ``limit`` characters.

    Cut text ends in an ellipsis. Nothing is escaped: that belongs to whoever draws it.
    """
    # A hostile text may be megabytes: look at no more than could be kept, with room for what falls away.
    kept = text[: 4 * limit + 64].translate(_BIDI)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in kept)
    line = " ".join(plain.split())
    return line if len(line) <= limit and len(text) <= 4 * limit + 64 else line[: limit - 1].rstrip() + "…"
