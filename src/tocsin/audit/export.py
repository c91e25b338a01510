"""The record as one file that another machine can verify: a head with the public key, checkpoints, rows.

JSON lines. Checkpoints stand before the rows, so that a file cut anywhere still says how long it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tocsin.audit import beside, repository
from tocsin.audit.chain import Row
from tocsin.audit.examine import Fault, examine
from tocsin.audit.keys import Checkpoint, PublicKey
from tocsin.audit.verify import Verdict, judge
from tocsin.db import Connection, Database
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Misconfigured, NotFound, Unavailable

FORM = 1


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First line. ``key``: base64 of the public key; compare its fingerprint with one you already know."""

    tocsin_audit: int
    key: str
    fingerprint: str
    exported_at: str


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checkpoint: Checkpoint


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``body`` holds the hashed bytes as text, exactly."""

    seq: int
    prev: str
    hash: str
    body: str


_encode = msgspec.json.Encoder().encode
_head = msgspec.json.Decoder(Head)
_signed = msgspec.json.Decoder(_Signed)
_line = msgspec.json.Decoder(_Line)


def write(db: Database, checkpoints: Path, key: PublicKey, out: Path, at: datetime) -> int:
    """Write all that is kept to ``out`` (mode 0600, must not exist yet); how many rows. Blocks.

    Raises ``Unavailable`` where it cannot be written.
    """
    beside_them = beside.load(checkpoints).checkpoints

    def lines(conn: Connection) -> Iterator[bytes]:
        yield _encode(Head(FORM, key.text, key.fingerprint, iso(at)))
        for one in dict.fromkeys([*beside_them, *repository.checkpoints(conn)]):
            yield _encode(_Signed(one))
        for row, _ in repository.stored(conn):
            yield _encode(_Line(row.seq, row.prev, row.hash, row.body.decode("utf-8", "replace")))

    def save(conn: Connection) -> int:
        rows = 0
        with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for line in lines(conn):
                rows += line.startswith(b'{"seq"')
                file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return rows

    try:
        return db.read_now(save)
    except OSError as error:
        raise Unavailable(
            f"{out} cannot be written ({error.strerror})", cure="give another file, on a disk with room"
        ) from error


def verify(file: Path, key: PublicKey | None = None) -> Verdict:
    """Whether an export is whole. ``key``: the one it must be signed with; else the one that it carries.

    Needs nothing but the file. Raises ``NotFound`` where there is none.
    """
    reading = _Reading(file)
    head = reading.head()
    if head is None:
        words = "the first line is not the head of an export of this version"
        return Verdict(examine([]), key.fingerprint if key else "", 0, [Fault("torn", 0, words)], [])
    carried = PublicKey.of_text(head.key)
    trusted = key or carried
    verdict = judge(reading.rows(), reading.checkpoints(), trusted)
    faults = [*verdict.faults, *reading.torn]
    if carried.fingerprint != trusted.fingerprint:
        faults.append(Fault("forged", 0, f"the file carries another key ({carried.fingerprint})"))
    report = verdict.report
    if report.head.seq > report.sealed and not faults:
        words = f"no signature speaks for rows {report.sealed + 1} to {report.head.seq}"
        faults.append(Fault("inserted", report.sealed + 1, words, report.head.seq))
    faults.sort(key=lambda fault: fault.seq)
    return Verdict(report, trusted.fingerprint, verdict.cut, faults, [])


class _Reading:
    def __init__(self, file: Path) -> None:
        self._file = file
        self.torn: list[Fault] = []

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        try:
            with self._file.open("rb") as file:
                yield from enumerate((line.rstrip(b"\r\n") for line in file), 1)
        except OSError as error:
            raise NotFound(
                f"this file cannot be read ({error.strerror})",
                field="file",
                value=self._file,
                cure="give the file that tocsin audit export made",
            ) from error

    def head(self) -> Head | None:
        for _, line in self._lines():
            try:
                head = _head.decode(line)
                PublicKey.of_text(head.key)
            except (msgspec.DecodeError, UnicodeDecodeError, Misconfigured):
                return None
            return head if head.tocsin_audit == FORM else None
        return None

    def checkpoints(self) -> Iterator[Checkpoint]:
        for number, line in self._lines():
            if number > 1 and line.startswith(b'{"checkpoint"'):
                try:
                    yield _signed.decode(line).checkpoint
                except (msgspec.DecodeError, UnicodeDecodeError):
                    self.torn.append(Fault("torn", 0, f"line {number}, a checkpoint, is cut or garbled"))

    def rows(self) -> Iterator[Row]:
        seq = 0
        for number, line in self._lines():
            if number == 1 or line.startswith(b'{"checkpoint"'):
                continue
            try:
                found = _line.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                words = f"line {number}, the row after row {seq}, is cut or garbled"
                self.torn.append(Fault("torn", seq + 1, words))
                continue
            seq = found.seq
            yield Row(found.seq, found.prev, found.hash, found.body.encode("utf-8", "replace"))
