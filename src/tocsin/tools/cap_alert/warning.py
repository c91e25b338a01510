"""What a reading of a foreign warning says, as far as it is sound."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Observation, Severity
from tocsin.sdk.reading import parse_time

GRADES = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
SEVERITY: dict[str, Severity] = {
    "Unknown": "low",
    "Minor": "low",
    "Moderate": "medium",
    "Severe": "high",
    "Extreme": "critical",
}
_AREAS = ("area", *(f"area{n}" for n in range(1, 13)))
_REFERENCES = ("reference", *(f"reference{n}" for n in range(1, 9)))


def words(o: Observation, name: str, most: int = 300) -> str:
    """Empty where it is no text."""
    value = o.get(name)
    return value[:most] if isinstance(value, str) else ""


def is_meant(o: Observation) -> bool:
    """A real one for the public: no exercise, no test, no acknowledgement between machines (3.2.1)."""
    return (
        words(o, "status") == "Actual"
        and words(o, "scope") in ("", "Public")
        and words(o, "msgType") in ("Alert", "Update")
    )


def ends_others(o: Observation) -> bool:
    return words(o, "status") == "Actual" and words(o, "msgType") in ("Update", "Cancel")


def is_over(o: Observation) -> bool:
    """It says itself that the danger is past (3.2.2 urgency, responseType)."""
    return words(o, "urgency") == "Past" or words(o, "responseType") == "AllClear"


def areas(o: Observation) -> list[str]:
    return [line for name in _AREAS if (line := words(o, name, 1000))]


def references(o: Observation) -> list[str]:
    """Entities of earlier messages."""
    head = o.entity.rpartition(":")[0]
    return [f"{head}:{mark}" for name in _REFERENCES if (mark := words(o, name, 64))]


def until(o: Observation, unending_h: float) -> datetime:
    """When it expires. One that does not say ends ``unending_h`` after it was heard."""
    try:
        return parse_time(o.get("validTo"), "validTo")
    except Invalid:
        return o.observed_at + timedelta(hours=unending_h)


def grade(o: Observation) -> str:
    said = words(o, "severity")
    return said if said in GRADES else "Unknown"
