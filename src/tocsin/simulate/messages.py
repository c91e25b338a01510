"""What a device sends: one JSON object, its constant part made once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tocsin.simulate.faults import Values
from tocsin.simulate.places import Device, Places

#: unit codes that the devices state (UN/CEFACT Recommendation 20); the others have none, or the model's own
UNITS = {
    "NO2": "GQ",
    "PM10": "GQ",
    "PM2_5": "GQ",
    "fbap": "K63",
    "fbapBacteria": "K63",
    "LAeq": "2N",
    "temperature": "CEL",
    "windSpeed": "MTS",
    "windDirection": "DD",
    "precipitation": "MMT",
    "averageVehicleSpeed": "KMH",
}


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Messages:
    """Encodes readings of the devices of ``places``."""

    def __init__(self, places: Places) -> None:
        self._heads = {device.id: _head(device) for device in places.devices}

    def encode(self, device: Device, values: Values, at: datetime) -> bytes:
        """One reading as the device sends it."""
        parts = [f'{self._heads[device.id]},"observedAt":"{stamp(at)}"']
        for name, value in values.items():
            shown = f'"{value}"' if isinstance(value, str) else repr(value)
            unit = UNITS.get(name)
            parts.append(f'"{name}":{{"value":{shown},"unitCode":"{unit}"}}' if unit else f'"{name}":{shown}')
        return (",".join(parts) + "}").encode()


def _head(device: Device) -> str:
    """The object up to what changes, still open."""
    fixed: dict[str, object] = {
        "id": device.id, "type": device.type, "lon": device.lon, "lat": device.lat, "name": device.name,
    }  # fmt: skip
    match device.type:
        case "CrowdFlowObserved":
            fixed["area"] = {"value": device["area_m2"], "unitCode": "MTK"}
        case "ItemFlowObserved" if device.id.startswith("K"):
            fixed |= {
                "exitNumber": int(device.id.removeprefix("K-")),
                "widthM": device["width_m"],
                "areaServed": device["towards"],
            }
        case "OffStreetParking":
            fixed["totalSpotNumber"] = device["spots"]
        case "Camera":
            fixed |= {"bearing": device["bearing"], "fieldOfView": device["view"]}
    return json.dumps(fixed, ensure_ascii=False, separators=(",", ":")).removesuffix("}")
