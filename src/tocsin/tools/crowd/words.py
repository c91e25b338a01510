"""What an operator reads: headlines and sentences for each kind of finding. Numbers first, no adjectives."""

from __future__ import annotations

from tocsin.kernel.events import Expected

from .cell import Cell
from .exits import Exit
from .service import MEANS, level


def usual(seen: float, expected: Expected | None, *, hourly: bool) -> str:
    """How the seen density stands to what the place usually holds, or held before where that is not known."""
    if expected is None or expected.mid < 0.05:
        return ""
    times = seen / expected.mid
    what = "what it usually holds at this hour" if hourly else "what it held before"
    if times >= 2.75:
        return f", {times:.0f} times {what}"
    if times >= 1.75:
        return f", twice {what}"
    return f" ({'usual at this hour' if hourly else 'before'} {expected.low:.1f} to {expected.high:.1f})"


def where(cell: Cell, exit_: Exit | None) -> str:
    return f"at {exit_.name}" if exit_ is not None else f"at {cell.name}"


def density(
    cell: Cell,
    expected: Expected | None,
    rise: float,
    slow: tuple[Exit, float, float] | None,
    nearest: Exit | None,
    *,
    hourly: bool,
) -> str:
    letter = level(cell.density)
    words = f"{cell.density:.1f} people/m² at {cell.name}{usual(cell.density, expected, hourly=hourly)}."
    if slow is not None:
        exit_, now, before = slow
        arriving = " while more arrive" if rise > 0.05 else ""
        flows = f"({now:.0f} a minute, {before:.0f} before)"
        words += f" {_first_big(exit_.name)} lets fewer people out {flows}{arriving}."
    elif nearest is not None and nearest.state != "open":
        words += f" {_first_big(nearest.name)} is {nearest.state}."
    elif rise >= 0.1:
        words += f" Still rising, by {rise:.1f} in the last minute."
    return f"{words} Level of service {letter}: {MEANS[letter]}."


def surge(cell: Cell, rise: float, window_s: float, limit: float) -> str:
    began_s, start = cell.smooth.newest(cell.now_s - window_s)[0]
    words = (
        f"From {start:.1f} to {cell.density:.1f} people/m² in {_time(cell.now_s - began_s)} at {cell.name}."
    )
    left = limit - cell.density
    if left > 0 and rise > 0 and left / rise * window_s < 600:
        words += f" At this rate {limit:.1f} are reached in {_time(left / rise * window_s)}."
    return words


def jam(exit_: Exit, now: float, before: float, press: Cell) -> str:
    share = 100 * (1 - now / before) if before > 0 else 0.0
    return (
        f"{_first_big(exit_.name)} lets out {now:.0f} people a minute, {before:.0f} before "
        f"({share:.0f} % fewer), while {press.density:.1f} people/m² press at {press.name}."
    )


def eased(exit_: Exit, now: float, press: Cell) -> str:
    if exit_.state != "open":
        return f"{_first_big(exit_.name)} is {exit_.state} now."
    return f"{_first_big(exit_.name)} lets out {now:.0f} people a minute; {press.density:.1f} /m² before it."


def doubtful(signs: tuple[str, ...]) -> str:
    return f" Doubtful: {'; '.join(signs)}." if signs else ""


def _first_big(text: str) -> str:
    return text[:1].upper() + text[1:]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
