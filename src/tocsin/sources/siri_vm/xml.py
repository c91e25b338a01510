"""VehicleActivity elements of a SIRI 2 delivery, each as plain values. Pure; no entity is ever expanded."""

from __future__ import annotations

from typing import Any

from lxml import etree

from tocsin.cap.faults import NotCap
from tocsin.cap.guard import admit
from tocsin.kernel.errors import Unavailable

MOST_BYTES = 32 * 1024 * 1024
MOST_ELEMENTS = 1_500_000
_SIRI = "{http://www.siri.org.uk/siri}"
#: below MonitoredVehicleJourney, by the names of the standard
_JOURNEY = {
    "line": "LineRef",
    "direction": "DirectionRef",
    "trip": "FramedVehicleJourneyRef/DatedVehicleJourneyRef",
    "mode": "VehicleMode",
    "monitored": "Monitored",
    "congested": "InCongestion",
    "lon": "VehicleLocation/Longitude",
    "lat": "VehicleLocation/Latitude",
    "bearing": "Bearing",
    "velocity": "Velocity",
    "occupancy": "Occupancy",
    "delay": "Delay",
    "vehicle": "VehicleRef",
    "stop": "MonitoredCall/StopPointRef",
    "at_stop": "MonitoredCall/VehicleAtStop",
}


def activities(document: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The activities, and whether there are more to ask for. Raises ``Unavailable``."""
    try:
        admit(document, most_bytes=MOST_BYTES, most_elements=MOST_ELEMENTS)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(document, parser)
    except (NotCap, etree.XMLSyntaxError) as error:
        raise Unavailable(f"no SIRI delivery: {str(error)[:200]}", field="address") from error
    if root.tag != f"{_SIRI}Siri":
        raise Unavailable(
            "no SIRI delivery", field="address", value=str(root.tag)[:100], cure="SIRI 2 in XML"
        )
    fault = root.find(f".//{_SIRI}ErrorCondition//{_SIRI}Description")
    if fault is not None:
        raise Unavailable(f"it refuses: {(fault.text or '')[:200]}", field="address")
    more = (root.findtext(f".//{_SIRI}MoreData") or "").strip() == "true"
    return [_activity(one) for one in root.iter(f"{_SIRI}VehicleActivity")], more


def _activity(element: etree._Element) -> dict[str, Any]:
    made = {"recorded": _text(element, "RecordedAtTime")}
    journey = element.find(f"{_SIRI}MonitoredVehicleJourney")
    if journey is not None:
        made |= {name: _text(journey, path) for name, path in _JOURNEY.items()}
    return {name: text for name, text in made.items() if text}


def _text(element: etree._Element, path: str) -> str | None:
    text = element.findtext("/".join(f"{_SIRI}{part}" for part in path.split("/")))
    return text.strip()[:300] if text else None
