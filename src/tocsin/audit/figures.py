"""What the record comes to, day by day: looks at personal data, by purpose, and refusals. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

import msgspec

from tocsin.audit.record import Entry

#: verbs that end data instead of showing it; they state a purpose too
_ENDS = frozenset({"cut", "delete", "erase", "forget"})
SIGN_IN = "session.open"


class DayFigures(msgspec.Struct, frozen=True):
    """One day in UTC. ``looks``: reads of personal or sensitive data, ``purposes`` the same by purpose.

    ``unfit``: looks by somebody without a role that goes with the purpose. ``refused``: what was tried and
    refused, each try counted; ``sign_ins``: sign-ins refused.
    """

    day: date
    rows: int = 0
    looks: int = 0
    unfit: int = 0
    refused: int = 0
    sign_ins: int = 0
    purposes: dict[str, int] = {}


def is_look(entry: Entry) -> bool:
    """Whether somebody saw personal or sensitive data: such a read states its purpose."""
    return entry.outcome == "done" and entry.purpose != "" and entry.action.rsplit(".", 1)[-1] not in _ENDS


def tries(entry: Entry) -> int:
    """How many refusals a row speaks for; 0 for what was not refused."""
    if entry.outcome != "refused":
        return 0
    counted = entry.detail.get("count", "1")
    return int(counted) if counted.isdecimal() else 1


def count(day: date, entries: Iterable[Entry], fits: Callable[[Entry], bool]) -> DayFigures:
    """``fits`` says whether the roles of a look go with its purpose."""
    rows = looks = unfit = refused = sign_ins = 0
    purposes: Counter[str] = Counter()
    for entry in entries:
        rows += 1
        if is_look(entry):
            looks += 1
            purposes[entry.purpose] += 1
            unfit += not fits(entry)
        elif entry.action == SIGN_IN:
            sign_ins += tries(entry)
        else:
            refused += tries(entry)
    return DayFigures(day, rows, looks, unfit, refused, sign_ins, dict(sorted(purposes.items())))
