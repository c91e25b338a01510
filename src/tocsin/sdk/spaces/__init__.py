"""Public spaces: squares, streets, halls and stations that people may have to leave.

    space = read_geojson(text)
    for defect in defects(space):
        print(defect.words, defect.where)

``Space`` is the model in WGS 84; ``Plane`` the same in metres, for computing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .model import Defect, Polygon, Position, Ring, Space, Way, WayKind, Zone

if TYPE_CHECKING:
    from .defects import check, defects
    from .geojson import read_geojson, write_geojson
    from .plane import TOUCH_M, Plane, areas
    from .projection import Projection
    from .wkt import read_wkt, write_wkt

__all__ = [
    "TOUCH_M", "Defect", "Plane", "Polygon", "Position", "Projection", "Ring", "Space", "Way", "WayKind",
    "Zone", "areas", "check", "defects", "read_geojson", "read_wkt", "write_geojson", "write_wkt",
]  # fmt: skip

#: what computes takes a third of a second to load: a process that only keeps spaces need not
_LATER = {
    "check": "defects", "defects": "defects", "read_geojson": "geojson", "write_geojson": "geojson",
    "TOUCH_M": "plane", "Plane": "plane", "areas": "plane", "Projection": "projection", "read_wkt": "wkt",
    "write_wkt": "wkt",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(name)
    module = importlib.import_module(f"{__name__}.{_LATER[name]}")
    # all of it at once: importing a module puts the module itself here under its name
    globals().update({one: getattr(module, one) for one, home in _LATER.items() if home == _LATER[name]})
    return globals()[name]
