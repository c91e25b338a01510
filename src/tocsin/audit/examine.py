"""Looking a chain through, row by row, and naming what is wrong with it. Pure, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from tocsin.audit.chain import BEGINNING, Mark, Row, digest, read

Kind = Literal["altered", "dropped", "inserted", "reordered", "truncated", "torn", "forged"]

#: after so many faults the rest is only counted: the chain is broken, a million lines say no more
MOST = 1000
#: how far a row may have been moved and still be recognised by its hash
_FAR = 16
#: rows that fail on their own are tried in each other's places, all pairs
_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """``seq`` is the (first) row concerned, ``last`` the last one of several."""

    kind: Kind
    seq: int
    words: str
    last: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """``rows`` looked at, the last of them in ``head``; whole where there are no ``faults``.

    ``sealed``: up to this row signed checkpoints speak for the chain.
    """

    rows: int
    head: Mark
    sealed: int
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults


class _Looking:
    def __init__(self, start: Mark, marks: Iterable[Mark]) -> None:
        self.faults: list[Fault] = []
        self.marks: dict[int, set[str]] = {}
        for mark in marks:
            if mark.seq > start.seq:
                self.marks.setdefault(mark.seq, set()).add(mark.hash)
        self.good = start.seq  # the last row that a mark spoke for
        self.rows = 0
        self.seq = start.seq
        self.hashes = {start.hash}  # of all rows that claim to be number ``seq``
        self.head = start
        self.missing: dict[int, int] = {}  # first -> last of a gap
        self.bad: dict[int, tuple[Row, Fault | None]] = {}
        # by how many places rows stand from where they were written: now, before that, and since which row
        self.shift = self.shift_before = 0
        self.shifted_at = self.shifted_for = 0
        self.of_shifts: list[Fault] = []

    def fault(self, kind: Kind, seq: int, words: str, last: int = 0) -> Fault:
        found = Fault(kind, seq, words, last or seq)
        if len(self.faults) < MOST:
            self.faults.append(found)
        return found

    def take(self, row: Row) -> None:
        self.rows += 1
        if row.seq <= self.seq:
            self._late(row)
            return
        sound = self._sound(row)
        if row.seq > self.seq + 1:
            self.missing[self.seq + 1] = row.seq - 1
        elif row.prev not in self.hashes and sound and self.seq not in self.bad:
            self._unlinked(row)
        self.seq, self.hashes = row.seq, {row.hash}
        self.head = Mark(row.seq, row.hash)
        self._against_mark(row, sound)

    def _sound(self, row: Row) -> bool:
        """Whether the row's hash is that of its own number and words."""
        sound = digest(row.seq, row.prev, row.body) == row.hash
        moved, found = 0 if sound else self._moved(row), None
        if not sound and moved == 0:
            whole = _readable(row)
            words = f"row {row.seq} is not as it was written" if whole else f"row {row.seq} is cut or garbled"
            found = self.fault("altered" if whole else "torn", row.seq, words)
        elif moved != self.shift:
            found = self._shifted(row, moved)
        else:
            self.shifted_for += 1
        if not sound and len(self.bad) <= _PAIRS:
            self.bad[row.seq] = (row, found)
        return sound

    def _shifted(self, row: Row, moved: int) -> Fault | None:
        """From ``row`` on, rows stand ``moved`` places from where they were written."""
        alone = self.bad.get(self.shifted_at) if self.shifted_for == 1 else None
        before, self.shift_before, self.shift = self.shift_before, self.shift, moved
        lone, self.shifted_at, self.shifted_for = self.shifted_at, row.seq, 1
        if alone is not None and alone[1] is not None:
            # One row alone stood elsewhere: it was put in between, or in another's place.
            if alone[1] in self.faults:
                self.faults.remove(alone[1])
            kind: Kind = "altered" if moved == before else "inserted" if moved > before else "dropped"
            words = f"row {lone} is a copy of another, {'' if moved == before else f'with rows {kind} there'}"
            self.bad[lone] = (alone[0], self.fault(kind, lone, words.rstrip(", ")))
            return None
        count = abs(moved - self.shift_before)
        kind = "inserted" if moved > self.shift_before else "dropped"
        found = self.fault(
            kind,
            row.seq - 1 if kind == "inserted" else row.seq,
            f"{count} row{'s' if count > 1 else ''} {kind} before row {row.seq}, "
            f"which was written as row {row.seq - moved}",
        )
        self.of_shifts.append(found)
        return found

    def _moved(self, row: Row) -> int:
        """By how many places the row was renumbered; 0 where its hash fits nowhere near."""
        near = [self.shift] if self.shift else []
        near += [d for step in range(1, _FAR + 1) for d in (step, -step)]
        return next((d for d in near if digest(row.seq - d, row.prev, row.body) == row.hash), 0)

    def _late(self, row: Row) -> None:
        sound = digest(row.seq, row.prev, row.body) == row.hash
        for first, last in self.missing.items():
            if first <= row.seq <= last:
                del self.missing[first]
                if first < row.seq:
                    self.missing[first] = row.seq - 1
                if row.seq < last:
                    self.missing[row.seq + 1] = last
                self.fault("reordered", row.seq, f"row {row.seq} stands after row {self.seq}")
                self._against_mark(row, sound)
                if not sound:
                    self.fault("altered", row.seq, f"row {row.seq} is not as it was written")
                return
        self.fault("inserted", row.seq, f"a second row is numbered {row.seq}")
        if row.seq == self.seq:
            self.hashes.add(row.hash)

    def _unlinked(self, row: Row) -> None:
        if self.seq == 0 or self.rows == 1:
            self.fault("altered", row.seq, f"row {row.seq} does not follow from where the chain begins")
            return
        self.fault(
            "altered",
            self.seq,
            f"row {self.seq} is not the one that row {row.seq} was written after: changed and hashed anew",
        )

    def _against_mark(self, row: Row, sound: bool) -> None:
        said = self.marks.pop(row.seq, None)
        if said is None:
            return
        if said == {row.hash}:
            self.good = max(self.good, row.seq)
        elif sound:
            self.fault(
                "altered",
                self.good + 1,
                f"row {row.seq} is not the row that was signed: "
                f"rows {self.good + 1} to {row.seq} were written anew",
                row.seq,
            )

    def end(self) -> None:
        for first, last in self.missing.items():
            named = f"row {first} is" if first == last else f"rows {first} to {last} are"
            self.fault("dropped", first, f"{named} missing", last)
        beyond = max(self.marks, default=0)
        if beyond > self.seq:
            self.fault(
                "truncated",
                self.seq + 1,
                f"the chain ends at row {self.seq}, but row {beyond} was signed",
                beyond,
            )
        self._swapped()

    def _swapped(self) -> None:
        """Rows that fail where they stand and fit, all together, in each other's places were exchanged."""
        if not 1 < len(self.bad) <= _PAIRS:
            return
        written = {
            place: row
            for row, _ in self.bad.values()
            for place in self.bad
            if digest(place, row.prev, row.body) == row.hash
        }
        if not written or set(written) != {row.seq for row in written.values()}:
            return
        explained = {id(found) for row, found in self.bad.values() if row.seq in written}
        explained.update(map(id, self.of_shifts))
        self.faults = [fault for fault in self.faults if id(fault) not in explained]
        for place, row in written.items():
            self.fault("reordered", row.seq, f"row {row.seq} was written as row {place}")


def examine(rows: Iterable[Row], marks: Sequence[Mark] = (), start: Mark = BEGINNING) -> Report:
    """Look at ``rows`` in the order in which they are stored, after ``start``.

    ``marks`` are checkpoints whose signature was checked. Any change of any row up to the last mark is found:
    a changed, missing, added or moved row, and a missing end; each named by its number.
    """
    looking = _Looking(start, marks)
    for row in rows:
        looking.take(row)
    looking.end()
    faults = sorted(looking.faults, key=lambda f: f.seq)
    return Report(looking.rows, looking.head, looking.good, tuple(faults))


def _readable(row: Row) -> bool:
    try:
        read(row.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
