"""What can be asked: a space, a crowd, what is shut, what threatens. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal

import msgspec

from tocsin.kernel.errors import Invalid

#: more people than any gathering on one space
MOST_PEOPLE = 2_000_000


class Threat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people must not come near. ``place`` is a GeoJSON Point, LineString or Polygon in WGS 84.

    ``area`` is a place with ``radius_m`` around it, growing by ``spread_mps``. ``path`` moves along a
    LineString at ``speed_mps``; ``vehicle`` is the same and shuts its whole path ahead of it too. ``plume``
    drifts from a Point with the wind: ``wind_from_deg`` as weather reports say it (0 north, 90 east),
    ``strength`` the release in multiples of the harmful concentration times m³ a second, ``stability``
    Pasquill's class. It begins at ``from_s`` and is over at ``until_s`` (None: never) after the start;
    at ``from_s`` it has been going on for ``age_s``: so far it has come, or grown.
    """

    kind: Literal["area", "path", "vehicle", "plume"]
    place: dict[str, Any]
    name: str = ""
    radius_m: float = 0.0
    spread_mps: float = 0.0
    speed_mps: float = 0.0
    from_s: float = 0.0
    until_s: float | None = None
    age_s: float = 0.0
    wind_mps: float = 2.0
    wind_from_deg: float = 0.0
    strength: float = 1000.0
    stability: Literal["A", "B", "C", "D", "E", "F"] = "D"


class Responders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lane through a way, against the crowd: its width is lost to those who leave, from ``from_s`` on."""

    way: str
    lane_m: float = 1.2
    from_s: float = 0.0
    until_s: float | None = None


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``space`` is a GeoJSON FeatureCollection (``sdk.spaces``), or the id of a space the context knows.

    Without ``crowd`` the counters in the space say how many there are.
    ``zones`` says how many stand in a zone, over what the space says. ``close``, ``open`` and ``widen_m``
    (new clear width) change ways by id. ``wheelchairs_share`` of the people cannot use stairs.
    ``compliance_share`` is the part that follows instructions in the forecast that ranks stewards.
    ``previous`` is the ``plan`` of an earlier answer: it warms the search up, and differences are told.
    ``elapsed_s`` is how long ago that one began.
    """

    space: str | dict[str, Any]
    crowd: float | None = None
    zones: dict[str, float] = {}
    close: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    widen_m: dict[str, float] = {}
    threats: tuple[Threat, ...] = ()
    responders: tuple[Responders, ...] = ()
    wheelchairs_share: float = 0.0
    compliance_share: float = 0.7
    seed: int = 1
    detail: Literal["plan", "full"] = "full"
    previous: dict[str, Any] | None = None
    elapsed_s: float = 0.0


def read_request(data: Mapping[str, Any]) -> Request:
    """Raises ``Invalid`` with the field, the value and the cure."""
    try:
        asked: Request = msgspec.convert(dict(data), Request)
    except msgspec.ValidationError as error:
        words, _, at = str(error).partition(" - at ")
        raise Invalid(
            words, field=at.strip("`$.") or "request", cure="see the guide, chapter Asking"
        ) from None
    if asked.crowd is not None:
        within("crowd", asked.crowd, 0, MOST_PEOPLE)
    within("wheelchairs_share", asked.wheelchairs_share, 0, 1)
    within("compliance_share", asked.compliance_share, 0, 1)
    within("elapsed_s", asked.elapsed_s, 0, 86_400)
    for zone, people in asked.zones.items():
        within(f"zones.{zone}", people, 0, MOST_PEOPLE)
    for way, width_m in asked.widen_m.items():
        within(f"widen_m.{way}", width_m, 0, 1000)
    for n, threat in enumerate(asked.threats):
        _threat(f"threats[{n}]", threat)
    for n, lane in enumerate(asked.responders):
        within(f"responders[{n}].lane_m", lane.lane_m, 0, 100)
    return asked


def within(field: str, value: float, low: float, high: float) -> None:
    if not (isfinite(value) and low <= value <= high):
        raise Invalid("out of bounds", field=field, value=value, cure=f"from {low:,g} to {high:,}")


def _threat(at: str, threat: Threat) -> None:
    for field, high in (
        ("radius_m", 50_000), ("spread_mps", 100), ("speed_mps", 100), ("from_s", 86_400), ("age_s", 86_400),
        ("strength", 1e12),
    ):  # fmt: skip
        within(f"{at}.{field}", getattr(threat, field), 0, high)
    within(f"{at}.wind_from_deg", threat.wind_from_deg, 0, 360)
    within(f"{at}.wind_mps", threat.wind_mps, 0.5, 60)
    wanted = {"plume": ("Point",), "path": ("LineString",), "vehicle": ("LineString",)}.get(
        threat.kind, ("Point", "LineString", "Polygon", "MultiPolygon")
    )
    form = threat.place.get("type")
    if form not in wanted:
        raise Invalid(
            "not a place for this threat", field=f"{at}.place", value=form, cure=" or ".join(wanted)
        )
    if (
        threat.kind == "area"
        and form in ("Point", "LineString")
        and threat.radius_m == 0 == threat.spread_mps
    ):
        raise Invalid("an area without size", field=f"{at}.radius_m", value=0, cure="metres around the place")
    if threat.kind in ("path", "vehicle") and threat.speed_mps == 0:
        raise Invalid("it does not move", field=f"{at}.speed_mps", value=0, cure="metres a second")
