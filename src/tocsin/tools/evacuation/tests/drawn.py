"""Spaces drawn in metres, and asking once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.advice import Surroundings
from tocsin.kernel.events import Advice, Observation
from tocsin.sdk.consult import Given
from tocsin.sdk.manifest import Consumes
from tocsin.sdk.spaces import Projection, areas
from tocsin.tools.evacuation.advisor import Advisor
from tocsin.tools.evacuation.params import Params

HERE = Projection(24.94, 60.17)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
Line = tuple[tuple[float, float], tuple[float, float]]


def feature(geometry: BaseGeometry, **properties: Any) -> dict[str, Any]:
    told = shapely.geometry.mapping(HERE.degrees(geometry, digits=9))
    return {"type": "Feature", "properties": properties, "geometry": told}


def drawn(
    floor: BaseGeometry, ways: Mapping[str, Line], *more: dict[str, Any], **about: Mapping[str, Any]
) -> dict[str, Any]:
    """``about``: properties of a way, by its id."""
    features = [feature(part, role="walkable") for part in areas(floor).geoms]
    for key, line in ways.items():
        made = LineString(line)
        told = {"role": "exit", "id": key, "width_m": made.length} | dict(about.get(key, {}))
        features.append(feature(made, **told))
    return {"type": "FeatureCollection", "id": "drawn", "name": "Drawn", "features": [*features, *more]}


def place(x: float, y: float) -> dict[str, Any]:
    return feature(shapely.Point(x, y))["geometry"]  # type: ignore[no-any-return]


def advice(
    space: Any,
    *,
    params: Params | None = None,
    entities: tuple[Observation, ...] = (),
    progress: Callable[..., None] = lambda _share, _words, _best=None: None,
    **request: Any,
) -> Advice:
    consumes = [Consumes("CrowdFlowObserved", ("peopleCount",)), Consumes("ItemFlowObserved", ("state",))]
    context = Given(Surroundings(now=NOW, entities=entities), consumes)
    return Advisor(params or Params()).advise(
        {"space": space, "detail": "plan", **request}, context, progress
    )


def plan(space: Any, **request: Any) -> dict[str, Any]:
    return dict(advice(space, **request).plan)
