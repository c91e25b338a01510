"""Untrusted text stays text: what a screen or a log would obey instead of show is replaced."""

from __future__ import annotations

import re

#: no name, state or note of a city needs more; the rest of a longer one is cut
MAX_CHARS = 1_000

# Controls (C0, C1, DEL), bidirectional overrides and isolates, line and paragraph separators, invisible
# operators, byte order marks, lone surrogates, non-characters. Joiners (U+200C, U+200D) stay: scripts need
# them.
_OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINES = re.compile(r"[\t\r\n]+")


def shown(text: str) -> tuple[str, str | None]:
    """The text as it may be shown and, where that is not what came, what was done to it."""
    done = []
    if len(text) > MAX_CHARS:
        done.append(f"cut from {len(text)} characters")
        text = text[:MAX_CHARS]
    if text.isascii() and text.isprintable():
        return text, done[0] if done else None
    flat = _LINES.sub(" ", text)
    safe = _OBEYED.sub("\ufffd", flat)
    if safe != flat:
        done.append("control characters replaced")
    return safe, ", ".join(done) or None
