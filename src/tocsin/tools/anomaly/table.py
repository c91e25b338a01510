"""The series that are known, as a struct of arrays; rows are handed out, grown, given up and put into
bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tocsin.kernel.errors import Invalid
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly import season, tail
from tocsin.tools.anomaly.arrays import Floats, Singles

#: Points of the chart kept per series, at most one in about two minutes; readings kept as evidence.
TRACE: Final = 120
EVIDENCE: Final = 4
_FIRST_ROWS: Final = 64


class Table:
    """``f`` (rows, c.COLUMNS) holds one column per quantity (``columns.py``). The other arrays:

    ``knots``, ``visits``, ``local``: the profile, its visits, the spread per half hour (``season``,
    ``scale``); ``limit``, ``mean``, ``spread``, ``top``: per score its threshold, tail, greatest value
    today (``tail``); ``hot``: scores over thresholds, the last reading's, or the greatest since what fired
    was looked at; ``trace`` (rows, TRACE, 4): seen, low, mid, high; ``trace_t``; ``ev_t``, ``ev_x``,
    ``ev_id``: last readings.
    """

    def __init__(self) -> None:
        self.n = 0  #: rows handed out so far, free ones among them
        self.free: list[int] = []
        self._arrays: dict[str, tuple[tuple[int, ...], str]] = {
            "f": ((c.COLUMNS,), "f8"),
            "knots": ((season.KNOTS,), "f4"),
            "visits": ((season.KNOTS,), "f4"),
            "local": ((2 * season.HALF_HOURS,), "f4"),
            "limit": ((c.SCORES,), "f8"),
            "mean": ((c.SCORES,), "f8"),
            "spread": ((c.SCORES,), "f8"),
            "top": ((c.SCORES,), "f8"),
            "hot": ((c.SCORES,), "f8"),
            "trace": ((TRACE, 4), "f4"),
            "trace_t": ((TRACE,), "f8"),
            "ev_t": ((EVIDENCE,), "f8"),
            "ev_x": ((EVIDENCE,), "f8"),
        }
        self.f: Floats
        self.knots: Singles
        self.visits: Singles
        self.local: Singles
        self.limit: Floats
        self.mean: Floats
        self.spread: Floats
        self.top: Floats
        self.hot: Floats
        self.trace: Singles
        self.trace_t: Floats
        self.ev_t: Floats
        self.ev_x: Floats
        self.ev_id: np.ndarray[Any, np.dtype[np.object_]]
        self._resize(_FIRST_ROWS)

    def _resize(self, rows: int) -> None:
        for name, (shape, kind) in self._arrays.items():
            new = np.zeros((rows, *shape), dtype=kind)
            if self.n:
                new[: self.n] = getattr(self, name)[: self.n]
            setattr(self, name, new)
        ids = np.full((rows, EVIDENCE), "", dtype=object)
        if self.n:
            ids[: self.n] = self.ev_id[: self.n]
        self.ev_id = ids

    def take(self, low: float, high: float, *, circular: bool, per_sensor_day: float) -> int:
        """A fresh row for a series with these physical bounds."""
        if self.free:
            row = self.free.pop()
        else:
            if self.n == len(self.f):
                self._resize(2 * self.n)
            row, self.n = self.n, self.n + 1
        for name in self._arrays:
            getattr(self, name)[row] = 0
        self.ev_id[row] = ""
        f = self.f[row]
        f[c.LO], f[c.HI], f[c.CIRCULAR] = low, high, float(circular)
        f[c.PEQ] = 0.7
        f[c.JS] = 1.0
        f[c.MIN], f[c.MAX] = np.inf, -np.inf
        mean, spread, days = tail.prior(1)
        self.mean[row], self.spread[row] = mean[:, 0], spread[:, 0]
        self.limit[row] = tail.threshold(mean, spread, days, per_sensor_day)[:, 0]
        return row

    def give_up(self, row: int) -> None:
        """Forget a series. Its row is used again, last given up first."""
        self.f[row] = 0
        self.free.append(row)

    @property
    def bytes_per_series(self) -> float:
        """Memory of the arrays, per row handed out."""
        total = sum(getattr(self, name)[:1].nbytes for name in self._arrays)
        return float(total + self.ev_id[:1].nbytes + EVIDENCE * 70)

    def snapshot(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "free": list(self.free),
            "arrays": {name: getattr(self, name)[: self.n].tobytes() for name in self._arrays},
            "ids": self.ev_id[: self.n].ravel().tolist(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Raises ``Invalid`` where sizes do not fit this version's layout."""
        n = int(state["n"])
        fresh = Table()
        self.n, self.free = 0, []
        rows = max(_FIRST_ROWS, 1 << max(n - 1, 0).bit_length())
        for name, (shape, kind) in self._arrays.items():
            data = np.frombuffer(state["arrays"][name], dtype=kind)
            if data.size != n * int(np.prod(shape)):
                raise Invalid("snapshot of another layout", field=name, value=data.size, cure="start afresh")
            whole = np.zeros((rows, *shape), dtype=kind)
            whole[:n] = data.reshape(n, *shape)
            setattr(fresh, name, whole)
        fresh.ev_id = np.full((rows, EVIDENCE), "", dtype=object)
        fresh.ev_id[:n] = np.array(state["ids"], dtype=object).reshape(n, EVIDENCE)
        fresh.n, fresh.free = n, [int(r) for r in state["free"]]
        self.__dict__.update(fresh.__dict__)
