"""Ways out that are reported shut, by a steward or a gate: ``state`` of an ``ItemFlowObserved``."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from tocsin.kernel.events import Observation

from .scene import Scene

SHUT = ("held", "shut", "closed")
#: a report of another name than a way's belongs to the way that it stands at, within
NEAR_M = 6.0


def shut(scene: Scene, entities: Sequence[Observation]) -> dict[str, str]:
    """State by id of each way that is reported shut."""
    found = {}
    for o in entities:
        state = o.get("state")
        way = _way(scene, o) if state in SHUT else None
        if way is not None:
            found[way] = str(state)
    return found


def _way(scene: Scene, o: Observation) -> str | None:
    lines = scene.plane.lines
    named = o.entity.rpartition(":")[2]
    if named in lines:
        return named
    if o.lon is None or o.lat is None or not lines:
        return None
    spot = scene.plane.projection.metres(shapely.Point(o.lon, o.lat))
    nearest = min(lines, key=lambda way: lines[way].distance(spot))
    return nearest if lines[nearest].distance(spot) <= NEAR_M else None
