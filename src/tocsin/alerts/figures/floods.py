"""What ten-minute counts say: mean, peak, and the time in flood. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.alerts.figures.targets import FLOOD_END, FLOOD_START


def in_flood(counts: Sequence[int]) -> list[bool]:
    """Whether each of consecutive ten-minute periods (oldest first) lies in a flood.

    A flood begins with a period of 10 or more and lasts until one has fewer than 5 (ISA-18.2-2016, 3.1).
    """
    out, flooded = [], False
    for count in counts:
        flooded = count >= FLOOD_START or (flooded and count >= FLOOD_END)
        out.append(flooded)
    return out


def share(part: float, whole: float) -> float | None:
    """Per cent; None of nothing."""
    return None if whole == 0 else 100.0 * part / whole


def folded(counts: Sequence[int], into: int) -> list[tuple[int, int]]:
    """(sum, greatest) of ``into`` equal groups of consecutive periods, for a small chart."""
    size = max(1, len(counts) // into)
    groups = [counts[start : start + size] for start in range(0, len(counts), size)]
    return [(sum(group), max(group)) for group in groups]
