"""How long readings that are no personal data stay in the lake: class by class, else one term for all. Pure.

A class is an entity type, or one attribute of it: ``WeatherObserved=90 Vehicle*.speed=30 AirQuality*=0``.
The first that fits counts; 0 days keep. Terms of personal data (``classes.py``) hold beside these: whichever
ends first deletes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, NoReturn

from tocsin.kernel.errors import Misconfigured

_LONGEST_DAYS = 36_500
_FIELD = "lake.retention"


class ClassTerm(NamedTuple):
    """Patterns of ``type`` and ``attribute`` (``*`` and ``?``, without regard to case). 0 ``days``: kept."""

    type: str
    attribute: str
    days: int

    def fits(self, type_name: str, attribute: str | None) -> bool:
        """``attribute`` None: a row of the type that has none, a deletion or a place alone."""
        named = self.attribute == "*" if attribute is None else _like(attribute, self.attribute)
        return named and _like(type_name, self.type)

    def __str__(self) -> str:
        return self.type if self.attribute == "*" else f"{self.type}.{self.attribute}"


class Retention:
    """``days``: of all that no class names; 0: kept."""

    def __init__(self, days: int, classes: Sequence[ClassTerm] = ()) -> None:
        self.days, self.classes = days, tuple(classes)

    def days_of(self, type_name: str, attribute: str | None) -> int:
        return next((one.days for one in self.classes if one.fits(type_name, attribute)), self.days)

    def longest(self, type_name: str) -> int:
        """Days after which nothing of the type is left; 0: something is kept."""
        found: list[int] = []
        for one in self.classes:
            if _like(type_name, one.type):
                found.append(one.days)
                if one.attribute == "*":
                    break
        else:
            found.append(self.days)
        return 0 if 0 in found else max(found)

    @property
    def shortest(self) -> int:
        """The first term that ends; 0: none does."""
        return min((d for d in (self.days, *(one.days for one in self.classes)) if d), default=0)

    def words(self) -> str:
        """For the register of processing."""
        said = [f"deleted after {self.days} days" if self.days else "kept"]
        said += [f"{one} {f'after {one.days} days' if one.days else 'kept'}" for one in self.classes]
        return "; ".join(said)


def read_retention(days: int, text: str) -> Retention:
    """Raises ``Misconfigured`` naming the word that is none."""
    return Retention(days, [_read(word) for word in text.split()])


def _read(word: str) -> ClassTerm:
    name, parted, given = word.partition("=")
    type_name, dot, attribute = name.partition(".")
    if not parted or not type_name or (dot and not attribute):
        _refuse("no class of readings", word)
    if not given.isascii() or not given.isdigit() or int(given) > _LONGEST_DAYS:
        _refuse("no term", word)
    return ClassTerm(type_name, attribute or "*", int(given))


def _refuse(what: str, word: str) -> NoReturn:
    cure = f"Type=days or Type.attribute=days, 0 to {_LONGEST_DAYS}, 0 keeps: WeatherObserved=90"
    raise Misconfigured(what, field=_FIELD, value=word, cure=cure)


def _like(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())
