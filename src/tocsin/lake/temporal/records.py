"""What is asked of the temporal evolution of entities, and what is answered. Times in microseconds."""

from __future__ import annotations

from typing import Literal

import msgspec

from tocsin.kernel.events import Value

#: first letter of a row's ``detail``: an instance with its observedAt, one without, one that says that the
#: attribute is gone
OBSERVED, UNOBSERVED, GONE = ".", "!", "-"
#: the further series of an attribute that is a place: its geometry stands in ``detail``
PLACE = "location<>"

Column = Literal["observed", "accepted"]
#: those with a time of observation; all that say a value; those that say that it is gone
Kind = Literal["observed", "living", "gone"]
Method = Literal["totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"]


class Window(msgspec.Struct, frozen=True):
    """Which instances. ``first`` is within, ``last`` is not; None: no bound. ``types``: their names in
    readings; ``names``: those of attributes; ``datasets``: empty is the default one. ``upto``: the message of
    OBS that must have been heard.
    """

    column: Column = "observed"
    kind: Kind = "living"
    first: int | None = None
    last: int | None = None
    ids: list[str] | None = None
    types: list[str] | None = None
    names: list[str] | None = None
    datasets: list[str] | None = None
    #: the id of an observation, also of one that another took the place of (``@id`` of its detail)
    observation: str | None = None
    upto: int = 0


class EntitiesAsked(msgspec.Struct, frozen=True, tag="entities"):
    """Entities with an instance in the window, by id, beyond ``after``."""

    window: Window
    after: str
    limit: int


class EntitySeen(msgspec.Struct, frozen=True, array_like=True):
    """``detail``: the newest one that names its types; None where none does."""

    entity: str
    type: str
    detail: str | None


class InstancesAsked(msgspec.Struct, frozen=True, tag="instances"):
    """``last_n`` newest of each attribute; 0: all. At most ``most`` are answered: the oldest, or where
    ``last_n`` is given, the newest.
    """

    window: Window
    last_n: int = 0
    most: int = 10_000


class Instance(msgspec.Struct, frozen=True, array_like=True):
    """One row. ``lon``, ``lat`` are those of a place that readings say (``attribute`` is ``PLACE``)."""

    entity: str
    type: str
    attribute: str
    value: Value
    unit: str | None
    observed: int
    accepted: int
    lon: float | None
    lat: float | None
    observation: str
    detail: str | None


class Instances(msgspec.Struct, frozen=True):
    """``cut``: there are more, beyond the time of the last (with ``last_n``: the first) that is here."""

    rows: list[Instance]
    cut: bool


class AggregatesAsked(msgspec.Struct, frozen=True, tag="aggregates"):
    """``step_us``, or ``months``, of one period; both 0: one period, all of the window. ``origin``: where the
    first one begins; None: at the first instance.
    """

    window: Window
    step_us: int = 0
    months: int = 0
    most: int = 10_000
    origin: int | None = None


class Aggregate(msgspec.Struct, frozen=True, array_like=True):
    """All methods over one period of one series. ``numbers``: of its instances that are numbers, or true and
    false as 1 and 0. ``low``, ``high``: of words.
    """

    entity: str
    type: str
    attribute: str
    detail: str | None
    start: int
    end: int
    count: int
    distinct: int
    numbers: int
    total: float | None
    mean: float | None
    least: float | None
    most: float | None
    deviation: float | None
    squares: float | None
    low: str | None
    high: str | None


class DropAsked(msgspec.Struct, frozen=True, tag="drop"):
    """Take instances out: all of an entity; of some attributes, by their names in readings, or of some
    ``series`` by the whole names of their rows; of these of one dataset (empty: the default one); of these
    one observation, ``and_after`` it all that took its place.
    """

    entity: str
    attributes: list[str] | None = None
    dataset: str | None = None
    observation: str | None = None
    and_after: bool = True
    series: list[str] | None = None
    upto: int = 0


class Dropped(msgspec.Struct, frozen=True):
    rows: int
