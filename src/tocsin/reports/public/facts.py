"""What the public page says, as values from the running configuration. An empty text was not configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

Becomes = Literal["keyed pseudonym", "not taken in", "kept as it is"]


class PersonalRule(msgspec.Struct, frozen=True):
    """One category of personal data: what becomes of it, why, by which law, for how many days."""

    words: str
    becomes: Becomes
    purpose: str
    basis: str
    now_days: int
    history_days: int


class SensorClass(msgspec.Struct, frozen=True):
    """``used_by``: (title, claim) of the tools that read it. ``personal``: rules that readings fall under.

    ``sensors``: how many report now; 0: connected by a mapping, and silent. ``history_days`` 0: no limit.
    """

    type: str
    words: str
    sensors: int
    used_by: tuple[tuple[str, str], ...]
    personal: tuple[PersonalRule, ...]
    history_days: int
    reference: str = ""


class Looks(msgspec.Struct, frozen=True):
    """Published once with noise: ``count`` is off by no more than ``error`` with 95 % probability."""

    month: str
    count: int
    error: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """``looks`` None: ``no_looks`` says why. ``feed``: the warnings in force can be read at /cap/feed.atom.

    ``registered`` False: this process has no register to read purposes and terms from.
    """

    city: str
    realm: str
    on: date
    controller: str
    contact: str
    officer: str
    complaints: str
    authority: str
    classes: tuple[SensorClass, ...]
    rules: tuple[PersonalRule, ...]
    ways: tuple[tuple[str, str], ...]
    registered: bool
    audit_days: int
    looks: Looks | None
    no_looks: Literal["", "no month is over", "not published here"]
    feed: bool
    languages: tuple[str, ...]
