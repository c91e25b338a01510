"""What a person knows better: an incident's severity, and when it was first noticed. Reasons are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.db import Connection
from tocsin.incidents import repository
from tocsin.incidents.machine import WORDS_CHARS, gravest, require_open, step
from tocsin.incidents.service import revise
from tocsin.kernel.clock import EPOCH, iso
from tocsin.kernel.decisions import Incident, IncidentEvent, Mark
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.events import SEVERITIES, Severity
from tocsin.kernel.text import clean


def set_severity(incident: Incident, severity: str, reason: str, by: str, at: datetime) -> IncidentEvent:
    """It stays so, whatever its alerts do, until a person gives it back. Raises ``Invalid``, ``Conflict``."""
    require_open(incident)
    if severity not in SEVERITIES:
        cure = f"use one of {', '.join(SEVERITIES)}"
        raise Invalid("no such severity", field="severity", value=severity, cure=cure)
    said = _reason(reason)
    words = f"{severity} instead of {incident.severity}: {said}"
    mark = Mark(by, at, said)
    return step(incident, "severity set", by, at, words, severity=severity, severity_set=mark)


def give_back_severity(
    incident: Incident, alerts: Iterable[Severity], reason: str, by: str, at: datetime
) -> IncidentEvent:
    """Undo of ``set_severity``: that of its gravest alert again. Raises ``Invalid``, ``Conflict``."""
    require_open(incident)
    if incident.severity_set is None:
        raise Conflict(
            f"the severity of {incident.id} follows the rule",
            field="severity",
            value=incident.severity,
            cure="look again",
        )
    severity, said = gravest(alerts), _reason(reason)
    words = f"{severity} by its gravest alert, given back to the rule: {said}"
    return step(incident, "severity set", by, at, words, severity=severity, severity_set=None)


def set_detection(
    incident: Incident, detected_at: datetime, reason: str, by: str, at: datetime
) -> IncidentEvent:
    """When it was first noticed; also where it has ended. Raises ``Invalid``: no zone, after its opening."""
    if detected_at.tzinfo is None or not EPOCH <= detected_at <= incident.opened_at:
        raise Invalid(
            "it was noticed before it was opened, at a time with a zone",
            field="detected_at",
            value=detected_at,
            cure=f"give a time up to {iso(incident.opened_at)}",
        )
    said = _reason(reason)
    before = iso(incident.detected_at) if incident.detected_at else "unknown"
    words = f"{iso(detected_at)} instead of {before}: {said}"
    mark = Mark(by, at, said)
    return step(incident, "detection set", by, at, words, detected_at=detected_at, detection_set=mark)


def correct_severity(
    conn: Connection,
    incident: str,
    severity: str | None,
    reason: str,
    by: str,
    at: datetime,
    version: int | None,
) -> Incident:
    """``severity`` None gives it back to the rule. Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    if severity is not None:
        return revise(conn, incident, version, lambda i: set_severity(i, severity, reason, by, at))
    held = [m.severity for m in repository.members(conn, incident)]
    return revise(conn, incident, version, lambda i: give_back_severity(i, held, reason, by, at))


def correct_detection(
    conn: Connection,
    incident: str,
    detected_at: datetime,
    reason: str,
    by: str,
    at: datetime,
    version: int | None,
) -> Incident:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    return revise(conn, incident, version, lambda i: set_detection(i, detected_at, reason, by, at))


def _reason(reason: str) -> str:
    said = clean(reason, WORDS_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why, for the record")
    return said
