"""What is answered: plain data for a map, cards, a slider and a page. Seconds count from the start.

Geometries are GeoJSON in WGS 84. ``Advice.plan`` is ``as_dict`` of a ``Plan``.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np

Geometry = dict[str, Any]
#: A free flow ... F crush; walkways, Fruin (1971), as ``tools/crowd`` has it
Level = Literal["A", "B", "C", "D", "E", "F"]


class ZonePart(msgspec.Struct, frozen=True):
    """Where people stand at the start. ``stuck`` of them can reach no way out."""

    id: str
    name: str
    geometry: Geometry
    people: float
    per_m2: float
    stuck: float = 0.0


class Flow(msgspec.Struct, frozen=True):
    """People of a zone to a way out. ``share`` is of the zone's people; ``route`` a LineString as walked.

    ``out`` holds, for each of the plan's ``times_s``, which part of these people (0 to 1) is out by then.
    """

    zone: str
    exit: str
    people: float
    share: float
    route: Geometry
    walk_s: float
    last_s: float
    out: tuple[float, ...] = ()
    wheelchairs: bool = False
    exposed: bool = False


class ExitUse(msgspec.Struct, frozen=True):
    """A way out: ``capacity_per_min`` is what its width lets through, ``per_min`` what leaves by it, for each
    of ``times_s``. ``state``: open, shut, threatened (shut at ``shut_s``), or opened by this plan."""

    id: str
    name: str
    kind: str
    state: Literal["open", "shut", "threatened"]
    line: Geometry
    width_m: float
    capacity_per_min: float
    people: float
    people_nearest: float
    last_s: float
    per_min: tuple[float, ...] = ()
    shut_s: float | None = None


class Choke(msgspec.Struct, frozen=True):
    """A narrow passage inside the space; ``queue`` is the most who wait at it at a time."""

    id: str
    line: Geometry
    width_m: float
    capacity_per_min: float
    people: float
    queue: float = 0.0


class Worst(msgspec.Struct, frozen=True):
    cell: int
    place: str
    at_s: float
    per_m2: float
    level: Level


class Density(msgspec.Struct, frozen=True):
    """Forecast of people per m²: ``per_m2[k][n]`` at ``times_s[k]`` in ``cells[n]``."""

    times_s: tuple[float, ...]
    cells: tuple[Geometry, ...]
    per_m2: tuple[tuple[float, ...], ...]
    worst: Worst


class Forecast(msgspec.Struct, frozen=True):
    """When the last one is out, at this compliance: one forecast in ten is below p10, nine below p90.
    ``caught_share`` of the forecasts leave some before a way that a threat has shut by then; the quantiles
    are of the others."""

    compliance_share: float
    p10_s: float
    p50_s: float
    p90_s: float
    caught_share: float = 0.0


class Baseline(msgspec.Struct, frozen=True):
    """Everybody to the nearest way out that is open, computed like the plan."""

    clearing_s: float
    mean_s: float
    forecast: Forecast | None = None
    worst: Worst | None = None
    people: dict[str, float] = {}


class Measure(msgspec.Struct, frozen=True):
    """Something that could be done, and what it is worth: ``saves_s`` of the clearing time.

    ``open`` a gate and ``lose`` an exit (negative: what its loss would cost) by a new plan with it;
    ``steward`` at a zone by a new forecast in which that zone follows.
    """

    kind: Literal["open", "lose", "steward"]
    id: str
    name: str
    saves_s: float
    words: str
    place: Geometry | None = None


class Instruction(msgspec.Struct, frozen=True):
    """What is said to a zone, by language. ``parts`` are exit and share, the largest first."""

    zone: str
    name: str
    people: float
    parts: tuple[tuple[str, float], ...]
    words: dict[str, str]


class Hazard(msgspec.Struct, frozen=True):
    """Where it is dangerous at ``at_s``."""

    at_s: float
    geometry: Geometry


class Stuck(msgspec.Struct, frozen=True):
    """People who can reach no way out: no path, no path without stairs, or none before the threat."""

    zone: str
    name: str
    people: float
    why: Literal["no-way-out", "stairs", "threat"]


class Bound(msgspec.Struct, frozen=True):
    """No plan clears the space faster than ``seconds``. ``by``: walk (the farthest person's way), exits
    (all widths together), cut (the narrowest cross-section of the unreduced floor)."""

    seconds: float
    by: Literal["walk", "exits", "cut", "none"]
    words: str


class Plan(msgspec.Struct, frozen=True):
    """``clearing_s`` is the planned time if all follow; ``gap`` = clearing_s / bound.seconds - 1."""

    space: str
    name: str
    people: float
    clearing_s: float
    mean_s: float
    bound: Bound
    gap: float
    times_s: tuple[float, ...]
    zones: tuple[ZonePart, ...]
    flows: tuple[Flow, ...]
    exits: tuple[ExitUse, ...]
    chokes: tuple[Choke, ...]
    baseline: Baseline
    forecasts: tuple[Forecast, ...] = ()
    density: Density | None = None
    measures: tuple[Measure, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    stuck: tuple[Stuck, ...] = ()
    exposed_people: float = 0.0
    finished: bool = True
    warnings: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    map: Geometry = {}


def as_dict(plan: Plan) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(plan, enc_hook=_plain)
    return told


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(type(value).__name__)


def read_plan(data: dict[str, Any]) -> Plan:
    """The inverse. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(data, Plan)
