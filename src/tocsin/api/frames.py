"""Server-sent events as bytes (WHATWG HTML 9.2), made from JSON that is there already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from tocsin.api.picture import KINDS, Key, Kind, Picture
from tocsin.kernel.clock import iso

#: may this thing be shown to whom the frame is for?
Sees = Callable[[Key], bool]


def _event(name: str, data: bytes, event_id: str | None = None) -> bytes:
    head = f"id: {event_id}\nevent: {name}\ndata: " if event_id else f"event: {name}\ndata: "
    return head.encode() + data + b"\n\n"


def _list(name: str, items: Iterable[bytes]) -> bytes:
    return b'"' + name.encode() + b'":[' + b",".join(items) + b"]"


def _now(now: datetime) -> bytes:
    return b'"now":"' + iso(now).encode() + b'"'


def changes(made: Mapping[Key, bytes | None], event_id: str, now: datetime) -> bytes:
    """``change`` and ``gone`` for one set of changes. Only the last of them carries the id to resume from."""
    there: dict[Kind, list[bytes]] = {kind: [] for kind in KINDS}
    gone: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
    for (kind, name), raw in made.items():
        if kind == "status":
            continue
        if raw is None:
            gone[kind].append(name)
        else:
            there[kind].append(raw)
    status = made.get(("status", ""))
    frame = b""
    going = any(gone.values())
    if status is not None or any(there.values()):
        parts = [*(_list(kind, there[kind]) for kind in KINDS), _now(now)]
        if status is not None:
            parts.append(b'"status":' + status)
        frame = _event("change", b"{" + b",".join(parts) + b"}", None if going else event_id)
    if going:
        frame += _event("gone", msgspec.json.encode(gone), event_id)
    return frame


def snapshot(picture: Picture, status: bytes, event_id: str, now: datetime, sees: Sees) -> bytes:
    """All of the picture that ``sees`` lets through."""
    lists = (
        _list(kind, (raw for name, raw in picture.all(kind).items() if sees((kind, name)))) for kind in KINDS
    )
    parts = [*lists, b'"status":' + status, _now(now)]
    return _event("snapshot", b"{" + b",".join(parts) + b"}", event_id)


def gap(missed: int | None, since: datetime) -> bytes:
    return _event("gap", msgspec.json.encode({"missed": missed, "since": since}))


def beat(now: datetime) -> bytes:
    return _event("beat", b"{" + _now(now) + b"}")
