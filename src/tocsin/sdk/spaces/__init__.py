"""Public spaces: squares, streets, halls and stations that people may have to leave.

    space = read_geojson(text)
    for defect in defects(space):
        print(defect.words, defect.where)

``Space`` is the model in WGS 84; ``Plane`` the same in metres, for computing.
"""

from __future__ import annotations

from .defects import Defect, check, defects
from .geojson import read_geojson, write_geojson
from .model import Polygon, Position, Ring, Space, Way, WayKind, Zone
from .plane import TOUCH_M, Plane, areas
from .projection import Projection
from .wkt import read_wkt

__all__ = [
    "TOUCH_M", "Defect", "Plane", "Polygon", "Position", "Projection", "Ring", "Space", "Way", "WayKind",
    "Zone", "areas", "check", "defects", "read_geojson", "read_wkt", "write_geojson",
]  # fmt: skip
