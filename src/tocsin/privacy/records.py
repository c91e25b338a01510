"""What the privacy engine writes down and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Measure = Literal["readings", "entities", "people"]
#: what may be asked for, and what the public page publishes by itself
Published = Literal["readings", "entities", "people", "looks"]


class Deletion(msgspec.Struct, frozen=True):
    """One deletion: where, under which rule, what is older than ``before``, and what it came to.

    ``due``: how many rows were found before; ``deleted``: how many went. ``resumed``: a crash lay between.
    """

    store: str
    rule: str
    words: str
    class_: str = msgspec.field(name="class")
    purpose: str
    before: datetime
    begun_at: datetime
    finished_at: datetime | None = None
    due: int = 0
    deleted: int = 0
    resumed: bool = False
    id: int = 0


class HourCount(msgspec.Struct, frozen=True):
    """``count`` is noisy; never below zero."""

    hour: datetime
    count: int


class Release(msgspec.Struct, frozen=True):
    """Counts by hour of one day, published once with noise; the same question is answered by this again.

    ``mechanism``: discrete Laplace of ``scale``. ``bound``: what one contributor can change in total (L1),
    and
    ``assumed`` whether that is enforced by leaving out (False) or rests on an assumption (True).
    ``error95``: with 95 % probability each count is off by no more.
    """

    id: str
    dataset: str
    period: str
    measure: Published
    type: str
    box: tuple[float, float, float, float] | None
    counts: tuple[HourCount, ...]
    epsilon: float
    bound: int
    assumed: bool
    bound_words: str
    mechanism: str
    scale: float
    error95: int
    released_at: datetime
    released_by: str


class Budget(msgspec.Struct, frozen=True):
    """Privacy loss spent on one dataset and day, by basic composition (sums)."""

    dataset: str
    period: str
    spent: float
    of: float
    releases: int
