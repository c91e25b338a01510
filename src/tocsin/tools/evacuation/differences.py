"""What a new plan does otherwise than the one in force, in sentences, the weightiest first."""

from __future__ import annotations

from .answer import Plan
from .words import time

#: shares that moved by less are the same to those who are told
_LEAST_SHARE = 0.1


def differences(old: Plan, new: Plan) -> tuple[str, ...]:
    said: list[str] = []
    faster = old.clearing_s - new.clearing_s
    if abs(faster) >= max(5.0, 0.02 * old.clearing_s):
        word = "faster" if faster > 0 else "slower"
        said.append(f"{time(abs(faster))} {word}: {time(new.clearing_s)} instead of {time(old.clearing_s)}.")
    if abs(new.people - old.people) >= max(1.0, 0.02 * old.people):
        said.append(f"{new.people:,.0f} people instead of {old.people:,.0f}.")
    before = {e.id: e for e in old.exits}
    for way in new.exits:
        was = before.get(way.id)
        if was is not None and was.state != way.state:
            said.append(f"{way.name} is {way.state} now, {was.state} before.")
    told_before = {i.zone: dict(i.parts) for i in old.instructions}
    names = {e.id: e.name for e in (*old.exits, *new.exits)}
    for one in new.instructions:
        parts, was_parts = dict(one.parts), told_before.get(one.zone)
        if was_parts is None:
            continue
        moved = [
            (key, was_parts.get(key, 0.0), parts.get(key, 0.0))
            for key in sorted({*parts, *was_parts})
            if abs(parts.get(key, 0.0) - was_parts.get(key, 0.0)) >= _LEAST_SHARE
        ]
        if moved:
            changes = ", ".join(f"{names.get(k, k)} {a:.0%} → {b:.0%}" for k, a, b in moved)
            said.append(f"{one.name[:1].upper()}{one.name[1:]}: {changes}.")
    was_stuck, is_stuck = sum(s.people for s in old.stuck), sum(s.people for s in new.stuck)
    if was_stuck != is_stuck:
        said.append(f"{is_stuck:,.0f} people have no way out, {was_stuck:,.0f} before.")
    return tuple(said)
