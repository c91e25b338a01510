"""Messages for tests: one that is right in every part, to be broken in one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from tocsin.cap.model import Area, Circle, Corner, Info, Message, Named, Reference, Resource

SENT = datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=1)))
SQUARE = (
    Corner(45.40, 11.87),
    Corner(45.40, 11.88),
    Corner(45.41, 11.88),
    Corner(45.41, 11.87),
    Corner(45.40, 11.87),
)
EARLIER = Reference("cap@city.example", "W-0001", SENT - timedelta(hours=1))

PRATO = Area("Prato", (SQUARE,), (Circle(45.4, 11.8, 0.5),), (Named("ISTAT", "028060"),), 0.0, 900.0)


def info(**more: Any) -> Info:
    given: dict[str, Any] = {
        "language": "it",
        "categories": ("Safety",),
        "event": "Folla",
        "response_types": ("Avoid",),
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "event_codes": (Named("code", "crowd"),),
        "effective": SENT,
        "onset": SENT,
        "expires": SENT + timedelta(hours=2),
        "sender_name": "Città",
        "headline": "Evitate la piazza",
        "description": "Troppa gente.\nLa piazza è chiusa.",
        "instruction": "Restate lontani & calmi <subito>.",
        "web": "https://city.example/w",
        "contact": "112",
        "parameters": (Named("empty", ""),),
        "resources": (Resource("map", "image/png", 12, "https://city.example/m.png", None, "a" * 40),),
        "areas": (
            Area("Prato", (SQUARE,), (Circle(45.4, 11.8, 0.5),), (Named("ISTAT", "028060"),), 0.0, 900.0),
        ),
    }
    return Info(**{**given, **more})


def message(**more: Any) -> Message:
    given: dict[str, Any] = {
        "identifier": "W-0002",
        "sender": "cap@city.example",
        "sent": SENT,
        "status": "Actual",
        "msg_type": "Update",
        "scope": "Public",
        "source": "desk",
        "codes": ("profile",),
        "note": "n",
        "references": (EARLIER,),
        "incidents": "INC-001",
        "infos": (info(),),
    }
    return Message(**{**given, **more})
