"""The devices of the demo city and the square they stand around, read from the two data files beside this."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Protocol = Literal["mqtt", "http"]

#: seconds between two live reports of a device, by type
EVERY_S = {
    "CrowdFlowObserved": 5.0,
    "ItemFlowObserved": 5.0,
    "TrafficFlowObserved": 20.0,
    "AirQualityObserved": 15.0,
    "NoiseLevelObserved": 10.0,
    "WeatherObserved": 60.0,
    "OffStreetParking": 60.0,
    "Camera": 30.0,
}


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its Smart Data Models type, its place (WGS 84 degrees), its own ``figures``."""

    id: str
    type: str
    name: str
    lon: float
    lat: float
    by: Protocol
    every_s: float
    figures: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.figures[key]


@dataclass(frozen=True, slots=True)
class Link:
    """Open width between two neighbouring cells, by index."""

    one: int
    other: int
    width_m: float


@dataclass(frozen=True, slots=True)
class WayOut:
    """An exit of the square: its device, the index of its cell, the street counter that its people pass."""

    device: Device
    cell: int
    width_m: float
    street: str


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """All of it; compared and kept in caches by identity."""

    cells: tuple[Device, ...]
    links: tuple[Link, ...]
    ways_out: tuple[WayOut, ...]
    streets: tuple[Device, ...]
    loops: tuple[Device, ...]
    air: tuple[Device, ...]
    bio: tuple[Device, ...]
    noise: tuple[Device, ...]
    weather: tuple[Device, ...]
    parking: tuple[Device, ...]
    cameras: tuple[Device, ...]

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them, in a fixed order."""
        exits = tuple(way_out.device for way_out in self.ways_out)
        return (
            *self.cells, *exits, *self.streets, *self.loops, *self.air, *self.bio,
            *self.noise, *self.weather, *self.parking, *self.cameras,
        )  # fmt: skip

    def device(self, local_id: str) -> Device:
        return next(device for device in self.devices if device.id == local_id)


def _devices(data: dict[str, Any], type_name: str, kind: str) -> tuple[Device, ...]:
    table = data[type_name]
    known = {"id", "name", "lon", "lat"}
    return tuple(
        Device(
            id=row["id"],
            type=type_name,
            name=row["name"],
            lon=row["lon"],
            lat=row["lat"],
            by=table["by"],
            every_s=EVERY_S[type_name],
            figures={key: value for key, value in row.items() if key not in known},
        )
        for row in table[kind]
    )


@cache
def load() -> Places:
    """The demo city as shipped."""
    folder = files("tocsin.simulate")
    data = tomllib.loads((folder / "places.toml").read_text(encoding="utf-8"))
    square = tomllib.loads((folder / "square.toml").read_text(encoding="utf-8"))
    crowd = {"CrowdFlowObserved": {"by": "mqtt", "cell": square["cell"]}}
    cells = _devices(crowd, "CrowdFlowObserved", "cell")
    index = {cell.id: number for number, cell in enumerate(cells)}
    cell_of = {row["exit"]: index[row["cell"]] for row in square["way_out"]}
    exits = _devices(data, "ItemFlowObserved", "exit")
    return Places(
        cells=cells,
        links=tuple(
            Link(index[row["cells"][0]], index[row["cells"][1]], row["width_m"]) for row in square["link"]
        ),
        ways_out=tuple(WayOut(e, cell_of[e.id], e["width_m"], e["street"]) for e in exits),
        streets=_devices(data, "ItemFlowObserved", "street"),
        loops=_devices(data, "TrafficFlowObserved", "loop"),
        air=_devices(data, "AirQualityObserved", "station"),
        bio=_devices(data, "AirQualityObserved", "bio"),
        noise=_devices(data, "NoiseLevelObserved", "meter"),
        weather=_devices(data, "WeatherObserved", "station"),
        parking=_devices(data, "OffStreetParking", "garage"),
        cameras=_devices(data, "Camera", "camera"),
    )
