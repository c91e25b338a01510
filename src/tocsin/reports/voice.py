"""How a report speaks: in its reader's language, with that language's dates and figures, on the city's clock.

An English text is its own key. The other languages stand in ``words/*.toml``; a test holds every text that is
said here against them. What people, tools and the city's own files wrote is shown as they wrote it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from tocsin.kernel.languages import FALLBACK, Language

_FOLDER = Path(__file__).with_name("words")
#: ``texts``: sentences and headings; the others: words of the kernel, by what they are a value of
Kind = Literal["texts", "acts", "states", "severity", "roles", "outcomes", "warnings", "exits"]
Catalogue = Mapping[str, Mapping[str, str]]
NONE = "–"
_NARROW = "\u00a0"
#: how a day is written; a clock has 24 hours everywhere
_DAYS: dict[Language, str] = {"en": "%Y-%m-%d", "it": "%d/%m/%Y", "nb": "%d.%m.%Y", "pt": "%d/%m/%Y"}
#: groups of thousands, decimals
_MARKS: dict[Language, tuple[str, str]] = {
    "en": (",", "."),
    "it": (".", ","),
    "nb": (_NARROW, ","),
    "pt": (_NARROW, ","),
}


@cache
def catalogue(language: Language) -> Catalogue:
    """Of English nothing is written down: a text is what it says."""
    if language == FALLBACK:
        return {}
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))


class Voice:
    """``zone``: IANA name of the city's own time."""

    def __init__(self, zone: str, language: Language = FALLBACK) -> None:
        self.language = language
        self._name, self._zone = zone, ZoneInfo(zone)
        self._words = catalogue(language)

    def __call__(self, english: str, **values: object) -> str:
        """A text of ours, its fields filled."""
        said = self._words.get("texts", {}).get(english, english)
        return said.format(**values) if values else said

    def of(self, kind: Kind, value: str) -> str:
        """A word of the kernel; one that is not known, as it is."""
        return self._words.get(kind, {}).get(value, value)

    def many(self, count: int, one: str, more: str) -> str:
        """``one`` and ``more``: texts with ``{n}``."""
        return self(one if count == 1 else more, n=self.number(count))

    def number(self, value: float, spec: str = ",.0f") -> str:
        """As ``format`` does, with this language's marks."""
        group, point = _MARKS[self.language]
        return f"{value:{spec}}".translate({ord(","): group, ord("."): point})

    def day(self, moment: datetime) -> str:
        """``2026-11-22``."""
        return moment.astimezone(self._zone).strftime(_DAYS[self.language])

    def at(self, moment: datetime | None) -> str:
        """``2026-11-22 11:04:12``; a dash for no moment."""
        return NONE if moment is None else f"{self.day(moment)} {moment.astimezone(self._zone):%H:%M:%S}"

    def said(self, moment: datetime) -> str:
        """The same with zone and UTC, for where it stands alone."""
        utc = moment.astimezone(UTC).strftime(f"{_DAYS[self.language]} %H:%M:%S")
        return f"{self.at(moment)} {self._name} ({utc} UTC)"

    def label(self, moment: datetime) -> str:
        """Which times a report gives: the zone and how far it was from UTC at ``moment``."""
        offset = moment.astimezone(self._zone).utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        return f"{self._name}, UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
