"""Whether a record is whole: its rows, the signatures over them, and the file beside them, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tocsin.audit import beside, repository
from tocsin.audit.chain import BEGINNING, Mark, Row
from tocsin.audit.examine import Fault, Report, examine
from tocsin.audit.keys import Checkpoint, PublicKey
from tocsin.db import Connection, Database


@dataclass(frozen=True, slots=True)
class Verdict:
    """``faults`` in the order of rows; ``notes`` are worth knowing and no fault."""

    report: Report
    fingerprint: str
    cut: int
    faults: Sequence[Fault]
    notes: Sequence[str]

    @property
    def whole(self) -> bool:
        return not self.faults


def judge(rows: Iterable[Row], checkpoints: Iterable[Checkpoint], key: PublicKey) -> Verdict:
    """Rows as stored, against all checkpoints there are, with the public key alone."""
    unique = list(dict.fromkeys(checkpoints))
    trusted, faults = [], []
    for one in unique:
        if key.signed(one):
            trusted.append(one)
        else:
            faults.append(_forged(one))
    start, rows = _begin(iter(rows), trusted)
    report = examine(rows, [one.mark for one in trusted], start)
    notes = []
    if report.rows and report.head.seq > report.sealed and not report.faults:
        notes.append(f"rows {report.sealed + 1} to {report.head.seq} are not signed yet")
    faults = sorted([*faults, *report.faults], key=lambda fault: fault.seq)
    return Verdict(report, key.fingerprint, start.seq, faults, notes)


def judge_state(db: Database, file: Path, key: PublicKey, seen: Callable[[], None] | None = None) -> Verdict:
    """The tables of ``db`` and the file of checkpoints beside them. Blocks; the instance may be running.

    ``seen`` is called for every row.
    """
    # Before: each of these speaks for rows that are committed by now. After: a checkpoint stands in the file
    # before it stands in the table.
    before = beside.load(file)
    differing: list[Fault] = []

    def look(conn: Connection) -> tuple[Verdict, Sequence[Checkpoint]]:
        held = repository.checkpoints(conn)
        return judge(_compared(conn, differing, seen), chain(before.checkpoints, held), key), held

    verdict, held = db.read_now(look)
    after = set(beside.load(file).checkpoints)
    lost = [
        Fault(
            "dropped",
            one.seq,
            f"the checkpoint of row {one.seq} ({one.at:%Y-%m-%d %H:%M:%S} UTC) is not in {file.name}",
        )
        for one in held
        if one not in after
    ]
    torn, notes = _damaged(before, file, verdict.report.sealed)
    faults = sorted([*verdict.faults, *differing, *lost, *torn], key=lambda fault: fault.seq)
    return Verdict(verdict.report, verdict.fingerprint, verdict.cut, faults, [*verdict.notes, *notes])


def _compared(conn: Connection, differing: list[Fault], seen: Callable[[], None] | None) -> Iterator[Row]:
    for row, column in repository.stored(conn):
        if seen is not None:
            seen()
        if column:
            words = f"row {row.seq}: the column {column} says something else than what was hashed"
            differing.append(Fault("altered", row.seq, words))
        yield row


def _begin(rows: Iterator[Row], trusted: Sequence[Checkpoint]) -> tuple[Mark, Iterator[Row]]:
    """Where the chain may begin: at its beginning, or after what a signed statement says was cut."""
    first = next(rows, None)
    cuts = [one.mark for one in trusted if one.kind == "cut"]
    if first is None:
        return max(cuts, key=lambda mark: mark.seq, default=BEGINNING), rows
    fitting = [mark for mark in cuts if mark.seq < first.seq]
    return max(fitting, key=lambda mark: mark.seq, default=BEGINNING), chain([first], rows)


def _forged(one: Checkpoint) -> Fault:
    what = "statement of what was cut up to" if one.kind == "cut" else "checkpoint of"
    words = (
        f"the {what} row {one.seq} ({one.at:%Y-%m-%d %H:%M:%S} UTC) is not signed with this instance's key"
    )
    return Fault("forged", one.seq, words)


def _damaged(lines: beside.Lines, file: Path, sealed: int) -> tuple[list[Fault], list[str]]:
    """A line that nobody can read is no harm where a later one speaks for all that went before."""
    faults, notes = [], []
    for number in lines.damaged:
        if number < lines.last:
            notes.append(f"line {number} of {file.name} is cut or garbled; later checkpoints speak for it")
        else:
            words = f"line {number} of {file.name}, after the checkpoint of row {sealed}, is cut or garbled"
            faults.append(Fault("torn", sealed + 1, words))
    return faults, notes
