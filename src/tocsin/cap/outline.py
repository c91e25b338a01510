"""Polygons on the ground: whether an outline crosses itself, and in which box it lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.cap.model import Corner

MOST_CORNERS = 5_000


def crosses_itself(ring: Sequence[Corner]) -> tuple[Corner, Corner] | None:
    """Where two sides that are not neighbours meet: the beginnings of both; None where none do.

    ``ring`` is closed (first = last). Straight sides on the plane of degrees. Corners that stand twice in a
    row are one. Each side is held against those whose stretch of longitude it shares: n log n for outlines
    as they are drawn, n * n array steps at worst (Shamos and Hoey 1976 without the tree).
    """
    kept = [corner for i, corner in enumerate(ring) if i == 0 or corner != ring[i - 1]]
    if len(kept) < 4:
        return (kept[0], kept[-1]) if len(kept) == 3 else None
    points = np.array([(corner.lon, corner.lat) for corner in kept])
    a, b = points[:-1], points[1:]
    n = len(a)
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.argsort(low[:, 0], kind="stable")
    begins = low[order, 0]
    for place, i in enumerate(order):
        end = int(np.searchsorted(begins, high[i, 0], side="right"))
        others = order[place + 1 : end]
        others = others[(low[others, 1] <= high[i, 1]) & (high[others, 1] >= low[i, 1])]
        if not len(others):
            continue
        met = _meet(a[i], b[i], a[others], b[others])
        apart = np.abs(others - i)
        neighbours = (apart == 1) | (apart == n - 1)
        # neighbours share a corner; they must not lie on one another
        met &= ~neighbours | _folded(a, b, i, others)
        if met.any():
            j = int(others[np.argmax(met)])
            return kept[int(i)], kept[j]
    return None


def _side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Sign of the turn from p over q to r."""
    turn = (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
        r[..., 0] - p[..., 0]
    )
    sign: np.ndarray = np.sign(turn)
    return sign


def _meet(p: np.ndarray, q: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether side p-q meets each side a-b; their boxes are known to overlap."""
    one, two = _side(p, q, a), _side(p, q, b)
    three, four = _side(a, b, np.broadcast_to(p, a.shape)), _side(a, b, np.broadcast_to(q, a.shape))
    met: np.ndarray = (one * two <= 0) & (three * four <= 0)
    return met


def _folded(a: np.ndarray, b: np.ndarray, i: np.intp, others: np.ndarray) -> np.ndarray:
    """Neighbouring sides that run back over one another: on one line, in opposite directions."""
    mine, theirs = b[i] - a[i], b[others] - a[others]
    straight = mine[0] * theirs[:, 1] - mine[1] * theirs[:, 0] == 0
    back = mine[0] * theirs[:, 0] + mine[1] * theirs[:, 1] < 0
    folded: np.ndarray = straight & back
    return folded
