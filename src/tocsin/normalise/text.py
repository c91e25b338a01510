"""Untrusted text stays text: what a screen or a log would obey instead of show is replaced."""

from __future__ import annotations

import re

from tocsin.kernel.text import MAX_CHARS, OBEYED

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
    safe = OBEYED.sub("\ufffd", flat)
    if safe != flat:
        done.append("control characters replaced")
    return safe, ", ".join(done) or None
