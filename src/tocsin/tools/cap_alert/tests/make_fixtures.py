"""Makes the fixtures anew: ``python <this file>``. What they hold was decided before the first run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tocsin.kernel.clock import iso
from tocsin.kernel.events import Observation
from tocsin.sdk.testing import T0, reading, stream, write_stream

TYPE = "Alert"
#: a box around the demonstration's city, one far from it, and a circle beside it
HERE = "60.0000,24.7000 60.0000,25.2000 60.3000,25.2000 60.3000,24.7000"
FAR = "62.0000,24.0000 62.0000,25.0000 62.5000,25.0000 62.5000,24.0000"
BESIDE = "60.3500,24.9400 r 8.000 km"


def warning(second: float, name: str, **more: Any) -> Observation:
    given = {
        "identifier": f"2.49.{name}",
        "alertSource": "cap@weather.example",
        "senderName": "Weather service",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "subCategory": "Storm",
        "severity": "Severe",
        "urgency": "Expected",
        "headline": "Storm at the coast",
        "areaServed": "Uusimaa",
        "area1": HERE,
        "validTo": iso(T0 + timedelta(seconds=900)),
        **more,
    }
    return reading(name, TYPE, second, {k: v for k, v in given.items() if v is not None}, lon=24.9, lat=60.1)


def positive() -> list[Observation]:
    """One that expires after 900 s, one that touches by 500 m only and is cancelled at 400 s, one that is
    updated at 500 s, the update then lasting to 900 s."""
    return [
        warning(60, "a1"),
        warning(120, "b1", area1=BESIDE, severity="Moderate"),
        warning(400, "b2", msgType="Cancel", reference1="b1", area1=BESIDE),
        warning(200, "c1", severity="Extreme"),
        warning(500, "c2", msgType="Update", reference1="c1", severity="Moderate"),
        warning(1200, "d1", area1=FAR),
    ]


def quiet() -> list[Observation]:
    """Elsewhere, minor, an exercise, a test, past, private, expired before it was heard, and only a code."""
    return [
        warning(60, "far", area1=FAR),
        warning(70, "minor", severity="Minor"),
        warning(80, "exercise", status="Exercise"),
        warning(90, "test", status="Test"),
        warning(100, "past", urgency="Past"),
        warning(110, "private", scope="Private"),
        warning(120, "over", validTo=iso(T0)),
        warning(130, "code", area1=None),
        warning(140, "clear", responseType="AllClear"),
        warning(150, "ack", msgType="Ack", reference1="far"),
    ]


def ugly() -> list[Observation]:
    """Areas that are none, numbers where words should be, a cancellation before its warning, taken back."""
    return [
        warning(10, "n1", area1="here"),
        warning(20, "n2", area1="1,2 3"),
        warning(30, "n3", area1="999,999 r x km", severity=7),
        warning(40, "n4", area1=True, identifier=5),
        warning(50, "e2", msgType="Cancel", reference1="e1"),
        warning(60, "e1"),
        warning(70, "f1", validTo="tomorrow", headline="<script>alert(1)</script>"),
        reading("f1", TYPE, 80.0, kind="delete"),
        warning(90, "g1", validTo=None, senderName=None, headline=None, subCategory=None),
        warning(90, "g1", validTo=None, senderName=None, headline=None, subCategory=None),
    ]


if __name__ == "__main__":
    for make in (positive, quiet, ugly):
        path = Path(__file__).parent / "fixtures" / f"{make.__name__}.jsonl"
        write_stream(path, stream(make(), delay_s=0.5))
