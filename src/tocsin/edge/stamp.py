"""What an edge sent, made safe for the city: under the edge's name, and held to the rules of any reading.

Pure. The name comes from the subject, which the bus guarantees, never from what was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import isfinite

from msgspec.structs import replace

from tocsin.kernel.clock import EPOCH, MAX_AHEAD
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Attribute, Detail, Finding, Observation, ObservationBatch, Quarantined
from tocsin.kernel.ids import ATTRIBUTE_NAME, TYPE_NAME, is_urn
from tocsin.kernel.subjects import AT_EDGES
from tocsin.kernel.text import MAX_CHARS, OBEYED, clean

_SOURCE_CHARS = 64
_TOOL_CHARS = 64
_NTP = "let the box set its clock by NTP"
_UPDATE = "update the box to the version of the centre"
#: makes raw bytes unreadable without the key of their day, as normalise does
Close = Callable[[bytes], bytes]


def source_of(edge: str, source: str) -> str:
    return f"{AT_EDGES}{edge}/{clean(source, _SOURCE_CHARS)}"


def id_of(edge: str, thing: str) -> str:
    return f"{edge}~{thing[:200]}"


def observations(batch: ObservationBatch, edge: str, now: datetime, close: Close) -> ObservationBatch:
    """``now``: of the centre. A box whose clock runs ahead must not take the whole city's along.

    Raises ``Invalid`` for a batch without a time.
    """
    _timed(batch.accepted_at, "acceptedAt")
    source = source_of(edge, batch.source)
    good: list[Observation] = []
    bad = [_sealed(q, edge, close) for q in batch.quarantined]
    for o in batch.observations:
        fault = _fault(o, now)
        if fault is None:
            good.append(replace(o, id=id_of(edge, o.id), source=source, retry_of=None))
        else:
            bad.append(refused(id_of(edge, o.id), edge, *fault))
    return ObservationBatch(source, min(batch.accepted_at, now), tuple(good), tuple(bad))


def finding(said: Finding, edge: str, now: datetime) -> Finding:
    """Its id under the edge's name, so that no edge can end what another or the centre has found.

    Raises ``Invalid``, naming the field.
    """
    _timed(said.onset, "onset")
    _timed(said.observed_at, "observedAt")
    for moment in (*(e.observed_at for e in said.evidence), *(point.at for point in said.trace)):
        _timed(moment, "evidence")
    for field, text in (("id", said.id), ("tool", said.tool), ("kind", said.kind)):
        if OBEYED.search(text):
            raise Invalid("control characters", field=field, value=clean(text, 60), cure=_UPDATE)
    if not said.tool or len(said.tool) > _TOOL_CHARS:
        raise Invalid("not the id of a tool", field="tool", value=clean(said.tool, 60), cure=_UPDATE)
    if not all(map(isfinite, (said.score, said.fault_probability))):
        raise Invalid("not a figure", field="score", value=said.score, cure=_UPDATE)
    if said.place is not None and not _on_earth(said.place.lon, said.place.lat):
        raise Invalid("not a place on the earth", field="place", value=said.place, cure=_UPDATE)
    evidence = tuple(replace(e, observation=id_of(edge, e.observation)) for e in said.evidence)
    return replace(
        said,
        id=id_of(edge, said.id),
        evidence=evidence,
        onset=min(said.onset, now),
        observed_at=min(said.observed_at, now),
    )


def refused(thing: str, edge: str, reason: str, field: str, cure: str) -> Quarantined:
    return Quarantined(thing, b"", f"edge {edge}: {reason}", "edge", field=field, cure=cure)


def _fault(o: Observation, now: datetime) -> tuple[str, str, str] | None:
    """What normalise at the edge cannot have let through; reason, field, cure."""
    if o.observed_at.utcoffset() is None:
        return "a time without its zone", "observedAt", _UPDATE
    if o.observed_at > now + MAX_AHEAD:
        return "ahead of the clock of the centre", "observedAt", _NTP
    if o.observed_at < EPOCH:
        return "before 1970", "observedAt", _NTP
    if not is_urn(o.entity) or not TYPE_NAME.match(o.type):
        return "not the id or type of an entity", "id", _UPDATE
    figures = [a.value for a in o.attributes if isinstance(a.value, float)]
    figures += [d.value for d in o.details if isinstance(d.value, float)]
    if not all(map(isfinite, (*figures, o.quality))):
        return "not a figure", "value", _UPDATE
    if not _on_earth(o.lon, o.lat):
        return "not a place on the earth", "location", _UPDATE
    if not all(ATTRIBUTE_NAME.match(a.name) for a in o.attributes):
        return "not the name of an attribute", "name", _UPDATE
    parts: tuple[Attribute | Detail, ...] = (*o.attributes, *o.details)
    values = [part.value for part in parts if isinstance(part.value, str)]
    units = [part.unit or "" for part in parts]
    if any(len(text) > MAX_CHARS for text in (*values, *units, *o.doubts)):
        return f"a text of more than {MAX_CHARS} characters", "value", _UPDATE
    details = [text for d in o.details for text in (d.name, d.text)]
    if any(map(OBEYED.search, (o.id, *values, *units, *details, *o.doubts))):
        return "control characters in a text", "value", _UPDATE
    return None


def _on_earth(lon: float | None, lat: float | None) -> bool:
    return -180.0 <= (lon or 0.0) <= 180.0 and -90.0 <= (lat or 0.0) <= 90.0


def _timed(moment: datetime, field: str) -> None:
    """Raises ``Invalid``: naive times cannot be compared, those before 1970 belong to no city."""
    if moment.utcoffset() is None or moment < EPOCH:
        raise Invalid("not a time with its zone, since 1970", field=field, value=moment, cure=_UPDATE)


def _sealed(q: Quarantined, edge: str, close: Close) -> Quarantined:
    return replace(
        q,
        id=id_of(edge, q.id),
        payload=close(q.payload),
        reason=clean(q.reason, 300),
        field=None if q.field is None else clean(q.field, 100),
        cure=None if q.cure is None else clean(q.cure, 300),
        retry_of=None,
    )
