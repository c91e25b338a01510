"""Rows for the audit's tests, made by the rules as written in the docs, not by the code under test."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tocsin.audit.chain import BEGINNING, Mark, Row, follow
from tocsin.audit.record import Entry, entry

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def deed(number: int, **more: object) -> Entry:
    given: dict[str, object] = {
        "at": T0 + timedelta(seconds=number),
        "person": "ann",
        "object_kind": "alert",
        "object_id": f"AL-{number:04}",
        "reason": "seen on camera 4",
        **more,
    }
    return entry("alert.confirm", **given)  # type: ignore[arg-type]


def chain(entries: Sequence[Entry]) -> list[Row]:
    rows: list[Row] = []
    last = BEGINNING
    for one in entries:
        row = follow(last, one)
        rows.append(row)
        last = Mark(row.seq, row.hash)
    return rows


def hashed(seq: int, prev: str, body: bytes) -> str:
    return hashlib.sha256(
        b"tocsin audit 1\n" + seq.to_bytes(8, "big") + bytes.fromhex(prev) + body
    ).hexdigest()


def head(rows: Sequence[Row]) -> Mark:
    return Mark(rows[-1].seq, rows[-1].hash)
